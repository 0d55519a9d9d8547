"""临时救助的步骤: 核定困难情况, 先行救助 (advance, formalities afterwards), 一事一议 (county meeting), who decides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from minzheng.business.assistance.temporary.assess import advance_answer, need_of
from minzheng.business.assistance.temporary.form import CAUSES, HERE, KINDS, MEANS, SPENDING, SUDDEN, URGENT
from minzheng.kernel import clock
from minzheng.kernel.cases.flow import STAY, Act, Clock, guard
from minzheng.kernel.cases.lifecycle import guards, guards_decide
from minzheng.kernel.cases.lifecycle.facts import SOURCES
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Choice, Count, Date, LongText, Money, Photo, YesNo, yuan_text

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

VERIFYING = ("ACCEPTED", "INVESTIGATING", "OBJECTION")
RUNNING = ("ACCEPTED", "INVESTIGATING", "INITIAL_OPINION", "PUBLICITY", "OBJECTION", "REVIEW", "TOWN_CONFIRM")
ASKED_AGAIN = (
    Choice("kind", "困难的类型", options=KINDS),
    Choice("cause", "原因", options=CAUSES, radio_up_to=0),
    replace(HERE, required=False, when=None),
    replace(URGENT, required=False, when=None),
    *(replace(f, required=False, when=None) for f in MEANS),
)
CLERKS = (
    Count("months", "困难要持续几个月", minimum=1, maximum=36, unit="个月", help="按月数计算的地方要填。"),
    Count("multiple", "按困难程度核定低保标准的几倍", minimum=1, maximum=100, unit="倍", help="按倍数计算的地方要填。"),
    Money("amount", "核定需要救助多少", unit="元", help="按核定金额救助的地方要填。"),
    YesNo("elsewhere", "今年因为同一原因已在别处得到救助（本系统查不到时填）"),
)
FOUND = (*ASKED_AGAIN, *CLERKS)
FORMALITIES = Clock(
    "formalities", "先行救助后补办手续", starts=("advance",), states=RUNNING, days=lambda p: p.formality_days
)  # fmt: skip


# ---- 核定 ----


def on_verify(ctx: Ctx) -> None:
    """What was found stands on the first member's row, as amounts of the household do; what changed is said in words."""
    known = need_of(ctx.case)
    found = {f.name: ctx.data[f.name] for f in FOUND if ctx.data.get(f.name) not in (None, "", [])}
    changed = {name: value for name, value in found.items() if known.get(name) != value}
    member = ctx.members[0]
    household = {**((member.verified or {}).get("household") or {}), **changed}
    member.verified = {**(member.verified or {}), "household": household}
    member.save(update_fields=["verified"])
    titles = {f.name: f for f in FOUND}
    parts = [f"{titles[n].label}：{titles[n].show(v)}" for n, v in changed.items()]
    ctx.done.data = {k: v for k, v in ctx.done.data.items() if k not in titles}
    data = ctx.pick("source", "checked_on", "findings", "proofs")
    evidence.add(ctx, "facts", {**data, "changed": "；".join(parts)})
    ctx.forget()


@guard("need_known")
def need_verified(ctx: Ctx) -> str:
    """Looked at since the case was accepted or sent back."""
    start = ctx.last_act("accept", "return_case")
    if any(start is None or e.at >= start.at for e in ctx.evidence("facts")):
        return ""
    return "还没有核定困难情况：请先办理“核定困难情况”，写明怎样核实的。"


# ---- 受理 ----


@guard("consents")
def consents_unless_urgent(ctx: Ctx) -> str:
    """Whoever cannot wait is helped first; the consents are among the formalities that follow."""
    return "" if _urgent(ctx) else guards.consents_complete.check(ctx)


@guard("this_authority")
def place_of_need(ctx: Ctx) -> str:
    """急难 that happened here is helped here, whatever the registration says."""
    need = need_of(ctx.case)
    if need.get("kind") != SPENDING and need.get("here") is not False:
        return ""
    return guards.this_authority.check(ctx)


def _urgent(ctx: Ctx) -> bool:
    need = need_of(ctx.case)
    return need.get("kind") == SUDDEN and bool(need.get("urgent"))


# ---- 先行救助 ----


@guard("may_advance", hides=True)
def may_advance(ctx: Ctx) -> str:
    limit = int(ctx.answer.evidence.get("may_advance_fen") or 0)
    return "" if limit else "不是情况紧急的急难型，或者当地没有规定先行救助，不能先给。"


@guard("not_advanced", hides=True)
def not_advanced(ctx: Ctx) -> str:
    return "这个办件已经先行救助过，请补办手续。" if ctx.evidence("advance") else ""


@guard("within_advance", needs_data=True)
def within_limit(ctx: Ctx) -> str:
    limit, amount = int(ctx.answer.evidence.get("may_advance_fen") or 0), int(ctx.data.get("amount") or 0)
    if amount <= 0:
        return "请填写先给多少钱。"
    return "" if amount <= limit else f"先行救助最多 {yuan_text(limit)} 元，其余的补办手续以后再给。"


def on_advance(ctx: Ctx) -> None:
    """Paid at once as an award of its own; the decision later grants the rest."""
    from minzheng.kernel.awards.services import grant

    amount = int(ctx.data["amount"])
    answer = advance_answer(ctx.answer, amount)
    award = grant(case=ctx.case, answer=answer, actor=ctx.actor, decided_on=ctx.today, params=ctx.params)
    found = {**ctx.pick("how", "receipt", "opinion"), "paid_on": ctx.today, "amount_fen": amount, "award": award.no}
    evidence.add(ctx, "advance", found)
    ctx.values["award"] = award
    ctx.forget()


# ---- 一事一议 ----


@guard("may_discuss", hides=True)
def may_discuss(ctx: Ctx) -> str:
    return "" if ctx.answer.evidence.get("may_discuss") else "没有超过封顶线，不用一事一议。"


@guard("agreed_amount", needs_data=True)
def agreed_within(ctx: Ctx) -> str:
    """A meeting may lift the ceiling, up to what the need comes to."""
    told, amount = ctx.answer.evidence, int(ctx.data.get("amount") or 0)
    if int(told["due_fen"]) < amount <= int(told["before_cap_fen"]):
        return ""
    low, high = yuan_text(int(told["due_fen"])), yuan_text(int(told["before_cap_fen"]))
    return f"议定的总额要高于封顶线 {low} 元，不超过按困难算出的 {high} 元。"


def on_discuss(ctx: Ctx) -> None:
    found = {**ctx.pick("met_on", "attendees", "content", "minutes"), "amount_fen": int(ctx.data["amount"])}
    evidence.add(ctx, "case_by_case", found)
    ctx.forget()


# ---- 公示与审批权 ----


def needs_posting(ctx: Ctx) -> bool:
    """支出型 is posted where the place has a term for it; 急难 never waits for a notice board."""
    return need_of(ctx.case).get("kind") == SPENDING and ctx.params.publicity_days > 0


@guard("positive")
def posting_due(ctx: Ctx) -> str:
    if not needs_posting(ctx):
        return "急难型，或当地没有规定公示的，不公示，请直接上报。"
    return guards.opinion_positive.check(ctx)


@guard("negative")
def forward_due(ctx: Ctx) -> str:
    if needs_posting(ctx):
        return guards.opinion_negative.check(ctx)
    return "" if guards.opinion_current(ctx) else "还没有（新的）初审意见，请乡镇负责人先签署意见。"


@guard("publicised")
def posted_where_due(ctx: Ctx) -> str:
    if needs_posting(ctx):
        return guards_decide.publicised.check(ctx) or guards_decide.facts_unchanged.check(ctx)
    return "" if guards.agreed(ctx) else "初审意见是“拟不同意”，不能确认同意；如认为应当同意，请退回重新调查。"


def decider(ctx: Ctx) -> str:
    """A small sum is decided by the township, the rest by the county."""
    return "TOWN_CONFIRM" if ctx.answer.evidence.get("town_decides") else "REVIEW"


@guard("level")
def who_decides(ctx: Ctx) -> str:
    from minzheng.kernel.regions import codes

    if ctx.assignment is None:
        return ""
    level = codes.level(ctx.assignment.region_code)
    if ctx.case.state == "REVIEW" and level > 3:
        return "金额超过小额上限（或当地没有委托），应由县级民政部门审批。"
    if ctx.case.state == "TOWN_CONFIRM" and level < 4:
        return "金额在小额上限以内，由乡镇（街道）直接审批，报县里备案。"
    if ctx.case.state == "TOWN_CONFIRM" and not ctx.answer.evidence.get("town_decides") and ctx.answer.eligible:
        return "核定以后金额超过了小额上限，请退回重新提出意见，由县级审批。"
    return ""


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "verify_facts",
            "核定困难情况",
            VERIFYING,
            ("INVESTIGATING", STAY),
            by=("case.investigate",),
            choose=lambda ctx: "INVESTIGATING" if ctx.case.state == "ACCEPTED" else ctx.case.state,
            tone="primary",
            duty="investigate",
            guards=(guards.clock_running,),
            fields=(
                Choice("source", "怎样核实的", required=True, many=True, options=SOURCES),
                Date("checked_on", "核实日期", required=True, not_after=clock.today),
                *CLERKS,
                *ASKED_AGAIN,
                LongText("findings", "核实的情况", required=True, help="与申报一致的写“与申报一致”；不一致的写明依据。"),
                Photo("proofs", "材料照片", kind="proof"),
            ),
            effects=(on_verify,),
            help="与申报不一致的，在下面改成核实后的情况；没有改动的不用动。",
        ),
        Act(
            "advance",
            "先行救助",
            ("ACCEPTED", "INVESTIGATING"),
            ("INVESTIGATING",),
            by=("case.opinion", "case.confirm"),
            tone="primary",
            guards=(may_advance, not_advanced, within_limit),
            fields=(
                Money("amount", "先给多少", required=True, unit="元"),
                Choice(
                    "how", "怎样给", required=True,
                    options=(("转账", "转到账户"), ("现金", "备用金现金"), ("代付", "直接付给医院、房东等")),
                ),
                LongText("opinion", "什么紧急情况", required=True, max_length=300),
                Photo("receipt", "领取签字或付款凭证照片", kind="receipt"),
            ),
            effects=(on_advance,),
            help="先给钱，手续在规定的工作日内补齐；超过期限会提醒上级。不是弄虚作假的，不追回。",
        ),
        Act(
            "case_by_case",
            "登记一事一议",
            ("REVIEW",),
            by=("case.confirm",),
            guards=(may_discuss, agreed_within),
            fields=(
                Date("met_on", "会议日期", required=True, not_after=clock.today),
                LongText("attendees", "参加单位和人员", required=True),
                Money("amount", "议定的救助总额", required=True, unit="元"),
                LongText("content", "研究意见", required=True),
                Photo("minutes", "会议纪要照片", required=True, kind="minutes"),
            ),
            effects=(on_discuss,),
            help="超过封顶线的重大困难，由县级困难群众基本生活保障工作协调机制研究后，可以适当提高。",
        ),
    )  # fmt: skip
