"""The numbers of books: which entries a count means in a month, all counts of a county in one query, sums and rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Substr

from minzheng.business.bureau.registers.declaring import Book, Counted, Rate
from minzheng.business.bureau.registers.models import RegisterEntry
from minzheng.business.bureau.registers.selectors import where_q
from minzheng.kernel import clock
from minzheng.kernel.months import month_end

NUMBER: DecimalField[Any, Any] = DecimalField(max_digits=20, decimal_places=4)


@dataclass(frozen=True)
class Wanted:
    """One number to ask for: a count of a book, of one code of its `split` field or ("") of all."""

    book: Book
    count: Counted
    part: str = ""


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of its month."""
    return day.replace(day=1), month_end(day)


def counted_q(book: Book, count: Counted, first: date, last: date) -> Q:
    """The entries that a count means between two days (for a stock, on the last one)."""
    found = Q(book=book.code, voided_at=None) & where_q(count.where)
    low, high = count.by if count.by == "on" else f"values__{count.by}", last if count.by == "on" else last.isoformat()
    found &= Q(**{f"{low}__lte": high})
    if count.this_year:
        first = first.replace(month=1, day=1)
    if not count.stock or count.this_year:
        found &= Q(**{f"{low}__gte": first if count.by == "on" else first.isoformat()})
    if count.stock and count.until:
        over = f"values__{count.until}"
        found &= Q(**{f"{over}__isnull": True}) | Q(**{f"{over}__gt": last.isoformat()})
    if count.due_by:
        until = min(last, clock.today())  # in the running month nothing is due that is still to come
        found &= Q(**{f"values__{count.due_by}__lte": until.isoformat()}) | Q(state__in=count.done)
    return found


def summed(rows: QuerySet[RegisterEntry], count: Counted) -> QuerySet[RegisterEntry]:
    """Rows with `summed`, the number that a sum adds up; fen stay fen."""
    return rows.annotate(summed=Cast(KT(f"values__{count.sum}"), NUMBER)) if count.sum else rows


def wanted(books: Iterable[Book]) -> list[Wanted]:
    """Every number of these books, split ones by each code too."""
    found = []
    for book in books:
        for count in book.counts:
            found.append(Wanted(book, count))
            spec = book.field(count.split) if count.split else None
            found += [Wanted(book, count, code) for code in (spec.options if spec else ())]
    return found


def ask(
    rows: QuerySet[RegisterEntry], asked: Iterable[Wanted], first: date, last: date, by: str = ""
) -> dict[str, list[Decimal]]:
    """One query: {place: numbers in the order of `asked`}. `by`: "" all together under the key "", "town" by town (a
    county's own entries under the county)."""
    numbers = {}
    for n, one in enumerate(asked):
        condition = counted_q(one.book, one.count, first, last)
        if one.part:
            condition &= where_q({one.count.split: (one.part,)})
        numbers[f"n{n}"] = _aggregate(one.count, condition)
    if not numbers:
        return {}
    if not by:
        found = rows.aggregate(**numbers)
        return {"": [Decimal(found[name] or 0) for name in numbers]}
    grouped: Iterable[Mapping[str, Any]] = (
        rows.annotate(town=Substr("region_code", 1, 9)).order_by().values("town").annotate(**numbers)
    )
    return {row["town"] + "000": [Decimal(row[name] or 0) for name in numbers] for row in grouped}


def _aggregate(count: Counted, condition: Q) -> Any:
    if count.sum:
        return Sum(Cast(KT(f"values__{count.sum}"), NUMBER), filter=condition)
    return Count("pk", filter=condition)


def by_month(rows: QuerySet[RegisterEntry], book: Book, year: int) -> dict[int, int]:
    """Entries of a book by month of a year."""
    found = rows.filter(book=book.code, on__year=year).order_by().values(month=F("on__month"))
    return {row["month"]: row["n"] for row in found.annotate(n=Count("pk"))}


def by_choice(rows: QuerySet[RegisterEntry], book: Book, field: str, first: date, last: date) -> dict[str, int]:
    """Entries between two days by the codes of a choice."""
    found: dict[str, int] = defaultdict(int)
    within = rows.filter(book=book.code, on__gte=first, on__lte=last).order_by()
    for value, n in within.values_list(f"values__{field}").annotate(n=Count("pk")):
        for code in value if isinstance(value, list) else [value]:
            found[str(code or "")] += n
    return dict(found)


def rate(one: Rate, numbers: Mapping[str, Decimal]) -> Decimal | None:
    """Part of whole in percent with one decimal, None where there is no whole."""
    whole = numbers.get(one.whole) or Decimal(0)
    if not whole:
        return None
    return ((numbers.get(one.part) or Decimal(0)) * 100 / whole).quantize(Decimal("0.1"))
