"""审核确认 (reference §1.4 steps 12–13): county visit, return, minutes, approve, reject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases.flow import CITIZEN, SYSTEM_ONLY, Act, Guard, guard
from minzheng.kernel.cases.lifecycle import guards, guards_decide
from minzheng.kernel.cases.lifecycle.confirm import countersigned
from minzheng.kernel.cases.lifecycle.objections import late_objections_settled
from minzheng.kernel.cases.lifecycle.opinion import assess
from minzheng.kernel.cases.lifecycle.referrals import proposal_paper
from minzheng.kernel.cases.objections import answering
from minzheng.kernel.cases.objections.recording import objector_unnamed
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Choice, Date, LongText, Photo, Text

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

DECIDING = ("REVIEW", "TOWN_CONFIRM")


def on_county_visit(ctx: Ctx) -> None:
    evidence.add(
        ctx,
        "county_visit",
        {**ctx.pick("visited_on", "findings", "photos"), "visitors": [ctx.actor.name, ctx.text("second_name")]},
    )


@guard("two_people", needs_data=True)
def two_people(ctx: Ctx) -> str:
    return "县级入户要两人以上，第二人不能是您自己。" if ctx.text("second_name") == ctx.actor.name else ""


def on_meeting(ctx: Ctx) -> None:
    evidence.add(ctx, "meeting", ctx.pick("met_on", "attendees", "content", "minutes"))


def on_return(ctx: Ctx) -> None:
    """An objection after the publicity that led to the return is looked into there, with everything else."""
    evidence.close(ctx, "late_objection")


def facts_sentence(ctx: Ctx) -> str:
    """One sentence of fact for the notice: who was counted, what was found, in the sheet's own words."""
    persons = "、".join(m.name for m in ctx.counted)
    lines = "；".join(f"{label}{value}" for label, value in ctx.answer.sheet[:4])
    if ctx.latest("facts") is not None:  # about one person, not about a family's means
        return f"经核实，{persons}：{lines}。"
    return f"经信息核对和入户调查，计入共同生活的家庭成员 {len(ctx.counted)} 人（{persons}）。{lines}。"


def on_approve(ctx: Ctx) -> None:
    from minzheng.kernel.awards.services import grant

    assess(ctx)
    ctx.values["facts"] = facts_sentence(ctx)
    ctx.case.decided_at = ctx.now
    award = grant(
        case=ctx.case,
        answer=ctx.answer,
        actor=ctx.actor,
        decided_on=ctx.today,
        params=ctx.params,
        category=ctx.text("category"),
    )
    ctx.values["award"] = award
    ctx.note({"award": str(award.pk), "first_month": award.first_month})


def on_reject(ctx: Ctx) -> None:
    """Reasons and the computed sheet; then what the family may get instead, where those rules allow it."""
    assess(ctx)
    ctx.values["facts"] = facts_sentence(ctx)
    ctx.case.decided_at = ctx.now
    proposals = ctx.item.proposals(ctx.case, ctx.today) if ctx.item.proposals else []
    ctx.values["proposals"] = proposals
    for p in proposals:
        evidence.add(
            ctx,
            "proposal",
            {
                "item_code": p.item_code,
                "title": p.title,
                "eligible": p.eligible,
                "sentence": p.sentence,
                "figures": [list(f) for f in p.figures],
                "invite": p.invite,
            },
            title=f"建议：{p.title}",
        )


@guard("started")
def month_started(ctx: Ctx) -> str:
    award = ctx.case.awards.order_by("-decided_on").first()
    if award is None:
        return "没有待遇记录。"
    return "" if ctx.today >= award.first_month else f"{award.first_month:%Y 年 %m 月}起发放，还没有到。"


def on_start_payment(ctx: Ctx) -> None:
    award = ctx.case.awards.order_by("-decided_on").first()
    ctx.values["award"] = award
    if award is not None and award.next_review_on:
        ctx.note({"next_review_on": award.next_review_on})


@guard("proposed", needs_data=True)
def was_proposed(ctx: Ctx) -> str:
    code = ctx.text("item_code")
    if any(e.data.get("item_code") == code and e.data.get("eligible") for e in ctx.evidence("proposal")):
        return ""
    return "没有向您建议过这项救助，请按普通申请办理。"


#: What must be known before the decision on a family's means.
MEANS_KNOWN = (guards.match_current, guards.differences_judged)
#: What a family's benefit must not collide with.
MEANS_CLEAN = (guards_decide.not_in_tekun, guards_decide.death_and_custody_clean, guards_decide.single_person_proven)


def acts(
    reasons: tuple[tuple[str, str], ...],
    *,
    publicity: bool = True,
    known: tuple[Guard, ...] = MEANS_KNOWN,
    clean: tuple[Guard, ...] = MEANS_CLEAN,
) -> tuple[Act, ...]:
    """`known`: what must be known before the decision. `clean`: what must not stand against it."""
    shown = (guards_decide.publicised, guards_decide.facts_unchanged) if publicity else ()
    checks = (
        guards_decide.confirming_level,
        guards_decide.meeting_minuted,
        guards_decide.county_visited,
        late_objections_settled,
        *known,
        guards.consents_complete,
        *shown,
        guards_decide.payee_alive,
        *clean,
        guards_decide.rules_say_eligible,
        countersigned,
    )
    return (
        Act(
            "county_visit",
            "县级入户",
            ("REVIEW", "TOWN_CONFIRM", "RECHECK"),
            by=("case.county_visit",),
            guards=(two_people,),
            effects=(on_county_visit,),
            fields=(
                Date("visited_on", "入户日期", required=True, not_after=clock.today),
                Text("second_name", "同行人员姓名", required=True, max_length=30),
                LongText("findings", "情况", required=True),
                Photo("photos", "照片", kind="visit"),
            ),
        ),
        Act(
            "meeting",
            "登记联审会议",
            ("TOWN_CONFIRM",),
            by=("case.confirm", "case.opinion", "case.publicity"),
            effects=(on_meeting,),
            fields=(
                Date("met_on", "会议日期", required=True, not_after=clock.today),
                LongText("attendees", "参加人员", required=True),
                LongText("content", "研究意见", required=True),
                Photo("minutes", "会议记录照片", required=True, kind="minutes"),
            ),
        ),
        Act(
            "extend",
            "延长办理时限",
            ("INVESTIGATING", "INITIAL_OPINION", "PUBLICITY", "OBJECTION", *DECIDING),
            by=("case.confirm",),
            notice="G01",
            guards=(_may_extend, _not_extended),
            fields=(LongText("opinion", "特殊情况和理由", required=True),),
            effects=(_limit_before,),
            quiet=True,
        ),
        Act(
            "return_case",
            "退回重新调查",
            DECIDING,
            ("INVESTIGATING",),
            by=("case.confirm",),
            duty="confirm",
            guards=(guards_decide.confirming_level, guards_decide.not_returned_yet),
            fields=(LongText("opinion", "退回的理由", required=True),),
            effects=(on_return,),
        ),
        Act(
            "approve",
            "确认同意",
            DECIDING,
            ("APPROVED",),
            by=("case.confirm",),
            tone="primary",
            duty="confirm",
            notice="N06",
            guards=checks,
            batch=lambda params: params.batch_approve,
            fields=(
                Choice(
                    "category",
                    "管理类别",
                    options=(("A", "A 类（每年复核）"), ("B", "B 类（半年复核）"), ("C", "C 类（每季复核）")),
                    help="不选的按家庭情况自动确定。",
                ),
                LongText("opinion", "意见"),
            ),
            effects=(on_approve, answering.tell_outcome),
        ),
        Act(
            "reject",
            "不予确认",
            DECIDING,
            ("REJECTED",),
            by=("case.confirm",),
            tone="danger",
            duty="confirm",
            notice="N07",
            guards=(
                guards_decide.confirming_level,
                guards_decide.meeting_minuted,
                guards_decide.county_visited,
                late_objections_settled,
                guards_decide.refusal_reasoned,
                objector_unnamed,
            ),
            fields=(
                Choice("reason_code", "理由", required=True, options=reasons, radio_up_to=0),
                LongText("opinion", "意见", required=True),
            ),
            effects=(on_reject, answering.tell_outcome),
        ),
        Act(
            "start_payment",
            "首次发放",
            ("APPROVED",),
            ("IN_PAYMENT",),
            by=(SYSTEM_ONLY,),
            guards=(month_started,),
            effects=(on_start_payment,),
        ),
        Act(
            "accept_proposal",
            "同意转办其他救助",
            ("REJECTED",),
            by=(CITIZEN, "case.create"),
            guards=(has_proposal, was_proposed),
            fields=(Text("item_code", "事项", required=True),),
            effects=(_transfer, proposal_paper),
            notice="N13",
        ),
    )


@guard("may_extend", hides=True)
def _may_extend(ctx: Ctx) -> str:
    """Whoever confirms here may lengthen the procedure: the county, or the township to which it was delegated."""
    from minzheng.kernel.regions import codes

    town = ctx.assignment is not None and codes.level(ctx.assignment.region_code) > 3
    delegated = ctx.item.flow.params(ctx.case.region_code, ctx.today).delegated
    return "延长办理时限由有审核确认权的机关批准。" if town != delegated else ""


@guard("has_proposal", hides=True)
def has_proposal(ctx: Ctx) -> str:
    return "" if any(e.data.get("eligible") for e in ctx.evidence("proposal")) else "没有可以转办的其他救助。"


@guard("not_extended")
def _not_extended(ctx: Ctx) -> str:
    return "这个办件已经延长过一次，不能再延长。" if ctx.last_act("extend") else ""


def _limit_before(ctx: Ctx) -> None:
    """The notice names the limit that held until now."""
    ctx.values["old_due_on"] = ctx.case.total_due_on


def _transfer(ctx: Ctx) -> None:
    from minzheng.kernel.cases.transfer import open_followup

    case = open_followup(ctx, ctx.text("item_code"))
    ctx.note({"followup": str(case.pk)})
    ctx.values["followup"] = case
