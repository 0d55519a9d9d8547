"""One Django app, many capability folders: each folder's models are gathered here for one migration series."""

from minzheng.kernel.accounts.models import (
    Assignment,
    Leave,
    LoginAttempt,
    LoginCode,
    PasswordUsed,
    RecoveryCode,
    SecondFactor,
    User,
)
from minzheng.kernel.archives.models import (
    DeletionRequest,
    DestructionEntry,
    DestructionList,
    Hold,
    Volume,
    VolumeAccess,
    VolumeEdition,
    VolumeItem,
)
from minzheng.kernel.audit.models import AuditEntry, AuditSeal
from minzheng.kernel.awards.models import Award, AwardMember, AwardPause, PayeeAccount, PaymentLine
from minzheng.kernel.awards.repricing.models import RepricingBatch, RepricingLine
from minzheng.kernel.calendar.models import CalendarDay, CalendarYear
from minzheng.kernel.cases.draws.models import SpotDraw, SpotTask
from minzheng.kernel.cases.models import (
    Case,
    CaseAct,
    CaseHandover,
    CaseMember,
    CaseMove,
    ClockSegment,
    Consent,
    Escalation,
    Evidence,
    Publicity,
    PublicTry,
)
from minzheng.kernel.cases.objections.models import PublicObjection
from minzheng.kernel.documents.models import Attachment, IssuedDocument, PublicCount, ServiceRecord
from minzheng.kernel.exchange.models import ImportBatch, ImportLink, MappingTemplate
from minzheng.kernel.exports.models import ExportRequest
from minzheng.kernel.funds.models import (
    FundAllocation,
    FundReturn,
    FundRule,
    WelfareEntry,
    WelfareList,
    WelfareProject,
)
from minzheng.kernel.jobs.models import JobRun, WorkerBeat
from minzheng.kernel.ledger.models import LedgerAccount, LedgerEntry, LedgerTotal, LedgerTransaction
from minzheng.kernel.notices.models import ContactChoice, MessageEvent, OutboxMessage
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.oversight.models import GlassBreak, ReadQuestion
from minzheng.kernel.payruns.bank_models import AccountRequest, BankFile, ReturnReject
from minzheng.kernel.payruns.models import OffsetConsent, PayBatch, PayCheck, PayEvent, PayLine, PayMonth, PayPart
from minzheng.kernel.regions.models import Region, RegionAlias
from minzheng.kernel.registers.models import NumberSeries
from minzheng.kernel.standards.models import ParameterValue, StandardSet
from minzheng.kernel.subjects.mandate_models import Mandate
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person, PersonNameChar

__all__ = [
    "AccountRequest",
    "Assignment",
    "Attachment",
    "AuditEntry",
    "AuditSeal",
    "Award",
    "AwardMember",
    "AwardPause",
    "BankFile",
    "CalendarDay",
    "CalendarYear",
    "Case",
    "CaseAct",
    "CaseHandover",
    "CaseMember",
    "CaseMove",
    "ClockSegment",
    "Consent",
    "ContactChoice",
    "DeletionRequest",
    "DestructionEntry",
    "DestructionList",
    "Escalation",
    "Evidence",
    "ExportRequest",
    "FundAllocation",
    "FundReturn",
    "FundRule",
    "GlassBreak",
    "Hold",
    "Household",
    "HouseholdMember",
    "ImportBatch",
    "ImportLink",
    "IssuedDocument",
    "JobRun",
    "Leave",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerTotal",
    "LedgerTransaction",
    "LoginAttempt",
    "LoginCode",
    "Mandate",
    "MappingTemplate",
    "MessageEvent",
    "NumberSeries",
    "OffsetConsent",
    "Organization",
    "OutboxMessage",
    "ParameterValue",
    "PasswordUsed",
    "PayBatch",
    "PayCheck",
    "PayEvent",
    "PayLine",
    "PayMonth",
    "PayPart",
    "PayeeAccount",
    "PaymentLine",
    "Person",
    "PersonNameChar",
    "PublicCount",
    "PublicObjection",
    "PublicTry",
    "Publicity",
    "ReadQuestion",
    "RecoveryCode",
    "Region",
    "RegionAlias",
    "RepricingBatch",
    "RepricingLine",
    "ReturnReject",
    "SecondFactor",
    "ServiceRecord",
    "SpotDraw",
    "SpotTask",
    "StandardSet",
    "User",
    "Volume",
    "VolumeAccess",
    "VolumeEdition",
    "VolumeItem",
    "WelfareEntry",
    "WelfareList",
    "WelfareProject",
    "WorkerBeat",
]
