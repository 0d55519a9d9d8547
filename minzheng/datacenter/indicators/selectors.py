"""Reading indicators. One number, many at once, a series, the towns of a place, a change: each with a fixed number of
queries (months that were never computed are computed first, see `ready`)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from minzheng.datacenter.indicators import computing, declaring, folding, periods, reading
from minzheng.datacenter.indicators.declaring import DIMENSIONS, Indicator
from minzheng.datacenter.indicators.folding import Folded, Folder
from minzheng.datacenter.indicators.periods import Period
from minzheng.datacenter.indicators.showing import shown as shown
from minzheng.kernel import clock
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import children, region_name

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

READ, MANAGE, REPORT, CONFIRM = "indicator.read", "indicator.manage", "indicator.report", "indicator.confirm"


@dataclass(frozen=True)
class Value:
    """One number as it is read. `value` None: `why_missing` says why (0 is a number). `version` 0: live, not frozen; of
    several counties and months the newest. `as_of`: the last day it speaks of. `url`: its page, with the list behind it."""

    code: str
    region_code: str
    period: str
    value: Decimal | None
    unit: str
    shown: str
    frozen: bool
    version: int
    as_of: datetime.date
    why_missing: str
    url: str


class Place(NamedTuple):
    """A part of the asked place."""

    code: str
    name: str


@dataclass(frozen=True)
class Change:
    """`now` beside the same period of last year, or the period before. `difference` and `rate` (%) None where a number is
    missing, `rate` also where the former is 0. `turn`: better, worse, same, none (no direction is better, or unknown)."""

    now: Value
    before: Value
    difference: Decimal | None
    rate: Decimal | None
    turn: Literal["better", "worse", "same", "none"]


def value(
    code: str, region_code: str, period: str, *, actor: Actor | None = None, dims: Mapping[str, str] | None = None
) -> Value:
    """One indicator of a place and period. Raises UnknownIndicator, BadPeriod, BadRegionCode."""
    return values([code], region_code, period, actor=actor, dims=dims)[code]


def values(
    codes_: Iterable[str], region_code: str, period: str, *, actor: Actor | None = None,
    dims: Mapping[str, str] | None = None,
) -> dict[str, Value]:  # fmt: skip
    """Many indicators of one place and period: code → Value. `actor`: who must hold indicator.read over the place (None:
    the caller has asked). The number of queries does not depend on how many are asked for."""
    wanted = list(dict.fromkeys(codes_))
    told = _many(wanted, codes.full(region_code), [periods.parse(period)], actor, dims)
    return {code: told[code, 0] for code in wanted}


def series(
    code: str,
    region_code: str,
    months: Sequence[str],
    *,
    actor: Actor | None = None,
    dims: Mapping[str, str] | None = None,
) -> list[Value]:
    """One indicator over several periods, in their order (months, or any other periods)."""
    told = _many([code], codes.full(region_code), [periods.parse(one) for one in months], actor, dims)
    return [told[code, number] for number in range(len(months))]


def many_series(
    codes_: Iterable[str], region_code: str, months: Sequence[str], *, actor: Actor | None = None,
    dims: Mapping[str, str] | None = None,
) -> dict[str, list[Value]]:  # fmt: skip
    """The same of many indicators with the same few queries."""
    wanted = list(dict.fromkeys(codes_))
    told = _many(wanted, codes.full(region_code), [periods.parse(one) for one in months], actor, dims)
    return {code: [told[code, number] for number in range(len(months))] for code in wanted}


def by_town(
    code: str, region_code: str, period: str, *, actor: Actor | None = None, dims: Mapping[str, str] | None = None
) -> list[tuple[Place, Value]]:
    """The parts of a place one level down (towns of a county, counties of a city), in the order of their codes. What
    belongs to no part (the county's own) stands last as “本级”."""
    place, when = codes.full(region_code), periods.parse(period)
    if codes.level(place) >= 4:
        return [(Place(place, region_name(place)), value(code, place, period, actor=actor, dims=dims))]
    width = codes.WIDTHS[codes.level(place) + 1]
    book, refused = _book([code], place, [when], actor, dims, width)
    folder = Folder(book, place, clock.today(), frozenset(dims or ()))
    parts = [Place(one.code, one.name) for one in children(place)]
    rows = []
    for part in [*parts, Place(place, f"{region_name(place)}本级")]:
        folded = refused or folder.fold(code, when, part.code)
        if part.code != place or (folded.value and not _covers_all(folded, code)):
            rows.append((part, _told(declaring.get(code), part.code, when, folded, book)))
    return rows


def compare(
    code: str, region_code: str, period: str, with_: Literal["last_year", "last_period"] = "last_year", *,
    actor: Actor | None = None, dims: Mapping[str, str] | None = None,
) -> Change:  # fmt: skip
    """A number beside that of a year before, or of the period before."""
    when = periods.parse(period)
    former = when.back(1) if with_ == "last_year" else when.before
    told = _many([code], codes.full(region_code), [when, former], actor, dims)
    return change(told[code, 0], told[code, 1])


def change(now: Value, before: Value) -> Change:
    """The difference of two numbers of one indicator."""
    if now.value is None or before.value is None:
        return Change(now, before, None, None, "none")
    difference = now.value - before.value
    rate = difference / abs(before.value) * 100 if before.value else None
    better = declaring.get(now.code).better
    if not difference:
        turn: Literal["better", "worse", "same", "none"] = "same"
    elif better == "none":
        turn = "none"
    else:
        turn = "better" if (difference > 0) == (better == "up") else "worse"
    return Change(now, before, difference, rate, turn)


def _many(
    wanted: Sequence[str], place: str, when: Sequence[Period], actor: Actor | None, dims: Mapping[str, str] | None
) -> dict[tuple[str, int], Value]:
    book, refused = _book(wanted, place, when, actor, dims)
    folder = Folder(book, place, clock.today(), frozenset(dims or ()))
    return {
        (code, number): _told(declaring.get(code), place, one, refused or folder.fold(code, one), book)
        for code in wanted
        for number, one in enumerate(when)
    }


def _book(
    wanted: Iterable[str], place: str, when: Sequence[Period], actor: Actor | None, dims: Mapping[str, str] | None,
    width: int = 0,
) -> tuple[reading.Book, Folded | None]:  # fmt: skip
    """Everything the numbers rest on; or that this person may not see numbers of the place."""
    bad = [name for name, one in (dims or {}).items() if one not in DIMENSIONS.get(name, {})]
    if bad:
        raise ValueError(f"没有这样的维度或取值：{'、'.join(bad)}。")
    if actor is not None and not actor.is_system and not actor.can(READ, place):
        return reading.Book(), Folded(None, "您的岗位不能查看这个地区的指标")
    today = clock.today()
    computed, reported = set[str](), set[str]()
    months, held, needed = set[datetime.date](), set[datetime.date](), set[datetime.date]()
    for code in wanted:
        for leaf, back in folding.leaves(code):
            one = declaring.get(leaf)
            (reported if one.is_reported else computed).add(leaf)
            for period in when:
                own = folding.wanted(one, period.back(back), today)
                months.update(own)
                if not one.is_reported:
                    needed.update(own)
                elif one.period == declaring.STOCK and own:
                    held.update(reading.held_months(own[-1], one.holds))
    if needed:
        computing.ready(place, sorted(needed))
    return reading.load(place, computed, reported, months, held, dims, width), None


def _told(one: Indicator, place: str, period: Period, folded: Folded, book: reading.Book) -> Value:
    known = [book.standing[pair] for pair in folded.used if pair in book.standing]
    frozen = (
        bool(folded.used) and not folded.late and len(known) == len(folded.used) and all(row.version for row in known)
    )
    return Value(
        one.code, place, period.text, folded.value, one.unit, shown(folded.value, one.unit, one.decimals), frozen,
        max((row.version for row in known), default=0), min(period.ends_on, clock.today()), folded.why,
        f"{reverse('indicators.show', kwargs={'code': one.code})}?{urlencode({'region': place, 'period': period.text})}",
    )  # fmt: skip


def _covers_all(folded: Folded, code: str) -> bool:
    """A report for the whole place is not a part of it."""
    return declaring.get(code).is_reported


__all__ = [
    "CONFIRM", "MANAGE", "READ", "REPORT", "Change", "Place", "Value", "by_town", "change", "compare", "many_series",
    "replace", "series", "shown", "value", "values",
]  # fmt: skip
