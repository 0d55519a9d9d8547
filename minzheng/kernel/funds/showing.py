"""Columns and words that the pages of the funds share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minzheng.kernel.funds import sources
from minzheng.kernel.funds.models import (
    FundAllocation,
    FundReturn,
    FundRow,
    FundRule,
    WelfareEntry,
    WelfareList,
    WelfareProject,
)
from minzheng.kernel.funds.rules import ANY, shares_in
from minzheng.kernel.funds.splitting import shares_text
from minzheng.kernel.items import registry
from minzheng.kernel.parts.columns import Badge, Date, Moment, Money, Region, Text
from minzheng.kernel.parts.fields import yuan_text

#: The word in an address for each kind of row.
KINDS: Mapping[str, type[FundRow]] = {
    one.word: one for one in (FundAllocation, FundRule, FundReturn, WelfareProject, WelfareEntry, WelfareList)
}
WORDS = {
    FundAllocation: "指标", FundRule: "资金规则", FundReturn: "退回财政", WelfareProject: "公益金项目",
    WelfareEntry: "项目收支", WelfareList: "公益金公告",
}  # fmt: skip
TONES = {"draft": "wait", "confirmed": "good", "withdrawn": "plain"}
IMPERSONAL = "只有资金的合计和项目，没有任何人的信息"

STATE = Badge("state", "状态", names=dict(FundRow.STATES), tones=TONES, sort="state")
PLACE = Region("region_code", "地区", css="nowrap")
SOURCE = Text(lambda row: sources.title(row.source), "资金来源", css="nowrap")
ITEM = Text(lambda row: item_title(row.item_code) if row.item_code else "", "事项")
AMOUNT = Money("amount_fen", "金额（元）", sort="amount_fen")
HANDS = (
    Text("entered_name", "录入人"), Moment("entered_at", "录入时间"), Text("confirmed_name", "确认人"),
    Moment("confirmed_at", "确认时间"), Text("withdrawn_reason", "撤回原因"),
)  # fmt: skip
ALLOCATION = (
    Text("document_no", "文号"), Date("document_on", "文件日期"), PLACE, Text("year", "年度"), SOURCE,
    Text(lambda row: sources.purpose_title(row.purpose), "资金用途"),
    Text(lambda row: item_title(row.item_code) if row.item_code else "不限", "限用于事项"),
    Text("get_kind_display", "类型", css="nowrap"), AMOUNT, STATE, Text("note", "说明"),
)  # fmt: skip
RULE = (
    Text("get_kind_display", "种类"), PLACE, Text(lambda row: rule_item(row), "事项"), Text(lambda row: rule_text(row), "内容"),
    Text(lambda row: covered(row), "不足时"), Date("valid_from", "自"), Text("document", "依据"), STATE,
)  # fmt: skip
RETURN = (
    Text("voucher", "缴款书号"), Date("returned_on", "缴回日期"), PLACE, Text("year", "原拨付年度"), SOURCE, ITEM, AMOUNT,
    Text("get_reason_display", "原因"), STATE, Text("note", "说明"),
)  # fmt: skip
ENTRY = (
    Text("project.name", "项目"), Text("get_kind_display", "种类"), Text("voucher", "凭证或文号"), Date("occurred_on", "日期"),
    AMOUNT, STATE, Text("note", "说明"),
)  # fmt: skip
LIST = (PLACE, Text("year", "年度"), STATE, Text(lambda row: row.sha[:16], "内容校验码"))


def item_title(code: str) -> str:
    """Short name of a benefit; its code when nobody declares it any more; 公益金项目 for money of no benefit."""
    if not code:
        return "公益金项目"
    return {one.code: one.short for one in registry.all_items()}.get(code, code)


def item_names() -> dict[str, str]:
    """Every name of a benefit (short, title, code) → its code."""
    return {word: one.code for one in registry.all_items() for word in (one.short, one.title, one.code)}


def allocation_kinds() -> dict[str, str]:
    """Every name of a kind of allocation → its code."""
    return {word: code for code, title in FundAllocation.KINDS for word in (title, code)} | {
        "追加": "adjust",
        "调减": "adjust",
    }


def rule_item(row: FundRule) -> str:
    return "" if row.kind == "order" else item_title(row.item_code) if row.item_code else "其余全部事项"


def rule_text(row: FundRule) -> str:
    return "、".join(map(item_title, row.value)) if row.kind == "order" else shares_text(shares_in(row.value))


def covered(row: FundRule) -> str:
    if row.kind == "order":
        return ""
    return (
        "任何来源依次补足"
        if row.covered_by == ANY
        else f"{sources.title(row.covered_by)}补足"
        if row.covered_by
        else "不补，排队"
    )


def name_of(row: Any) -> str:
    """What a row is called in a heading and in a sentence."""
    if isinstance(row, FundAllocation):
        return f"{row.document_no} {sources.title(row.source)}"
    if isinstance(row, FundRule):
        return f"{row.get_kind_display()} {rule_item(row)}".strip()
    if isinstance(row, FundReturn):
        return f"缴款书 {row.voucher}"
    if isinstance(row, WelfareProject):
        return row.name
    if isinstance(row, WelfareEntry):
        return f"{row.project.name} {row.get_kind_display()} {row.voucher}"
    return f"{row.year} 年公益金使用公告"


def allocation_line(row: FundAllocation) -> str:
    """An allotment in one line: which document, of which money, how much now."""
    return f"{row.document_no}　{row.year} 年{sources.title(row.source)}　{yuan_text(row.amount_fen)} 元"
