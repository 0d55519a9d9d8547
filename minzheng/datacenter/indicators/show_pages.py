"""One indicator: what it is, its number and change, its course, its parts, and the list that it counts."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from minzheng.datacenter.indicators import asked, declaring, periods, selectors, words
from minzheng.datacenter.indicators.declaring import DIMENSIONS, Indicator
from minzheng.datacenter.indicators.selectors import Change, Value
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.pages.gate import allowed
from minzheng.kernel.parts import charts

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Months of the course: a year and the same month before it.
COURSE = 13


@dataclass(frozen=True)
class Row:
    """A line of a table: label, value, where the label leads, the list behind the number."""

    label: str
    value: Value
    href: str = ""
    drill: str = ""


def example() -> dict[str, str] | None:
    codes = [one.code for one in declaring.all()]
    return {"code": codes[0]} if codes else None


def show(request: HttpRequest, code: str) -> HttpResponse:
    """One indicator of a place and period."""
    try:
        one = declaring.get(code)
    except declaring.UnknownIndicator as unknown:
        raise Http404(str(unknown)) from None
    at = asked.asked(request)
    context: dict[str, Any] = {"one": one, "at": at, "facts": words.facts(one), "choices": words.choices(at.period)}
    if at.place:
        context |= _numbers(one, at)
    return draw(request, "indicators/show.html", request.page, title=one.name, code=code, **context)  # type: ignore[attr-defined]


def _numbers(one: Indicator, at: asked.Asked) -> dict[str, Any]:
    period, text = at.period, at.period.text
    months = periods.last_months(period.last, COURSE)
    course = selectors.series(one.code, at.place, months, actor=at.actor)
    now, year, last = selectors.series(
        one.code, at.place, [text, period.back(1).text, period.before.text], actor=at.actor
    )
    rows = [
        Row(
            periods.parse(month).title,
            value,
            words.here(one.code, at.place, month),
            drill_url(one, at.actor, at.place, month),
        )
        for month, value in zip(months, course, strict=True)
    ]
    changes: list[tuple[str, Change]] = [("与去年同期比", selectors.change(now, year))]
    if period.before.text != period.back(1).text:
        changes.append(("与上期比", selectors.change(now, last)))
    return {
        "now": now, "changes": [(label, change, words.changed(change)) for label, change in changes], "rows": rows[::-1],
        "chart": _course(one, rows), "parts": _parts(one, at), "split": _split(one, at), "terms": _terms(one, at),
        "drill": drill_url(one, at.actor, at.place, text), "months": len(period.months), "goal": words.goal(one, now),
    }  # fmt: skip


def _course(one: Indicator, rows: list[Row]) -> SafeString:
    points = [charts.Point(row.label, row.value.value, row.value.shown, row.href) for row in rows]
    labelled = [
        charts.Point(row.value.period[2:], p.value, p.shown, p.href) for row, p in zip(rows, points, strict=True)
    ]
    return charts.lines(f"{one.name}（{one.unit}）", [(one.name, labelled)], charts.WIDE)


def _parts(one: Indicator, at: asked.Asked) -> dict[str, Any]:
    """The places one level down, where numbers are kept by them."""
    found = selectors.by_town(one.code, at.place, at.period.text, actor=at.actor)
    rows = [
        Row(
            part.name,
            value,
            words.here(one.code, part.code, at.period.text),
            drill_url(one, at.actor, part.code, at.period.text),
        )
        for part, value in found
        if part.code != at.place or len(found) > 1
    ]
    known = [row for row in rows if row.value.value is not None]
    points = [charts.Point(row.label, row.value.value, row.value.shown, row.href) for row in known]
    return {
        "rows": rows if known else [],
        "chart": charts.bars(f"{one.name}：各地", points, charts.WIDE) if points else "",
    }


def _split(one: Indicator, at: asked.Asked) -> list[Row]:
    """The number by each value of its dimensions."""
    rows = []
    for name in one.dimensions:
        for stored, word in DIMENSIONS[name].items():
            dims = {name: stored}
            value = selectors.value(one.code, at.place, at.period.text, actor=at.actor, dims=dims)
            rows.append(Row(word, value, drill=drill_url(one, at.actor, at.place, at.period.text, dims)))
    return rows


def _terms(one: Indicator, at: asked.Asked) -> list[Row]:
    """The numbers that a formula is made of."""
    rows = []
    for term in one.formula.terms if one.formula else ():
        period = at.period.back(term.back)
        value = selectors.value(term.code, at.place, period.text, actor=at.actor)
        label = f"{declaring.get(term.code).name}（{period.title}）"
        rows.append(Row(label, value, value.url, drill_url(declaring.get(term.code), at.actor, at.place, period.text)))
    return rows


def drill_url(
    one: Indicator, actor: Actor, place: str, period: str, dims: Mapping[str, str] | None = None
) -> str:  # fmt: skip
    """The list behind the number of one month (of a stock: of the last month); "" where there is none, or this person may
    not open it."""
    when = periods.parse(period)
    if one.drill is None or (one.period != declaring.STOCK and when.first != when.last):
        return ""
    page = registry.pages().get(one.drill.page)
    if page is None or not allowed(actor, page):
        return ""
    month = max((m for m in when.months if m <= _today()), default=None)
    if month is None:
        return ""
    return f"{reverse(page.code)}?{urlencode(one.drill.query(place, month, dict(dims or {})))}"


def _today() -> datetime.date:
    from minzheng.kernel import clock

    return clock.today()
