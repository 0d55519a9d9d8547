"""资金预测 with its chart, tables and workbook; a year's allocations out of a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.datacenter.funding import importing, selectors, services, showing
from minzheng.datacenter.funding.models import FundForecast
from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.exports import services as exports
from minzheng.kernel.funds import forms, hands
from minzheng.kernel.funds import selectors as funds
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.showing import IMPERSONAL, item_title
from minzheng.kernel.funds.tables import Shown
from minzheng.kernel.pages.drawing import buttons, draw, drawing_of
from minzheng.kernel.pages.exporting import files, making
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.parts.page import Custom, Menu, Page
from minzheng.kernel.parts.panels import Figure
from minzheng.policy.figures_xlsx import Book

TONES = {"none": "good", "yellow": "warn", "red": "bad", "unknown": "plain"}
MOST_BYTES = 5_000_000
ACTIONS = (Action("资金总览", "funds.board", icon="money"), Action("资金指标", "funds.allocations", icon="list"))


def _chosen(request: HttpRequest) -> tuple[str, list[tuple[str, str]], FundForecast | None]:
    """(place, places to choose from, the forecast shown). What is not to be seen is 404."""
    actor, given = actor_in(request), request.GET
    places = funds.places(actor)
    place = given.get("region", "") or (places[0][0] if places else "")
    if place and place not in dict(places):
        raise Http404
    asked = given.get("no", "")
    if asked:
        rows = selectors.visible_to(actor).filter(region_code=place)
        row = rows.filter(pk=int(asked)).first() if asked.isdigit() and len(asked) < 20 else None
        if row is None:
            raise Http404
        return place, places, row
    return place, places, selectors.newest(actor, place) if place else None


def forecast(request: HttpRequest) -> HttpResponse:
    """The newest forecast, or one of those before; POST makes a new one with the assumptions sent."""
    actor, drawing, refusals = actor_in(request), drawing_of(request), list[str]()
    if request.method == "POST":
        try:
            made = _made(request)
            told = urlencode({"region": made.region_code, "no": made.pk})
            return HttpResponseRedirect(f"{reverse('funding.forecast')}?{told}")
        except FundsRefused as refused:
            refusals = [*refused.sentences, *refused.fields.values()]
    place, places, row = _chosen(request)
    context: dict[str, Any] = {"place": place, "places": places, "row": row, "refusals": refusals}
    if place:
        context |= {
            "simulations": selectors.simulations_for(actor, place), "actions": buttons(ACTIONS, None, drawing),
            "others": selectors.visible_to(actor).filter(region_code=place).defer("figures").order_by("-made_at")[:8],
        }  # fmt: skip
    if row is not None:
        context |= {
            "tone": TONES[row.level], "figures_data": {"figures": _figures(row)}, "assumptions": row.figures["assumptions"],
            "tables": [_drawn(one) for one in showing.drawn(row.figures)],
            "unknown": "、".join(map(item_title, row.figures["unknown"])),
        }  # fmt: skip
    return draw(request, "funding/forecast.html", request.page, 422 if refusals else 200, **context)  # type: ignore[attr-defined]


def _made(request: HttpRequest) -> FundForecast:
    actor, given = actor_in(request), request.POST
    place = given.get("region", "")
    if place not in dict(funds.places(actor)):
        raise FundsRefused("请选择您能查看资金的地区。")
    run = given.get("simulation", "")
    return services.forecast(
        actor=actor, region_code=place, trend=given.get("trend", "yes") == "yes",
        simulation_pk=int(run) if run.isdigit() and len(run) < 20 else None,
    )  # fmt: skip


def _figures(row: FundForecast) -> list[Figure]:
    told = row.figures
    short = row.short_month
    used = sum(one["used"] for one in told["months"])
    return [
        Figure("已用（元）", yuan_text(used), f"{reverse('funds.board')}?region={row.region_code}", "info", "已拨付和已批待拨"),
        Figure("到年底还需要（元）", yuan_text(told["need"])),
        Figure("缺口（元）", yuan_text(told["short_fen"]), tone="bad" if told["short_fen"] else "good",
               note=f"{short.month} 月起不够" if short else ""),
        Figure("预计年底余额（元）", yuan_text(told["left"]) if told["known"] else "—"),
        Figure("在办批次（元）", yuan_text(told["waiting"]), note="含在“还需要”里"),
    ]  # fmt: skip


def _drawn(one: showing.Drawn) -> dict[str, Any]:
    table = one.table
    return {
        "anchor": table.anchor, "title": table.title, "how": table.how, "labels": table.labels, "heads": table.heads,
        "empty": table.empty, "chart": one.chart, "lines": [(label, _cells(table, numbers)) for label, numbers in table.lines],
        "total": _cells(table, table.total) if table.lines else [],
    }  # fmt: skip


def _cells(table: Shown, numbers: Any) -> list[tuple[str, str, bool]]:
    return [(head, yuan_text(fen) if fen else "—", fen < 0) for head, fen in zip(table.heads, numbers, strict=True)]


def export(request: HttpRequest) -> HttpResponse:
    """The forecast that is shown, as a workbook, entered as an export."""
    drawing = drawing_of(request, plain=True)
    place, places, row = _chosen(request)
    if row is None:
        return HttpResponseRedirect(reverse("funding.forecast"))
    shown = [one.table for one in showing.drawn(row.figures)]
    rows = sum(len(one.lines) for one in shown)
    wanted = exports.Wanted(
        page="funding.export", title="资金预测", query=f"?region={place}&no={row.pk}", filters=f"{dict(places)[place]} {row.year} 年，截至 {row.as_of}",
        columns=("汇总", *(one.title for one in shown)), rows=rows, unmasked=False, format="xlsx", purpose="资金预测",
    )  # fmt: skip
    entered = exports.ask(actor=drawing.actor, wanted=wanted, post=making.posts(drawing.actor, hands.READ)[0])
    mark = making.mark_of(entered, rows=rows, total=rows)
    book = Book(
        lambda sheet: files.print_marks(sheet, mark),
        {"title": "资金预测", "author": mark.who, "company": mark.post, "keywords": mark.no, "comments": mark.line},
    )
    files.note_sheet(book.book, mark)
    book.facts("汇总", showing.facts(row.figures, row.sentence, dict(places)[place]))
    for one in shown:
        columns = [(str(number), f"{head}（元）", True) for number, head in enumerate(one.heads)]
        lines = [(list(label), {str(n): fen for n, fen in enumerate(numbers)}) for label, numbers in one.lines]
        book.table(
            one.title, one.labels, columns, lines, {str(n): fen for n, fen in enumerate(one.total)} if lines else None
        )
    response = HttpResponse(book.close(), content_type=files.XLSX)
    response["Content-Disposition"] = disposition(f"资金预测_{row.as_of}_{mark.no}.xlsx")
    return response


def take_in(request: HttpRequest) -> HttpResponse:
    """A file of allocations: good rows become drafts, bad ones are listed with line and reason."""
    actor, refusals, report = actor_in(request), list[str](), None
    places = forms.places(actor)
    if request.method == "POST":
        given, place, year = request.FILES.get("file"), request.POST.get("region", ""), request.POST.get("year", "")
        place = place or (places[0][0] if len(places) == 1 else "")
        if given is None:
            refusals = ["请选择要导入的文件。"]
        elif (given.size or 0) > MOST_BYTES:
            refusals = ["文件超过 5 MB，不像一年的指标，请检查是不是选错了文件。"]
        elif place not in dict(places):
            refusals = ["请选择您负责的地区。"]
        else:
            try:
                year_of = int(year) if year.isdigit() and len(year) == 4 else clock.today().year
                report = importing.take_in(
                    actor=actor, region_code=place, year=year_of, data=given.read(), name=given.name or ""
                )
            except FundsRefused as refused:
                refusals = [*refused.sentences, *refused.fields.values()]
    status = 422 if refusals else 200
    return draw(
        request, "funding/import.html", request.page, status, places=places, refusals=refusals, report=report,  # type: ignore[attr-defined]
        total=yuan_text(report.fen) if report else "", year=clock.today().year,
    )  # fmt: skip


def template(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(importing.template(), content_type=files.CSV)
    response["Content-Disposition"] = disposition("资金指标模板.csv")
    return response


PAGES = [
    Page("funding.forecast", "console/funds/forecast/", "资金预测", hands.READ, Custom(forecast), menu=Menu("待遇", 55, "chart"),
         impersonal=IMPERSONAL),
    Page("funding.export", "console/funds/forecast/export/", "导出资金预测", hands.READ, Custom(export, methods=("GET",)), step_up=True),
    Page("funding.import", "console/funds/import/", "导入一年的指标", hands.MANAGE, Custom(take_in), impersonal=IMPERSONAL),
    Page("funding.template", "console/funds/import/template.csv", "资金指标模板", hands.MANAGE, Custom(template, methods=("GET",)),
         impersonal="空模板"),
]  # fmt: skip
