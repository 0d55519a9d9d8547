"""Facts of a handful of rows without an engine: for somebody who waits. Planning the statements of thirty sources costs a
hundred times what their few rows do, so here the same rules are read off in Python.

It is the second reading of `facts.facts_sql`, row by row; a test holds the two against each other over every source.
"""

from __future__ import annotations

import datetime
import string
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.facts import columns_used, optional_parts
from minzheng.datacenter.sources.spec import Column, FactRule, Monthly, SourceSpec
from minzheng.kernel.months import month_after, month_end

Row = Mapping[str, Any]
#: Columns beside the facts, and their types: what went through an account, how many people hold it, whose sex a row names.
EXTRAS = {"turnover": "BIGINT", "holders": "BIGINT", "sex": "VARCHAR"}
#: What the name of a row that was found by its number, and the state of that number, are known by.
MARKS = ("id_state", "pinyin_token", "surname_token")


@lru_cache(maxsize=256)
def columns_looked_up(code: str) -> tuple[str, ...]:
    """What is read of the rows of a family: what facts are made of, and what tells whose they are. The lake keeps these
    columns apart beside the files (``lake.rowfiles``)."""
    spec = registry.get(code)
    own = [*columns_used(spec), *(name for name in EXTRAS if spec.has(name))]
    return tuple(dict.fromkeys(["id_token", "row_no", *MARKS, *own]))


def facts_of(
    spec: SourceSpec, rows: Sequence[Row], *, on: datetime.date, keep: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """What ``facts_sql(spec, …, on=on, keep=keep)`` gives over these clean rows: the columns of `facts.COLUMNS`, then `keep`.

    ``rows``: mappings with the columns that the rules use, `id_token`, `row_no` and those of `keep`."""
    found: list[tuple[Any, ...]] = []
    for rule in spec.facts:
        held = [row for row in _newest(rule, rows) if all(_holds(row[name], one) for name, one in rule.where.items())]
        if rule.monthly is None:
            found += [_single(spec, rule, row, keep) for row in held]
        else:
            found += _monthly(spec, rule, rule.monthly, held, on, keep)
    return found


def _newest(rule: FactRule, rows: Sequence[Row]) -> Sequence[Row]:
    if rule.newest is None:
        return rows
    column, per = rule.newest.column, ("id_token", *rule.newest.per)
    latest: dict[tuple[Any, ...], Any] = {}
    for row in rows:
        if row[column] is not None:
            key = tuple(row[name] for name in per)
            latest[key] = max(latest.get(key, row[column]), row[column])
    return [
        row
        for row in rows
        if row["id_token"] is None
        or (row[column] is not None and row[column] == latest[tuple(row[name] for name in per)])
    ]


def _single(spec: SourceSpec, rule: FactRule, row: Row, keep: Sequence[str]) -> tuple[Any, ...]:
    amount = None
    if rule.amount:
        amount = _half_up(max(_amount(rule, row), 0), rule.divisor)
        if rule.shared:
            amount //= max(row[rule.shared] or 1, 1)
    return (
        row["id_token"], rule.class_, amount, _day(spec.column(rule.on), row), _valid_to(spec, rule, row),
        _text(spec, rule.title, row), _text(spec, rule.reference, row), row["row_no"], *(row[name] for name in keep),
    )  # fmt: skip


def _monthly(
    spec: SourceSpec, rule: FactRule, monthly: Monthly, rows: Sequence[Row], on: datetime.date, keep: Sequence[str]
) -> list[tuple[Any, ...]]:
    end = on.replace(day=1)
    first = month_after(end, -monthly.months)
    groups: dict[tuple[Any, Any], list[Row]] = defaultdict(list)
    for row in rows:
        month = row[monthly.column]
        if month is not None and first <= month < end:
            groups[row["id_token"], row["row_no"] if row["id_token"] is None else None].append(row)
    found = []
    for (token, _), group in groups.items():
        group = sorted(group, key=lambda row: (row[monthly.column].year, row[monthly.column].month, row["row_no"]))

        def last(of: Callable[[Row], Any], group: Sequence[Row] = group) -> Any:
            """Of the newest row that has it."""
            return next((value for row in reversed(group) if (value := of(row)) is not None), None)

        days = [day for row in group if (day := _day(spec.column(rule.on), row)) is not None]
        found.append(
            (
                token,
                rule.class_,
                _half_up(max(sum(_amount(rule, row) for row in group), 0), monthly.divisor),
                month_end(max(days)) if days else None,
                last(lambda row: _valid_to(spec, rule, row)),
                last(lambda row: _text(spec, rule.title, row)),
                last(lambda row: _text(spec, rule.reference, row)),
                last(lambda row: row["row_no"]),
                *(last(itemgetter(name)) for name in keep),
            )
        )
    return found


def _half_up(total: int, divisor: int) -> int:
    return (2 * total + divisor) // (2 * divisor)


def _amount(rule: FactRule, row: Row) -> int:
    return int(row[rule.amount] or 0) - sum(int(row[name] or 0) for name in rule.minus)


def _day(column: Column, row: Row) -> datetime.date | None:
    """A month speaks of its last day."""
    value: datetime.date | None = row[column.name]
    return month_end(value) if value is not None and column.type == "month" else value


def _valid_to(spec: SourceSpec, rule: FactRule, row: Row) -> datetime.date | None:
    return _day(spec.column(rule.valid_to), row) if rule.valid_to else None


def _holds(value: Any, condition: Mapping[str, Any]) -> bool:
    return all(_one_holds(value, key, wanted) for key, wanted in condition.items())


def _one_holds(value: Any, key: str, wanted: Any) -> bool:
    if key == "in":
        return value in wanted
    if key == "not":
        return value is None or value not in wanted
    if key in ("min", "max"):
        return value is not None and (value >= wanted if key == "min" else value <= wanted)
    if key == "blank":
        return (value is None) == bool(wanted)
    if key == "is":
        return bool(value) == bool(wanted)
    raise ValueError(f"unknown condition {key}")


# ---- words ----


@lru_cache(maxsize=1024)
def _pieces(template: str) -> tuple[tuple[bool, tuple[tuple[str, str], ...]], ...]:
    """(may be left out, ((words before, column or ""), …)) for each part of a template."""
    return tuple((optional, tuple(_fields(text))) for text, optional in optional_parts(template))


def _fields(text: str) -> Iterable[tuple[str, str]]:
    for before, name, _, _ in string.Formatter().parse(text):
        yield before, name or ""


def _text(spec: SourceSpec, template: str, row: Row) -> str:
    said = []
    for optional, pieces in _pieces(template):
        words = [(before, _shown(spec.column(name), row[name]) if name else "") for before, name in pieces]
        if optional and any(shown is None for _, shown in words):
            continue
        said += [before + (shown or "") for before, shown in words]
    return "".join(said)


def _shown(column: Column, value: Any) -> str | None:
    if column.type == "flag" and column.required:
        return "是" if value else "否"
    if value is None:
        return None
    if column.type == "date":
        return f"{value:%Y-%m-%d}"
    if column.type == "month":
        return f"{value:%Y-%m}"
    if column.is_money:
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
    if column.type == "flag":
        return "是" if value else "否"
    return str(value)
