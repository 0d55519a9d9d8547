"""Drafts: begun for somebody under a mandate, thrown away by whoever typed them, and removed when nobody comes back.

Under a mandate only name and number of the principal are filled in: the rest of the family's file is not the agent's
to read. A thrown-away draft leaves one line in the log and nothing else: it was never handed in.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.cases.drafting.members import sync_members
from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused
from minzheng.kernel.cases.running import authority
from minzheng.kernel.cases.running.engine import locked
from minzheng.kernel.items import registry
from minzheng.kernel.subjects import mandates
from minzheng.kernel.subjects.mandate_models import Mandate

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case


@transaction.atomic
def start_for(*, actor: Actor, mandate_id: int, item_code: str) -> Case:
    """A new application for the principal of this mandate, or the unfinished one. Raises NotAllowed, NotFound."""
    from minzheng.kernel.audit.services import record
    from minzheng.kernel.cases.models import Case

    item = registry.get(item_code)
    mandate = Mandate.objects.select_for_update().filter(pk=mandate_id, agent_user_id=actor.id).first()
    if mandate is None or not actor.is_citizen:
        raise NotFound("没有这份委托。")
    if not mandates.usable(mandate) or not mandate.may_file or not mandates.covers(mandate, item_code):
        raise NotAllowed(f"这份委托已经解除、过期，或者不包括“{item.title}”，请{mandate.principal_name}重新委托。")
    if mandate.case is not None:
        return mandate.case
    known = mandate.principal_id if mandate.state == "active" else None
    mine = Case.objects.filter(item_code=item_code, created_by_id=actor.id, state="DRAFT", applicant_id=known)
    begun = mine.filter(mandates=None).order_by("-id").first() if known else None
    if begun is not None:
        return begun
    if mandate.state != "active" and mandate.method != "paper":
        raise NotAllowed("这份委托还没有生效。")
    case = Case.objects.create(
        item_code=item_code,
        channel="phone",
        applicant_id=known,
        applicant_name=mandate.principal_name,
        region_code=mandate.region_code if known else "",
        form=_form(mandate),
        created_by_id=actor.id,
        is_demo=mandate.is_demo,
    )
    sync_members(case)
    if mandate.method == "paper":
        mandate.case = case
        mandate.save(update_fields=["case"])
    record(
        actor=actor,
        action="case.start",
        obj=case,
        region_code=case.region_code,
        detail={"item": item_code, "mandate": str(mandate.pk)},
    )
    return case


def _form(mandate: Mandate) -> dict[str, object]:
    name, number = mandate.principal_name, mandate.principal_id_no
    row = {"name": name, "id_no": number, "relation": "本人", "situation": "home"}
    return {"applicant": {"name": name, "id_no": number}, "members": [row]}


@transaction.atomic
def drop(*, case_id: int, actor: Actor) -> None:
    """Throw away a draft with its photos. Only whoever typed it, or the applicant. Raises NotFound, Refused."""
    case = locked(case_id)
    clerk = actor.is_staff and actor.id in (case.created_by_id, case.assignee_id)
    if not (authority.owns(case, actor) or clerk):
        raise NotFound("没有这份草稿，或者不是您填的。")
    if case.state != "DRAFT" or case.submitted_at is not None:
        raise Refused("申请已经提交，不能当草稿删去；不想办了，请办“撤回申请”。")
    _remove(case, actor, "本人删去草稿" if actor.is_citizen else "窗口删去草稿")


def _remove(case: Case, actor: Actor, reason: str) -> None:
    from minzheng.kernel.audit.services import record
    from minzheng.kernel.documents import services as documents

    for one in case.attachments.filter(removed_at=None):
        documents.remove(attachment=one, actor=actor, reason=reason)
    record(
        actor=actor,
        action="case.draft_dropped",
        obj=case,
        region_code=case.region_code,
        reason=reason,
        detail={"item": case.item_code},
    )
    case.mandates.filter(state="waiting").update(
        state="revoked", revoked_at=clock.now(), revoke_reason=reason, principal_id_no=None, principal_id_index=None
    )
    case.attachments.update(case=None)
    case.delete()


def abandoned(now: datetime.datetime) -> list[int]:
    """Drafts begun and last filled in more than settings.DRAFT_KEEP_DAYS ago."""
    from minzheng.kernel.cases.models import Case

    limit = now - datetime.timedelta(days=settings.DRAFT_KEEP_DAYS)
    untouched = Q(touched_at=None) | Q(touched_at__lt=limit)
    rows = Case.objects.filter(untouched, state="DRAFT", submitted_at=None, created_at__lt=limit)
    return list(rows.values_list("pk", flat=True))


@transaction.atomic
def purge(case_id: int, actor: Actor) -> bool:
    """Remove one abandoned draft; False when it is gone or was handed in meanwhile."""
    try:
        case = locked(case_id)
    except NotFound:
        return False
    if case.state != "DRAFT" or case.submitted_at is not None:
        return False
    _remove(case, actor, f"{settings.DRAFT_KEEP_DAYS} 天没有提交，自动清理")
    return True
