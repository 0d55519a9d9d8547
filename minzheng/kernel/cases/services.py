"""办件的写操作: the only door to a case. Keyword-only, one transaction, one audit line each.

Shapes: `raw` of `save_step` is a dict (or list of dicts for a repeating step), see items.forms.raw_of_post; `data` of
`perform` is {field name: raw value} of the act's fields (photos already stored: attachment ids)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.drafts import StepResult
    from minzheng.kernel.cases.models import Case, CaseAct, Consent
    from minzheng.kernel.cases.replay import Replay


def start_draft(*, item_code: str, actor: Actor, channel: str = "phone", region_code: str = "", applicant_id: int | None = None, parent_id: int | None = None) -> Case:
    """A new draft, or the applicant's own unfinished one of the same item (so that two taps make one draft).

    Citizens: `applicant_id` is ignored, they apply for themselves, known facts are filled in. Staff need case.create
    over `region_code`."""
    raise NotImplementedError


def save_step(*, case_id: int, step: str, raw: Any, actor: Actor, version: int | None = None) -> StepResult:
    """Save one step of a draft (or of a case waiting for papers). Partial data is kept, errors come back per field."""
    raise NotImplementedError


def sign_consent(*, case_id: int, member_id: int, method: str, actor: Actor, attachment_id: int | None = None, guardian_name: str = "") -> Consent:
    """Record one adult's N16."""
    raise NotImplementedError


def submit(*, case_id: int, actor: Actor, data: dict[str, Any] | None = None, version: int | None = None) -> CaseAct:
    """Hand the application in: checks every step, the family, the consents; gives it its number."""
    raise NotImplementedError


def perform(*, case_id: int, act: str, actor: Actor, data: dict[str, Any] | None = None, version: int | None = None) -> CaseAct:
    """Do one act of the declared flow, or raise Refused (NotAllowed, Stale, NotFound) and change nothing."""
    raise NotImplementedError


def replay(case: Case) -> Replay:
    """State, deadlines and clock segments recomputed from the acts alone."""
    raise NotImplementedError
