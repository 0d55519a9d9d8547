"""指标 of money: what was paid over all benefits, what came back, how far the year's allotment is used."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from minzheng.datacenter.indicators import marts
from minzheng.datacenter.indicators.benefits import FEN
from minzheng.datacenter.indicators.declaring import STOCK, Drill, Figure, Span, indicator, ratio
from minzheng.kernel.funds import selectors as funds
from minzheng.kernel.parts.behind import behind

PAY = "财社〔2022〕6号：惠民惠农补贴“一卡通”；社会救助资金社会化发放"
FUNDS = "预算法 第五十七条；财政部门资金支出进度要求"


def _list(condition: str) -> Callable[[str, datetime.date, Mapping[str, str]], Mapping[str, str]]:
    return lambda region, month, dims: {"behind": behind(condition, month, region, dims.get("urban", ""))}


def _of(field: str, scale: Decimal) -> Callable[[Span], Iterable[Figure]]:
    def figures(span: Span) -> Iterable[Figure]:
        for row in marts.paid(span):
            if number := getattr(row, field):
                yield Figure(f"{row.town}000", number * scale, {"urban": row.urban})

    return figures


for _word, _name, _unit, _field, _condition, _better, _definition in (
    ("paid_lines", "发放到账笔数", "笔", "paid_lines", "paid", "none", "本月发放批次中银行已确认到账的笔数"),
    ("paid", "发放到账金额", "元", "paid_fen", "paid", "none", "本月发放批次中银行已确认到账的金额，与发放表一致"),
    ("answered_lines", "银行已反馈笔数", "笔", "sent_lines", "answered", "none", "本月发放批次中银行已反馈结果的笔数"),
    (
        "returned_lines",
        "退回笔数",
        "笔",
        "returned_lines",
        "returned",
        "down",
        "本月发放批次中退回的笔数，重发的仍算退回",
    ),
    ("returned", "退回金额", "元", "returned_fen", "returned", "down", "本月发放批次中退回的金额，重发的仍算退回"),
):
    _money = _unit == "元"
    indicator(
        f"payments.{_word}", _name, _unit, line="payments", basis=PAY, better=_better, definition=_definition,
        dimensions=("urban",), decimals=2 if _money else 0,
        drill=Drill("payruns.lines", _list(_condition), "amount_fen" if _money else "", FEN if _money else Decimal(1)),
    )(_of(_field, FEN if _money else Decimal(1)))  # fmt: skip
ratio(
    "payments.returned_rate", "发放退回率", numerator="payments.returned_lines", denominator="payments.answered_lines",
    line="payments", basis=PAY, better="down", dimensions=("urban",), definition="银行已反馈的笔数中退回的比例",
)  # fmt: skip


def _balance(span: Span) -> funds.Row:
    return funds.balance(span.region_code, span.last.year, span.last).whole


for _word, _name, _field, _definition in (
    ("allotted", "本年下达指标", "allotted", "本年度已确认的资金指标累计，截至计算时"),
    ("drawn", "本年已拨付", "drawn", "本年度从财政拨付的资金累计，截至月末"),
):

    def _whole(span: Span, field: str = _field) -> Iterable[Figure]:
        if number := getattr(span.once(_balance), field):
            yield Figure(span.region_code, number * FEN)

    indicator(
        f"funds.{_word}", _name, "元", period=STOCK, line="funds", basis=FUNDS, decimals=2, definition=_definition,
    )(_whole)  # fmt: skip
ratio(
    "funds.progress", "资金支出进度", numerator="funds.drawn", denominator="funds.allotted", line="funds", basis=FUNDS,
    period=STOCK, better="up", definition="本年已拨付占本年下达指标的比例",
)  # fmt: skip
