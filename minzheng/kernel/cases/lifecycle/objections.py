"""异议与投诉 (reference §1.4 step 10, §1.14 case 14): 民主评议 as evidence of its own; an objection after the publicity,
which the county weighs; a complaint after the decision, which opens a re-check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases.flow import PUBLIC, Act, guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.lifecycle.opinion import OBJECTION_FIELDS, objector_known
from minzheng.kernel.cases.objections import answering
from minzheng.kernel.cases.objections import recording as objections
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Count, Date, LongText, Photo

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

COUNCIL_NUMBERS = (
    Count("people", "到会人数", required=True),
    Count("villagers", "其中居民代表", required=True),
    Count("committee", "其中村（居）委会成员", required=True),
    Count("votes_for", "认为符合条件的人数", required=True),
)


def on_council(ctx: Ctx) -> None:
    """The minutes; more than half of those present decides what the meeting says (the township still decides itself)."""
    people, votes = int(ctx.data["people"]), int(ctx.data["votes_for"])
    names = ("held_on", "people", "villagers", "committee", "votes_for", "attendees", "findings", "records")
    evidence.add(ctx, "council", {**ctx.pick(*names), "passed": votes * 2 > people})


def on_late_objection(ctx: Ctx) -> None:
    """Recorded like any other; the household must then be visited by the county (投诉户 100%)."""
    ctx.done.data = {}
    objections.record(ctx, "late_objection")
    ctx.case.needs_county_visit = True
    if ctx.assignment is None:
        ctx.done.actor_id, ctx.done.actor_name = None, "群众"


def on_complaint(ctx: Ctx) -> None:
    ctx.done.data = {}
    objections.record(ctx, "complaint")
    ctx.case.needs_county_visit = True


def on_settled(ctx: Ctx) -> None:
    evidence.close(ctx, "late_objection")
    answering.answer(ctx)
    ctx.done.data = {k: v for k, v in ctx.done.data.items() if k != "answer"}


def on_recheck_decided(ctx: Ctx) -> None:
    """A decision of the re-check answers the complaints and reports that led to it."""
    if ctx.evidence("complaint"):
        evidence.close(ctx, "complaint")
        answering.answer(ctx)
    evidence.close(ctx, "change")


@guard("publicity_ended")
def publicity_ended(ctx: Ctx) -> str:
    posted = ctx.case.publicities.order_by("-posted_on", "-id").first()
    if posted is None:
        return "这个办件没有公示过，请按投诉举报的一般程序登记。"
    if ctx.case.state == "PUBLICITY" and ctx.today <= posted.ends_on:
        return f"公示到 {posted.ends_on:%Y-%m-%d} 才满，期内的异议请办理“提出公示异议”。"
    return ""


@guard("late_objection_open", hides=True)
def late_objection_open(ctx: Ctx) -> str:
    return "" if evidence.is_open(ctx, "late_objection") else "没有期满以后收到、还没有处理的异议。"


@guard("late_objections_settled")
def late_objections_settled(ctx: Ctx) -> str:
    if evidence.is_open(ctx, "late_objection"):
        return "公示期满以后收到的异议还没有处理：请退回重新调查，或说明理由办理“期满后异议不退回”。"
    return ""


@guard("complaint_visited")
def complaint_visited(ctx: Ctx) -> str:
    """A complaint about a household in payment: the county goes there before the re-check is decided."""
    told = ctx.last_act("complaint", "complaint_noted")
    if told is None or not evidence.is_open(ctx, "complaint"):
        return ""
    if any(e.at >= told.at for e in ctx.evidence("county_visit", "spot_visit")):
        return ""
    return "这一户有投诉举报，须先由县级两人以上入户核实，再作复核决定。"


def acts(*, publicity: bool = True) -> tuple[Act, ...]:
    """`publicity` False: nothing is posted, so nothing can be objected to afterwards; complaints are always heard."""
    council = Act(
        "council",
        "民主评议",
        ("INVESTIGATING", "OBJECTION", "RECHECK"),
        by=("case.investigate",),
        duty="investigate",
        guards=(guards.council_lawful,),
        effects=(on_council,),
        help="人数、构成按当地规定；过半数的意见写入记录，作为初审的参考。",
        fields=(
            Date("held_on", "评议日期", required=True, not_after=clock.today),
            *COUNCIL_NUMBERS,
            LongText("attendees", "参加人员", required=True),
            LongText("findings", "评议意见", required=True),
            Photo("records", "评议记录照片", required=True, kind="objection_record"),
        ),
    )
    return (council, *_complaints(), *(_late() if publicity else ()))


def _late() -> tuple[Act, ...]:
    return (
        Act(
            "late_objection",
            "登记公示期满后的异议",
            ("PUBLICITY", "REVIEW", "TOWN_CONFIRM"),
            by=("case.publicity", "case.confirm", PUBLIC),
            guards=(publicity_ended, objector_known),
            fields=OBJECTION_FIELDS,
            effects=(on_late_objection,),
            quiet=True,
        ),
        Act(
            "settle_objection",
            "期满后异议不退回",
            ("REVIEW", "TOWN_CONFIRM"),
            by=("case.confirm",),
            duty="confirm",
            guards=(late_objection_open, objections.objector_unnamed),
            fields=(
                LongText("opinion", "核实情况和不退回的理由", required=True),
                LongText("answer", "给反映人的答复", help="只发给反映人，不写这户人家的收入、病情。"),
            ),
            effects=(on_settled,),
            quiet=True,
        ),
    )


def _complaints() -> tuple[Act, ...]:
    by = ("case.accept", "case.confirm", "case.county_visit")
    return (
        Act(
            "complaint",
            "登记投诉举报，启动复核",
            ("IN_PAYMENT", "TAPERING"),
            ("RECHECK",),
            by=by,
            fields=OBJECTION_FIELDS,
            effects=(on_complaint,),
            quiet=True,
        ),
        Act(
            "complaint_noted",
            "登记投诉举报",
            ("APPROVED", "RECHECK", "ADJUSTED", "SUSPENDED"),
            by=by,
            fields=OBJECTION_FIELDS,
            effects=(on_complaint,),
            help="正在复核的一并核实；还没有发放或已经暂停的，发放时先复核。",
            quiet=True,
        ),
    )
