"""What several indicators read: each is one query for a county and month (`Span.once`), by benefit or item."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from minzheng.datacenter.indicators.declaring import Span
from minzheng.kernel.awards import counts as awards
from minzheng.kernel.cases import counts as cases
from minzheng.kernel.payruns import counts as payruns

T = TypeVar("T")


def _by_item(rows: Iterable[T]) -> dict[str, list[T]]:
    found = defaultdict[str, list[T]](list)
    for row in rows:
        one: Any = row
        found[one.item_code].append(row)
    return found


def _roll(span: Span) -> dict[str, list[awards.Counted]]:
    return _by_item(awards.monthly(*span.bounds, span.first))


def _paid(span: Span) -> dict[str, list[payruns.Paid]]:
    return _by_item(payruns.monthly(*span.bounds, span.first))


def _cases(span: Span) -> list[cases.Counted]:
    return cases.monthly(*span.bounds, span.first)


def roll(span: Span, item_code: str) -> Sequence[awards.Counted]:
    """The roll of one benefit by town and urban/rural."""
    return span.once(_roll).get(item_code, ())


def paid(span: Span, item_code: str = "") -> Sequence[payruns.Paid]:
    """What was paid for one benefit, or for all."""
    found = span.once(_paid)
    return found.get(item_code, ()) if item_code else [row for rows in found.values() for row in rows]


def of_cases(span: Span) -> Sequence[cases.Counted]:
    """Cases by town and item."""
    return span.once(_cases)
