"""月人均救助水平: the month's 低保 per person by 城乡 and place, each number with the list behind it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Max, Sum
from django.http import Http404, HttpRequest, HttpResponse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit import services as audit
from minzheng.kernel.awards.models import Award
from minzheng.kernel.awards.selectors import visible_to
from minzheng.kernel.months import month_after
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.page import Custom, Menu, Page
from minzheng.kernel.parts.plain_fields import yuan_text
from minzheng.kernel.regions import codes
from minzheng.kernel.standards.average import reckon
from minzheng.kernel.standards.average.reckon import AREAS, Level, Paid

PERMISSION, PER_PAGE = "award.read", 50
_MONTHS = 18  # offered to choose from


def place_of(actor: Any) -> str:
    """The widest place whose awards this person may read."""
    scopes = sorted(actor.scopes(PERMISSION), key=lambda code: code.rstrip("0"))
    return codes.full(scopes[0]) if scopes else ""


def _paid_in(actor: Any, month: datetime.date) -> Any:
    """Awards of 低保 with what the month's regular line pays (`month_fen`), as far as this person may read them."""
    rows = visible_to(actor).filter(item_code=reckon.ITEM, lines__month=month, lines__line_type="regular")
    rows = rows.annotate(month_fen=Sum("lines__amount_fen")).filter(month_fen__gt=0)
    return rows.only("pk", "region_code", "persons", "frozen", "frozen_sha", "no", "payee_name").order_by("pk")


def _rows(actor: Any, month: datetime.date, place: str) -> Iterator[Paid]:
    width = codes.WIDTHS[min(codes.level(place) + 1, len(codes.WIDTHS) - 1)] if place else 0
    for award in _paid_in(actor, month).iterator(chunk_size=500):
        below = award.region_code[:width].ljust(12, "0")
        yield Paid(award.pk, below, reckon.area_of(award), award.persons, int(award.month_fen))


def _month(request: HttpRequest, actor: Any) -> datetime.date:
    try:
        return datetime.date.fromisoformat(request.GET.get("month", "") + "-01")
    except ValueError:
        pass
    this = clock.today().replace(day=1)
    rows = visible_to(actor).filter(item_code=reckon.ITEM, lines__line_type="regular", lines__month__lte=this)
    return rows.aggregate(last=Max("lines__month"))["last"] or this


def _months(chosen: datetime.date) -> list[datetime.date]:
    found = [month_after(clock.today(), -back) for back in range(_MONTHS)]
    return found if chosen in found else [chosen, *found]


def board(request: HttpRequest) -> HttpResponse:
    actor = actor_in(request)
    place, month = place_of(actor), _month(request, actor)
    floors = {area: found for area in AREAS if place and (found := reckon.floor(place, area, month)) is not None}
    lines = reckon.levels(_rows(actor, month, place), place, {area: one.row.value for area, one in floors.items()})
    drawing = drawing_of(request)
    drawing.load_regions(list({line.place for line in lines} | ({place} if place else set())))
    households = sum(line.households for line in lines if line.place == place)
    audit.record_listing(actor=actor, page="standards.average", rows=households)
    grouped: dict[str, list[Level]] = {}
    for line in lines:
        grouped.setdefault(line.place, []).append(line)
    return draw(
        request, "standards/average.html", request.page,  # type: ignore[attr-defined]
        month=month, months=_months(month), place=place, whole=grouped.pop(place, []),
        rows=[(code, drawing.region(code), found) for code, found in grouped.items()],
        under=sum(1 for line in lines if line.under and line.place != place), parent="standards.propose",
        floors=[(area, one.row) for area, one in floors.items() if one.row.value],
        place_name=drawing.region(place) if place else "",
    )  # fmt: skip


def behind(request: HttpRequest, area: str) -> HttpResponse:
    """The households behind one number of the table."""
    if area not in AREAS:
        raise Http404
    actor = actor_in(request)
    month, where = _month(request, actor), request.GET.get("place", "") or place_of(actor)
    try:
        scope = codes.scope_q([where]) if where else None
    except codes.BadRegionCode:
        raise Http404 from None
    rows = _paid_in(actor, month).filter(scope) if scope is not None else Award.objects.none()
    found: list[Any] = [award for award in rows if reckon.area_of(award) == area]
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    drawing = drawing_of(request)
    drawing.load_regions([where, *(award.region_code for award in shown)] if where else [])
    audit.record_listing(actor=actor, page="standards.average_list", rows=len(shown))
    return draw(
        request, "standards/average_list.html", request.page,  # type: ignore[attr-defined]
        month=month, area=area, place=where, place_name=drawing.region(where) if where else "", shown=shown,
        rows=[(award, drawing.region(award.region_code), yuan_text(award.month_fen), _each(award)) for award in shown],
        persons=sum(a.persons for a in found), fen=yuan_text(sum(a.month_fen for a in found)), parent="standards.average",
        title=f"{drawing.region(where) if where else ''}{area}低保：{month:%Y年%m月}发放",
    )  # fmt: skip


def _each(award: Any) -> str:
    average = Level("", "", 1, award.persons, award.month_fen).average
    return "" if average is None else f"{average:,.2f}"


PAGES = [
    Page("standards.average", "console/standards/average/", "月人均救助水平", PERMISSION, Custom(board, kind="board"),
         menu=Menu("数据", 47, "chart")),
    Page("standards.average_list", "console/standards/average/<str:area>/", "月人均救助水平名单", PERMISSION,
         Custom(behind, kind="list"), example=lambda: {"area": reckon.URBAN}),
]  # fmt: skip
