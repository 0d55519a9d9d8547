"""待遇说明: articles, formula in words, parameters in force here, a worked example, changes by date and area."""

from __future__ import annotations

import datetime
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.items import registry
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.page import Custom, Menu, Page
from minzheng.kernel.standards import reference
from minzheng.kernel.standards.pages import place_of
from minzheng.policy import load_ruleset
from minzheng.policy.params import EVIDENCE


def _day(request: HttpRequest) -> datetime.date:
    try:
        return datetime.date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return clock.today()


def listing(request: HttpRequest) -> HttpResponse:
    place, on = place_of(actor_in(request)), _day(request)
    rows = reference.all_lines(place, on)
    items = {code: item for item in registry.all_items() for code in item.grants}
    lines = [
        (code, [(row, items.get(row.code)) for row in group])
        for code, group in groupby(rows, key=lambda row: row.code.split(".")[0])
    ]
    titles = _line_titles()
    return draw(
        request, "standards/reference_list.html", request.page,  # type: ignore[attr-defined]
        lines=[(titles.get(code, code), group) for code, group in lines], on=on,
        place=drawing_of(request).region(place) if place else "",
    )  # fmt: skip


def _line_titles() -> dict[str, str]:
    """Titles of the business lines, as their applications call themselves."""
    from django.apps import apps

    return {config.label: str(config.verbose_name) for config in apps.get_app_configs()}


def detail(request: HttpRequest, code: str) -> HttpResponse:
    place, on = place_of(actor_in(request)), _day(request)
    told = reference.of(code, place, on)
    if told is None:
        raise Http404
    drawing = drawing_of(request)
    drawing.load_regions([change.region.ljust(12, "0") for change in told.changes])
    by_day: dict[str, list[tuple[Any, str]]] = {}
    for change in told.changes:
        where = "全国" if change.region == "000000" else drawing.region(change.region.ljust(12, "0"))
        by_day.setdefault(change.on, []).append((change, where))
    return draw(
        request, "standards/reference.html", request.page,  # type: ignore[attr-defined]
        title=told.title, told=told, on=on, evidence=EVIDENCE, changes=by_day.items(), parent="standards.reference",
        place=drawing.region(place) if place else "全国",
        item=next((item for item in registry.all_items() if code in item.grants), None),
    )  # fmt: skip


def _first_benefit() -> dict[str, str]:
    return {"code": load_ruleset().benefit_codes()[0]}


PAGES = [
    Page("standards.reference", "console/policy/", "待遇说明", "policy.read", Custom(listing),
         menu=Menu("数据", 45, "book")),
    Page("standards.benefit", "console/policy/<str:code>/", "待遇说明", "policy.read", Custom(detail),
         example=_first_benefit),
]  # fmt: skip
