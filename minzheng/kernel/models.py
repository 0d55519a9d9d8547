"""One Django app, many capability folders: each folder's models are gathered here for one migration series."""

from minzheng.kernel.accounts.models import Assignment, LoginAttempt, LoginCode, User
from minzheng.kernel.audit.models import AuditEntry, AuditSeal
from minzheng.kernel.awards.models import Award, AwardMember, PaymentLine
from minzheng.kernel.calendar.models import CalendarDay, CalendarYear
from minzheng.kernel.cases.models import (
    Case,
    CaseAct,
    CaseMember,
    ClockSegment,
    Consent,
    Evidence,
    Publicity,
    PublicTry,
)
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.jobs.models import JobRun, WorkerBeat
from minzheng.kernel.notices.models import OutboxMessage
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions.models import Region, RegionAlias
from minzheng.kernel.registers.models import NumberSeries
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person, PersonNameChar

__all__ = [
    "Assignment",
    "Attachment",
    "AuditEntry",
    "AuditSeal",
    "Award",
    "AwardMember",
    "CalendarDay",
    "CalendarYear",
    "Case",
    "CaseAct",
    "CaseMember",
    "ClockSegment",
    "Consent",
    "Evidence",
    "Household",
    "HouseholdMember",
    "IssuedDocument",
    "JobRun",
    "LoginAttempt",
    "LoginCode",
    "NumberSeries",
    "Organization",
    "OutboxMessage",
    "PaymentLine",
    "Person",
    "PersonNameChar",
    "PublicTry",
    "Publicity",
    "Region",
    "RegionAlias",
    "User",
    "WorkerBeat",
]
