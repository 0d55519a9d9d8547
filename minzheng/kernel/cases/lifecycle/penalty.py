"""行政处罚 (《社会救助暂行办法》第六十八条; 《行政处罚法》第四十四条、第四十五条、第六十三条、第六十四条): for a fraud that a
confirmed claim has established, by the county alone: told with N11, heard, decided with N11J, never more than was told."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.lifecycle.clawback import FRAUD, WHERE
from minzheng.kernel.cases.lifecycle.words import lines_of
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Choice, LongText, Money, Photo, When, yuan_text

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Evidence
    from minzheng.kernel.cases.running.context import Ctx
    from minzheng.kernel.documents.models import IssuedDocument

# Who may punish: the civil affairs authority of the county, also where confirming was delegated to the township.
COUNTY = "case.county_visit"
HEARD = ("stated", "held")
HOW_HEARD = (("none", "期限内没有陈述、申辩，也没有要求听证"), ("stated", "已听取陈述、申辩"), ("held", "已举行听证"))


def fraud(ctx: Ctx) -> Evidence | None:
    """The newest claim that stands and says that the benefit was got by fraud."""
    return next((e for e in ctx.evidence("clawback") if e.closed_at is None and e.data.get("cause") == FRAUD), None)


def told(ctx: Ctx) -> Evidence | None:
    """The open 事先告知."""
    return next((e for e in ctx.evidence("penalty_told") if e.closed_at is None), None)


def _obtained(ctx: Ctx) -> int:
    row = fraud(ctx)
    return int(row.data["amount_fen"]) if row is not None else 0


@guard("fraud_proven", hides=True)
def fraud_proven(ctx: Ctx) -> str:
    if fraud(ctx) is not None:
        return ""
    return "还没有确认属于虚报、隐瞒、伪造的追回：没有骗取的只退回多领款项，不处罚款。"


@guard("fraud_undisputed")
def undisputed(ctx: Ctx) -> str:
    return "对追回的异议还没有答复，先答复异议再处罚。" if evidence.is_open(ctx, "clawback_objection") else ""


@guard("not_told_yet")
def not_told(ctx: Ctx) -> str:
    claim = fraud(ctx)
    known = claim is not None and any(e.data.get("claim") == str(claim.pk) for e in ctx.evidence("penalty_told"))
    return "已经作过处罚事先告知，同一事实不重复告知。" if known else ""


@guard("penalty_told", hides=True)
def was_told(ctx: Ctx) -> str:
    return "" if told(ctx) is not None else "还没有作处罚事先告知（N11）。"


@guard("told_and_served")
def told_in_time(ctx: Ctx) -> str:
    """The notice must have reached the person; without a statement the days to ask for a hearing must be over."""
    paper = _told_paper(ctx)
    if paper is None or paper.served_on is None:
        return "事先告知书还没有登记送达：送达以后才起算陈述、申辩和要求听证的期限。"
    return ""


@guard("heard_or_over", needs_data=True)
def heard_or_over(ctx: Ctx) -> str:
    paper = _told_paper(ctx)
    if ctx.text("hearing") in HEARD or paper is None or paper.served_on is None:
        return ""
    last = max(_hearing_due(paper.served_on), datetime.date.fromisoformat(str(paper.fields["hearing_due_on"])))
    if ctx.today <= last:
        return f"要求听证和陈述、申辩的期限到 {last:%Y-%m-%d} 才满，期满以前不能作出处罚决定。"
    return ""


@guard("not_heavier", needs_data=True)
def not_heavier(ctx: Ctx) -> str:
    """《行政处罚法》第四十五条: a statement must not make the penalty heavier."""
    row = told(ctx)
    most = int(row.data["fine_fen"]) if row is not None else 0
    if ctx.data.get("fine") is not None and int(ctx.data["fine"]) > most:
        return f"罚款不能超过事先告知的 {yuan_text(most)} 元；查明新的事实要加重的，重新调查、告知。"
    return ""


def _told_paper(ctx: Ctx) -> IssuedDocument | None:
    from minzheng.kernel.documents.models import IssuedDocument

    act = ctx.last_act("notify_penalty")
    return IssuedDocument.objects.filter(pk=act.data.get("document")).first() if act is not None else None


def _hearing_due(since: datetime.date) -> datetime.date:
    return _days_after(since, "hearing_days")


def _days_after(since: datetime.date, term: str) -> datetime.date:
    from minzheng.kernel.calendar import days
    from minzheng.kernel.calendar.selectors import calendar
    from minzheng.kernel.documents import terms

    return days.natural(since, terms.number(term, since), calendar()).date


def _fine_paper(ctx: Ctx) -> dict[str, Any]:
    """What both papers say; the range of the fine is checked by the notice itself, to the fen."""
    got, fine = _obtained(ctx), int(ctx.data["fine"])
    times = f"{fine / got:.2f} 倍" if got else ""
    return {
        "facts": ctx.text("facts"),
        "evidence": lines_of(ctx.text("evidence_list")),
        "reasons": [{"code": "", "sentence": ctx.done.opinion}],
        "calculation": [
            {"label": "非法获取的金额", "value": f"{yuan_text(got)} 元"},
            {"label": "罚款", "value": f"{yuan_text(fine)} 元（{times}）"},
        ],
        "obtained_fen": got,
        "fine_fen": fine,
        "times": times,
        "phone": str(ctx.values.get("office_phone") or "12345"),
    }


def on_told(ctx: Ctx) -> None:
    due, claim = _hearing_due(ctx.today), fraud(ctx)
    ctx.values["paper"] = {**_fine_paper(ctx), "hearing_due_on": due, "statement_due_on": due}
    evidence.add(
        ctx,
        "penalty_told",
        {
            "claim": str(claim.pk) if claim is not None else "",
            "obtained_fen": _obtained(ctx),
            "fine_fen": ctx.data["fine"],
            "hearing_due_on": due,
        },
    )


def on_punished(ctx: Ctx) -> None:
    paper = _told_paper(ctx)
    heard = dict(HOW_HEARD)[ctx.text("hearing")]
    more = ctx.text("heard")
    pay_due = _days_after(ctx.today, "fine_pay_days")
    ctx.values["paper"] = {
        **_fine_paper(ctx),
        "prior_no": paper.number if paper is not None else "",
        "heard": f"{heard}：{more}" if more else f"{heard}。",
        "pay_due_on": pay_due,
        "pay_way": ctx.text("pay_way"),
    }
    evidence.close(ctx, "penalty_told")
    said = ctx.pick("hearing", "heard", "records")
    evidence.add(
        ctx, "penalty", {**said, "obtained_fen": _obtained(ctx), "fine_fen": ctx.data["fine"], "pay_due_on": pay_due}
    )


def on_dropped(ctx: Ctx) -> None:
    """Statement or hearing convinced: no penalty. The claim stands on its own."""
    evidence.close(ctx, "penalty_told")
    evidence.add(ctx, "penalty_dropped", ctx.pick("hearing", "heard", "records"))


def _basis() -> tuple[LongText | Money, ...]:
    return (
        LongText("facts", "违法事实", required=True),
        LongText("evidence_list", "证据（一行一项）", required=True),
        LongText("opinion", "理由和依据", required=True),
        Money(
            "fine", "罚款金额", required=True, unit="元", help="非法获取金额的 1 倍以上 3 倍以下，超出幅度的不能制发。"
        ),
    )


def acts() -> tuple[Act, ...]:
    heard = When("hearing", HEARD)
    hearing = (
        Choice("hearing", "陈述、申辩和听证", required=True, options=HOW_HEARD),
        LongText("heard", "当事人说了什么、复核情况", required=True, when=heard),
        Photo("records", "笔录照片", required=True, kind="hearing", when=heard),
    )
    return (
        Act(
            "notify_penalty",
            "行政处罚事先告知（N11）",
            WHERE,
            by=(COUNTY,),
            duty="confirm",
            tone="danger",
            step_up=True,
            notice="N11",
            guards=(fraud_proven, undisputed, not_told),
            effects=(on_told,),
            fields=_basis(),
            help="非法获取的金额就是已确认的追回金额；告知书送达后，当事人可以陈述、申辩、要求听证。",
        ),
        Act(
            "penalise",
            "行政处罚决定（N11J）",
            WHERE,
            by=(COUNTY,),
            duty="confirm",
            tone="danger",
            step_up=True,
            notice="N11J",
            guards=(was_told, undisputed, told_in_time, heard_or_over, not_heavier),
            effects=(on_punished,),
            fields=(
                *hearing,
                *_basis(),
                LongText("pay_way", "缴款方式", required=True, help="罚缴分离：写明代收银行。"),
            ),
        ),
        Act(
            "drop_penalty",
            "不予处罚",
            WHERE,
            by=(COUNTY,),
            duty="confirm",
            guards=(was_told,),
            effects=(on_dropped,),
            quiet=True,
            fields=(*hearing, LongText("opinion", "不予处罚的理由", required=True)),
        ),
    )
