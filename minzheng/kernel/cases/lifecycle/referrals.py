"""转介与督办: N13 where another agency takes over with the person's consent (《社会救助暂行办法》第四条); G05 where the
county presses an overdue case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.lifecycle.words import lines_of
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.cases.states import BEFORE_DECISION, OPEN
from minzheng.kernel.orgs.selectors import office_for
from minzheng.kernel.parts.fields import Date, LongText, Text

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

# Need does not end with the answer to an application: also after a refusal or a stop.
WHERE = (*(s for s in OPEN if s not in ("SUBMITTED", "SUPPLEMENT")), "REJECTED", "TERMINATED")
# Kept open by the township; the county's own stages are pressed by the county's own superiors.
PRESSED = (*(s for s in BEFORE_DECISION if s not in ("SUPPLEMENT", "REVIEW")), "RECHECK")


def proposal_paper(ctx: Ctx) -> None:
    """accept_proposal: N13 says which benefit was opened instead, where, and that nothing has to be handed in again."""
    code = ctx.text("item_code")
    row = next(e for e in ctx.evidence("proposal") if e.data.get("item_code") == code and e.data.get("eligible"))
    office = office_for(ctx.case.region_code)
    ctx.values["paper"] = {
        "facts": f"本次申请未获确认，经测算，{row.data['sentence'].rstrip('。')}。",
        "to_agency": office.name if office is not None else "所在乡镇（街道）民政窗口",
        "services": [{"title": row.data["title"], "why": row.data["sentence"]}],
        "consented_on": ctx.today,
        "shared": ["申请表、家庭成员、授权书", "仍在有效期内的核对报告、入户调查记录"],
        "contact": str(ctx.values.get("office_phone") or "12345"),
    }


@guard("reply_ahead", needs_data=True)
def reply_ahead(ctx: Ctx) -> str:
    text = ctx.text("reply_due_on")
    return "答复截止日期应在今天以后。" if text and text <= ctx.today.isoformat() else ""


def on_refer(ctx: Ctx) -> None:
    ctx.values["paper"] = {
        "facts": ctx.text("facts"),
        "to_agency": ctx.text("to_agency"),
        "services": [{"title": ctx.text("service"), "why": ctx.text("opinion")}],
        "consented_on": ctx.data["consented_on"],
        "shared": lines_of(ctx.text("shared")),
        "contact": ctx.text("contact"),
        "reply_due_on": ctx.data.get("reply_due_on"),
    }
    kept = ctx.pick("to_agency", "service", "consented_on", "shared", "contact", "reply_due_on")
    evidence.add(ctx, "referral", kept)


@guard("overdue")
def overdue(ctx: Ctx) -> str:
    """A deadline that has been reached without the step being done."""
    dates = [day for day in (ctx.case.due_on, ctx.case.total_due_on) if day is not None]
    if not dates or min(dates) > ctx.today:
        return "这个办件没有到期，不用签发督办单。"
    return ""


def on_urge(ctx: Ctx) -> None:
    """The paper to the township. Whoever has the case keeps it; clocks and state stay."""
    case = ctx.case
    since = min(day for day in (case.due_on, case.total_due_on) if day is not None)
    office = office_for(case.region_code)
    state = ctx.item.flow.state(case.state).title
    ctx.values["paper"] = {
        "to_agency": office.name if office is not None else "办件所在乡镇（街道）",
        "applicant": case.applicant_name,
        "facts": f"该办件现处于“{state}”，应于 {since:%Y-%m-%d} 前办结本环节，至今没有办结。",
        "demands": lines_of(ctx.text("demands")),
        "overdue_since": since,
        "reply_due_on": ctx.data["reply_due_on"],
    }
    ctx.values["responsible"] = case.assignee_id
    evidence.add(ctx, "urging", {**ctx.pick("demands", "reply_due_on"), "overdue_since": since})


def acts() -> tuple[Act, ...]:
    reply = Date("reply_due_on", "请在哪天前答复")
    return (
        Act(
            "refer",
            "转介其他部门、机构（N13）",
            WHERE,
            by=("case.accept", "case.confirm"),
            notice="N13",
            guards=(reply_ahead,),
            effects=(on_refer,),
            help="医疗、教育、住房、就业、残联、慈善等；须本人同意，只转去办理所必需的材料。",
            fields=(
                Text("to_agency", "接收单位", required=True, max_length=60),
                Text("service", "转介的事项", required=True, max_length=60),
                LongText("facts", "家庭的情况", required=True),
                LongText("opinion", "为什么转介", required=True),
                Date("consented_on", "本人同意的日期", required=True, not_after=clock.today),
                LongText("shared", "一并转去的材料（一行一项）"),
                Text("contact", "接收单位联系方式", required=True, max_length=80),
                reply,
            ),
        ),
        Act(
            "urge",
            "签发督办单（G05）",
            PRESSED,
            by=("case.county_visit",),
            notice="G05",
            guards=(overdue, reply_ahead),
            effects=(on_urge,),
            quiet=True,
            fields=(
                LongText("demands", "办理要求（一行一项）", required=True),
                Date("reply_due_on", "反馈截止日期", required=True),
            ),
        ),
    )
