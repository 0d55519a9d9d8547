"""Reading money: rows narrowed to what the actor may see, what is left, the balance by source, month and benefit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from minzheng.kernel import clock
from minzheng.kernel.base import CONFIRMED, DRAFT
from minzheng.kernel.funds import pots
from minzheng.kernel.funds.hands import READ, place_of
from minzheng.kernel.funds.models import (
    FundAllocation,
    FundReturn,
    FundRow,
    FundRule,
    WelfareEntry,
    WelfareList,
    WelfareProject,
)
from minzheng.kernel.funds.sources import purpose_of, sources
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    import datetime

    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

T = TypeVar("T", bound=FundRow)
#: Kinds of rows that two people make, those that wait for the second one first looked at.
KINDS: tuple[type[FundRow], ...] = (FundAllocation, FundRule, FundReturn, WelfareProject, WelfareEntry, WelfareList)


def visible(model: type[T], actor: Actor) -> QuerySet[T]:
    """Rows of the places over which a post may read money."""
    rows = model._default_manager.all()
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def one(model: type[T], actor: Actor, pk: int) -> T | None:
    return visible(model, actor).filter(pk=pk).first()


def waiting_for(actor: Actor) -> dict[type[FundRow], int]:
    """How many drafts of each kind wait for this person's confirmation (not their own)."""
    found = {}
    for model in KINDS:
        rows = model._default_manager.filter(actor.scope_q("funds.confirm"), state=DRAFT)
        if count := rows.exclude(entered_by_id=actor.id).count():
            found[model] = count
    return found


@dataclass(frozen=True)
class Remaining:
    """What a benefit may still use in a year. `known` False: no money was allotted for it, nothing can be checked."""

    known: bool
    by_source: Mapping[str, int]

    @property
    def total_fen(self) -> int:
        return sum(fen for fen in self.by_source.values() if fen > 0)


def remaining(*, region_code: str, item_code: str, year: int, without: Iterable[str] = ()) -> Remaining:
    """Confirmed allocations less the ledger's drawings and approved batches, for one benefit. `without`: references of uses
    that are not to count ("paybatch:12"). Asks no actor: for checks."""
    standing = pots.standing(region_code, year, without=without)
    return Remaining(standing.knows(item_code), standing.remaining(item_code))


@dataclass
class Row:
    """Money of one source (and purpose, benefit or month), in fen. `left` = allotted − drawn + back − committed."""

    allotted: int = 0
    drawn: int = 0
    back: int = 0
    committed: int = 0

    @property
    def left(self) -> int:
        return self.allotted - self.drawn + self.back - self.committed


@dataclass
class Balance:
    """The year's money of a place. `cells`: (source, item, month 1–12) → drawn, handed back and committed."""

    region_code: str
    year: int
    known: bool
    sources: dict[str, Row] = field(default_factory=dict)
    purposes: dict[str, dict[str, Row]] = field(default_factory=dict)  # purpose → source → row
    cells: dict[tuple[str, str, int], Row] = field(default_factory=lambda: defaultdict(Row))
    short_fen: int = 0  # approved, and no source has it any more
    waiting_fen: int = 0  # batches being prepared

    @property
    def whole(self) -> Row:
        total = Row()
        for row in self.sources.values():
            total.allotted, total.drawn = total.allotted + row.allotted, total.drawn + row.drawn
            total.back, total.committed = total.back + row.back, total.committed + row.committed
        return total

    def items(self) -> list[str]:
        """Benefits that used money, "" (projects of the lottery fund) last."""
        return sorted({item for _, item, _ in self.cells}, key=lambda one: (not one, one))

    def by(self, source: str = "", item: str | None = None, month: int = 0) -> Row:
        """The sum of the cells of a source, benefit and month; left open: all of them."""
        total = Row()
        for (s, i, m), row in self.cells.items():
            if source in ("", s) and item in (None, i) and month in (0, m):
                total.drawn, total.back = total.drawn + row.drawn, total.back + row.back
                total.committed += row.committed
        return total


def balance(region_code: str, year: int, until: datetime.date | None = None) -> Balance:
    """Allotted, drawn, handed back, committed and left, by source × month × benefit. Asks no actor: the page does.

    `until`: entries of the ledger up to a day (what was approved and not drawn is left out then)."""
    place = place_of(region_code)
    allotted = pots.allotted(place, year)
    found = Balance(place, year, bool(allotted))
    found.sources = {code: Row() for code in sources()}
    for (source, purpose, _), fen in allotted.items():
        found.sources.setdefault(source, Row()).allotted += fen
        _of(found, purpose, source).allotted += fen
    for booked in pots.booked(place, year, until):
        for row in _rows(found, booked.source, booked.item_code, booked.month.month):
            row.drawn, row.back = row.drawn + booked.drawn, row.back + booked.back
    if until is None:
        _add_uses(found)
    return found


def _add_uses(found: Balance) -> None:
    _, told = pots.standing_with(found.region_code, found.year)
    for use, taken in told:
        if taken is None:
            found.waiting_fen += use.fen
            continue
        found.short_fen += taken.short
        for source, fen in taken.parts.items():
            for row in _rows(found, source, use.item_code, use.month.month):
                row.committed += fen


def _rows(found: Balance, source: str, item_code: str, month: int) -> tuple[Row, Row, Row]:
    purpose = purpose_of(item_code) if item_code else "welfare"
    total = found.sources.setdefault(source, Row())
    return total, _of(found, purpose, source), found.cells[source, item_code, month]


def _of(found: Balance, purpose: str, source: str) -> Row:
    return found.purposes.setdefault(purpose, {}).setdefault(source, Row())


def confirmed_allocations(places: Iterable[str], sources: Iterable[str]) -> QuerySet[FundAllocation]:
    """Confirmed allocations (adjustments apart) of these places from these sources, the newest first, for whoever divides
    them further. Asks no actor."""
    rows = FundAllocation.objects.filter(state=CONFIRMED, region_code__in=list(places), source__in=list(sources))
    return rows.exclude(kind="adjust").order_by("-year", "pk")


def places(actor: Actor) -> list[tuple[str, str]]:
    """(code, name) of the counties whose money this person may look at: those of their posts, and those with allocations
    in a wider one."""
    from minzheng.kernel.regions.selectors import region_names

    own = {place_of(code) for code in actor.scopes(READ) if codes.level(code) >= 3}
    wide = [code for code in actor.scopes(READ) if codes.level(code) < 3]
    if wide:
        rows = FundAllocation.objects.filter(codes.scope_q(wide)).exclude(state="withdrawn")
        own |= set(rows.values_list("region_code", flat=True).distinct())
        own |= set(wide)
    names = region_names(own)
    return [(code, names.get(code, code)) for code in sorted(own)]


def same_allocation(region_code: str, wanted: Mapping[str, Any]) -> FundAllocation | None:
    """The allocation that stands for the same line of the same document. Asks no actor: the importer does."""
    key = {name: wanted[name] for name in ("year", "source", "purpose", "item_code", "kind")}
    rows = FundAllocation.objects.filter(region_code=region_code, document_no=wanted["document_no"].strip(), **key)
    return rows.exclude(state="withdrawn").first()


def allotted_places(year: int) -> list[str]:
    """Places with confirmed allocations of a year. For the system's own acts: asks no actor."""
    rows = FundAllocation.objects.filter(state=CONFIRMED, year=year).order_by("region_code")
    return list(rows.values_list("region_code", flat=True).distinct())


def years(region_code: str) -> list[int]:
    """Years with allocations of a place, this year among them, newest first."""
    told = FundAllocation.objects.filter(region_code=region_code).exclude(state="withdrawn").order_by()
    return sorted({*told.values_list("year", flat=True).distinct(), clock.today().year}, reverse=True)


def confirmed(model: type[T], region_code: str, year: int) -> QuerySet[T]:
    """Confirmed rows of a place and year, the oldest first. Asks no actor."""
    return model._default_manager.filter(region_code=place_of(region_code), year=year, state=CONFIRMED).order_by(
        "entered_at", "pk"
    )
