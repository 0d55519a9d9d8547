"""Reading mandates: may this account act for that person, in this matter, today? One mandate must say all of it.

A mandate counts from its first to its last day, while nobody has ended it. Waiting ones (a paper nobody has looked at
yet) hold for the one case they came with and for nothing else: no file is opened on their strength.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.subjects.mandate_models import Mandate

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

CONFIRM = "mandate.confirm"
LIVE = ("waiting", "active")


def running(on: datetime.date | None = None) -> Q:
    """Within the dates on this day (default today)."""
    day = on or clock.today()
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))


def may_act_for(actor: Actor, person_id: int, item_code: str) -> Mandate | None:
    """The confirmed mandate by which this citizen may act for this person in this matter today, or None."""
    return next(
        (m for m in _of_agent(actor).filter(running(), state="active", principal_id=person_id) if covers(m, item_code)),
        None,
    )


def covers(mandate: Mandate, item_code: str) -> bool:
    return not mandate.items or item_code in mandate.items


def acting(actor: Actor, case: Case) -> Mandate | None:
    """The mandate under which this citizen acts in this case today: one given for the case itself (also while a clerk
    has still to look at it), else a confirmed one for its applicant that covers the matter."""
    if not actor.is_citizen or actor.id is None:
        return None
    own = _of_agent(actor).filter(running(), case_id=case.pk, state__in=LIVE).order_by("-pk").first()
    if own is not None:
        return own if covers(own, case.item_code) else None
    if case.applicant_id is None or case.applicant_id == actor.person_id:
        return None
    general = _of_agent(actor).filter(running(), case=None, state="active", principal_id=case.applicant_id)
    return next((m for m in general if covers(m, case.item_code)), None)


def ever(actor: Actor, case: Case) -> bool:
    """Whether the case was ever this account's by a mandate: then having typed it in gives no right of its own."""
    for_person = Q(case=None, principal_id=case.applicant_id) if case.applicant_id else Q(pk__in=[])
    return _of_agent(actor).filter(Q(case_id=case.pk) | for_person).exists()


def case_q(actor: Actor) -> Q:
    """Filter of cases this citizen sees by mandates, for lists. Drafts of others are nobody's business."""
    wanted = Q(pk__in=[])
    for mandate in _of_agent(actor).filter(running(), state__in=LIVE):
        if mandate.case_id is not None:
            wanted |= Q(pk=mandate.case_id)
        elif mandate.state == "active" and mandate.principal_id is not None:
            theirs = Q(applicant_id=mandate.principal_id) & (~Q(state="DRAFT") | Q(created_by_id=actor.id))
            wanted |= theirs & Q(item_code__in=mandate.items) if mandate.items else theirs
    return wanted


def ended_q(actor: Actor) -> Q:
    """Filter of cases that were this account's by a mandate that has ended: typed in by it, but no longer shown."""
    gone = Q(pk__in=[])
    for mandate in _of_agent(actor).exclude(running() & Q(state__in=LIVE)):
        if mandate.case_id is not None:
            gone |= Q(pk=mandate.case_id)
        elif mandate.principal_id is not None:
            gone |= Q(applicant_id=mandate.principal_id)
    return gone


def _of_agent(actor: Actor) -> QuerySet[Mandate]:
    """Mandates this account has taken up."""
    if actor.id is None:
        return Mandate.objects.none()
    return Mandate.objects.filter(agent_user_id=actor.id)


def held(actor: Actor) -> list[Mandate]:
    """我为谁办: live mandates this account holds, and those waiting to be taken up by its phone number; newest first."""
    if not actor.is_citizen or actor.user is None:
        return []
    offered = Q(pk__in=[])
    if actor.user.phone_index:
        offered = Q(agent_user=None, agent_phone_index=bytes(actor.user.phone_index), state="waiting")
    rows = Mandate.objects.filter(Q(agent_user_id=actor.id) | offered).filter(running(), state__in=LIVE)
    return list(rows.select_related("case").order_by("-pk"))


def given(actor: Actor) -> list[Mandate]:
    """谁能替我办: everything ever given in this citizen's name, the live ones first."""
    if not actor.is_citizen or actor.person_id is None:
        return []
    rows = Mandate.objects.filter(principal_id=actor.person_id).select_related("case").order_by("-pk")
    return sorted(rows, key=lambda m: not usable(m))


def usable(mandate: Mandate, on: datetime.date | None = None) -> bool:
    """Whether it still holds today (or waits to)."""
    day = on or clock.today()
    return mandate.state in LIVE and mandate.valid_from <= day and (mandate.valid_to is None or mandate.valid_to >= day)


def visible(actor: Actor) -> QuerySet[Mandate]:
    """What staff of a place see: mandates of its people, with mandate.confirm over them."""
    if not actor.is_staff:
        return Mandate.objects.none()
    return Mandate.objects.filter(actor.scope_q(CONFIRM)).select_related("case", "created_by")


def waiting_for(case: Case) -> Mandate | None:
    """The mandate of this case that a clerk has still to look at."""
    return Mandate.objects.filter(case_id=case.pk, state="waiting").first()
