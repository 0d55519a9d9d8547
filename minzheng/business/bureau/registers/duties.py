"""What is due: dates of open entries that are near or over, and duties that must be done so often in each period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.db.models.fields.json import KT

from minzheng.business.bureau.registers.declaring import PERIODS, Book, Reminder, Rhythm
from minzheng.business.bureau.registers.models import RegisterEntry
from minzheng.business.bureau.registers.selectors import (
    READ,
    due,
    entries,
    readable_books,
    remind_q,
    where_q,
)
from minzheng.kernel.months import month_end
from minzheng.kernel.orgs import selectors as orgs

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Units of a duty that is owed by each value of a field (party branches) are those that had an entry in so many days.
UNIT_DAYS = 400


@dataclass(frozen=True)
class Owed:
    """One duty of one unit in the period that is running, and how the period before ended.

    `state`: done, short (the shortage is a reminder now) or running (there is still time)."""

    book: Book
    rhythm: Rhythm
    unit: str
    org_id: int | None
    done: int
    before: int
    first: date
    last: date
    state: str

    @property
    def missing(self) -> int:
        return max(self.rhythm.at_least - self.done, 0)

    @property
    def missed_before(self) -> int:
        return max(self.rhythm.at_least - self.before, 0)

    @property
    def sentence(self) -> str:
        """“还差 1 次廉政教育（本季度，12 月 31 日前）”."""
        until = f"本{PERIODS[self.rhythm.per]}，{self.last.month} 月 {self.last.day} 日前"
        if not self.missing:
            return (
                f"{self.rhythm.title}已有 {self.done} 次（本{PERIODS[self.rhythm.per]}要求 {self.rhythm.at_least} 次）"
            )
        return f"还差 {self.missing} 次{self.rhythm.title}（{until}）"


def period_of(per: str, day: date) -> tuple[date, date]:
    """First and last day of the month, quarter or year that a day lies in."""
    months = {"month": 1, "quarter": 3, "year": 12}[per]
    first = (day.month - 1) // months * months + 1
    return date(day.year, first, 1), month_end(date(day.year, first + months - 1, 1))


def standing(rhythm: Rhythm, done: int, day: date) -> str:
    """done, short from the warning day of the period's last month on, running before."""
    if done >= rhythm.at_least:
        return "done"
    last = period_of(rhythm.per, day)[1]
    return "short" if day >= last.replace(day=min(rhythm.warn_day, last.day)) else "running"


def owed(actor: Actor, day: date, permission: str = READ, books: Iterable[Book] | None = None) -> list[Owed]:
    """The running duties of all units in reach, short ones first. Three queries at most: offices, their counts, and those of
    units named by a field."""
    held = [
        (book, rhythm)
        for book in (readable_books(actor) if books is None else books)
        for rhythm in book.rhythms
    ]  # fmt: skip
    if not held:
        return []
    found = [*_by_office(actor, day, permission, held), *_by_field(actor, day, permission, held)]
    rank = {"short": 0, "running": 1, "done": 2}
    return sorted(found, key=lambda one: (rank[one.state], one.last, one.book.title, one.rhythm.code, one.unit))


_Held = list[tuple[Book, Rhythm]]


def _conditions(held: _Held, day: date) -> dict[str, Q]:
    """{n0: entries of the first duty in the running period, p0: in the one before, …}."""
    found = {}
    for n, (book, rhythm) in enumerate(held):
        first, last = period_of(rhythm.per, day)
        before = period_of(rhythm.per, first - timedelta(days=1))
        what = Q(book=book.code) & where_q(rhythm.where)
        found[f"n{n}"] = what & Q(on__gte=first, on__lte=last)
        found[f"p{n}"] = what & Q(on__gte=before[0], on__lte=before[1])
    return found


def _by_office(actor: Actor, day: date, permission: str, held: _Held) -> list[Owed]:
    mine = [pair for pair in held if not pair[1].each]
    kinds = {kind for _, rhythm in mine for kind in rhythm.owed_by}
    if not mine:
        return []
    offices = orgs.of_kinds(kinds, None if actor.is_system else actor.scopes(permission))
    numbers = {name: Count("pk", filter=one) for name, one in _conditions(mine, day).items()}
    since = _since(mine, day)
    rows = entries(actor, permission).filter(on__gte=since, book__in={book.code for book, _ in mine}).order_by()
    found: Iterable[Mapping[str, Any]] = rows.values("org_id").annotate(**numbers)
    counts = {row["org_id"]: row for row in found}
    return [
        _made(book, rhythm, office.name, office.pk, counts.get(office.pk, {}), n, day)
        for n, (book, rhythm) in enumerate(mine)
        for office in offices
        if office.kind in rhythm.owed_by
    ]


def _by_field(actor: Actor, day: date, permission: str, held: _Held) -> list[Owed]:
    """Duties owed by each value of a field: one query for each such field name."""
    found: list[Owed] = []
    fields: dict[str, _Held] = defaultdict(list)
    for book, rhythm in held:
        if rhythm.each:
            fields[rhythm.each].append((book, rhythm))
    for field, mine in fields.items():
        numbers = {name: Count("pk", filter=one) for name, one in _conditions(mine, day).items()}
        rows = entries(actor, permission).filter(
            on__gte=min(_since(mine, day), day - timedelta(days=UNIT_DAYS)), book__in={book.code for book, _ in mine}
        )
        for row in rows.order_by().values("book", "org_id", unit=KT(f"values__{field}")).annotate(**numbers):
            found += [
                _made(book, rhythm, row["unit"], row["org_id"], row, n, day)
                for n, (book, rhythm) in enumerate(mine)
                if book.code == row["book"] and row["unit"]
            ]
    return found


def _since(held: _Held, day: date) -> date:
    """The first day of the earliest period that is looked at."""
    return min(period_of(one.per, period_of(one.per, day)[0] - timedelta(days=1))[0] for _, one in held)


def _made(book: Book, rhythm: Rhythm, unit: str, org_id: int | None, row: Mapping[str, Any], n: int, day: date) -> Owed:
    first, last = period_of(rhythm.per, day)
    done = int(row.get(f"n{n}") or 0)
    return Owed(book, rhythm, unit, org_id, done, int(row.get(f"p{n}") or 0), first, last, standing(rhythm, done, day))


@dataclass(frozen=True)
class Date:
    """One date of an open entry that is near or over."""

    entry: RegisterEntry
    book: Book
    reminder: Reminder
    on: date

    def late(self, day: date) -> bool:
        return self.on < day


def dates(
    actor: Actor, day: date, permission: str = READ, books: Iterable[Book] | None = None, most: int = 500
) -> list[Date]:
    """Dates of open entries that are near or over, the earliest first; one query."""
    wanted = list(readable_books(actor) if books is None else books)
    by_code = {book.code: book for book in wanted}
    found = []
    for entry in due(actor, day, permission, wanted)[:most]:
        book = by_code[entry.book]
        for reminder in book.reminders:
            text = entry.values.get(reminder.field)
            if text and date.fromisoformat(text) <= day + timedelta(days=reminder.days):
                found.append(Date(entry, book, reminder, date.fromisoformat(text)))
    return sorted(found, key=lambda one: (one.on, one.entry.pk))


def numbers(actor: Actor, day: date) -> dict[str, dict[str, int]]:
    """{book: {"all", "year", "open", "near", "late"}} of every book in reach; one query."""
    near, late, open_ = Q(pk__in=[]), Q(pk__in=[]), Q(pk__in=[])
    for book in readable_books(actor):
        open_ |= Q(book=book.code, state__in=book.open_states)
        if book.reminders:
            near |= remind_q(book, day)
            late |= remind_q(book, day, late=True)
    rows = entries(actor).order_by().values("book").annotate(
        all=Count("pk"), year=Count("pk", filter=Q(on__year=day.year)), open=Count("pk", filter=open_),
        near=Count("pk", filter=near), late=Count("pk", filter=late),
    )  # fmt: skip
    return {row["book"]: {name: row[name] for name in ("all", "year", "open", "near", "late")} for row in rows}
