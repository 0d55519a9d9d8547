"""办件的写操作: the only door to a case. Keyword-only, one transaction, one audit line each.

Shapes: `raw` of `save_step` is a dict (or list of dicts for a repeating step), see items.forms.raw_of_post; `data` of
`perform` is {field name: raw value} of the act's fields; photos are uploaded files or ids of stored attachments.
All raise Refused (with NotAllowed, Stale) or NotFound and then have changed nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minzheng.kernel import clock
from minzheng.kernel.cases.drafting import consents, drafts
from minzheng.kernel.cases.errors import NotAllowed, NotFound, Refused, Stale, TooMany
from minzheng.kernel.cases.moving import move_case
from minzheng.kernel.cases.running import engine
from minzheng.kernel.cases.running import replay as replaying
from minzheng.kernel.cases.running.many import perform_many

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.drafting.drafts import StepResult
    from minzheng.kernel.cases.models import Case, CaseAct, Consent
    from minzheng.kernel.cases.running.replay import Replay

__all__ = [
    "NotAllowed",
    "NotFound",
    "Refused",
    "Stale",
    "TooMany",
    "accept_proposal",
    "file_objection",
    "move_case",
    "perform",
    "perform_many",
    "replay",
    "revoke_consent",
    "save_step",
    "sign_consent",
    "start_draft",
    "submit",
]


def start_draft(
    *,
    item_code: str,
    actor: Actor,
    channel: str = "phone",
    region_code: str = "",
    applicant_id: int | None = None,
    parent_id: int | None = None,
) -> Case:
    """A new draft, or the citizen's own unfinished one of the same item (so that two taps make one draft).

    Citizens: `applicant_id` is ignored, they apply for themselves; what the state knows is filled in. Staff need
    case.create over `region_code` (default: the place of their post)."""
    return drafts.start_draft(
        item_code=item_code,
        actor=actor,
        channel=channel,
        region_code=region_code,
        applicant_id=applicant_id,
        parent_id=parent_id,
    )


def save_step(*, case_id: int, step: str, raw: Any, actor: Actor, version: int | None = None) -> StepResult:
    """Save one step of a draft (or of a case waiting for papers). Partial data is kept, errors come back per field."""
    return drafts.save_step(case_id=case_id, step=step, raw=raw, actor=actor, version=version)


def sign_consent(
    *,
    case_id: int,
    member_id: int,
    method: str,
    actor: Actor,
    attachment_id: int | None = None,
    guardian_name: str = "",
) -> Consent:
    """Record one adult's N16; `method`: own_phone | same_phone | paper | guardian."""
    return consents.sign_consent(
        case_id=case_id,
        member_id=member_id,
        method=method,
        actor=actor,
        attachment_id=attachment_id,
        guardian_name=guardian_name,
    )


def revoke_consent(*, case_id: int, member_id: int, actor: Actor) -> None:
    """Take a consent back: no new queries from now on."""
    consents.revoke_consent(case_id=case_id, member_id=member_id, actor=actor)


def submit(*, case_id: int, actor: Actor, data: Mapping[str, Any] | None = None, version: int | None = None) -> CaseAct:
    """Hand the application in: checks every step, the family, the consents; gives it its number.

    `data`: {"promise": "yes", "mandate": [...]}."""
    return perform(case_id=case_id, act="submit", actor=actor, data=data, version=version)


def perform(
    *,
    case_id: int,
    act: str,
    actor: Actor,
    data: Mapping[str, Any] | None = None,
    version: int | None = None,
    token: str = "",
) -> CaseAct:
    """Do one act of the declared flow, or raise and change nothing.

    `version`: the case's version that the person was looking at; an act by somebody else since then raises Stale.
    `token` (up to 40 characters): mark of the form; the same person sending it again gets the act it made before."""
    return engine.perform(case_id=case_id, act=act, actor=actor, data=data, version=version, token=token)


def file_objection(*, case_id: int, actor: Actor, data: Mapping[str, Any]) -> CaseAct:
    """An objection from the public page (anybody, name and phone sealed) or recorded by the clerk: while the publicity
    runs it stops the case; once it is over, and nothing decided, it goes to whoever decides."""
    from minzheng.kernel.cases.models import Publicity
    from minzheng.kernel.cases.publicity.public_lists import late_open

    posted = Publicity.objects.filter(case=case_id).select_related("case").order_by("-posted_on", "-id").first()
    if posted is not None and late_open(posted, clock.today()):
        act = "late_objection"
    else:
        act = "add_objection" if posted is not None and posted.case.state == "OBJECTION" else "objection"
    return perform(case_id=case_id, act=act, actor=actor, data=data)


def accept_proposal(*, case_id: int, item_code: str, actor: Actor) -> Case:
    """The family takes the benefit proposed after a refusal; nothing is handed in again. Returns the new case."""
    from minzheng.kernel.cases.models import Case

    act = perform(case_id=case_id, act="accept_proposal", actor=actor, data={"item_code": item_code})
    return Case.objects.get(pk=int(act.data["followup"]))


def replay(case: Case) -> Replay:
    """State and deadlines recomputed from the acts alone, with every contradiction found."""
    return replaying.replay(case)
