"""动态管理 (reference §1.7): recheck, adjust, suspend, taper, stop. Changes take effect the month after the decision."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.kernel.cases import evidence, guards
from minzheng.kernel.cases.flow import CITIZEN, SYSTEM_ONLY, Act, guard
from minzheng.kernel.cases.lifecycle_decide import facts_sentence
from minzheng.kernel.cases.lifecycle_opinion import assess
from minzheng.kernel.parts.fields import Choice, LongText, Photo

if TYPE_CHECKING:
    from minzheng.kernel.awards.models import Award
    from minzheng.kernel.cases.context import Ctx

WHY_RECHECK = (
    ("review", "到期复核"),
    ("change", "家庭报告变化"),
    ("alert", "预警"),
    ("complaint", "投诉举报"),
    ("death", "成员死亡"),
)


def next_month(day: datetime.date) -> datetime.date:
    return (day.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)


def _award(ctx: Ctx) -> Award:
    award = ctx.case.awards.order_by("-decided_on", "-id").first()
    if award is None:
        raise LookupError(f"办件 {ctx.case.no} 在待遇阶段却没有待遇记录，请用“重放”检查。")
    ctx.values["award"] = award
    return award


def _review_date(ctx: Ctx) -> None:
    """The next review is a date the clock counts from: written into the act."""
    award = _award(ctx)
    if award.next_review_on:
        ctx.note({"next_review_on": award.next_review_on})


def on_change_report(ctx: Ctx) -> None:
    evidence.add(ctx, "change", ctx.pick("content", "proofs"))


@guard("same_amount")
def same_amount(ctx: Ctx) -> str:
    award = _award(ctx)
    if not ctx.answer.eligible:
        return "按核定情况测算已不符合条件，不能维持，请办理渐退或停发。"
    same = ctx.answer.amount_fen == award.amount_fen and ctx.answer.persons == award.persons
    return "" if same else "测算的金额或人数有变化，请办理调整。"


@guard("other_amount")
def other_amount(ctx: Ctx) -> str:
    award = _award(ctx)
    if not ctx.answer.eligible:
        return "按核定情况测算已不符合条件，不能调整，请办理渐退或停发。"
    same = ctx.answer.amount_fen == award.amount_fen and ctx.answer.persons == award.persons
    return "测算的金额和人数没有变化，请办理维持。" if same else ""


@guard("no_longer_eligible", needs_data=True)
def stop_founded(ctx: Ctx) -> str:
    """A stop for income or property must be shown by the sheet; other reasons stand on their facts."""
    code = ctx.text("reason_code")
    if code in guards.COMPUTED and code not in {c for c, _ in ctx.answer.reasons}:
        return f"按核定情况测算，没有出现“{ctx.item.reason_title(code)}”，请核对后再办。"
    return ""


@guard("may_taper")
def may_taper(ctx: Ctx) -> str:
    if ctx.answer.taper is not None:
        return ""
    return "不符合渐退条件：渐退适用于在保家庭收入超过标准、没有超过规定倍数、财产仍符合的情形，且只有一次。"


@guard("tapered_once")
def not_tapered_yet(ctx: Ctx) -> str:
    return "同一次就业已经渐退过一次，不能再渐退。" if ctx.last_act("taper") else ""


def on_keep(ctx: Ctx) -> None:
    from minzheng.kernel.awards.services import reviewed

    assess(ctx)
    reviewed(award=_award(ctx), on=ctx.today, params=ctx.params)
    _review_date(ctx)


def on_adjust(ctx: Ctx) -> None:
    from minzheng.kernel.awards.services import adjust

    assess(ctx)
    month = next_month(ctx.today)
    ctx.values["award"] = adjust(
        case=ctx.case,
        award=_award(ctx),
        answer=ctx.answer,
        from_month=month,
        actor=ctx.actor,
        decided_on=ctx.today,
        params=ctx.params,
    )
    ctx.values |= {"month": month, "facts": facts_sentence(ctx)}
    ctx.note({"from_month": month})


def on_end(ctx: Ctx) -> None:
    """停发: the last month paid is the month of the decision, or of the death that left nobody."""
    from minzheng.kernel.awards.services import stop

    if ctx.item.assess is not None:
        assess(ctx)
    ctx.values |= {
        "award": stop(award=_award(ctx), last_month=ctx.today.replace(day=1), actor=ctx.actor),
        "month": next_month(ctx.today),
    }


def _suspend(ctx: Ctx) -> None:
    from minzheng.kernel.awards.services import set_state

    set_state(award=_award(ctx), state="suspended", actor=ctx.actor)


def _resume(ctx: Ctx) -> None:
    from minzheng.kernel.awards.services import set_state

    set_state(award=_award(ctx), state="active", actor=ctx.actor)
    _review_date(ctx)


def _taper(ctx: Ctx) -> None:
    """渐退: the old amount, or the county's part of it from next month, until the period is over."""
    from dataclasses import replace

    from minzheng.kernel.awards.services import adjust, set_state
    from minzheng.kernel.cases.consents import months_later

    assess(ctx)
    taper, award = ctx.answer.taper, _award(ctx)
    if taper is None:
        return
    if taper.amount_fen != award.amount_fen:
        kept = replace(ctx.answer, amount_fen=taper.amount_fen)
        month = next_month(ctx.today)
        award = adjust(
            case=ctx.case, award=award, answer=kept, from_month=month, actor=ctx.actor, decided_on=ctx.today,
            params=ctx.params,
        )  # fmt: skip
    ctx.values["award"] = set_state(award=award, state="tapering", actor=ctx.actor)
    ctx.note({"next_review_on": months_later(ctx.today, taper.months)})


@guard("in_force")
def adjustment_in_force(ctx: Ctx) -> str:
    last = ctx.last_act("adjust")
    month = last.data.get("from_month") if last else None
    return "" if month and ctx.today.isoformat() >= month else "新金额还没有到执行的月份。"


def acts(reasons: tuple[tuple[str, str], ...]) -> tuple[Act, ...]:
    why = LongText("opinion", "事实和理由", required=True)
    reason = Choice("reason_code", "理由", required=True, options=reasons, radio_up_to=0)
    checked = (guards.match_current, guards.differences_judged)
    return (
        Act(
            "report_change",
            "报告家庭变化",
            ("IN_PAYMENT", "SUSPENDED", "TAPERING"),
            by=(CITIZEN, "case.accept"),
            effects=(on_change_report,),
            fields=(LongText("content", "变化情况", required=True), Photo("proofs", "材料照片", kind="change")),
        ),
        Act(
            "open_recheck",
            "启动复核",
            ("IN_PAYMENT", "TAPERING"),
            ("RECHECK",),
            by=("case.investigate", SYSTEM_ONLY),
            tone="primary",
            fields=(
                Choice("why", "原因", required=True, options=WHY_RECHECK, radio_up_to=0),
                LongText("opinion", "说明"),
            ),
        ),
        Act(
            "keep",
            "维持不变",
            ("RECHECK",),
            ("IN_PAYMENT",),
            by=("case.confirm",),
            tone="primary",
            duty="confirm",
            guards=(*checked, same_amount),
            fields=(LongText("opinion", "意见"),),
            effects=(on_keep,),
        ),
        Act(
            "adjust",
            "增发／减发",
            ("RECHECK",),
            ("ADJUSTED",),
            by=("case.confirm",),
            duty="confirm",
            notice="N08",
            guards=(*checked, other_amount),
            fields=(why,),
            effects=(on_adjust,),
        ),
        Act(
            "apply_adjustment",
            "执行新金额",
            ("ADJUSTED",),
            ("IN_PAYMENT",),
            by=(SYSTEM_ONLY,),
            guards=(adjustment_in_force,),
            effects=(_review_date,),
            quiet=True,
        ),
        Act(
            "suspend",
            "暂停发放",
            ("IN_PAYMENT",),
            ("SUSPENDED",),
            by=("case.confirm",),
            tone="danger",
            duty="confirm",
            fields=(why,),
            effects=(_suspend,),
        ),
        Act(
            "resume",
            "恢复发放",
            ("SUSPENDED",),
            ("IN_PAYMENT",),
            by=("case.confirm",),
            duty="confirm",
            fields=(why,),
            effects=(_resume,),
        ),
        Act(
            "taper",
            "渐退",
            ("RECHECK",),
            ("TAPERING",),
            by=("case.confirm",),
            duty="confirm",
            notice="N12",
            guards=(*checked, not_tapered_yet, may_taper),
            fields=(why,),
            effects=(_taper,),
        ),
        Act(
            "stop",
            "停发",
            ("RECHECK", "SUSPENDED", "TAPERING"),
            ("TERMINATED",),
            by=("case.confirm",),
            tone="danger",
            duty="confirm",
            notice="N09",
            guards=(stop_founded,),
            fields=(reason, why),
            effects=(on_end,),
        ),
    )
