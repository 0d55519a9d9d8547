"""Public pages of the publicity (公示): the places with one running, and the list of one place.

Only three things are shown: applicant (hidden as the rules say), number of family members, amount; nothing once the
publicity is over or the case is closed. Law: 《最低生活保障审核确认办法》第二十四条; 《个人信息保护法》第六条 (least necessary).
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from minzheng.kernel import clock
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.cases.models import Publicity
from minzheng.kernel.documents.amounts import yuan
from minzheng.kernel.documents.throttle import allow
from minzheng.kernel.items import registry
from minzheng.kernel.parts.page import Custom, Page
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_name

#: A village never has this many households in publicity at once; it only keeps anybody from carrying off a township's
#: or county's list in one go.
MAX_ROWS = 300
TRIES, SECONDS = 60, 60


def current(on: date) -> QuerySet[Publicity]:
    """Running on this day: posted, not yet over, not ended early."""
    return Publicity.objects.filter(posted_on__lte=on, ends_on__gte=on, closed_at=None)


def public_row(publicity: Publicity) -> dict[str, Any]:
    """One public row: what is stored is already hidden; the three fields are picked here again by whitelist, so
    anything more that was stored is not shown.
    """
    row = publicity.public_row or {}
    amount = row.get("amount_fen")
    return {
        "applicant": str(row.get("applicant_name", "")),
        "persons": row.get("persons", ""),
        "amount": yuan(amount) if isinstance(amount, int) else "",
        "matter": _matter(publicity.case.item_code),
        "village": region_name(publicity.region_code),
        "posted_on": publicity.posted_on,
        "ends_on": publicity.ends_on,
        "place": publicity.place,
    }


def _matter(item_code: str) -> str:
    try:
        return registry.get(item_code).title
    except registry.UnknownItem:
        return ""


def places(request: HttpRequest) -> HttpResponse:
    """Townships and villages (communities) with a publicity, and how many households each."""
    if not _may(request):
        return _too_many(request)
    today = clock.today()
    counted = Counter(current(today).values_list("region_code", flat=True))
    towns: dict[str, list[dict[str, Any]]] = {}
    for code, count in sorted(counted.items()):
        town = code if codes.level(code) <= 4 else codes.parent(code)
        towns.setdefault(town, []).append({"code": code, "name": region_name(code), "count": count})
    context = {
        "title": "救助公示",
        "towns": [{"code": code, "name": region_name(code), "places": rows} for code, rows in towns.items()],
        "today": today,
    }
    return render(request, "public/publicity_places.html", context)


def place(request: HttpRequest, code: str) -> HttpResponse:
    """The running list of one village (community) or township; from county level up only places are listed."""
    if not _may(request):
        return _too_many(request)
    try:
        code = codes.full(code)
    except codes.BadRegionCode:
        raise Http404 from None
    if codes.level(code) < 4:
        raise Http404
    today = clock.today()
    rows = current(today).filter(codes.scope_q([code])).select_related("case").order_by("ends_on", "pk")[:MAX_ROWS]
    context = {
        "title": f"{region_name(code)}公示",
        "place_name": region_name(code),
        "rows": [public_row(row) for row in rows],
        "today": today,
        "code": code,
    }
    return render(request, "public/publicity_place.html", context)


def _may(request: HttpRequest) -> bool:
    return allow("publicity", client_address(request), tries=TRIES, seconds=SECONDS)


def _too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "public/publicity_places.html", {"title": "救助公示", "too_many": True}, status=429)


def _example() -> dict[str, Any] | None:
    code = (
        current(clock.today()).filter(case__is_demo=True).order_by("pk").values_list("region_code", flat=True).first()
    )
    return {"code": code} if code else None


PAGES = [
    Page("publicity.places", "publicity/", "救助公示", None, Custom(places, methods=("GET",)), audience="public"),
    Page(
        "publicity.place",
        "publicity/<str:code>/",
        "公示名单",
        None,
        Custom(place, methods=("GET",)),
        example=_example,
        audience="public",
    ),
]
