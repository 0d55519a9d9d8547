"""Fields of the forms about money. Places and codes are asked when the form is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.funds.hands import MANAGE, place_of
from minzheng.kernel.funds.models import FundAllocation, FundReturn, WelfareEntry, WelfareProject
from minzheng.kernel.funds.rules import ANY
from minzheng.kernel.funds.showing import item_names
from minzheng.kernel.funds.sources import purposes, sources
from minzheng.kernel.items import registry
from minzheng.kernel.parts.fields import Choice, Count, Date, Field, LongText, Money, Region, Text, Tick
from minzheng.kernel.regions.selectors import region_names

MOST = 10**14
DOCUMENT = "例如 示财社〔2026〕3号"


def places(actor: Any) -> list[tuple[str, str]]:
    """(code, name) of the counties for which this person may enter money."""
    own = {place_of(code) for code in actor.scopes(MANAGE)}
    names = region_names(own)
    return [(code, names.get(code, code)) for code in sorted(own)]


def source_options() -> list[tuple[str, str]]:
    return [(one.code, one.title) for one in sources().values()]


def item_options() -> list[tuple[str, str]]:
    return [(one.code, one.title) for one in registry.all_items()]


def _place(actor: Any) -> Region:
    return Region("region", "地区", required=True, under=lambda: places(actor))


def _year(label: str = "年度") -> Count:
    return Count("year", label, required=True, minimum=2000, maximum=clock.today().year + 1)


def allocation(actor: Any, obj: Any) -> Sequence[Field]:
    kinds = [one for one in FundAllocation.KINDS if one[0] != "adjust"]
    return (
        _place(actor), _year(), Choice("source", "资金来源", required=True, options=source_options),
        Choice("purpose", "资金用途", required=True, options=lambda: [(one.code, one.title) for one in purposes().values()],
               radio_up_to=0),
        Choice("item_code", "只限用于哪个事项", options=item_options, radio_up_to=0, help="不选：这一用途的全部事项打捆使用。"),
        Choice("kind", "类型", required=True, options=kinds), Money("amount", "金额", required=True, minimum=1, maximum=MOST),
        Text("document_no", "文号", required=True, max_length=80, help=DOCUMENT),
        Date("document_on", "文件日期", required=True), Text("note", "说明", max_length=200),
    )  # fmt: skip


def adjustment(actor: Any, obj: Any) -> Sequence[Field]:
    return (
        Money("amount", "调整金额", required=True, minimum=-MOST, maximum=MOST, help="追加写正数，调减写负数，例如 -5000。"),
        Text("document_no", "调整文件的文号", required=True, max_length=80, help=DOCUMENT),
        Date("document_on", "文件日期", required=True), Text("note", "说明", max_length=200),
    )  # fmt: skip


def share(actor: Any, obj: Any) -> Sequence[Field]:
    percents = [
        Text(f"share_{one.code}", f"{one.title}（%）", max_length=8, pattern=r"\d{1,3}(\.\d{1,2})?", hint="请写数字，例如 60 或 12.5。")
        for one in sources().values() if one.pays
    ]  # fmt: skip
    covers = [
        ("", "不补：排队等追加"),
        (ANY, "任何来源依次补足"),
        *((code, f"{title}补足") for code, title in source_options()),
    ]
    return (
        _place(actor), Choice("item_code", "事项", options=item_options, radio_up_to=0, help="不选：没有单独规定的全部事项。"),
        *percents,
        Choice("covered_by", "某个来源用完以后", options=covers, radio_up_to=0),
        Date("valid_from", "自哪天起", required=True),
        Text("document", "依据（文件名称和文号）", required=True, max_length=200),
    )  # fmt: skip


def order(actor: Any, obj: Any) -> Sequence[Field]:
    titles = "、".join(one.short for one in registry.all_items())
    return (
        _place(actor),
        LongText("order", "保障顺序", required=True, max_length=1000, rows=8,
                 help=f"一行一个事项，排在前面的先发；没有写的排在后面。可以写：{titles}。"),
        Date("valid_from", "自哪天起", required=True),
        Text("document", "依据（文件名称和文号）", required=True, max_length=200),
    )  # fmt: skip


def give_back(actor: Any, obj: Any) -> Sequence[Field]:
    return (
        _place(actor), _year("原拨付年度"), Choice("source", "资金来源", required=True, options=source_options),
        Choice("item_code", "原来发放的事项", required=True, options=item_options, radio_up_to=0),
        Money("amount", "金额", required=True, minimum=1, maximum=MOST),
        Choice("reason", "原因", required=True, options=FundReturn.REASONS),
        Text("voucher", "缴款书号", required=True, max_length=80), Date("returned_on", "缴回日期", required=True),
        Text("note", "说明", max_length=200),
    )  # fmt: skip


def project(actor: Any, obj: Any) -> Sequence[Field]:
    return (
        _place(actor), _year(), Text("name", "项目名称", required=True, max_length=80),
        Choice("category", "类别", required=True, options=WelfareProject.CATEGORIES),
        Text("executor", "执行单位", required=True, max_length=80),
        LongText("content", "资助内容", required=True, max_length=500, help="写明资助谁、做什么、多少；不得用于行政经费、人员经费和楼堂馆所。"),
        LongText("goal", "绩效目标", required=True, max_length=300, rows=2),
        Money("budget", "预算", required=True, minimum=1, maximum=MOST),
        Text("document_no", "文号", required=True, max_length=80, help=DOCUMENT),
    )  # fmt: skip


def entry(actor: Any, obj: Any) -> Sequence[Field]:
    return (
        Choice("kind", "种类", required=True, options=WelfareEntry.KINDS),
        Money("amount", "金额", required=True, minimum=-MOST, maximum=MOST, help="退回的支出、调减的预算写负数。"),
        Date("occurred_on", "日期", required=True), Text("voucher", "凭证号或文号", required=True, max_length=80),
        Text("note", "说明", max_length=200),
    )  # fmt: skip


def result(actor: Any, obj: Any) -> Sequence[Field]:
    return (
        LongText("result", "执行结果", required=True, max_length=500, help="例如受益多少人、完成了什么。"),
        Text("performance", "绩效评价", max_length=300), Count("score", "绩效得分", maximum=100, help="0 到 100 分，没有评价的不填。"),
        Date("finished_on", "完成日期"), Tick("open", "以上内容会随年度公告向社会公布，没有任何人的姓名和号码", required=True),
    )  # fmt: skip


def publishing(actor: Any, obj: Any) -> Sequence[Field]:
    return (_place(actor), _year("哪一年的使用情况"))


def first_values(actor: Any, **more: Any) -> dict[str, Any]:
    """The only county and this year are filled in."""
    found = places(actor)
    return {"region": found[0][0] if len(found) == 1 else "", "year": clock.today().year, **more}


def parts_of(values: dict[str, Any]) -> dict[str, int]:
    """Percents of the form → parts of 10 000."""
    from decimal import Decimal

    told = {code: values.get(f"share_{code}") for code in sources()}
    return {code: int(Decimal(text) * 100) for code, text in told.items() if text}


def order_of(text: str) -> tuple[list[str], list[str]]:
    """(codes, lines nobody knows) of a typed order; a benefit is written by its short name, title or code."""
    known = item_names()
    lines = [
        line.strip(" 　、，,;；.0123456789") if line.strip() not in known else line.strip()
        for line in text.splitlines()
    ]
    lines = [line for line in lines if line]
    return [known[line] for line in lines if line in known], [line for line in lines if line not in known]
