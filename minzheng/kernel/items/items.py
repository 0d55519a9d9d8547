"""The declaration of one 事项."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any

from minzheng.kernel.items.forms import Form
from minzheng.kernel.items.publicity import NOT_POSTED, PublicityRule

if TYPE_CHECKING:
    import datetime

    from minzheng.kernel.cases.flow import Flow
    from minzheng.kernel.cases.models import Case, CaseMember


@dataclass(frozen=True)
class Material:
    """One paper the family may be asked for. `kind` is the attachment's kind. `obtainable`: the state can look it up
    itself, so it must never be demanded (57号第10条)."""

    kind: str
    label: str
    _: KW_ONLY
    required: bool = False
    obtainable: bool = False
    help: str = ""


@dataclass(frozen=True)
class Notice:
    """What a 文书 of this item says in the law's words. Keys are 文书 codes (N01 …)."""

    basis: str
    decision: str = ""
    reason_required: bool = False


@dataclass(frozen=True)
class Taper:
    """渐退: what a family over the line goes on receiving, and for how many months."""

    amount_fen: int
    months: int


@dataclass(frozen=True)
class Answer:
    """What an assessment says, in the kernel's words; `evidence` is the full outcome as JSON (frozen with the award)."""

    eligible: bool
    amount_fen: int
    persons: int
    per_capita_fen: int | None
    reasons: tuple[tuple[str, str], ...]  # (reason code, sentence), empty when eligible
    sheet: tuple[tuple[str, str], ...]  # the amount sheet: (label, text)
    category: str
    evidence: Mapping[str, Any]
    top_ups: Mapping[int, int] = field(default_factory=dict)  # 1-based position among the counted members → fen
    taper: Taper | None = None
    cycle: str = "monthly"  # monthly (cash) | once (cash) | quota (services of that worth every month)
    # 1-based positions among the counted members whom the benefit covers (单人户); None: all of them.
    covered: tuple[int, ...] | None = None
    proof: str = ""  # on what the claim of a single member of the family rests; "" where nobody claims alone
    # Where it is paid from the month of the application: that month, and what each month before the decision's is worth.
    first_month: datetime.date | None = None
    back: Mapping[datetime.date, int] = field(default_factory=dict)  # day 1 of a month → fen


@dataclass(frozen=True)
class Proposal:
    """A benefit proposed after a refusal, with the figures that its own rules give."""

    item_code: str
    title: str
    eligible: bool
    sentence: str
    figures: tuple[tuple[str, str], ...] = ()
    # Not computed as fit: the family is told that somebody may ask for it, in an application of their own.
    invite: bool = False


@dataclass(frozen=True)
class Item:
    """One 事项. Everything the flow asks of a benefit is a function given here; the kernel knows no benefit by name."""

    code: str
    title: str
    _: KW_ONLY
    short: str
    number_code: str
    form: Form
    flow: Flow
    intro: str = ""
    who: tuple[str, ...] = ()
    bring: tuple[Material, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()  # (kind, title)
    notices: Mapping[str, Notice] = field(default_factory=dict)
    reasons: tuple[tuple[str, str], ...] = ()  # (R01, 收入超标)
    law: str = ""
    # (case, its members in order) → (counted, why not) for each: who belongs to the family on this day
    composition: Callable[[Case, Sequence[CaseMember]], list[tuple[bool, str]]] | None = None
    assess: Callable[[Case, datetime.date], Answer] | None = None
    proposals: Callable[[Case, datetime.date], list[Proposal]] | None = None
    recompute: Callable[[Mapping[str, Any]], Answer] | None = None
    portal: bool = True
    # A permission that staff need besides case.read and award.read to see this item's cases and awards; "" = none.
    reader: str = ""
    benefits: tuple[str, ...] = ()  # rule folders it grants by, where these are not its own code alone
    publicity: PublicityRule = NOT_POSTED
    # What a member's row declares → whether this member applies alone (单人户), the others being there for the test only.
    alone: Callable[[Mapping[str, Any]], bool] | None = None
    # The benefit's own limits on property for this family: class of facts → fen or count (shown in the matching report).
    limits: Callable[[Case, datetime.date], Mapping[str, int]] | None = None
    # Whether yearly standards are paid in twelfths, so that December pays the rest: `frozen["december_fen"]` of an award.
    yearly: bool = False
    # A changed item keeps the one before it: `since` is its first day of acceptance ("" = from the beginning), `former`
    # the item as it was. A case goes on under the version it was accepted under (registries.md §10.11 case 15).
    since: str = ""
    former: Item | None = None

    @property
    def grants(self) -> tuple[str, ...]:
        """Codes of the benefits of the rule set that this item grants."""
        return self.benefits or (self.code,)

    def reason_title(self, code: str) -> str:
        return dict(self.reasons).get(code, code)
