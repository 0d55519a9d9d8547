"""资金 pages: the balance of a year, its workbook; the lottery fund's yearly list for everybody. Lists, forms and acts of
the rows are declared in row_pages and project_pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.exports import services as exports
from minzheng.kernel.funds import (
    hands,
    papers,
    publishing,
    selectors,
    showing,
    sources,
    tables,
)
from minzheng.kernel.funds.models import WelfareList
from minzheng.kernel.ledger.showing import name_kinds, name_origins, name_sources
from minzheng.kernel.pages.drawing import buttons, draw, drawing_of
from minzheng.kernel.pages.exporting import files, making
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.page import Custom, Menu, Page
from minzheng.kernel.parts.panels import Figure
from minzheng.kernel.parts.plain_fields import yuan_text
from minzheng.policy.figures_xlsx import Book

# How vouchers of this chapter read on the ledger's pages.
name_kinds({"fund.welfare": "公益金支出", "fund.return": "退回财政"})
name_origins({"welfare": ("公益金项目", ""), "fundreturn": ("退回财政", "")})
name_sources({one.code: one.title for one in sources.sources().values()})

ACTIONS = (
    Action("资金预测", "funding.forecast", icon="chart", primary=True), Action("资金指标", "funds.allocations", icon="list"),
    Action("资金规则", "funds.rules", icon="book"), Action("退回财政", "funds.returns", icon="back"),
    Action("导出余额表", "funds.board_export", icon="download"),
)  # fmt: skip


def chosen(request: HttpRequest, actor: Any) -> tuple[str, int, list[tuple[str, str]], list[int]]:
    """(place, year, places to choose from, years to choose from); what is not to be seen is 404, not another place."""
    found = selectors.places(actor)
    asked = request.GET.get("region", "")
    if asked and asked not in dict(found):
        raise Http404
    place = asked or (found[0][0] if found else "")
    years = selectors.years(place) if place else [clock.today().year]
    year = request.GET.get("year", "")
    return place, int(year) if year.isdigit() and int(year) in years else years_first(years), found, years


def years_first(years: list[int]) -> int:
    """This year where it can be chosen."""
    return clock.today().year if clock.today().year in years else years[0]


def board(request: HttpRequest) -> HttpResponse:
    """Allotted, drawn, promised and left; sums only."""
    drawing, actor = drawing_of(request), actor_in(request)
    place, year, places, years = chosen(request, actor)
    if not place:
        return draw(request, "funds/board.html", request.page, places=[], figures_data=None)  # type: ignore[attr-defined]
    source = request.GET.get("source", "")
    source = source if source in sources.sources() else ""
    told = selectors.balance(place, year)
    waiting = selectors.waiting_for(actor)
    return draw(
        request, "funds/board.html", request.page,  # type: ignore[attr-defined]
        place=place, year=year, places=places, years=years, source=source, sources=sources.sources().values(),
        balance=told, figures_data={"figures": _figures(told)}, tables=_drawn(tables.tables(told, source)),
        waiting=[(showing.WORDS[model], count, _waiting_url(model)) for model, count in waiting.items()],
        actions=buttons(ACTIONS, None, drawing), short=yuan_text(told.short_fen) if told.short_fen else "",
    )  # fmt: skip


def _waiting_url(model: Any) -> str:
    page = {"allocation": "funds.allocations", "rule": "funds.rules", "return": "funds.returns", "list": "funds.lists"}
    found = page.get(model.word)
    return f"{reverse(found)}?state=draft" if found else reverse("funds.projects")


def _figures(told: selectors.Balance) -> list[Figure]:
    whole, url = told.whole, reverse("funds.allocations")
    rate = f"支出进度 {1000 * whole.drawn // whole.allotted / 10:g}%" if whole.allotted else ""
    return [
        Figure("下达（元）", yuan_text(whole.allotted), f"{url}?state=confirmed&year={told.year}", "info"),
        Figure("已拨付（元）", yuan_text(whole.drawn), note=rate), Figure("已批待拨（元）", yuan_text(whole.committed)),
        Figure("当年退回（元）", yuan_text(whole.back), reverse("funds.returns")),
        Figure("余额（元）", yuan_text(whole.left), tone="bad" if whole.left < 0 else "good"),
        Figure("在办批次（元）", yuan_text(told.waiting_fen), note="还没有审批，不占余额"),
    ]  # fmt: skip


def _drawn(shown: list[tables.Shown]) -> list[dict[str, Any]]:
    """Cells as text: ("text", is below zero)."""
    return [
        {
            "anchor": one.anchor, "title": one.title, "how": one.how, "labels": one.labels, "heads": one.heads, "empty": one.empty,
            "lines": [(label, [(head, _cell(fen), fen < 0) for head, fen in zip(one.heads, numbers, strict=True)]) for label, numbers in one.lines],
            "total": [(head, _cell(fen), fen < 0) for head, fen in zip(one.heads, one.total, strict=True)] if one.lines else [],
            "span": len(one.labels) - 1,
        }
        for one in shown
    ]  # fmt: skip


def _cell(fen: int) -> str:
    return yuan_text(fen) if fen else "—"


def board_export(request: HttpRequest) -> HttpResponse:
    """The same tables as a workbook, entered as an export."""
    drawing, actor = drawing_of(request, plain=True), actor_in(request)
    place, year, places, _ = chosen(request, actor)
    if not place:
        raise Http404
    told = selectors.balance(place, year)
    shown = [
        *tables.tables(told),
        *(tables.tables(told, code)[2] for code in told.sources if told.by(code) != selectors.Row()),
    ]
    rows = sum(len(one.lines) for one in shown)
    wanted = exports.Wanted(
        page="funds.board_export", title="资金余额表", query=f"?region={place}&year={year}", filters=f"{dict(places)[place]} {year} 年",
        columns=("汇总", *(one.title for one in shown)), rows=rows, unmasked=False, format="xlsx", purpose="资金余额",
    )  # fmt: skip
    entered = exports.ask(actor=drawing.actor, wanted=wanted, post=making.posts(drawing.actor, hands.READ)[0])
    mark = making.mark_of(entered, rows=rows, total=rows)
    book = Book(
        lambda sheet: files.print_marks(sheet, mark),
        {"title": "资金余额表", "author": mark.who, "company": mark.post, "keywords": mark.no, "comments": mark.line},
    )
    files.note_sheet(book.book, mark)
    book.facts("汇总", tables.facts(told, dict(places)[place]))
    for one in shown:
        columns = [(str(number), f"{head}（元）", True) for number, head in enumerate(one.heads)]
        lines = [(list(label), {str(n): fen for n, fen in enumerate(numbers)}) for label, numbers in one.lines]
        book.table(
            one.title, one.labels, columns, lines, {str(n): fen for n, fen in enumerate(one.total)} if lines else None
        )
    response = HttpResponse(book.close(), content_type=files.XLSX)
    response["Content-Disposition"] = disposition(f"资金余额表_{year}_{mark.no}.xlsx")
    return response


def list_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    row = selectors.one(WelfareList, actor_in(request), pk)
    if row is None:
        raise Http404
    return _pdf(row)


def _pdf(row: WelfareList) -> HttpResponse:
    response = HttpResponse(papers.welfare_list(row), content_type="application/pdf")
    response["Content-Disposition"] = disposition(f"福彩公益金使用情况_{row.year}.pdf")
    return response


def public(request: HttpRequest) -> HttpResponse:
    """Every place and year with a list."""
    seen, rows = set(), []
    for row in publishing.published()[:200]:
        if (row.region_code, row.year) not in seen:
            seen.add((row.region_code, row.year))
            rows.append({"row": row, "place": row.figures["place"], "used": yuan_text(row.figures["totals"]["used"])})
    return render(request, "funds/public.html", {"title": "福彩公益金使用情况", "rows": rows})


def _public_row(region: str, year: int) -> WelfareList:
    row = publishing.newest(region, year)
    if row is None:
        raise Http404
    return row


def public_one(request: HttpRequest, region: str, year: int) -> HttpResponse:
    row = _public_row(region, year)
    told = row.figures
    labels = (
        ("allotted", "安排资金"),
        ("budget", "项目预算"),
        ("spent", "项目支出"),
        ("benefits", "发放待遇"),
        ("used", "使用合计"),
    )
    return render(
        request, "funds/public_one.html",
        {
            "title": f"{told['place']} {row.year} 年度福利彩票公益金使用情况", "row": row, "told": told,
            "totals": [(label, yuan_text(told["totals"][key])) for key, label in labels],
            "projects": [
                one | {"budget": yuan_text(one["budget"]), "spent": yuan_text(one["spent"]), "rate": papers.rate(one),
                       "category": papers.CATEGORIES.get(one["category"], "")}
                for one in told["projects"]
            ],
            "benefits": [(one["title"], yuan_text(one["fen"])) for one in told["benefits"]],
        },
    )  # fmt: skip


def public_pdf(request: HttpRequest, region: str, year: int) -> HttpResponse:
    return _pdf(_public_row(region, year))


def _published() -> dict[str, Any] | None:
    row = publishing.published().first()
    return {"region": row.region_code, "year": row.year} if row else None


def _any_list() -> dict[str, Any] | None:
    pk = WelfareList.objects.order_by("entered_at").values_list("pk", flat=True).first()
    return {"pk": pk} if pk else None


_GET = ("GET",)
PAGES = [
    Page("funds.board", "console/funds/", "资金总览", hands.READ, Custom(board, methods=_GET), menu=Menu("待遇", 50, "money"),
         impersonal=showing.IMPERSONAL),
    Page("funds.board_export", "console/funds/export/", "导出资金余额表", hands.READ, Custom(board_export, methods=_GET), step_up=True),
    Page("funds.list_pdf", "console/funds/lists/<int:pk>/print/", "打印公益金使用公告", hands.READ, Custom(list_pdf, methods=_GET),
         example=_any_list),
    Page("funds.public", "lottery-fund/", "福彩公益金使用情况", None, Custom(public, methods=_GET), audience="public"),
    Page("funds.public_one", "lottery-fund/<str:region>/<int:year>/", "福彩公益金使用情况", None, Custom(public_one, methods=_GET),
         audience="public", example=_published),
    Page("funds.public_pdf", "lottery-fund/<str:region>/<int:year>/print/", "打印福彩公益金使用情况", None,
         Custom(public_pdf, methods=_GET), audience="public", example=_published),
]  # fmt: skip
