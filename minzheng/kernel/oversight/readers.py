"""谁看过: the readings of one person's file, for the person and for the auditor.

A file is more than the person's row: the household while she belonged to it, the cases in which she is named, their
papers, the awards. A reading of any of these is a reading of her file.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.accounts.roles import title
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.audit.services import READ
from minzheng.kernel.awards.models import Award, AwardMember
from minzheng.kernel.cases.models import Case, CaseMember
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.oversight import purposes
from minzheng.kernel.oversight.limits import limit
from minzheng.kernel.subjects.merging import files_of
from minzheng.kernel.subjects.models import HouseholdMember, Person

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Actions that mean: somebody looked at this file.
READINGS = (READ, "glass.open", "person.search_id", "exchange.ask", "exchange.give", "exchange.report")
#: Of these, what was asked of another department, told to it, or reported to the systems above; often by the system itself.
#: Their line says in `plain` what.
EXCHANGED = ("exchange.ask", "exchange.give", "exchange.report")
WHAT = {
    "person": "个人档案", "household": "家庭档案", "case": "办件", "award": "待遇",
    "attachment": "提交的材料", "issueddocument": "文书",
}  # fmt: skip
_MOST = 500


@dataclass(frozen=True)
class Reading:
    """One line as the person sees it. `name` is "" unless the setting lets names be shown; `own_side`: not by staff."""

    entry_id: int
    at: datetime.datetime
    organization: str
    post: str
    name: str
    purpose: str
    what: str
    glass: bool
    own_side: bool


def about(person_id: int) -> QuerySet[AuditEntry]:
    """Every reading of any part of this person's file, newest first. Without scope: the caller has the right."""
    files = files_of(person_id)
    cases = set(Case.objects.filter(applicant_id__in=files).values_list("pk", flat=True)) | set(
        CaseMember.objects.filter(person_id__in=files).values_list("case_id", flat=True)
    )
    awards = set(Award.objects.filter(payee_id__in=files).values_list("pk", flat=True)) | set(
        AwardMember.objects.filter(person_id__in=files).values_list("award_id", flat=True)
    )
    parts: dict[str, Iterable[int]] = {
        "person": files,
        "case": cases,
        "award": awards,
        "attachment": Attachment.objects.filter(case_id__in=cases).values_list("pk", flat=True),
        "issueddocument": IssuedDocument.objects.filter(case_id__in=cases).values_list("pk", flat=True),
    }
    found = Q()
    for kind, ids in parts.items():
        keys = list(ids)
        if keys:
            found |= Q(object_type=kind, object_id__in=keys)
    found |= _while_in_household(person_id)
    return AuditEntry.objects.filter(found, action__in=READINGS).order_by("-at", "-pk")


def _while_in_household(person_id: int) -> Q:
    """A household's file is hers for the time of her membership."""
    found = Q(pk__in=[])
    for row in HouseholdMember.objects.filter(person_id=person_id, superseded_at=None):
        within = Q(object_type="household", object_id=row.household_id, at__date__gte=row.valid_from)
        if row.valid_to:
            within &= Q(at__date__lte=row.valid_to)
        found |= within
    return found


def for_person(actor: Actor, person_id: int, *, everything: bool = False) -> tuple[list[Reading], bool]:
    """What the person (or somebody with a mandate, as checked by the caller) is shown: readings of the last
    WHO_READ_MONTHS, or all; without the viewer's own. Second: whether there are older ones."""
    rows = about(person_id).exclude(actor_id=actor.id) if actor.id else about(person_id)
    rows = rows.exclude(Q(actor_id=None) & ~Q(action__in=EXCHANGED))
    start = clock.now() - datetime.timedelta(days=limit("WHO_READ_MONTHS") * 365 // 12)
    shown = rows if everything else rows.filter(at__gte=start)
    older = False if everything else rows.filter(at__lt=start).exists()
    return readings(list(shown[:_MOST])), older


def readings(entries: list[AuditEntry], *, names: bool | None = None, sentences: bool = False) -> list[Reading]:
    """Lines with organisation and post of whoever read, as they were on that day. Two queries. `names`: whether
    officers are named (None: as the setting says); `sentences`: the purpose as recorded, not in the citizen's words."""
    ids = {entry.actor_id for entry in entries if entry.actor_id is not None}
    posts: dict[int, list[Assignment]] = {}
    for one in Assignment.objects.filter(user_id__in=ids).select_related("organization").order_by("valid_from", "pk"):
        posts.setdefault(one.user_id, []).append(one)
    citizens = set(User.objects.filter(pk__in=ids, kind="citizen").values_list("pk", flat=True))
    named = bool(limit("WHO_READ_SHOW_NAMES")) if names is None else names
    made = [_reading(entry, posts.get(entry.actor_id or 0, []), entry.actor_id in citizens) for entry in entries]
    return [
        replace(
            one,
            name=entry.actor_name if named else "",
            purpose=(entry.reason or one.purpose) if sentences else one.purpose,
        )
        for one, entry in zip(made, entries, strict=True)
    ]


def _reading(entry: AuditEntry, posts: list[Assignment], citizen: bool) -> Reading:
    post = _post_then(posts, entry)
    code = str((entry.detail or {}).get("purpose", ""))
    if entry.action in EXCHANGED:
        return _exchanged(entry, post)
    return Reading(
        entry_id=entry.pk,
        at=entry.at,
        organization=post.organization.name if post else ("同一办件的家庭成员" if citizen else "已撤销的机构"),
        post=(post.post or title(post.role)) if post else ("" if citizen else title(entry.role)),
        name="",
        purpose=purposes.plain(code) if code else _from_action(entry),
        what="" if entry.action == "person.search_id" else WHAT.get(entry.object_type, "档案"),
        glass=entry.action == "glass.open" or code in purposes.codes("glass"),
        own_side=citizen,
    )


def _exchanged(entry: AuditEntry, post: Assignment | None) -> Reading:
    """What was asked of another department about the person, or told to it."""
    return Reading(
        entry_id=entry.pk, at=entry.at, organization=post.organization.name if post else "民政部门",
        post=(post.post or title(post.role)) if post else "系统办理", name="",
        purpose=str((entry.detail or {}).get("plain") or "与其他部门核对信息"), what="外部数据", glass=False, own_side=False,
    )  # fmt: skip


def _post_then(posts: list[Assignment], entry: AuditEntry) -> Assignment | None:
    """The post under which the line was written: by role, valid on that day; else any of that day; else the last."""
    day = timezone.localtime(entry.at).date()
    valid = [one for one in posts if one.valid_from <= day and (one.valid_to is None or one.valid_to >= day)]
    return next((one for one in valid if one.role == entry.role), None) or next(iter(valid or posts[-1:]), None)


def _from_action(entry: AuditEntry) -> str:
    if entry.action == "person.search_id":
        return "凭您的身份证号码查找档案"
    return purposes.plain({"case": "case", "award": "award"}.get(entry.object_type, "paper"))


def may_see(actor: Actor, person_id: int) -> bool:
    """Whether a citizen may see who read this file: her own, or that of somebody whose mandate she holds today."""
    return person_id in {pk for pk, _name in people_of(actor)}


def people_of(actor: Actor) -> list[tuple[int, str]]:
    """(person, name) whose readings this citizen may see: herself first, then those whose guardian or agent she is."""
    if not actor.is_citizen or actor.person_id is None:
        return []
    own = Person.objects.filter(pk=actor.person_id).values_list("pk", "name").first()
    found = [own] if own else []
    return found + [pair for pair in _principals(actor) if pair[0] != actor.person_id]


def _principals(actor: Actor) -> list[tuple[int, str]]:
    from minzheng.kernel.subjects.mandate_models import Mandate

    today = clock.today()
    held: QuerySet[Any] = Mandate.objects.filter(
        Q(agent_id=actor.person_id) | Q(agent_user_id=actor.id),
        Q(valid_to=None) | Q(valid_to__gte=today),
        state="active", revoked_at=None, valid_from__lte=today, principal__isnull=False, case=None,
    )  # fmt: skip
    # A helper of the village fills in forms; the file's history is for guardians and those chosen for every matter.
    rows = [one for one in held.exclude(kind="helper") if one.kind == "guardian" or not one.items]
    return list(dict.fromkeys((one.principal_id, one.principal_name) for one in rows))
