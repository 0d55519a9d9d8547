"""公示名单: what the public may read, by the rule each item declares. Two lists: rows whose publicity runs today, and the
families in payment month by month (长期公示). Nothing else of a case leaves through here.

An address never carries the number of a row: a posted row is named by a keyed mark that only this installation can
make, and is found among the rows posted there today and no others.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from minzheng.kernel.cases.models import Publicity
from minzheng.kernel.crypto import sealing
from minzheng.kernel.documents.typesetting.amounts import yuan
from minzheng.kernel.items import registry
from minzheng.kernel.items.publicity import COLUMNS
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.awards.models import Award, PaymentLine
    from minzheng.kernel.items.items import Item

#: The group of a township whose villages are too small to be named.
OTHERS = "others"
_MARK = 16
_TOWN = 4
#: A village never has so many rows; it only keeps anybody from carrying off a township's list in one go.
MAX_ROWS = 500


def current(on: datetime.date) -> QuerySet[Publicity]:
    """Running on this day, of items whose rule posts them: posted, not yet over, not ended early."""
    posted = [item.code for item in registry.all_items() if item.publicity.posted]
    return Publicity.objects.filter(
        posted_on__lte=on, ends_on__gte=on, closed_at=None, case__item_code__in=posted
    ).select_related("case")


def mark_of(publicity: Publicity) -> str:
    """16 letters that name a posted row in an address, and say nothing."""
    return sealing.mac("publicity.row", str(publicity.pk).encode())[:_MARK]


def find(code: str, mark: str, on: datetime.date) -> Publicity | None:
    """The row of this mark among those posted in this place today."""
    if codes.level(code) < _TOWN:
        return None
    return next((row for row in current(on).filter(codes.scope_q([code])) if mark_of(row) == mark), None)


#: The publicity is over, nothing is decided: what is said now goes to whoever decides.
UNDECIDED = ("PUBLICITY", "REVIEW", "TOWN_CONFIRM")


def find_late(code: str, mark: str, on: datetime.date) -> Publicity | None:
    """The row of this mark whose publicity in this place is over while its case is not decided. It is no longer public:
    whoever has its address may still say something about it, but is shown nothing of it."""
    if codes.level(code) < _TOWN:
        return None
    rows = Publicity.objects.filter(codes.scope_q([code]), case__state__in=UNDECIDED, posted_on__lte=on)
    found = next((row for row in rows.select_related("case") if mark_of(row) == mark), None)
    return found if found is not None and late_open(found, on) else None


def late_open(row: Publicity, on: datetime.date) -> bool:
    """Whether this is the newest publicity of an undecided case, and over by now."""
    over = row.ends_on < on or row.closed_at is not None
    newest = row.case.publicities.order_by("-posted_on", "-id").first()
    return over and row.case.state in UNDECIDED and newest is not None and newest.pk == row.pk


@dataclass(frozen=True)
class PostedRow:
    """One public row: (heading, text) in the order of the item's columns, and when and where it hangs."""

    cells: tuple[tuple[str, str], ...]
    village: str
    posted_on: datetime.date
    ends_on: datetime.date
    place: str
    mark: str
    code: str

    @property
    def until(self) -> str:
        """“公示至 11月26日”."""
        return f"公示至 {self.ends_on.month}月{self.ends_on.day}日"


@dataclass(frozen=True)
class PostedItem:
    """The rows of one item: its title, its law, its headings."""

    title: str
    why: str
    headings: tuple[str, ...]
    rows: list[PostedRow] = field(default_factory=list)


def posted_in(code: str, on: datetime.date) -> list[PostedItem]:
    """What is posted in a place (township or village) today, item by item."""
    found: dict[str, PostedItem] = {}
    rows = current(on).filter(codes.scope_q([code])).order_by("case__item_code", "ends_on", "pk")[:MAX_ROWS]
    for row in rows:
        item = registry.get(row.case.item_code)
        headings = tuple(COLUMNS[name] for name in item.publicity.columns)
        group = found.setdefault(item.code, PostedItem(item.title, item.publicity.why, headings))
        group.rows.append(posted_row(row, item))
    return list(found.values())


def posted_row(row: Publicity, item: Item) -> PostedRow:
    """What was stored is already masked; the declared columns are picked here again, so that anything more that was
    stored is not shown."""
    stored = row.public_row or {}
    amount = stored.get("amount_fen")
    values = {
        "applicant": str(stored.get("applicant_name", "")),
        "persons": str(stored.get("persons", "")),
        "amount": yuan(amount) if isinstance(amount, int) else "",
        "sum": yuan(amount) if isinstance(amount, int) else "",
    }
    return PostedRow(
        tuple((COLUMNS[name], values[name]) for name in item.publicity.columns),
        region_name(row.region_code),
        row.posted_on,
        row.ends_on,
        row.place,
        mark_of(row),
        row.region_code,
    )


# ---- families in payment ----


@dataclass(frozen=True)
class LongRow:
    applicant: str
    persons: int
    amount: str


@dataclass(frozen=True)
class LongGroup:
    """The families of one village and item; ``code`` is OTHERS where the villages are too small to be named."""

    code: str
    village: str
    item: str
    rows: tuple[LongRow, ...]


def long_term_items() -> list[Item]:
    return [item for item in registry.all_items() if item.publicity.posted and item.publicity.long_term]


def long_towns(month: datetime.date) -> list[tuple[str, int]]:
    """Townships with families that were paid for this month, and how many."""
    from django.db.models import Count

    counted: dict[str, int] = defaultdict(int)
    rows = _lines(month).values("region_code").order_by().annotate(n=Count("award_id", distinct=True))
    for row in rows:
        counted[town_of(row["region_code"])] += row["n"]
    return sorted(counted.items())


def long_groups(town: str, month: datetime.date) -> list[LongGroup]:
    """The families of a township that were paid for this month, by item and village. Children are left out; villages too
    small to hide anybody in come as one group without names."""
    lines = (
        _lines(month)
        .filter(codes.scope_q([town]))
        .select_related("award__case")
        .prefetch_related("award__members__person")
    )
    found: dict[str, dict[str, list[LongRow]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        row = _long_row(line, month)
        if row is not None:
            found[line.item_code][line.region_code].append(row)
    groups: list[LongGroup] = []
    for item_code, villages in sorted(found.items()):
        item = registry.get(item_code)
        least = item.publicity.least_rows(item.flow.params(town, month))
        for code, rows in merged(villages, least):
            name = "其他村（社区）" if code == OTHERS else region_name(code)
            groups.append(LongGroup(code, name, item.title, tuple(sorted(rows, key=_order))))
    return groups


def merged(villages: dict[str, list[Any]], least: int) -> list[tuple[str, list[Any]]]:
    """Villages with fewer than ``least`` rows go into one nameless group; so that the group does not give the one
    village away, it takes in the smallest of the others until it has two villages and enough rows, while there are any.
    """
    small = sorted((code for code, rows in villages.items() if len(rows) < least), key=lambda c: (len(villages[c]), c))
    named = sorted((code for code in villages if code not in small), key=lambda c: (len(villages[c]), c))
    while small and named and (len(small) < 2 or sum(len(villages[c]) for c in small) < least):
        small.append(named.pop(0))
    groups = [(code, villages[code]) for code in sorted(named)]
    if small:
        groups.append((OTHERS, [row for code in small for row in villages[code]]))
    return groups


def _order(row: LongRow) -> tuple[str, int, str]:
    return (row.applicant, row.persons, row.amount)


def _lines(month: datetime.date) -> QuerySet[PaymentLine]:
    """What the bank has paid: nobody is listed for money that has not arrived."""
    from minzheng.kernel.awards.models import PaymentLine

    codes_ = [item.code for item in long_term_items()]
    return PaymentLine.objects.filter(month=month, line_type="regular", state="paid", item_code__in=codes_)


def _long_row(line: PaymentLine, month: datetime.date) -> LongRow | None:
    award = line.award
    covered = [m.person for m in award.members.all() if m.person is not None]
    if covered and all(is_child(person.birth_date, month) for person in covered):
        return None
    return LongRow(_shown_name(award, covered, month), award.persons, yuan(line.amount_fen))


def _shown_name(award: Award, covered: Sequence[Any], month: datetime.date) -> str:
    from minzheng.kernel.subjects.masking import mask_name

    alone = covered[0].name if len(covered) == 1 else ""
    name = alone or (award.case.applicant_name if award.case is not None else award.payee_name)
    item = registry.get(award.item_code)
    return mask_name(name) if item.flow.params(award.region_code, month).mask_public_name else name


def is_child(born: datetime.date | None, on: datetime.date) -> bool:
    """Under 18 on this day; an unknown birth date is not taken for a child's."""
    from minzheng.kernel.ages import age_on
    from minzheng.kernel.cases.drafting.members import ADULT

    return born is not None and age_on(born, on) < ADULT


def town_of(code: str) -> str:
    return code if codes.level(code) <= _TOWN else codes.parent(code)


def boards(rows: Iterable[Publicity]) -> dict[tuple[str, str, datetime.date, datetime.date], list[Publicity]]:
    """Rows that can stand on one sheet: same village, item and period."""
    found: dict[tuple[str, str, datetime.date, datetime.date], list[Publicity]] = defaultdict(list)
    for row in rows:
        found[(row.region_code, row.case.item_code, row.posted_on, row.ends_on)].append(row)
    return found
