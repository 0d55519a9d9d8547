"""复核的条件和后果 (reference §1.7): what a re-check must show, and what keeping, adjusting, suspending, tapering and stopping do
to the award. Changes take effect the month after the decision."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.kernel.cases.flow import guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.lifecycle.decide import facts_sentence
from minzheng.kernel.cases.lifecycle.opinion import assess
from minzheng.kernel.cases.lifecycle.work import stopped
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.months import month_after, same_day_after

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minzheng.kernel.awards.models import Award
    from minzheng.kernel.cases.running.context import Ctx
    from minzheng.kernel.items.items import Answer


def _award(ctx: Ctx) -> Award:
    award = ctx.case.awards.order_by("-decided_on", "-id").first()
    if award is None:
        raise LookupError(f"办件 {ctx.case.no} 在待遇阶段却没有待遇记录，请用“重放”检查。")
    ctx.values["award"] = award
    return award


def review_date(ctx: Ctx) -> None:
    """The next review is a date the clock counts from: written into the act."""
    award = _award(ctx)
    if award.next_review_on:
        ctx.note({"next_review_on": award.next_review_on})


def on_change_report(ctx: Ctx) -> None:
    """Late reports are noted with the days (reference §1.7.2); what follows from lateness is for the re-check to say."""
    happened = ctx.text("happened_on")
    days = (ctx.today - datetime.date.fromisoformat(happened)).days if happened else 0
    late = max(days - ctx.params.report_change_days, 0)
    evidence.add(ctx, "change", {**ctx.pick("content", "proofs", "happened_on"), "late_days": late})


def due_answer(ctx: Ctx) -> Answer:
    """What the family is due now: the rules' answer less the shares of those who refused work."""
    from minzheng.kernel.awards.shares import without

    return without(ctx.answer, ctx.counted, [e.data["member_name"] for e in stopped(ctx)])


def _unchanged(ctx: Ctx) -> bool:
    award, answer = _award(ctx), due_answer(ctx)
    return answer.amount_fen == award.amount_fen and answer.persons == award.persons


@guard("same_amount")
def same_amount(ctx: Ctx) -> str:
    if not ctx.answer.eligible:
        return "按核定情况测算已不符合条件，不能维持，请办理渐退或停发。"
    return "" if _unchanged(ctx) else "测算的金额或人数有变化，请办理调整。"


@guard("other_amount")
def other_amount(ctx: Ctx) -> str:
    if not ctx.answer.eligible:
        return "按核定情况测算已不符合条件，不能调整，请办理渐退或停发。"
    return "测算的金额和人数没有变化，请办理维持。" if _unchanged(ctx) else ""


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


def _employment(data: Mapping[str, object]) -> tuple[str, str]:
    return str(data.get("employed_member") or ""), str(data.get("employed_on") or "")


@guard("tapered_once", needs_data=True)
def not_tapered_yet(ctx: Ctx) -> str:
    """Once for each time somebody takes up work (reference §1.7.4)."""
    known = {_employment(a.data) for a in ctx.acts if a.code == "taper"}
    asked = _employment(ctx.data)
    if asked in known:
        return "同一次就业已经渐退过一次，不能再渐退。"
    if known and not all(asked):
        return "这个家庭已经渐退过一次：再次渐退要写明是谁、哪天就业，同一次就业只渐退一次。"
    return ""


def on_keep(ctx: Ctx) -> None:
    from minzheng.kernel.awards.services import reviewed

    assess(ctx)
    award = _award(ctx)
    if award.state != "active":  # the work was lost again, or a suspended family was re-checked
        pay_again(ctx, award)
    reviewed(award=award, on=ctx.today, params=ctx.params)
    review_date(ctx)


def pay_again(ctx: Ctx, award: Award, *, back_pay: bool = False) -> None:
    from minzheng.kernel.awards.pauses import FrozenChanged, resume
    from minzheng.kernel.cases.errors import Refused

    try:
        lines = resume(award=award, actor=ctx.actor, on=ctx.today, params=ctx.params, back_pay=back_pay)
    except FrozenChanged as error:
        raise Refused(str(error)) from error
    if lines:
        total = sum(line.amount_fen for line in lines)
        ctx.note({"back_pay_fen": total, "back_pay_months": [line.month for line in lines]})
    ctx.values["back_pay"] = lines


def on_adjust(ctx: Ctx) -> None:
    from minzheng.kernel.awards.services import adjust

    assess(ctx)
    month, before = month_after(ctx.today), _award(ctx)
    if before.state == "suspended":
        pay_again(ctx, before)
    _claim_after_death(ctx, before)
    ctx.values["award"] = adjust(
        case=ctx.case,
        award=before,
        answer=due_answer(ctx),
        from_month=month,
        actor=ctx.actor,
        decided_on=ctx.today,
        params=ctx.params,
    )
    ctx.values |= {"month": month, "facts": facts_sentence(ctx)}
    ctx.note({"from_month": month})


def _claim_after_death(ctx: Ctx, before: Award) -> None:
    """A death counts from the month after it (reference §1.7.3): what was paid too much since then is proposed as a
    clawback of the difference."""
    from minzheng.kernel.awards.differences import propose_clawback

    covered = set(before.members.values_list("person_id", flat=True))
    days = [
        datetime.date.fromisoformat(m.verified["died_on"])
        for m in ctx.members
        if (m.verified or {}).get("died_on") and m.person_id in covered
    ]
    less = before.amount_fen - due_answer(ctx).amount_fen
    if not days or less <= 0:
        return
    since = max(month_after(min(days)), before.first_month)
    fen = propose_clawback(
        award=before, from_month=since, reason="成员死亡次月起多发，建议追回差额", due=lambda paid: max(paid - less, 0)
    )
    if fen:
        ctx.note({"clawback_fen": fen})


def on_end(ctx: Ctx) -> None:
    """停发: the last month paid is the month of the decision, or of the death that left nobody."""
    from minzheng.kernel.awards.services import stop

    if ctx.item.assess is not None:
        assess(ctx)
    ctx.values |= {
        "award": stop(award=_award(ctx), last_month=ctx.today.replace(day=1), actor=ctx.actor),
        "month": month_after(ctx.today),
    }


def on_suspend(ctx: Ctx) -> None:
    """From next month (reference §1.7.3): this month stays paid."""
    from minzheng.kernel.awards.pauses import suspend

    pause = suspend(award=_award(ctx), actor=ctx.actor, on=ctx.today, params=ctx.params, reason=ctx.text("opinion"))
    ctx.note({"from_month": pause.from_month})
    ctx.values["month"] = pause.from_month


def on_resume(ctx: Ctx) -> None:
    pay_again(ctx, _award(ctx), back_pay=bool(ctx.data.get("back_pay")))
    review_date(ctx)


def on_taper(ctx: Ctx) -> None:
    """渐退: the old amount, or the county's part of it from next month, until the period is over."""
    from dataclasses import replace

    from minzheng.kernel.awards.services import adjust, set_state

    assess(ctx)
    taper, award = ctx.answer.taper, _award(ctx)
    if taper is None:
        return
    if taper.amount_fen != award.amount_fen:
        kept = replace(ctx.answer, amount_fen=taper.amount_fen)
        month = month_after(ctx.today)
        award = adjust(
            case=ctx.case, award=award, answer=kept, from_month=month, actor=ctx.actor, decided_on=ctx.today,
            params=ctx.params,
        )  # fmt: skip
    ctx.values["award"] = set_state(award=award, state="tapering", actor=ctx.actor)
    ctx.note({"next_review_on": same_day_after(ctx.today, taper.months)})


@guard("in_force")
def adjustment_in_force(ctx: Ctx) -> str:
    last = ctx.last_act("adjust")
    month = last.data.get("from_month") if last else None
    return "" if month and ctx.today.isoformat() >= month else "新金额还没有到执行的月份。"


def on_open_recheck(ctx: Ctx) -> None:
    """Whoever investigated this family last answers for the re-check, as long as the post is still held there."""
    ctx.values["responsible"] = _last_investigator(ctx)


def _last_investigator(ctx: Ctx) -> int | None:
    from minzheng.kernel.accounts.actors import actor_of
    from minzheng.kernel.accounts.models import User

    people = [a.actor_id for a in reversed(ctx.acts) if a.actor_id and a.code in ("visit", "accept", "run_match")]
    for user in User.objects.filter(pk__in=people):
        if actor_of(user).can("case.investigate", ctx.case.region_code):
            return user.pk
    return None


@guard("review_put_off")
def review_put_off(ctx: Ctx) -> str:
    """重大突发公共事件 (57号第31条): only while the place has said so, and only for reviews that fall due meanwhile."""
    if not ctx.params_today.review_extension_months:
        return "现在没有规定复核顺延。"
    due = ctx.case.due_on
    return "" if due and due <= ctx.today else "复核还没有到期，不用顺延。"


def on_defer(ctx: Ctx) -> None:
    from minzheng.kernel.awards.services import put_off_review

    award = put_off_review(award=_award(ctx), on=ctx.today, months=ctx.params_today.review_extension_months)
    ctx.note({"next_review_on": award.next_review_on})
