"""终止 (特困人员认定办法第六章): posted for as many days as an award is, decided after it, paid meanwhile; the funeral."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.business.assistance.tekun.benefit import funeral_fen
from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.lifecycle.opinion import ends_on
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import BankAccount, Choice, LongText, Photo, Text

if TYPE_CHECKING:
    from minzheng.kernel.awards.models import Award
    from minzheng.kernel.cases.models import Evidence
    from minzheng.kernel.cases.running.context import Ctx

HANDLERS = (("relative", "亲属"), ("village", "村（居）委会"), ("institution", "供养服务机构"))


# ---- 不重复享受低保


def recheck_dibao(ctx: Ctx) -> None:
    """Whoever is provided for is no longer counted in the family's 低保 (暂行办法第九条): that family is computed again."""
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.awards.selectors import cases_in_force
    from minzheng.kernel.cases.errors import Refused
    from minzheng.kernel.cases.services import perform

    people = [m.person_id for m in ctx.counted if m.person_id]
    names = "、".join(m.name for m in ctx.counted)
    for pk in cases_in_force(people, "assistance.dibao"):
        try:
            data = {"why": "change", "opinion": f"{names}已确认享受特困供养，不再计入低保人口，请重新核算。"}
            perform(case_id=pk, act="open_recheck", actor=SYSTEM, data=data)
        except Refused:  # being re-checked, adjusted or suspended just now: its own clerk looks at the family anyway
            continue


# ---- 终止公示


def _posted(ctx: Ctx) -> Evidence | None:
    """The posting that still counts: since the re-check was opened, and since the last objection to it."""
    start = ctx.last_act("open_recheck", "suspend", "complaint", "complaint_noted")
    row = ctx.latest("stop_posted")
    return row if row is not None and (start is None or row.at >= start.at) else None


@guard("stop_not_posted")
def not_posted_yet(ctx: Ctx) -> str:
    if guards.spared_publicity(ctx):
        return "享受待遇的人是未成年人，终止供养不公示，可以直接停发。"
    row = _posted(ctx)
    return f"已经公示，到 {row.data['ends_on']} 当日结束。" if row is not None else ""


def on_post_stop(ctx: Ctx) -> None:
    last = ends_on(ctx)
    evidence.add(ctx, "stop_posted", {**ctx.pick("place", "reason", "photo"), "ends_on": last.isoformat()})
    ctx.note({"ends_on": last})


@guard("stop_publicised")
def stop_publicised(ctx: Ctx) -> str:
    """公示期满无异议 before the decision; an objection is registered as a complaint, looked into and posted again."""
    if guards.spared_publicity(ctx):
        return ""
    row = _posted(ctx)
    if row is None:
        return "终止供养要先公示：请办理“终止供养公示”；有异议的先复查，再重新公示。"
    ends = str(row.data["ends_on"])
    return "" if ctx.today.isoformat() > ends else f"终止供养的公示到 {ends} 当日结束才满，次日起可以决定；期间照发。"


# ---- 丧葬费


def _last_award(ctx: Ctx) -> Award | None:
    return ctx.case.awards.filter(cycle="monthly").order_by("-decided_on", "-id").first()


def _died_on(ctx: Ctx) -> datetime.date | None:
    days = [m.verified["died_on"] for m in ctx.members if (m.verified or {}).get("died_on")]
    return datetime.date.fromisoformat(days[0]) if days else None


@guard("died", hides=True)
def died(ctx: Ctx) -> str:
    return "" if _died_on(ctx) is not None else "没有登记死亡，没有丧葬费。"


@guard("funeral_once", hides=True)
def funeral_unpaid(ctx: Ctx) -> str:
    return "丧葬费已经发过，只发一次。" if ctx.evidence("funeral") else ""


@guard("funeral_set")
def funeral_set(ctx: Ctx) -> str:
    award, day = _last_award(ctx), _died_on(ctx)
    if award is None or day is None:
        return ""
    return "" if funeral_fen(award.frozen, day) else "当地没有公布丧葬费标准，请先由政策科公布标准。"


def on_funeral(ctx: Ctx) -> None:
    """A one-off award beside the ended one, paid to whoever saw to the funeral."""
    from minzheng.kernel.awards.services import change_account, first_payable_month, grant
    from minzheng.kernel.items.items import Answer

    award, day = _last_award(ctx), _died_on(ctx)
    assert award is not None and day is not None
    amount = funeral_fen(award.frozen, day)
    name = next(m.name for m in ctx.members if (m.verified or {}).get("died_on"))
    answer = Answer(
        eligible=True,
        amount_fen=amount,
        persons=1,
        per_capita_fen=None,
        reasons=(),
        sheet=(("去世的人", name), ("去世日期", day.isoformat()), ("丧葬费", f"{amount / 100:,.2f} 元")),
        category="",
        evidence={**award.frozen, "funeral": {"died_on": day.isoformat(), "award": award.no}},
        cycle="once",
    )
    month = first_payable_month(ctx.today, ctx.params)
    once = grant(
        case=ctx.case,
        answer=answer,
        actor=ctx.actor,
        decided_on=ctx.today,
        params=ctx.params,
        category=award.category,
        first_month=month,
    )
    change_account(
        award=once, holder=ctx.text("holder"), number=ctx.text("number"), bank=ctx.text("bank"), actor=ctx.actor
    )
    evidence.add(
        ctx,
        "funeral",
        {
            **ctx.pick("findings", "proofs"),
            "handler": dict(HANDLERS)[ctx.text("handler")],
            "amount_fen": amount,
            "award": once.no,
            "payee": once.payee_name,
        },
    )
    ctx.done.data = {k: v for k, v in ctx.done.data.items() if k != "number"}


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "post_stop",
            "终止供养公示",
            ("RECHECK", "SUSPENDED"),
            by=("case.publicity",),
            guards=(not_posted_yet,),
            effects=(on_post_stop,),
            fields=(
                Text("place", "公示地点", required=True, max_length=80),
                LongText("reason", "拟终止的理由", required=True, help="只写属于哪一种终止情形，不写收入、病情。"),
                Photo("photo", "张榜照片", required=True, kind="publicity"),
            ),
            help="公示期间照常发放；有异议的登记投诉举报，复查后重新公示。",
        ),
        Act(
            "pay_funeral",
            "发放丧葬费",
            ("TERMINATED",),
            by=("case.confirm",),
            duty="confirm",
            step_up=True,
            guards=(died, funeral_unpaid, funeral_set),
            effects=(on_funeral,),
            fields=(
                Choice("handler", "由谁办理丧事", required=True, options=HANDLERS),
                Text("holder", "收款户名", required=True, max_length=40),
                BankAccount("number", "收款账号", required=True),
                Text("bank", "开户银行", required=True, max_length=40),
                LongText("findings", "说明"),
                Photo("proofs", "火化证明、票据照片", required=True, kind="funeral"),
            ),
            help="先享受基本殡葬服务减免；一次性发给办理丧事的人或单位。",
        ),
    )
