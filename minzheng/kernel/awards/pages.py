"""待遇: the roll, the basis of one award's decision, and its payments."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from minzheng.kernel.awards import counts
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.awards.selectors import lines_visible_to, visible_to
from minzheng.kernel.items import registry
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, MaskedAccount, Money, Month, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.explanation import graph_of
from minzheng.kernel.parts.filters import ByChoice, ByMonth, ByRegion, Search
from minzheng.kernel.parts.page import DetailBody, ExportBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Explanation, Facts, Table
from minzheng.kernel.payruns.console import on_award
from minzheng.kernel.standards.selectors import unconfirmed_in

STATES = dict(Award.STATES)
TONES = {"active": "good", "suspended": "wait", "tapering": "info", "ended": "plain"}
LINE_TONES = {"planned": "plain", "batched": "info", "paid": "good", "returned": "bad", "proposed": "warn"}


def _one(actor: Any, pk: int) -> Award | None:
    return visible_to(actor).filter(pk=pk).first()


def _named(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    return (
        rows.filter(no=text.upper())
        if any(char.isdigit() for char in text)
        else rows.filter(payee_name__startswith=text)
    )


def _line_named(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    if any(char.isdigit() for char in text):
        return rows.filter(award__no=text.upper())
    return rows.filter(award__payee_name__startswith=text)


def _items(drawing: Drawing) -> list[tuple[str, str]]:
    return [(item.code, item.title) for item in registry.all_items()]


def _item_title(code: str) -> str:
    return {item.code: item.short for item in registry.all_items()}.get(code, code)


def _may_ask_account(actor: Any, award: Award) -> bool:
    from minzheng.kernel.payruns.corrections.selectors import may_ask

    return may_ask(actor, award)


def _graph(award: Award) -> dict[str, Any]:
    """The explanation that was frozen with the decision."""
    return graph_of(award.frozen or {})


def _names(award: Award) -> dict[str, str]:
    """Rows of the frozen family by the names they were decided under."""
    people = (award.frozen or {}).get("family", {}).get("成员", [])
    return {f"成员{n}": str(one.get("姓名", "")) for n, one in enumerate(people, start=1)}


def _taken_over(award: Award) -> bool:
    """Loaded with a register, and nobody has looked into it yet: its first re-check makes its case."""
    return award.case_id is None and award.state != "ended"


def _origin(award: Award) -> str:
    """File and row of an award that was imported, not computed here."""
    source = (award.frozen or {}).get("imported")
    if not source:
        return ""
    return (
        f"存量文件“{source.get('file', '')}”第 {'、'.join(map(str, source.get('rows', [])[:5]))} 行；不是本系统测算的"
    )


_example = first_of(Award.objects.order_by("pk"))


COLUMNS = (
    Text("no", "证号", sort="no", css="nowrap"),
    Text("payee_name", "领款人", sort="payee_name"),
    Text(lambda row: _item_title(row.item_code), "事项"),
    Region("region_code", "乡镇（街道）", up_to=9),
    Number("persons", "人数", sort="persons"),
    Text("category", "类别"),
    Money("amount_fen", "金额（元）", sort="amount_fen"),
    Text("get_cycle_display", "发放方式"),
    Badge("state", "状态", names=STATES, tones=TONES, sort="state"),
    Month("first_month", "起发月", sort="first_month", narrow=False),
    Date("next_review_on", "下次复核", sort="next_review_on", narrow=False),
)
LINES = (
    Month("month", "所属月", sort="month"),
    Text(lambda row: row.get_line_type_display(), "类型", css="nowrap"),
    Money("amount_fen", "金额（元）", sort="amount_fen"),
    Badge("state", "状态", names=dict(PaymentLine.STATES), tones=LINE_TONES, sort="state"),
    Date("due_on", "应发日期"),
    Text("explanation", "说明", narrow=False),
)

PAGES = [
    Page(
        "awards.list",
        "console/awards/",
        "待遇名册",
        "award.read",
        ListBody(
            visible_to,
            COLUMNS,
            sort="-first_month",
            link=("awards.detail", {"pk": "pk"}),
            export="awards.export",
            filters=(
                Search("q", "领款人或证号", by=_named, placeholder="姓名开头或完整证号"),
                ByRegion("region", "乡镇（街道）", permission="award.read"),
                ByChoice("item", "事项", field="item_code", choices=_items),
                ByChoice("state", "状态", choices=Award.STATES),
                ByMonth("first_month", "起发月"),
                counts.FILTER,
            ),
            empty="没有符合条件的待遇。审核确认同意后，待遇会出现在这里。",
        ),
        menu=Menu("待遇", 10, "card"),
    ),
    Page(
        "awards.export",
        "console/awards/export/",
        "导出待遇名册",
        "award.read",
        ExportBody("awards.list", columns=(*COLUMNS, MaskedAccount("account_no", "发放账号"))),
        step_up=True,
    ),
    Page(
        "awards.detail",
        "console/awards/<int:pk>/",
        "待遇",
        "award.read",
        DetailBody(
            _one,
            (
                Facts(
                    "待遇",
                    items=(
                        Text("no", "证号"),
                        Badge("state", "状态", names=STATES, tones=TONES),
                        Text(lambda row: _item_title(row.item_code), "事项"),
                        Region("region_code", "所在地"),
                        Text("payee_name", "领款人"),
                        Number("persons", "保障人数"),
                        Money("amount_fen", "金额（元）"),
                        Text("get_cycle_display", "发放方式"),
                        Text("category", "类别"),
                        Month("first_month", "起发月"),
                        Month("last_month", "止发月"),
                        Date("decided_on", "决定日期"),
                        Date("next_review_on", "下次复核"),
                        MaskedAccount("account_no", "发放账号"),
                        Text("account_bank", "开户行"),
                    ),
                ),
                Explanation(
                    "决定依据（做出决定时封存）",
                    tree=_graph,
                    lead=lambda award: _item_title(award.item_code),
                    names=_names,
                    empty="这份待遇没有留存测算过程。",
                ),
                Table(
                    "应发明细",
                    permission="payment.read",
                    rows=lambda award, drawing: award.lines.order_by("-month", "-seq")[:60],
                    columns=LINES,
                    empty="还没有发放明细；起发月的明细由系统按月生成。",
                ),
                *on_award.PANELS,
            ),
            side=(
                Table(
                    "保障对象",
                    rows=lambda award, drawing: award.members.order_by("pk"),
                    columns=(
                        Link("name", "姓名", page="persons.file", args={"pk": "person_id"}),
                        Text("relation", "关系"),
                        Money("top_up_fen", "分类施保（元）"),
                    ),
                ),
                Facts(
                    "留痕",
                    columns=1,
                    items=(
                        Link(lambda row: "查看办件", "来源办件", page="cases.detail", args={"pk": "case_id"}),
                        Text(_origin, "导入来源"),
                        Text(lambda row: "、".join(unconfirmed_in(row.frozen or {})), "待确认参数"),
                        Text(lambda row: row.ruleset_sha[:16], "规则版本"),
                        Text(lambda row: row.frozen_sha[:16], "依据校验码"),
                    ),
                ),
            ),
            title=lambda award: f"{award.payee_name} · {_item_title(award.item_code)}",
            subtitle=lambda award: f"证号 {award.no}",
            actions=(
                Action("家庭档案", "households.file", args={"pk": "household_id"}, icon="house"),
                Action("启动复核", "caseload.recheck", args={"pk": "pk"}, when=_taken_over),
                Action(
                    "更正发放账户",
                    "account_requests.new",
                    args={"pk": "pk"},
                    when=lambda award: award.pays_cash,
                    offered=_may_ask_account,
                ),
            ),
            parent="awards.list",
        ),
        example=_example,
        reads="查看待遇",
    ),
    Page(
        "payments.list",
        "console/payments/",
        "发放明细",
        "payment.read",
        ListBody(
            lines_visible_to,
            (
                Link("award.no", "证号", page="awards.detail", args={"pk": "award_id"}),
                Text("award.payee_name", "领款人", css="nowrap"),
                Text(lambda row: _item_title(row.item_code), "事项", css="nowrap"),
                Region("region_code", "乡镇（街道）", up_to=9, css="nowrap"),
                *LINES,
            ),
            filters=(
                Search("q", "领款人或证号", by=_line_named),
                ByRegion("region", "乡镇（街道）", permission="payment.read"),
                ByMonth("month", "所属月"),
                ByChoice("state", "状态", choices=PaymentLine.STATES),
            ),
            sort="-month",
            export="payments.export",
            empty="没有符合条件的发放明细。",
        ),
        menu=Menu("待遇", 20, "money"),
    ),
    Page(
        "payments.export",
        "console/payments/export/",
        "导出发放明细",
        "payment.read",
        ExportBody("payments.list"),
        step_up=True,
    ),
]
