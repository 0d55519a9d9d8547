"""核对不符 (reference §1.4 step 7, §2.6): told with N04, objected to, looked at again, before anything goes against the
family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel.cases.deadlines.served import mismatch_due
from minzheng.kernel.cases.flow import CITIZEN, Act, guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Choice, LongText, Photo

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

# 核对异议 reason codes of reference §2.6.
OBJECTIONS = (
    ("D1", "账户被冒用，不是本人的"),
    ("D2", "过渡资金（卖房待购、借款、代管）"),
    ("D3", "已注销，数据没有更新"),
    ("D4", "车辆已转让未过户"),
    ("D5", "挂名的企业"),
    ("D6", "同名同号错误"),
    ("D7", "数据过时"),
    ("D8", "丧葬、抚恤等不计入的"),
)
# Where the family may answer and the answer is looked into: also while an objection of others is.
WHERE = ("INVESTIGATING", "OBJECTION", "INITIAL_OPINION", "RECHECK")
PROOFS = Photo("proofs", "佐证材料", kind="proof")


@guard("has_differences")
def has_differences(ctx: Ctx) -> str:
    report = ctx.latest("match_report")
    if report is None:
        return "还没有核对报告，请先发起信息核对。"
    return "" if report.data.get("differences") or report.data.get("alarms") else "核对结果与申报一致，不需要告知。"


def on_mismatch(ctx: Ctx) -> None:
    """N04: what was found against what was declared, and until when the family may object."""
    from minzheng.kernel.calendar.selectors import add_working_days

    report = ctx.newest("match_report")
    due = add_working_days(ctx.today, ctx.params.mismatch_objection_days).date
    rows = [
        {"person": d["person"], "item": d["label"], "found": d["sentence"]} for d in report.data.get("differences", [])
    ]
    rows += [{"person": a["person"], "item": a["title"], "found": a["sentence"]} for a in report.data.get("alarms", [])]
    ctx.values |= {"findings": rows, "objection_due_on": due}
    evidence.add(ctx, "mismatch", {"report": str(report.pk), "findings": rows, "due_on": due})


@guard("mismatch_open", hides=True)
def mismatch_open(ctx: Ctx) -> str:
    told = ctx.latest("mismatch")
    if told is None:
        return "还没有收到核对情况告知书（N04）。"
    due = mismatch_due(ctx.case, told, ctx.params)
    if ctx.today > due:
        return f"提出核对异议的期限到 {due} 已满，请与受理窗口联系。"
    return ""


def on_match_objection(ctx: Ctx) -> None:
    evidence.add(ctx, "match_objection", ctx.pick("code", "content", "proofs"))


def on_match_recheck(ctx: Ctx) -> None:
    """复查: both versions are kept; the objection is closed with what was found."""
    evidence.add(ctx, "match_recheck", ctx.pick("result", "content", "proofs"))
    for row in ctx.evidence("match_objection"):
        if row.closed_at is None:
            row.closed_at = ctx.now
            row.save(update_fields=["closed_at"])


@guard("open_match_objection", hides=True)
def open_match_objection(ctx: Ctx) -> str:
    return "" if any(e.closed_at is None for e in ctx.evidence("match_objection")) else "没有待复查的核对异议。"


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "notify_mismatch",
            "告知核对情况（N04）",
            ("INVESTIGATING", "OBJECTION", "RECHECK"),
            by=("case.investigate",),
            notice="N04",
            guards=(guards.match_current, has_differences),
            effects=(on_mismatch,),
        ),
        Act(
            "match_objection",
            "对核对结果提出异议",
            WHERE,
            by=(CITIZEN, "case.accept"),
            guards=(mismatch_open,),
            effects=(on_match_objection,),
            fields=(
                Choice("code", "原因", required=True, options=OBJECTIONS, radio_up_to=0),
                LongText("content", "说明", required=True),
                PROOFS,
            ),
        ),
        Act(
            "match_recheck",
            "复查核对异议",
            WHERE,
            by=("case.investigate", "match.run"),
            duty="investigate",
            guards=(open_match_objection,),
            effects=(on_match_recheck,),
            fields=(
                Choice(
                    "result",
                    "复查结果",
                    required=True,
                    options=(("corrected", "数据有误，已更正"), ("upheld", "核对结果无误")),
                ),
                LongText("content", "复查情况", required=True),
                PROOFS,
            ),
        ),
    )
