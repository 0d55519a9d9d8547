"""The counts of every book as indicators: a new folder below `books` declares its own by being there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from minzheng.business.bureau.registers import counting
from minzheng.business.bureau.registers.declaring import Book, Counted
from minzheng.business.bureau.registers.models import RegisterEntry
from minzheng.business.bureau.registers.reading import books
from minzheng.datacenter.indicators import declaring
from minzheng.datacenter.indicators.declaring import DIMENSIONS, Drill, Figure, Indicator, Span
from minzheng.kernel.parts.behind import behind

LINE = "bureau"


def code_of(book: Book, name: str) -> str:
    return f"registers.{book.code}.{name}"


def dimension_of(book: Book, count: Counted) -> str:
    return f"registers.{book.code}.{count.split}"


def declare(book: Book) -> None:
    """Its counts and rates."""
    basis = book.basis or f"工作台账“{book.title}”"
    for count in book.counts:
        spec = book.field(count.split) if count.split else None
        if spec is not None:
            DIMENSIONS.setdefault(dimension_of(book, count), dict(spec.options))
        declaring.declare(
            Indicator(
                code_of(book, count.code), count.title, count.unit, _definition(book, count), basis, LINE,
                decimals=2 if _is_money(book, count) else 0, period="stock" if count.stock else "flow",
                better=count.better, dimensions=(dimension_of(book, count),) if spec else (),  # type: ignore[arg-type]
                drill=_drill(book, count), run=_runner(book, count),
            )
        )  # fmt: skip
    for rate in book.rates:
        declaring.ratio(
            code_of(book, rate.code), rate.title, numerator=code_of(book, rate.part),
            denominator=code_of(book, rate.whole), definition=rate.definition or rate.title, basis=basis, line=LINE,
            better=rate.better, decimals=1,
        )  # fmt: skip


def _is_money(book: Book, count: Counted) -> bool:
    spec = book.field(count.sum) if count.sum else None
    return spec is not None and spec.type == "money"


def _definition(book: Book, count: Counted) -> str:
    """What is counted, in words, from the declaration."""
    summed = book.field(count.sum) if count.sum else None
    what = f"各条记录的“{summed.label}”之和" if summed else "记录条数"
    day = book.dated if count.by == "on" else getattr(book.field(count.by), "label", count.by)
    when = ("本年内到月末" if count.this_year else "月末有效") if count.stock else "当月"
    told = [f"台账“{book.title}”{when}（按{day}）的{what}"]
    for name, values in count.where.items():
        told.append(f"只计{_said(book, name, values)}")
    if count.due_by:
        due = book.field(count.due_by)
        told.append(f"只计{due.label if due else count.due_by}已到的，和已经办完的")
    return "；".join(told) + "；作废的不计。"


def _said(book: Book, name: str, values: Iterable[Any]) -> str:
    if name == "state":
        return "状态为" + "、".join(book.state(str(one)).label for one in values)
    spec = book.field(name)
    options: Mapping[Any, str] = (spec.options if spec else {}) or {True: "是", False: "否"}
    return f"{spec.label if spec else name}为" + "、".join(options.get(one, str(one)) for one in values)


def _drill(book: Book, count: Counted) -> Drill:
    def query(region: str, month: date, dims: Mapping[str, str]) -> dict[str, str]:
        part = dims.get(dimension_of(book, count), "") if count.split else ""
        return {"book": book.code, "counted": behind(count.code, month, region, part)}

    scale = Decimal("0.01") if _is_money(book, count) else Decimal(1)
    return Drill("registers.list", query, adds="summed" if count.sum else "", scale=scale)


def _all(span: Span) -> dict[tuple[str, str, str], list[tuple[str, Decimal]]]:
    """(book, count, part) → numbers by town, of all books with two queries. A county keeps some of the many books: what
    the others would count is not even asked, for every number asked takes its time."""
    low, high = span.bounds
    rows = RegisterEntry.objects.filter(region_code__gte=low, region_code__lte=high)
    kept = set(rows.order_by().values_list("book", flat=True).distinct())
    asked = counting.wanted(book for code, book in books().items() if code in kept)
    found: dict[tuple[str, str, str], list[tuple[str, Decimal]]] = {}
    for town, numbers in counting.ask(rows, asked, span.first, span.last, by="town").items():
        for one, number in zip(asked, numbers, strict=True):
            if number:
                found.setdefault((one.book.code, one.count.code, one.part), []).append((town, number))
    return found


def _runner(book: Book, count: Counted) -> Any:
    scale = Decimal("0.01") if _is_money(book, count) else Decimal(1)
    spec = book.field(count.split) if count.split else None
    dimension = dimension_of(book, count)

    def run(span: Span) -> Iterable[Figure]:
        known = span.once(_all)
        parts = [*spec.options, ""] if spec else [""]
        left: dict[str, Decimal] = {}
        for part in [""] if not spec else parts[:-1]:
            for town, number in known.get((book.code, count.code, part), ()):
                yield Figure(town, number * scale, {dimension: part} if part else {})
                left[town] = left.get(town, Decimal(0)) + number
        if spec:  # entries whose code is no longer an option still count
            for town, number in known.get((book.code, count.code, ""), ()):
                if number > left.get(town, Decimal(0)):
                    yield Figure(town, (number - left.get(town, Decimal(0))) * scale)

    return run


for _book in books().values():
    declare(_book)
