"""Targets of plans and how far they are: linked to indicators, held against their values, told forward to the deadline.

Completion is actual/target where more is better and target/actual where less is better (registries §9.2); a floor holds in
every township and is judged by the worst of them, a quota is the sum, a share counts the townships that reach a condition
(seed-systems §2.9)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from minzheng.business.bureau.plans import measures, selectors
from minzheng.business.bureau.plans.models import PlanIndicator, TargetLink
from minzheng.datacenter.indicators import declaring, periods
from minzheng.datacenter.indicators import selectors as indicators
from minzheng.datacenter.indicators.declaring import Indicator
from minzheng.datacenter.indicators.showing import shown
from minzheng.kernel import clock
from minzheng.kernel.months import month_end

if TYPE_CHECKING:
    from minzheng.datacenter.indicators.selectors import Value
    from minzheng.kernel.accounts.actors import Actor

#: What a plan wants to reach; results that it reports are no targets.
KINDS = ("target", "plan", "table_row", "standard")
STATES = {
    "met": "已达到",
    "within": "限内",
    "on_track": "按进度",
    "running": "进行中",
    "behind": "落后",
    "over": "超限",
    "missing": "没有数据",
    "unlinked": "未关联",
}
TONES = {
    "met": "good",
    "within": "good",
    "on_track": "info",
    "running": "plain",
    "behind": "orange",
    "over": "bad",
    "missing": "plain",
    "unlinked": "plain",
}
#: Completion counts to 120 % at most where scores are made of it (registries §9.2).
CAP = Decimal(120)


@dataclass(frozen=True)
class Progress:
    """One target as it stands. Numbers are in the unit of its indicator; ``rate`` and ``elapsed`` in percent."""

    one: PlanIndicator
    link: TargetLink | None
    state: str
    sentence: str
    declared: Indicator | None = None
    target: Decimal | None = None
    actual: Decimal | None = None
    rate: Decimal | None = None
    elapsed: Decimal | None = None
    forecast: Decimal | None = None
    url: str = ""
    value: Value | None = None

    @property
    def title(self) -> str:
        return STATES[self.state]

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def actual_words(self) -> str:
        return shown(self.actual, self.declared.unit, self.declared.decimals) if self.declared else "—"

    @property
    def forecast_words(self) -> str:
        return shown(self.forecast, self.declared.unit, self.declared.decimals) if self.declared else "—"

    @property
    def open(self) -> bool:
        """Whether something is still to be done for it."""
        return self.state not in ("met", "within")


def targets(actor: Actor, permission: str = selectors.READ) -> QuerySet[PlanIndicator]:
    """Live targets of newest versions, with their links and plans."""
    return (
        selectors.indicators(actor, permission)
        .exclude(state="struck")
        .filter(merged_into=None, kind__in=KINDS)
        .select_related("target_link", "item", "version__plan")
    )


def link_of(one: PlanIndicator) -> TargetLink | None:
    return getattr(one, "target_link", None)


@dataclass(frozen=True)
class _Reading:
    """What the indicators say for one link: the value that counts, the towns behind it, and a sentence where none is."""

    value: Decimal | None
    url: str
    why: str = ""
    place: str = ""
    whole: Value | None = None


def progress(actor: Actor, found: Iterable[PlanIndicator], on: datetime.date) -> list[Progress]:
    """How far each of these is. Queries grow with the places and periods that are asked for, not with the targets."""
    rows = list(found)
    read = _readings(actor, [link for one in rows if (link := link_of(one)) is not None], on)
    return [_one(one, read, on) for one in rows]


def _readings(actor: Actor, links: Sequence[TargetLink], on: datetime.date) -> dict[int, _Reading]:
    groups: dict[tuple[str, tuple[str, ...], str], list[TargetLink]] = defaultdict(list)
    result: dict[int, _Reading] = {}
    for link in links:
        if link.aggregate == "total":
            dims = repr(sorted(link.dims.items()))
            groups[(link.measured_region, pieces(link.period, on), dims)].append(link)
        else:
            result[link.pk] = _over_towns(actor, link, on)
    for (region, parts, _), members in groups.items():
        codes = sorted({link.code for link in members if _known(link.code)})
        if not parts or not codes:
            result |= {link.pk: _Reading(None, "", "考核时期还没有开始") for link in members}
            continue
        told = indicators.many_series(codes, region, parts, actor=actor, dims=members[0].dims or None)
        for link in members:
            result[link.pk] = (
                _together(link, told[link.code]) if link.code in told else _Reading(None, "", "没有这个指标")
            )
    return result


def _known(code: str) -> bool:
    try:
        declaring.get(code)
    except declaring.UnknownIndicator:
        return False
    return True


def pieces(period: str, on: datetime.date) -> tuple[str, ...]:
    """The part of a period until a day, as periods that follow each other; the whole of it when it is over by then or
    the day is not past (indicators stop at today by themselves)."""
    whole = periods.parse(period)
    if on >= clock.today() or whole.ends_on <= on:
        return (period,)
    months = [month for month in whole.months if month_end(month) <= on]
    years = [month.year for month in months if month.month == 12 and month.replace(month=1) >= whole.first]
    found = [f"{years[0]}-{years[-1]}" if len(years) > 1 else str(years[0])] if years else []
    rest = months[len(years) * 12 :]
    half = len(rest) == 6 and rest[0].month == 1
    return (*found, *([f"{rest[0].year}H1"] if half else [periods.of_month(month) for month in rest]))


def _together(link: TargetLink, values: Sequence[Value]) -> _Reading:
    """Counts add up over the pieces; of stocks and rates the last one stands."""
    last, declared = values[-1], declaring.get(link.code)
    missing = next((value for value in values if value.value is None), None)
    if declared.period != "flow" or declared.formula is not None or len(values) == 1 or missing is not None:
        told = last if missing is None or declared.period != "flow" else missing
        return _Reading(told.value, told.url, told.why_missing, whole=told)
    total = sum((value.value for value in values if value.value is not None), Decimal(0))
    return _Reading(total, last.url, whole=replace(last, value=total))


def _over_towns(actor: Actor, link: TargetLink, on: datetime.date) -> _Reading:
    """The worst township, or the share of those that reach the condition."""
    parts = pieces(link.period, on)
    if not parts or not _known(link.code):
        return _Reading(None, "", "考核时期还没有开始" if not parts else "没有这个指标")
    towns = indicators.by_town(link.code, link.measured_region, parts[-1], actor=actor, dims=link.dims or None)
    known = [(place.name, value.value) for place, value in towns if value.value is not None]
    page = reverse("indicators.show", kwargs={"code": link.code})
    url = f"{page}?{urlencode({'region': link.measured_region, 'period': parts[-1]})}"
    if not known:
        return _Reading(None, url, "各乡镇都没有数据")
    if link.aggregate == "each":
        pick: Callable[..., Any] = min if link.direction == "up" else max
        name, value = pick(known, key=lambda pair: pair[1])
        missing = f"，另有 {len(towns) - len(known)} 个乡镇没有数据" if len(known) < len(towns) else ""
        return _Reading(value, url, place=f"{name}{missing}")
    condition = link.condition or Decimal(0)
    reached = sum(1 for _, value in known if (value >= condition if link.direction == "up" else value <= condition))
    return _Reading(Decimal(reached) * 100 / len(towns), url)


def _one(one: PlanIndicator, read: dict[int, _Reading], on: datetime.date) -> Progress:
    link = link_of(one)
    if link is None:
        return Progress(one, None, "unlinked", "还没有关联平台指标，不能自动算完成情况。")
    try:
        declared = declaring.get(link.code)
    except declaring.UnknownIndicator as error:
        return Progress(one, link, "missing", str(error))
    unit = "%" if link.aggregate == "share" else declared.unit
    target = measures.target_in(one, unit)
    if target is None:
        return Progress(
            one, link, "missing", f"目标的单位“{one.unit_norm}”与指标的“{unit}”不能比较，请改关联。", declared
        )
    reading = read[link.pk]
    if reading.value is None:
        return Progress(
            one, link, "missing", f"没有数据：{reading.why}。", declared, target, url=reading.url, value=reading.whole
        )
    return _judged(one, link, declared, target, reading, on)


def _judged(
    one: PlanIndicator, link: TargetLink, declared: Indicator, target: Decimal, reading: _Reading, on: datetime.date
) -> Progress:
    assert reading.value is not None
    actual, period = reading.value, periods.parse(link.period)
    done, total = _months(period, on)
    rate = completion(actual, target, link.direction)
    forecast = None
    if link.aggregate == "total" and declared.period == "flow" and declared.formula is None and 0 < done < total:
        forecast = actual * total / done
    reached = meets(actual, target, one.comparator, link.direction, measures.most_in(one, declared.unit))
    state = _state(reached, link.direction, forecast, target, one, done >= total)
    where = f"最差的是{reading.place}。" if reading.place else ""
    return Progress(
        one, link, state, where + _SENTENCES[state], declared, target, actual, rate,
        Decimal(done) * 100 / total, forecast, reading.url, reading.whole,
    )  # fmt: skip


_SENTENCES = {
    "met": "已经达到目标。",
    "within": "没有超过限额。",
    "on_track": "按目前的进度，到期能达到。",
    "running": "还没有达到；存量和比率不按时间推算。",
    "behind": "按目前的进度，到期达不到。",
    "over": "已经超过限额。",
}


def _months(period: periods.Period, on: datetime.date) -> tuple[int, int]:
    """(months of the period that are over, all its months)."""
    months = period.months
    return sum(1 for month in months if month_end(month) <= on), len(months)


def completion(actual: Decimal, target: Decimal, direction: str) -> Decimal | None:
    """Percent: actual/target, or target/actual where less is better; None where it cannot be said."""
    top, base = (actual, target) if direction == "up" else (target, actual)
    return top * 100 / base if base else None


def meets(actual: Decimal, target: Decimal, comparator: str, direction: str, most: Decimal | None = None) -> bool:
    """Whether a value reaches a target as the plan's comparator has it."""
    if comparator == ">":
        return actual > target
    if comparator == "<":
        return actual < target
    if comparator == "range":
        return target <= actual and (most is None or actual <= most)
    if comparator == "<=" or (comparator == "=" and direction == "down"):
        return actual <= target
    return actual >= target


def _state(
    reached: bool, direction: str, forecast: Decimal | None, target: Decimal, one: PlanIndicator, over: bool
) -> str:
    if direction == "down":
        if not reached:
            return "over"
        return "behind" if forecast is not None and not meets(forecast, target, one.comparator, direction) else "within"
    if reached:
        return "met"
    if over:
        return "behind"
    if forecast is None:
        return "running"
    return "on_track" if meets(forecast, target, one.comparator, direction) else "behind"


def target_url(one: PlanIndicator) -> str:
    return reverse("plans.target", kwargs={"pk": one.pk})
