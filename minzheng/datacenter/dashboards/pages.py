"""看板: the screens in the console, on paper and on a large screen."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.datacenter.dashboards import choosing
from minzheng.datacenter.dashboards.declaring import READ, Screen, View, screens
from minzheng.datacenter.dashboards.filling import Board, Canvas, fill
from minzheng.datacenter.indicators import declaring, periods
from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import ends_at
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.page import Custom, Menu, Page

NO_ONE = "只有汇总的数，没有任何人的信息"
#: How often a large screen asks anew; the numbers of a month change slowly, troubles by the hour.
MINUTES = 5
#: Letters on the wall are read from afar.
LARGE = {"wide": 340, "font": 17, "rows": 7}


def _screen(actor: Any, code: str) -> Screen:
    """A screen that this person may open somewhere; "" is the first of them. Raises Http404."""
    found = choosing.screens_for(actor)
    one = next((each for each in found if each.code == code or not code), None)
    if one is None:
        raise Http404("没有这个看板，或者您的岗位不能查看。")
    return one


def _board(request: HttpRequest, code: str, page: str, **size: Any) -> dict[str, Any]:
    """Everything the templates draw. A place outside one's posts is 404, a period that is none as well."""
    actor, given = drawing_of(request).actor, request.GET
    screen, today = _screen(actor, code), clock.today()
    places = choosing.places(actor, screen.permission)
    place = given.get("region", "") or (places[0][0] if places else "")
    options = choosing.period_options(today)
    period = given.get("period", "") or choosing.usual_period(today)
    if place not in dict(places) or period not in dict(options):
        raise Http404("没有这个地方或期间的看板。")
    chosen = given.get("map", "")
    keep = {"period": period, **({"map": chosen} if chosen else {})}

    def town(code_of_town: str) -> str:
        return _url(page, screen.code, {"region": code_of_town, **keep})

    board = fill(screen, Canvas(View(actor, place, today, period), town, chosen, **size))
    now = {"region": place, **keep}
    return {
        "board": board, "title": f"{screen.title}看板", "place": place, "places": places, "place_name": dict(places)[place],
        "period": period, "periods": options, "period_title": periods.parse(period).title,
        "tabs": [(one.title, _url(page, one.code, now), one.code == screen.code) for one in choosing.screens_for(actor)],
        "maps": _map_choices(board), "chosen": chosen, "now": clock.now(), "up": _up(board, places, town),
        "urls": {name: _url(f"dashboards.{name}", screen.code, now) for name in ("show", "print", "wall")},
    }  # fmt: skip


def _url(page: str, code: str, query: dict[str, str]) -> str:
    return f"{reverse(page, kwargs={'code': code})}?{urlencode(query)}"


def _map_choices(board: Board) -> list[tuple[str, str]]:
    """Indicators that the map of this screen can show, where it has one."""
    for tile in board.screen.tiles:
        if tile.kind == "map" and len(tile.indicators) > 1 and any(one.kind == "map" for one in board.tiles):
            return [(code, declaring.get(code).name) for code in tile.indicators]
    return []


def _up(board: Board, places: list[tuple[str, str]], town: Any) -> tuple[str, str] | None:
    """(name, address) of the wider place that one may go back to."""
    wider = [(code, name) for code, name in places if code != board.view.place and code[:6] == board.view.place[:6]]
    found = next(((code, name) for code, name in wider if code[6:] == "000000"), None)
    return (found[1], town(found[0])) if found else None


def home(request: HttpRequest) -> HttpResponse:
    """The first screen of whoever opens it."""
    return show(request, "")


def show(request: HttpRequest, code: str) -> HttpResponse:
    return draw(request, "dashboards/board.html", request.page, **_board(request, code, "dashboards.show"))  # type: ignore[attr-defined]


def paper(request: HttpRequest, code: str) -> HttpResponse:
    """The same on A4: no menus, every table open, who printed it and when."""
    return draw(request, "dashboards/print.html", request.page, **_board(request, code, "dashboards.print"))  # type: ignore[attr-defined]


def wall(request: HttpRequest, code: str) -> HttpResponse:
    """The same for a screen on the wall, asking anew by itself."""
    told = _board(request, code, "dashboards.wall", **LARGE)
    return draw(request, "dashboards/wall.html", request.page, minutes=MINUTES, until=ends_at(request), **told)  # type: ignore[attr-defined]


def _example() -> dict[str, str] | None:
    code = next(iter(screens()), None)
    return {"code": code} if code else None


PAGES = [
    Page(
        "dashboards.home", "console/dashboards/", "看板", READ, Custom(home, kind="board", methods=("GET",)),
        menu=Menu("统计", 5, "chart"), impersonal=NO_ONE,
    ),
    Page(
        "dashboards.show", "console/dashboards/<slug:code>/", "看板", READ,
        Custom(show, kind="board", methods=("GET",), parent="dashboards.home"), example=_example, impersonal=NO_ONE,
    ),
    Page(
        "dashboards.print", "console/dashboards/<slug:code>/print/", "看板（打印）", READ,
        Custom(paper, kind="board", methods=("GET",), parent="dashboards.show"), example=_example, impersonal=NO_ONE,
    ),
    Page(
        "dashboards.wall", "console/dashboards/<slug:code>/wall/", "看板（大屏）", READ,
        Custom(wall, kind="board", methods=("GET",), parent="dashboards.show"), example=_example, impersonal=NO_ONE,
    ),
]  # fmt: skip
