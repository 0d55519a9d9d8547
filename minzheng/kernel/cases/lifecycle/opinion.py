"""初审, 公示, 异议: opinion, publicity, objection (reference §1.4 steps 8–11)."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.kernel.cases.drafting.members import adult
from minzheng.kernel.cases.flow import PUBLIC, Act, Guard, guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.objections import answering
from minzheng.kernel.cases.objections import recording as objections
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Choice, Count, LongText, Phone, Photo, Text, When

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

CONCLUSIONS = (("agree", "拟同意"), ("disagree", "拟不同意"))


def assess(ctx: Ctx) -> None:
    """The computed sheet of this moment becomes evidence: inputs, result, explanation, rule and parameter versions."""
    answer = ctx.answer
    evidence.add(
        ctx,
        "assessment",
        {
            **answer.evidence,
            "eligible": answer.eligible,
            "amount_fen": answer.amount_fen,
            "cycle": answer.cycle,
            "persons": answer.persons,
            "reasons": [list(r) for r in answer.reasons],
            "sheet": [list(r) for r in answer.sheet],
        },
    )
    ctx.values |= {"sheet": answer.sheet, "reasons": answer.reasons}
    ctx.note({"amount_fen": answer.amount_fen, "persons": answer.persons, "eligible": answer.eligible})


def on_post(ctx: Ctx) -> None:
    """张榜: only what the law lets be shown, fixed here; the end day follows the county's way of counting."""
    from minzheng.kernel.cases.models import Publicity

    sheet = ctx.newest("assessment").data
    row = {
        "applicant_name": public_name(ctx, sheet.get("covered")),
        "persons": sheet["persons"],
        "amount_fen": sheet["amount_fen"],
    }
    posted = Publicity.objects.create(
        case=ctx.case,
        region_code=ctx.case.region_code,
        posted_on=ctx.today,
        ends_on=ends_on(ctx),
        place=ctx.text("place"),
        public_row=row,
        evidence_attachment_id=next((int(i) for i in ctx.data.get("photo") or []), None),
    )
    ctx.note({"ends_on": posted.ends_on, "publicity": str(posted.pk)})
    ctx.values["publicity"] = posted


def public_name(ctx: Ctx, covered: list[int] | None) -> str:
    """The applicant; the member who applies alone is the applicant even where a parent filled the form in."""
    from minzheng.kernel.items.publicity import CHILD
    from minzheng.kernel.subjects.masking import mask_name

    shown = [ctx.counted[place - 1] for place in covered] if covered else []
    if any(not adult(m, ctx.today) for m in shown or [m for m in ctx.members if m.relation == "本人"]):
        return CHILD
    name = "、".join(m.name for m in shown) if shown else ctx.case.applicant_name
    return mask_name(name) if ctx.params.mask_public_name else name


def ends_on(ctx: Ctx) -> datetime.date:
    """Last day of the publicity. 民法典第201、203条: counted from the day after posting; a day off moves it on."""
    from minzheng.kernel.calendar.days import CIVIL_CODE, POSTING_DAY_IS_DAY1, publicity
    from minzheng.kernel.calendar.selectors import calendar

    mode = POSTING_DAY_IS_DAY1 if ctx.params.publicity_from_posting_day else CIVIL_CODE
    return publicity(ctx.today, ctx.params.publicity_days, calendar(), mode).date


def on_objection(ctx: Ctx) -> None:
    """Who objected and what was said are sealed in a row of their own: the act, the evidence, the timeline and the log
    only know that there is an objection."""
    ctx.done.data = {}
    objections.record(ctx)
    if ctx.assignment is None:
        ctx.done.actor_id, ctx.done.actor_name = None, "群众"


def on_objection_done(ctx: Ctx) -> None:
    kind = "council" if ctx.text("method") == "council" else "reinvestigation"
    evidence.add(ctx, kind, {k: v for k, v in ctx.data.items() if k not in ("method", "answer")})
    ctx.done.data = {k: v for k, v in ctx.done.data.items() if k != "answer"}
    for row in ctx.evidence("objection"):
        if row.closed_at is None:
            row.closed_at = ctx.now
            row.save(update_fields=["closed_at"])
    answering.answer(ctx)
    _close_publicity(ctx)


def _close_publicity(ctx: Ctx) -> None:
    ctx.case.publicities.filter(closed_at=None).update(closed_at=ctx.now)


def on_publicity_end(ctx: Ctx) -> None:
    _close_publicity(ctx)


def decider(ctx: Ctx) -> str:
    """Who confirms: the township that had the right on the day of acceptance and has it still, else the county. A right
    that came later is for later cases; one that has ended cannot be used for earlier ones."""
    return "TOWN_CONFIRM" if ctx.params.delegated and ctx.params_today.delegated else "REVIEW"


@guard("said_something", needs_data=True)
def objector_known(ctx: Ctx) -> str:
    if ctx.assignment is None and not (ctx.text("objector_name") and ctx.text("objector_phone")):
        return "请留下姓名和手机号码：我们会保密，只用于核实和答复。"
    return ""


OBJECTION_FIELDS = (
    LongText("content", "异议内容", required=True, help="说清哪一户、什么情况。"),
    Text("objector_name", "您的姓名", max_length=30, help="严格保密，不会告诉申请人。"),
    Phone("objector_phone", "您的手机号码"),
    Photo("proofs", "证据照片", kind="objection"),
)
COUNCIL = When("method", ("council",))


@guard("council_held", needs_data=True)
def council_held(ctx: Ctx) -> str:
    began = ctx.last_act("objection")
    held = [e for e in ctx.evidence("council") if began is None or e.at >= began.at]
    if ctx.text("method") == "held" and not held:
        return "异议提出以后还没有登记过民主评议：请先办理“民主评议”，或在这里填写。"
    return ""


#: What must be known before an opinion on a family's means.
MEANS_KNOWN = (guards.match_current, guards.differences_judged, guards.match_objections_settled, guards.visit_signed)


def acts(
    reasons: tuple[tuple[str, str], ...], *, publicity: bool = True, known: tuple[Guard, ...] = MEANS_KNOWN
) -> tuple[Act, ...]:
    """`publicity` False: a mere recognition without money is not posted (reference §0.8). `known`: what must be known
    before the opinion."""
    opinion = Act(
        "opinion",
        "初审意见",
        ("INVESTIGATING", "INITIAL_OPINION"),
        ("INITIAL_OPINION",),
        by=("case.opinion",),
        tone="primary",
        duty="opinion",
        guards=(
            guards.opinion_due,
            guards.clock_running,
            *known,
            guards.opinion_supported,
            guards.mismatch_period_over,
            objections.objector_unnamed,
        ),
        fields=(
            Choice("conclusion", "结论", required=True, options=CONCLUSIONS),
            Choice(
                "reason_code",
                "理由",
                required=True,
                options=reasons,
                radio_up_to=0,
                when=When("conclusion", ("disagree",)),
            ),
            LongText("opinion", "意见", required=True),
        ),
        effects=(assess,),
    )
    forward_guard = guards.opinion_negative if publicity else _opinion_given
    forward = Act(
        "forward",
        "上报（拟不同意）" if publicity else "上报",
        ("INITIAL_OPINION",),
        ("REVIEW", "TOWN_CONFIRM"),
        by=("case.opinion", "case.publicity"),
        choose=decider,
        guards=(forward_guard,),
    )
    if not publicity:
        return opinion, forward
    return opinion, forward, *_publicity_acts()


@guard("opinion_given")
def _opinion_given(ctx: Ctx) -> str:
    return "" if guards.opinion_current(ctx) else "还没有（新的）初审意见，请乡镇负责人先签署意见。"


def _publicity_acts() -> tuple[Act, ...]:
    return (
        Act(
            "post",
            "张榜公示",
            ("INITIAL_OPINION",),
            ("PUBLICITY",),
            by=("case.publicity",),
            tone="primary",
            notice="N05",
            guards=(guards.opinion_positive,),
            fields=(
                Text("place", "公示地点", required=True, max_length=80),
                Photo("photo", "张榜照片", required=True, kind="publicity"),
            ),
            effects=(on_post,),
        ),
        Act(
            "objection",
            "提出公示异议",
            ("PUBLICITY",),
            ("OBJECTION",),
            by=("case.publicity", PUBLIC),
            guards=(guards.objection_in_time, objector_known),
            fields=OBJECTION_FIELDS,
            effects=(on_objection,),
        ),
        Act(
            "add_objection",
            "再收到异议",
            ("OBJECTION",),
            by=("case.publicity", PUBLIC),
            guards=(guards.objection_in_time, objector_known),
            fields=OBJECTION_FIELDS,
            effects=(on_objection,),
            quiet=True,
        ),
        Act(
            "finish_objection",
            "异议复查完毕",
            ("OBJECTION",),
            ("INITIAL_OPINION",),
            by=("case.investigate",),
            tone="primary",
            duty="investigate",
            guards=(guards.clock_running, council_held, guards.council_lawful, objections.objector_unnamed),
            fields=(
                Choice(
                    "method",
                    "复查方式",
                    required=True,
                    options=(
                        ("reinvestigation", "重新调查"),
                        ("council", "民主评议（在这里填写）"),
                        ("held", "民主评议（已经登记）"),
                    ),
                ),
                Count("people", "到会人数", required=True, when=COUNCIL),
                Count("villagers", "其中居民代表", required=True, when=COUNCIL),
                Count("committee", "其中村（居）委会成员", required=True, when=COUNCIL),
                Count("votes_for", "认为符合条件的人数", required=True, when=COUNCIL),
                LongText("findings", "复查情况", required=True),
                LongText(
                    "answer", "给反映人的答复", help="只发给反映人，不写这户人家的收入、病情。不填的，只告知复查方式。"
                ),
                Photo("records", "记录照片", required=True, kind="objection_record"),
            ),
            effects=(on_objection_done,),
        ),
        Act(
            "publicity_end",
            "公示期满上报",
            ("PUBLICITY",),
            ("REVIEW", "TOWN_CONFIRM"),
            by=("case.publicity",),
            tone="primary",
            choose=decider,
            guards=(guards.publicity_over, guards.publicity_photo, guards.no_open_objection),
            fields=(Photo("photo", "期满时的公示照片", required=True, kind="publicity"),),
            batch=True,
            effects=(on_publicity_end,),
        ),
    )
