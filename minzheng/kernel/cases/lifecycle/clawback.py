"""追回与处罚 (reference §1.9, §3.8; 《社会救助暂行办法》第六十八条): a proposed clawback is confirmed with N10, objected to,
settled; proven fraud is punished by the county with N11 and, after the hearing, N11J. Money is integer fen."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from minzheng.kernel import clock
from minzheng.kernel.cases.flow import CITIZEN, Act, guard
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.months import same_day_after
from minzheng.kernel.parts.fields import Choice, Count, Date, LongText, Photo, When, YesNo

if TYPE_CHECKING:
    from minzheng.kernel.awards.clawback import OverPaid
    from minzheng.kernel.awards.models import PaymentLine
    from minzheng.kernel.cases.models import Evidence
    from minzheng.kernel.cases.running.context import Ctx

# Money may have gone out too much while the benefit is paid, and after it was stopped.
WHERE = ("IN_PAYMENT", "RECHECK", "ADJUSTED", "SUSPENDED", "TAPERING", "TERMINATED")
FRAUD = "fraud"
CAUSES = (
    ("death", "成员死亡以后多发"),
    ("change", "家庭情况变化没有及时报告"),
    ("error", "计算、登记的差错"),
    (FRAUD, "虚报、隐瞒、伪造（骗取）"),
)
FINE_KINDS = When("cause", (FRAUD,))
MOST_INSTALMENTS = 36  # a claim is not spread over more months than the form can list


def claim(ctx: Ctx) -> Evidence | None:
    """The newest confirmed claim that is still open."""
    return next((row for row in ctx.evidence("clawback") if row.closed_at is None), None)


def claimed_lines(ctx: Ctx, row: Evidence) -> list[PaymentLine]:
    from minzheng.kernel.awards.models import PaymentLine

    wanted = [int(pk) for pk in row.data.get("lines", ())]
    return list(PaymentLine.objects.filter(pk__in=wanted).select_related("award").order_by("month"))


@guard("clawback_proposed", hides=True)
def is_proposed(ctx: Ctx) -> str:
    from minzheng.kernel.awards.clawback import proposed

    return "" if proposed(ctx.case) else "没有待决定的多发款项。"


@guard("claim_open", hides=True)
def claim_open(ctx: Ctx) -> str:
    return "" if claim(ctx) is not None else "没有已确认、还没有了结的追回。"


@guard("claim_may_be_objected", hides=True)
def in_time(ctx: Ctx) -> str:
    row = claim(ctx)
    if row is None:
        return "没有已确认、还没有了结的追回。"
    if evidence.is_open(ctx, "clawback_objection"):
        return "已经提出过异议，正在复查，不用再提。"
    return (
        ""
        if ctx.today.isoformat() <= row.data["repay_due_on"]
        else "提出异议的期限（退回期限）已过，可以申请行政复议。"
    )


@guard("clawback_objected", hides=True)
def objected(ctx: Ctx) -> str:
    return "" if evidence.is_open(ctx, "clawback_objection") else "没有对追回提出的异议。"


@guard("offset_agreed", needs_data=True)
def offset_agreed(ctx: Ctx) -> str:
    """Nothing is taken out of a benefit that is not paid."""
    if ctx.data.get("offset") and ctx.case.state == "TERMINATED":
        return "待遇已经停发，不能从待遇中抵扣；请选分期或一次退回。"
    return ""


def on_confirm(ctx: Ctx) -> None:
    """The lines become a claim; everything that N10 says is kept as evidence."""
    from minzheng.kernel.awards import clawback

    lines = clawback.proposed(ctx.case)
    months = clawback.computation(lines)
    total = clawback.confirm(lines=lines, actor=ctx.actor, reason=dict(CAUSES)[ctx.text("cause")])
    due = _repay_due(ctx)
    paper = _claim_paper(ctx, months, total, due)
    ctx.values["paper"] = paper
    ctx.values["claim"] = {"fen": total, "due": due}
    evidence.add(
        ctx,
        "clawback",
        {
            "lines": [str(line.pk) for line in lines],
            "amount_fen": total,
            "cause": ctx.text("cause"),
            "repay_due_on": due,
            "instalments": paper.get("instalments"),
            "offset_percent": paper.get("offset_percent"),
            "proofs": [*(ctx.data.get("proofs") or []), *(ctx.data.get("fraud_proofs") or [])],
        },
    )
    ctx.note({"clawback_fen": total})


def _repay_due(ctx: Ctx) -> datetime.date:
    from minzheng.kernel.calendar import days
    from minzheng.kernel.calendar.selectors import calendar
    from minzheng.kernel.documents import terms

    return days.natural(ctx.today, terms.number("repay_days", ctx.today), calendar()).date


def _claim_paper(ctx: Ctx, months: list[OverPaid], total: int, due: datetime.date) -> dict[str, Any]:
    offset = bool(ctx.data.get("offset"))
    return {
        "facts": ctx.text("facts"),
        "reasons": [
            {"code": "", "sentence": dict(CAUSES)[ctx.text("cause")]},
            {"code": "", "sentence": ctx.done.opinion},
        ],
        "lines": [
            {
                "month": f"{m.month.year}年{m.month.month}月",
                "paid_fen": m.paid_fen,
                "due_fen": m.due_fen,
                "over_fen": m.over_fen,
            }
            for m in months
        ],
        "amount_fen": total,
        "from_month": months[0].month,
        "to_month": months[-1].month,
        "repay_due_on": due,
        "repay_way": ctx.text("repay_way"),
        "instalments": instalments(total, int(ctx.data.get("instalments") or 1), due),
        "offset_percent": ctx.data.get("offset_percent") if offset else None,
        "offset_consent": ctx.data.get("offset_consent") if offset else None,
        "phone": str(ctx.values.get("office_phone") or "12345"),
    }


def instalments(total: int, count: int, first: datetime.date) -> list[dict[str, Any]]:
    """Equal monthly parts, what does not divide with the last; none for a single payment. Sums to `total` fen."""
    if count <= 1:
        return []
    part = total // count
    amounts = [part] * (count - 1) + [total - part * (count - 1)]
    return [{"due_on": same_day_after(first, n).isoformat(), "amount_fen": fen} for n, fen in enumerate(amounts)]


def on_drop(ctx: Ctx) -> None:
    from minzheng.kernel.awards import clawback

    fen = clawback.give_up(lines=clawback.proposed(ctx.case), actor=ctx.actor, reason="经核实不予追回")
    ctx.note({"given_up_fen": fen})


def on_objection(ctx: Ctx) -> None:
    evidence.add(ctx, "clawback_objection", ctx.pick("content", "proofs"))


def on_settled(ctx: Ctx) -> None:
    """Upheld: the claim stands. Withdrawn: it is given up, by lines of the opposite amount."""
    from minzheng.kernel.awards import clawback

    evidence.close(ctx, "clawback_objection")
    row = claim(ctx)
    if ctx.text("result") == "withdrawn" and row is not None:
        fen = clawback.give_up(lines=claimed_lines(ctx, row), actor=ctx.actor, reason="异议成立，撤销追回")
        evidence.close(ctx, "clawback")
        ctx.note({"given_up_fen": fen})
    ctx.values["settled"] = "异议成立，追回已撤销" if ctx.text("result") == "withdrawn" else "经复查，追回无误"


def acts() -> tuple[Act, ...]:
    proofs = Photo("proofs", "证明材料照片", kind="clawback")
    return (
        Act(
            "confirm_clawback",
            "确认追回多发款项（N10）",
            WHERE,
            by=("case.confirm",),
            duty="confirm",
            tone="danger",
            step_up=True,
            notice="N10",
            guards=(is_proposed, offset_agreed),
            effects=(on_confirm,),
            help="金额按待决定的追回明细逐月计算，不能另填；属于骗取的，确认后再办理行政处罚。",
            fields=(
                Choice("cause", "多发的原因", required=True, options=CAUSES),
                LongText("facts", "事实", required=True),
                LongText("opinion", "理由", required=True),
                LongText("repay_way", "怎样退回", required=True, help="收款单位、开户行、账号，或到哪个窗口办理。"),
                Count(
                    "instalments",
                    "分几个月退回",
                    minimum=1,
                    maximum=MOST_INSTALMENTS,
                    unit="个月",
                    help="不分期的不填。",
                ),
                YesNo("offset", "从以后的待遇中抵扣", help="须本人书面同意，比例不超过当地上限。"),
                Count(
                    "offset_percent",
                    "每月抵扣比例（%）",
                    required=True,
                    minimum=1,
                    maximum=100,
                    when=When("offset", (True,)),
                ),
                Date(
                    "offset_consent",
                    "本人同意抵扣的日期",
                    required=True,
                    not_after=clock.today,
                    when=When("offset", (True,)),
                ),
                Photo("fraud_proofs", "虚报、隐瞒、伪造的证据照片", required=True, kind="clawback", when=FINE_KINDS),
                proofs,
            ),
        ),
        Act(
            "drop_clawback",
            "不予追回",
            WHERE,
            by=("case.confirm",),
            duty="confirm",
            step_up=True,
            guards=(is_proposed,),
            effects=(on_drop,),
            quiet=True,
            fields=(LongText("opinion", "不予追回的事实和理由", required=True),),
        ),
        Act(
            "clawback_objection",
            "对追回提出异议",
            WHERE,
            by=(CITIZEN, "case.accept"),
            guards=(in_time,),
            effects=(on_objection,),
            help="在通知书写明的退回期限以前提出；复查期间先不用退。",
            fields=(LongText("content", "为什么不对", required=True), proofs),
        ),
        Act(
            "settle_clawback",
            "答复追回异议",
            WHERE,
            by=("case.confirm",),
            duty="confirm",
            step_up=True,
            guards=(claim_open, objected),
            effects=(on_settled,),
            fields=(
                Choice(
                    "result",
                    "复查结果",
                    required=True,
                    options=(("upheld", "追回无误，维持"), ("withdrawn", "异议成立，撤销追回")),
                ),
                LongText("opinion", "复查情况", required=True),
            ),
        ),
    )
