"""Public pages of the publicity: places with one running, the list of one place, and the long-term lists of families in
payment. What is shown is decided by each item's rule (``kernel/items/publicity``).

No page is stored anywhere on its way and none is indexed: what has ended is gone from the next request on.
Law: 《最低生活保障审核确认办法》第二十四条; 《个人信息保护法》第六条 (least necessary).
"""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.cases.publicity import public_lists
from minzheng.kernel.cases.publicity.public_lists import current, town_of
from minzheng.kernel.documents.throttle import allow
from minzheng.kernel.parts.page import Custom, Page
from minzheng.kernel.payruns.reading import last_paid_month
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_name

TRIES, SECONDS = 60, 60
_TOWN = 4


def places(request: HttpRequest) -> HttpResponse:
    """Townships and villages (communities) with a publicity, and how many households each."""
    if not _may(request):
        return _too_many(request)
    counted = Counter(current(clock.today()).values_list("region_code", flat=True))
    towns: dict[str, list[dict[str, Any]]] = {}
    for code, count in sorted(counted.items()):
        towns.setdefault(town_of(code), []).append({"code": code, "name": region_name(code), "count": count})
    rows = [{"code": code, "name": region_name(code), "places": found} for code, found in towns.items()]
    return _page(request, "places", "救助公示", towns=rows)


def place(request: HttpRequest, code: str) -> HttpResponse:
    """The running list of one village (community) or township; from county level up only places are listed."""
    if not _may(request):
        return _too_many(request)
    code = _place(code)
    found = public_lists.posted_in(code, clock.today())
    groups = [
        {"item": group, "rows": [(row, objection_url(row.code, row.mark)) for row in group.rows]} for group in found
    ]
    return _page(request, "place", f"{region_name(code)}公示", place_name=region_name(code), groups=groups, code=code)


def objection_url(code: str, mark: str) -> str:
    """Where an objection to this row is made; "" while the online services, which stand above this layer, are absent."""
    try:
        return reverse("portal.objection", kwargs={"code": code, "mark": mark})
    except NoReverseMatch:
        return ""


def long_places(request: HttpRequest) -> HttpResponse:
    """Townships with families that were paid in the newest month that has been paid."""
    if not _may(request):
        return _too_many(request)
    month = paid_month()
    towns = [{"code": code, "name": region_name(code), "count": n} for code, n in public_lists.long_towns(month)]
    return _page(request, "long_places", "长期公示", towns=towns, month=month)


def long_place(request: HttpRequest, code: str) -> HttpResponse:
    """The families of one township that were paid, by village."""
    if not _may(request):
        return _too_many(request)
    code = _place(code)
    if codes.level(code) != _TOWN:
        raise Http404
    month = paid_month()
    groups = public_lists.long_groups(code, month)
    return _page(request, "long_place", f"{region_name(code)}长期公示", groups=groups, month=month)


def paid_month() -> datetime.date:
    """The newest month of which the bank has told results; this month where there is none yet."""
    items = [item.code for item in public_lists.long_term_items()]
    return last_paid_month(items, clock.today()) or clock.today().replace(day=1)


def _place(code: str) -> str:
    try:
        full = codes.full(code)
    except codes.BadRegionCode:
        raise Http404 from None
    if codes.level(full) < _TOWN:
        raise Http404
    return full


def _may(request: HttpRequest) -> bool:
    return allow("publicity", client_address(request), tries=TRIES, seconds=SECONDS)


def _too_many(request: HttpRequest) -> HttpResponse:
    return _page(request, "places", "救助公示", status=429, too_many=True)


def _page(request: HttpRequest, template: str, title: str, status: int = 200, **context: Any) -> HttpResponse:
    context |= {"title": title, "today": clock.today()}
    return unkept(render(request, f"public/publicity_{template}.html", context, status=status))


def unkept(response: HttpResponse) -> HttpResponse:
    """Neither browsers nor proxies nor search engines keep a copy."""
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def _example() -> dict[str, Any] | None:
    code = (
        current(clock.today()).filter(case__is_demo=True).order_by("pk").values_list("region_code", flat=True).first()
    )
    return {"code": code} if code else None


def _long_example() -> dict[str, Any] | None:
    towns = public_lists.long_towns(paid_month())
    return {"code": towns[0][0]} if towns else None


def _public(code: str, path: str, title: str, view: Any, **extra: Any) -> Page:
    return Page(f"publicity.{code}", path, title, None, Custom(view, methods=("GET",)), audience="public", **extra)


PAGES = [
    _public("places", "publicity/", "救助公示", places),
    _public("long_places", "publicity/long/", "长期公示", long_places),
    _public("long_place", "publicity/long/<str:code>/", "长期公示名单", long_place, example=_long_example),
    _public("place", "publicity/<str:code>/", "公示名单", place, example=_example),
]
