"""What is left of a year's money, by source and benefit: confirmed allocations, less what the ledger says was drawn, less
what approved batches are still going to draw.

An allocation for one benefit is used first; what goes beyond it, and the other benefits of its purpose, use what the
purpose was allotted as a whole (打捆使用)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from minzheng.kernel.base import CONFIRMED
from minzheng.kernel.funds import uses
from minzheng.kernel.funds.hands import place_of
from minzheng.kernel.funds.models import FundAllocation
from minzheng.kernel.funds.rules import Share, share_of
from minzheng.kernel.funds.sources import WELFARE, purpose_of, sources
from minzheng.kernel.funds.splitting import split
from minzheng.kernel.ledger.models import LedgerTotal
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.funds.uses import Use

#: Accounts of the ledger: money that came from finance, money handed back to it.
DRAWN, BACK = "appropriation", "treasury"


@dataclass(frozen=True)
class Booked:
    """Money drawn and handed back in the ledger, in one month (day 1)."""

    source: str
    item_code: str
    month: datetime.date
    drawn: int
    back: int

    @property
    def fen(self) -> int:
        return self.drawn - self.back


@dataclass(frozen=True)
class Taken:
    """What one use takes of each source. `short`: what no source has any more."""

    parts: Mapping[str, int]
    short: int


@dataclass
class Pots:
    """The money of a place in a year. `allotted`: (source, purpose, item or "") → fen. `used`: (source, item) → fen.

    Taking money keeps account of it, so that uses taken one after the other never meet twice."""

    region_code: str
    year: int
    allotted: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    used: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    shares: dict[tuple[str, str, datetime.date], Share] = field(default_factory=dict)

    def knows(self, item_code: str) -> bool:
        """Whether any money was allotted that this benefit may use: without it there is nothing to check against."""
        purpose = _purpose(item_code)
        return any(one[1] == purpose and one[2] in ("", item_code) for one in self.allotted)

    def remaining(self, item_code: str) -> dict[str, int]:
        """{source: fen} that this benefit may still use; below 0 where more was drawn than allotted."""
        return {source: self._left(source, item_code) for source in sources()}

    def _left(self, source: str, item_code: str) -> int:
        purpose = _purpose(item_code)
        pot = self.allotted.get((source, purpose, ""), 0)
        for (used_of, item), fen in self.used.items():
            if used_of == source and _purpose(item) == purpose and item != item_code:
                pot -= max(fen - self.allotted.get((source, purpose, item), 0) * bool(item), 0)
        own = self.allotted.get((source, purpose, item_code), 0) if item_code else 0
        return own + pot - self.used.get((source, item_code), 0)

    def share(self, item_code: str, region_code: str, on: datetime.date) -> Share:
        key = (item_code, region_code, on.replace(day=1))
        if key not in self.shares:
            self.shares[key] = share_of(item_code, region_code, on)
        return self.shares[key]

    def sharing(self, item_code: str, region_code: str, on: datetime.date, fen: int) -> Taken:
        """How `fen` would be taken, by the rule of the day; where a source has run out, by those that stand in for it."""
        return shared(self.share(item_code, region_code, on), self.remaining(item_code), fen)

    def take(self, item_code: str, region_code: str, on: datetime.date, fen: int) -> Taken:
        taken = self.sharing(item_code, region_code, on, fen)
        for source, part in taken.parts.items():
            self.used[source, item_code] += part
        return taken


def shared(share: Share, left: Mapping[str, int], fen: int) -> Taken:
    """By the shares, exact to the fen; a source gives no more than it has, those that stand in give the rest."""
    parts, short = split(share.shares, fen), 0
    for source in parts:
        over = max(parts[source] - max(left.get(source, 0), 0), 0)
        parts[source], short = parts[source] - over, short + over
    for source in share.covers if short else ():
        more = min(short, max(left.get(source, 0) - parts.get(source, 0), 0))
        if more:
            parts[source], short = parts.get(source, 0) + more, short - more
    return Taken({source: part for source, part in parts.items() if part}, short)


def payable(share: Share, left: Mapping[str, int], fen: int) -> int:
    """The most of `fen` that can be taken without anything missing."""
    low, high = 0, fen
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if not shared(share, left, middle).short else (low, middle - 1)
    return low


def allotted(region_code: str, year: int) -> dict[tuple[str, str, str], int]:
    """(source, purpose, item or "") → fen of the confirmed allocations of a place. One query."""
    rows = FundAllocation.objects.filter(region_code=place_of(region_code), year=year, state=CONFIRMED)
    return {
        (row["source"], row["purpose"], row["item_code"]): row["fen"]
        for row in rows.values("source", "purpose", "item_code").annotate(fen=Sum("amount_fen")).order_by()
    }


def booked(region_code: str, year: int, until: datetime.date | None = None) -> list[Booked]:
    """What the ledger has of money from finance and back to it, by source, benefit and month; the month an entry belongs
    to, else the one it was booked in. Money handed back later than in its own year is the treasury's and restores nothing."""
    place = place_of(region_code)
    ours = codes.scope_q([place])
    rows = (
        LedgerTotal.objects.filter(ours, account_id__in=(DRAWN, BACK))
        .exclude(account_id=BACK, source="")  # money due to the treasury that has not gone back yet
        .annotate(of=Coalesce(F("month"), F("occurred_on")))
        .filter(of__year=year)
        .filter(Q(account_id=DRAWN) | Q(occurred_on__year=year))
    )
    if until is not None:
        rows = rows.filter(occurred_on__lte=until)
    found: dict[tuple[str, str, datetime.date], list[int]] = defaultdict(lambda: [0, 0])
    told = rows.values("account_id", "source", "benefit", "of").annotate(d=Sum("debit"), c=Sum("credit"))
    for row in told.order_by():
        sums = found[row["source"], row["benefit"], row["of"].replace(day=1)]
        if row["account_id"] == DRAWN:
            sums[0] += row["c"] - row["d"]
        else:
            sums[1] += row["d"] - row["c"]
    return [Booked(*key, *sums) for key, sums in sorted(found.items()) if any(sums)]


def standing(region_code: str, year: int, *, without: Iterable[str] = ()) -> Pots:
    """The money of a place as it stands: allocations, less the ledger, less approved batches (but those `without`)."""
    pots, _ = standing_with(region_code, year, without=without)
    return pots


def standing_with(
    region_code: str, year: int, *, without: Iterable[str] = ()
) -> tuple[Pots, list[tuple[Use, Taken | None]]]:
    """The same, with every use and what a committed one takes (None for one that still waits)."""
    place, left_out = place_of(region_code), set(without)
    pots = Pots(place, year)
    pots.allotted.update(allotted(place, year))
    for one in booked(place, year):
        pots.used[one.source, one.item_code] += one.fen
    found = [use for use in uses.told(place, year) if use.reference not in left_out]
    return pots, list(_taken(pots, found))


def _taken(pots: Pots, found: list[Use]) -> Iterator[tuple[Use, Taken | None]]:
    for use in found:
        committed = use.state == uses.COMMITTED
        yield use, pots.take(use.item_code, use.region_code, use.month, use.fen) if committed else None


def _purpose(item_code: str) -> str:
    """Money that belongs to no benefit is the lottery fund's projects'."""
    return purpose_of(item_code) if item_code else WELFARE
