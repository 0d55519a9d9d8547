"""确认的保障: a second person's countersignature over large amounts, delegation that has ended, the county's spot visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases.draws.models import SpotTask
from minzheng.kernel.cases.flow import SYSTEM_ONLY, Act, guard
from minzheng.kernel.cases.lifecycle import guards_decide
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.cases.states import PAID
from minzheng.kernel.parts.fields import Choice, Date, LongText, Photo, Text, yuan_text

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

DECIDING = ("REVIEW", "TOWN_CONFIRM")
# Cases that have been decided: what a draw looks at, whichever way they went.
DECIDED = ("APPROVED", *PAID, "REJECTED", "TERMINATED")


def _over(ctx: Ctx) -> bool:
    limit = ctx.params.two_confirmers_fen
    return bool(limit) and ctx.answer.eligible and ctx.answer.amount_fen >= limit


@guard("large_amount", hides=True)
def large_amount(ctx: Ctx) -> str:
    return "" if _over(ctx) else "这个办件的金额不用会签。"


@guard("countersigned")
def countersigned(ctx: Ctx) -> str:
    """会签 by somebody else, of the very facts that are decided on."""
    if not ctx.params.two_confirmers_fen or not _over(ctx):
        return ""
    facts = ctx.answer.evidence.get("facts_sha")
    signed = [e for e in ctx.evidence("countersign") if e.data.get("facts_sha") == facts]
    if any(e.actor_id != ctx.actor.id for e in signed):
        return ""
    limit = yuan_text(ctx.params.two_confirmers_fen)
    if signed:
        return f"月保障金达到 {limit} 元要由两人确认：您已会签，请另一名有确认权的人作出决定。"
    return f"月保障金达到 {limit} 元，请先由另一名有确认权的人会签。"


def on_countersign(ctx: Ctx) -> None:
    sheet = ctx.answer
    evidence.add(ctx, "countersign", {"facts_sha": sheet.evidence.get("facts_sha"), "amount_fen": sheet.amount_fen})


@guard("delegation_over", hides=True)
def delegation_over(ctx: Ctx) -> str:
    return "这里的审核确认权仍然下放，由乡镇（街道）确认。" if ctx.params_today.delegated else ""


@guard("county_level", hides=True)
def county_level(ctx: Ctx) -> str:
    from minzheng.kernel.regions import codes

    town = ctx.assignment is not None and codes.level(ctx.assignment.region_code) > 3
    return "确认权收回以后的办件由县级民政部门接办。" if town else ""


@guard("task_open", hides=True)
def task_open(ctx: Ctx) -> str:
    waiting = SpotTask.objects.filter(case_id=ctx.case.pk, result="").exists()
    return "" if waiting else "这个办件没有等待办理的抽查任务。"


@guard("two_visitors", needs_data=True)
def two_visitors(ctx: Ctx) -> str:
    return "抽查要两人以上，第二人不能是您自己。" if ctx.text("second_name") == ctx.actor.name else ""


def on_spot_visit(ctx: Ctx) -> None:
    """The result stands in the draw's task too; error rates are counted there."""
    people = [ctx.actor.name, ctx.text("second_name")]
    evidence.add(ctx, "spot_visit", {**ctx.pick("visited_on", "result", "findings", "photos"), "visitors": people})
    SpotTask.objects.filter(case_id=ctx.case.pk, result="").update(
        result=ctx.text("result"), finding=ctx.text("findings"), done_at=ctx.now, done_by_id=ctx.actor.id
    )


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "countersign",
            "会签（大额确认）",
            DECIDING,
            by=("case.confirm",),
            duty="confirm",
            guards=(guards_decide.confirming_level, large_amount),
            effects=(on_countersign,),
            fields=(LongText("opinion", "会签意见", required=True),),
        ),
        Act(
            "recall_delegation",
            "确认权收回，转县级确认",
            ("TOWN_CONFIRM",),
            ("REVIEW",),
            by=(SYSTEM_ONLY, "case.confirm"),
            guards=(delegation_over, county_level),
            fields=(LongText("opinion", "说明"),),
            help="下放期限已满的，在办的由县级接办；县级审核确认的期限重新计算，办结期限不变。",
        ),
        Act(
            "spot_visit",
            "抽查入户",
            DECIDED,
            by=("case.county_visit",),
            guards=(task_open, two_visitors),
            effects=(on_spot_visit,),
            quiet=True,
            fields=(
                Date("visited_on", "入户日期", required=True, not_after=clock.today),
                Text("second_name", "同行人员姓名", required=True, max_length=30),
                Choice("result", "抽查结果", required=True, options=tuple(SpotTask.RESULTS)),
                LongText("findings", "情况", required=True),
                Photo("photos", "照片", kind="visit"),
            ),
        ),
    )
