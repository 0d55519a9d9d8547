"""Notices that change, end, claim back or punish: N08–N12. Each gives facts, reasons, calculation and remedies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minzheng.kernel.documents import terms
from minzheng.kernel.documents.catalogue.needs import (
    BASIS,
    CALCULATION,
    FACTS,
    ID,
    MATTER,
    PHONE,
    REASONS,
    Need,
    Notice,
)
from minzheng.kernel.documents.typesetting.amounts import yuan

_DYNAMIC = "《社会救助暂行办法》第十三条：减发、停发应当书面说明理由"
_OLD = Need("old_amount_fen", "原月金额", "fen", law=_DYNAMIC)
_FRAUD = "《社会救助暂行办法》第六十八条：停发、责令退回，可以处非法获取金额 1 倍以上 3 倍以下的罚款"


def lines_add_up(fields: Mapping[str, Any]) -> str:
    """N10: every month's over-payment is paid − due, and together they are the sum claimed, to the fen."""
    for number, row in enumerate(fields.get("lines", ()), start=1):
        if row["paid_fen"] - row["due_fen"] != row["over_fen"]:
            return (
                f"第 {number} 个月多领的金额算错了：已发 {yuan(row['paid_fen'])} 元减应发 {yuan(row['due_fen'])} 元"
                f"应为 {yuan(row['paid_fen'] - row['due_fen'])} 元。"
            )
    total = sum(row["over_fen"] for row in fields.get("lines", ()))
    if total != fields["amount_fen"]:
        return f"各月多领合计 {yuan(total)} 元，与追回金额 {yuan(fields['amount_fen'])} 元不符，请核对。"
    return "" if total > 0 else "没有多领的金额，不用追回。"


def instalments_add_up(fields: Mapping[str, Any]) -> str:
    rows = fields.get("instalments") or ()
    total = sum(row["amount_fen"] for row in rows)
    if rows and total != fields["amount_fen"]:
        return f"分期合计 {yuan(total)} 元，与追回金额 {yuan(fields['amount_fen'])} 元不符，请核对。"
    return ""


def offset_within_limit(fields: Mapping[str, Any]) -> str:
    """Repaying from a running benefit needs consent and stays within the share that leaves enough to live on."""
    percent = fields.get("offset_percent")
    if percent is None:
        return ""
    most = terms.number("offset_percent")
    if not fields.get("offset_consent"):
        return "从待遇中抵扣须本人同意，请先取得书面同意并填写同意日期。"
    return "" if 0 < percent <= most else f"从待遇中抵扣的比例不能超过 {most}%，现为 {percent}%。"


def fine_within_range(fields: Mapping[str, Any]) -> str:
    """1× to 3× of what was obtained; an honest error is not fined at all (benefits §1.9)."""
    if fields.get("honest"):
        return "没有虚报、隐瞒、伪造的，只退回多领的款项，不处罚款；请改发《追回通知书》。"
    got, fine = fields["obtained_fen"], fields["fine_fen"]
    least, most = terms.number("fine_least_times"), terms.number("fine_most_times")
    if least * got <= fine <= most * got:
        return ""
    return (
        f"罚款 {yuan(fine)} 元超出法定幅度：非法获取 {yuan(got)} 元，"
        f"只能处 {yuan(least * got)} 元到 {yuan(most * got)} 元（{least} 倍以上 {most} 倍以下）。"
    )


def _fine(*extra: Need) -> tuple[Need, ...]:
    return (
        MATTER,
        ID,
        FACTS,
        Need("evidence", "证据", "texts", law="《行政处罚法》第四十条：没有证据不得处罚"),
        BASIS,
        REASONS,
        CALCULATION,
        Need("obtained_fen", "非法获取的金额", "fen", law=_FRAUD),
        Need("fine_fen", "罚款金额", "fen", law=_FRAUD),
        Need("times", "倍数"),
        *extra,
        PHONE,
    )


NOTICES: tuple[Notice, ...] = (
    Notice(
        "N08",
        "待遇调整告知书",
        "调",
        "n08",
        (
            MATTER,
            ID,
            FACTS,
            BASIS,
            REASONS,
            CALCULATION,
            _OLD,
            Need("amount_fen", "调整后月金额", "fen", law=_DYNAMIC),
            Need("from_month", "执行月份", "month", law="自决定次月起执行"),
            Need("persons", "保障人数", "count"),
            Need("next_review_on", "下次复核日期", "date", required=False),
            Need("cause", "为什么调整", required=False),
            PHONE,
        ),
        permission="case.confirm",
        adverse=True,
        remedy=True,
        law=_DYNAMIC,
    ),
    Notice(
        "N09",
        "停发告知书",
        "停",
        "n09",
        (
            MATTER,
            ID,
            FACTS,
            BASIS,
            REASONS,
            CALCULATION,
            _OLD,
            Need("stop_month", "停发月份", "month", law="自决定次月起停发；死亡的自死亡次月起"),
            Need("last_month", "最后发放月份", "month"),
            Need(
                "next_benefits",
                "可以申请的其他救助",
                "rows",
                columns=(("title", "名称"), ("why", "说明")),
                required=False,
            ),
            PHONE,
        ),
        permission="case.confirm",
        adverse=True,
        remedy=True,
        law=_DYNAMIC,
    ),
    Notice(
        "N10",
        "待遇追回通知书",
        "追",
        "n10",
        (
            MATTER,
            ID,
            FACTS,
            BASIS,
            REASONS,
            Need(
                "lines",
                "各月多领情况",
                "rows",
                columns=(("month", "月份"), ("paid_fen", "已发"), ("due_fen", "应发"), ("over_fen", "多领")),
                law="多领金额逐月列明，合计到分",
            ),
            Need("amount_fen", "应退金额", "fen", law="多领 = 停发（调整）之后各月已发与应发之差"),
            Need("from_month", "多领起始月份", "month"),
            Need("to_month", "多领截止月份", "month"),
            Need("repay_due_on", "自愿退回截止日期", "date", law="限期自愿退回"),
            Need("repay_way", "退款方式", law="收款单位、开户行、账号或窗口"),
            Need(
                "instalments", "分期", "rows", columns=(("due_on", "退款日期"), ("amount_fen", "金额")), required=False
            ),
            Need("offset_percent", "待遇抵扣比例", "count", required=False),
            Need("offset_consent", "同意抵扣日期", "date", required=False),
            PHONE,
        ),
        permission="case.confirm",
        adverse=True,
        remedy=True,
        law="《社会救助暂行办法》第六十八条；多领款项应当退回",
        checks=(lines_add_up, instalments_add_up, offset_within_limit),
    ),
    Notice(
        "N11",
        "行政处罚事先告知书",
        "罚告",
        "n11",
        _fine(
            Need(
                "hearing_due_on", "要求听证截止日期", "date", law="《行政处罚法》第六十三条、第六十四条：有权要求听证"
            ),
            Need("statement_due_on", "陈述申辩截止日期", "date", law="《行政处罚法》第四十五条：有权陈述和申辩"),
        ),
        permission="case.confirm",
        # not the decision yet: the right to a hearing stands where the remedies of a decision would
        law="《中华人民共和国行政处罚法》第四十四条、第四十五条、第六十三条",
        checks=(fine_within_range,),
    ),
    Notice(
        "N11J",
        "行政处罚决定书",
        "罚",
        "n11j",
        _fine(
            Need("prior_no", "事先告知书文号", law="《行政处罚法》第四十四条：作出决定前应当告知"),
            Need("heard", "陈述申辩和听证情况", law="《行政处罚法》第四十五条：对陈述、申辩应当复核"),
            Need("pay_due_on", "缴款截止日期", "date", law="《行政处罚法》第六十七条：罚缴分离"),
            Need("pay_way", "缴款方式", law="《行政处罚法》第六十七条：罚缴分离"),
        ),
        permission="case.confirm",
        adverse=True,
        remedy=True,
        law="《中华人民共和国行政处罚法》第五十九条",
        checks=(fine_within_range,),
    ),
    Notice(
        "N12",
        "渐退告知书",
        "渐",
        "n12",
        (
            MATTER,
            ID,
            FACTS,
            BASIS,
            REASONS,
            CALCULATION,
            _OLD,
            Need("amount_fen", "渐退期月金额", "fen", law="《最低生活保障审核确认办法》第三十三条：可以给予渐退期"),
            Need("from_month", "渐退起始月份", "month"),
            Need("to_month", "渐退最后月份", "month"),
            Need("months", "渐退月数", "count"),
            PHONE,
        ),
        permission="case.confirm",
        adverse=True,
        remedy=True,
        law="《最低生活保障审核确认办法》第三十三条",
    ),
)
