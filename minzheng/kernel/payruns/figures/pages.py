"""发放表: the month by place, class and source, as pages and as a workbook; villages and their printed ledgers."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit import services as audit
from minzheng.kernel.documents.answers import file_response
from minzheng.kernel.documents.uploads.sniff import PDF
from minzheng.kernel.oversight.papers import agency, stamped
from minzheng.kernel.pages.drawing import buttons, drawing_of
from minzheng.kernel.pages.exporting.files import XLSX
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Column, Link, Moment, Money, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.parts.page import BoardBody, Custom, DetailBody, Menu, Page
from minzheng.kernel.parts.panels import Drawn, Facts, Table
from minzheng.kernel.payruns import reading
from minzheng.kernel.payruns.console.board import month_in, picker
from minzheng.kernel.payruns.console.words import KINDS, item_short, month_of, month_text
from minzheng.kernel.payruns.figures import book, showing, tables, village
from minzheng.kernel.payruns.models import PayBatch, PayLine, PayMonth
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_name

TOTALS = "只有合计，没有个人"


def _actions(*listed: Action) -> Any:
    def context(drawing: Drawing, kwargs: dict[str, Any]) -> dict[str, Any]:
        month = {"month": f"{month_in(drawing):%Y-%m}"}
        return {"actions": buttons(listed, month, drawing), "title": f"发放表　{month_text(month_in(drawing))}"}

    return context


def workbook(request: HttpRequest, month: str) -> HttpResponse:
    """The three tables of a month as XLSX, with whether they tie."""
    drawing = drawing_of(request, plain=True)
    drawing.notes["month"] = first = month_of(month)
    sheets = (
        ("按地区", showing.PLACES, showing.places(None, drawing)),
        ("按类别", showing.CLASSES, showing.classes(None, drawing)),
        ("按资金来源", showing.SOURCES[:3], showing.by_source(None, drawing)),
    )
    row = showing.whole(drawing)
    verdict = showing.tie_figure(tables.tie(drawing.actor, first, row.fen))
    facts = (
        ("合计", f"{row.households:,} 户　{row.persons:,} 人　{yuan_text(row.fen)} 元"),
        ("与批次核对", f"{verdict.value}　{verdict.note}"),
        ("口径", "每笔应发只算一次；已剔除、已撤销的不算。户＝待遇份数，人＝保障人数，同一户享受几项的每项算一户。"),
        ("导出", f"{drawing.actor.name}　{clock.now():%Y-%m-%d %H:%M}"),
    )
    title = f"{month_text(first)}发放表"
    audit.record_listing(actor=drawing.actor, page="payruns.workbook", rows=sum(len(rows) for _, _, rows in sheets))
    made = book.book(title=title, facts=facts, sheets=sheets, drawing=drawing, made_at=clock.now())
    response = HttpResponse(made, content_type=XLSX)
    response["Content-Disposition"] = disposition(f"{title}.xlsx")
    return response


def ledger(request: HttpRequest, month: str, region: str) -> HttpResponse:
    """One village's ledger of a month as PDF, with who printed it. 404 for a place of somebody else, or without payments."""
    actor, first, place = actor_in(request), month_of(month), _village(region)
    if actor.can(reading.READ, place) is None:
        raise Http404("没有找到。")
    found = village.lines(actor, first, place)
    if not found:
        raise Http404("没有找到。")
    audit.record_listing(actor=actor, page="payruns.village_pdf", rows=len(found), region_code=place)
    name = f"{region_name(codes.parent(place))}{region_name(place)}"
    made = village.pdf(found=found[: village.MOST], month=first, village=name, agency=agency(), on=clock.today())
    return file_response(stamped(made, actor), PDF, f"{name}{month_text(first)}发放台账.pdf")


def _village(code: str) -> str:
    try:
        full = codes.full(code)
    except codes.BadRegionCode:
        raise Http404("没有找到。") from None
    return full


class PrintLink(Text):
    """Opens the printed ledger of the row's village."""

    def cell(self, row: Any, drawing: Drawing) -> str:
        url = reverse("payruns.village_pdf", kwargs={"month": f"{month_in(drawing):%Y-%m}", "region": row.code})
        return format_html('<a href="{}">打印台账</a>', url)


class Village(showing.Shown):
    """A village's row; `code`: its region."""

    @property
    def code(self) -> str:
        return self.row.key[0]


def villages(_obj: Any, drawing: Drawing) -> list[Village]:
    month = month_in(drawing)
    rows = tables.by_village(drawing.actor, month)
    drawing.load_regions([row.key[0] for row in rows] + [codes.parent(row.key[0]) for row in rows])
    return [
        Village(f"{drawing.region(codes.parent(row.key[0]))}　{drawing.region(row.key[0])}", "", "", row,
                showing.lines_url(month, village=row.key[0]))
        for row in rows
    ]  # fmt: skip


VILLAGES: tuple[Column, ...] = (
    Text("place", "村（社区）"),
    *showing.NUMBERS[:6],
    PrintLink(lambda row: "打印台账", "台账"),
)


def closed_month(actor: Any, pk: int) -> PayMonth | None:
    return PayMonth.objects.filter(actor.scope_q(reading.READ), pk=pk).first()


def benefits(month: PayMonth, drawing: Drawing) -> list[dict[str, Any]]:
    """The locked figures by benefit, the total last."""
    rows = [{**one, "item": item_short(one["item_code"])} for one in month.report.get("benefits", [])]
    return [*rows, {**month.report.get("totals", {}), "item": "合计"}] if rows else []


REPORT: tuple[Column, ...] = (
    Text("item", "事项", css="nowrap"), Number("households", "户"), Number("distinct_persons", "人（不重复）"),
    Number("person_times", "人次", narrow=False), Number("lines", "笔", narrow=False), Money("due_fen", "应发（元）"),
    Money("offset_fen", "抵扣（元）", narrow=False), Money("paid_fen", "已发（元）"), Money("returned_fen", "待重发（元）"),
    Money("reissued_fen", "已重发（元）", narrow=False), Number("excluded_lines", "剔除（笔）", narrow=False),
    Money("excluded_fen", "剔除（元）", narrow=False),
)  # fmt: skip
MONTH_FACTS = Facts("关账", columns=1, items=(
    Region("region_code", "地区"), Text("closed_name", "关账人"), Moment("closed_at", "关账时间"),
    Text(lambda row: row.sha, "报表 SM3", css="wrap-anywhere"),
))  # fmt: skip


def batches(month: PayMonth, drawing: Drawing) -> list[PayBatch]:
    """The batches that were closed with the month, of those that the actor may read."""
    return list(reading.batches(drawing.actor).filter(no__in=month.report.get("batches", [])).order_by("no"))


BATCH_NUMBERS = Table(
    "当月批次", rows=batches, empty="这个月没有批次。",
    columns=(Link("no", "批次号", page="payruns.detail", args={"pk": "pk"}, css="nowrap"),
             Text(lambda row: item_short(row.item_code), "事项"), Badge("kind", "类型", names=KINDS),
             Number(lambda row: f"{row.lines:,}", "笔数"), Money("total_fen", "金额（元）")),
)  # fmt: skip


def _example() -> dict[str, Any] | None:
    row = PayLine.objects.filter(live=True).order_by("pk").values_list("batch__month", "region_code").first()
    return {"month": f"{row[0]:%Y-%m}", "region": row[1]} if row else None


PAGES = [
    Page("payruns.tables", "console/payruns/tables/", "发放表", reading.READ,
         BoardBody(showing.PANELS, context=_actions(
             Action("导出 Excel", "payruns.workbook", args={"month": "month"}, icon="download"),
             Action("村级台账", "payruns.villages", icon="print"), Action("按月发放", "payruns.board"))),
         menu=Menu("待遇", 18, "chart"), impersonal=TOTALS),
    Page("payruns.workbook", "console/payruns/tables/<str:month>/xlsx/", "导出发放表", reading.READ,
         Custom(workbook, methods=("GET",)), example=lambda: {"month": f"{clock.today():%Y-%m}"}),
    Page(
        "payruns.month", "console/payruns/months/<int:pk>/", "关账的月报", reading.READ,
        DetailBody(
            closed_month,
            (
                Table("月报（关账时封存）", rows=benefits, columns=REPORT, empty="这个月没有发放。",
                      more=lambda month: ("这个月现在的发放表", f"{reverse('payruns.tables')}?month={month.month:%Y-%m}")),
                BATCH_NUMBERS, MONTH_FACTS,
            ),
            title=lambda month: f"{month_text(month.month)}月报",
            subtitle=lambda month: "关账以后不再变动；后来的更正、退回记在以后的月份。现在的明细在“发放表”。",
            parent="payruns.board",
        ),
        example=first_of(PayMonth.objects.order_by("pk")),
    ),
    Page("payruns.villages", "console/payruns/villages/", "村级发放台账", reading.READ,
         BoardBody((
             Drawn("月份", template="payruns/month.html", context=picker),
             Table("各村（社区）", rows=villages, columns=VILLAGES, empty=showing.EMPTY),
         )),  impersonal=TOTALS),
    Page("payruns.village_pdf", "console/payruns/villages/<str:month>/<str:region>/pdf/", "打印村级台账", reading.READ,
         Custom(ledger, methods=("GET",)), example=_example),
]  # fmt: skip
