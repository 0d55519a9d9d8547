"""What calculations read: the shipped rows with a place's own signed rows in front.

`ruleset()` and `with_values(params)` are the one seam between the database and the pure rule engine. Rows are remembered
for some seconds per process (forgotten at once where a value is signed). A decision freezes the rows it used (`kept`);
`as_frozen` computes with exactly those again, whatever was signed since."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from typing import Any

from minzheng.kernel.standards.models import ParameterValue
from minzheng.kernel.standards.sets import find
from minzheng.policy import Ruleset, load_ruleset
from minzheng.policy.params import Declaration, ParamSet, Row, convert_value
from minzheng.policy.regions import normalize_region, region_chain

EVIDENCE = "verified"  # a document of the place, read and signed by two people
OWN = "本地参数"  # where a signed row comes from, instead of a file
_KEEP_SECONDS = 30
_NEVER = -1e9
_rows: tuple[Row, ...] = ()
_read_at = _NEVER
_frozen: ContextVar[tuple[Row, ...] | None] = ContextVar("frozen_values", default=None)


def ruleset() -> Ruleset:
    """The rules with the signed values of all places (or, inside `as_frozen`, with those of a decision)."""
    base = load_ruleset()
    mine = tuple(row for row in current() if row.name in base.params.declarations)
    return _ruleset(mine) if mine else base


def with_values(params: ParamSet) -> ParamSet:
    """Another declared set (deadlines of a procedure) with the signed values in front."""
    mine = tuple(row for row in current() if row.name in params.declarations)
    return params.with_rows(mine) if mine else params


def current() -> tuple[Row, ...]:
    """Signed rows, the one that begins last first: it wins from its own first day."""
    global _rows, _read_at
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    if time.monotonic() - _read_at > _KEEP_SECONDS:
        signed = ParameterValue.objects.filter(state="signed").order_by("-valid_from", "-signed_at", "-pk")
        _rows = tuple(_in_force_order(signed))
        _read_at = time.monotonic()
    return _rows


def forget() -> None:
    """Read the table again with the next calculation of this process."""
    global _read_at
    _read_at = _NEVER


def _in_force_order(signed: Iterable[ParameterValue]) -> Iterator[Row]:
    """The engine's rows. A mere confirmation holds until the level above says something new: it must not hide that."""
    rows = [(value, row) for value in signed if (row := row_of(value)) is not None]
    own = [row for value, row in rows if not value.confirms]
    for value, row in rows:
        if not value.confirms:
            yield row
            continue
        above = set(region_chain(row.region)) - {row.region}
        found = find(row.name)
        shipped = found[0].load().rows if found else ()
        later = [
            one.since for one in (*own, *shipped)
            if one.name == row.name and one.region in above and one.since > row.since
        ]  # fmt: skip
        last = min(later) - datetime.timedelta(days=1) if later else row.until
        yield replace(row, until=min(row.until, last))


def row_of(value: ParameterValue) -> Row | None:
    """The engine's row; None where the parameter is no longer declared (a release took it away)."""
    found = find(value.name)
    return None if found is None else make_row(found[1], value)


def make_row(declaration: Declaration, value: ParameterValue) -> Row:
    """Raises ValueError with a Chinese reason when the text is no value of the declared type."""
    return Row(
        value.name,
        normalize_region(value.region_code),
        convert_value(declaration, value.value),
        value.valid_from,
        value.valid_until or datetime.date.max,
        value.unit or declaration.unit,
        value.source,
        EVIDENCE,
        as_floor=value.as_floor,
        file=OWN,
    )


def kept(region: str) -> list[dict[str, str]]:
    """The rows that can touch a calculation there, as plain JSON to be frozen with it."""
    places = set(region_chain(normalize_region(region)))
    return [_plain(row) for row in current() if row.region in places]


@contextmanager
def as_frozen(rows: Iterable[Mapping[str, str]] | None) -> Iterator[None]:
    """Compute with these rows and no others."""
    token = _frozen.set(tuple(row for row in map(_from_plain, rows or ()) if row is not None))
    try:
        yield
    finally:
        _frozen.reset(token)


def _plain(row: Row) -> dict[str, str]:
    until = "" if row.until == datetime.date.max else row.until.isoformat()
    return {
        "name": row.name, "region": row.region, "value": text_of(row.value), "since": row.since.isoformat(),
        "until": until, "unit": row.unit, "reference": row.reference,
    }  # fmt: skip


def text_of(value: Any) -> str:
    return "是" if value is True else "否" if value is False else str(value)


def _from_plain(row: Mapping[str, str]) -> Row | None:
    found = find(row["name"])
    if found is None:
        return None
    day = datetime.date.fromisoformat
    until = day(row["until"]) if row["until"] else datetime.date.max
    value = convert_value(found[1], row["value"])
    return Row(
        row["name"], row["region"], value, day(row["since"]), until, row["unit"], row["reference"], EVIDENCE,
        file=OWN,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _ruleset(rows: tuple[Row, ...]) -> Ruleset:
    return load_ruleset().with_params(rows)
