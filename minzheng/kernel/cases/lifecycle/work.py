"""就业 (社会救助暂行办法第四十五条; reference §1.7.5): refusing suitable work three times in a row costs that person's own
share, not the family's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Choice, Date, LongText, Photo, Text

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Evidence
    from minzheng.kernel.cases.running.context import Ctx

RESULTS = (("refused", "无正当理由拒绝"), ("accepted", "接受"), ("excused", "有正当理由（生病、照料等）"))


def on_offer(ctx: Ctx) -> None:
    evidence.add(ctx, "work_offer", ctx.pick("member_name", "offered_on", "record_no", "result", "work", "proofs"))


def refusals(ctx: Ctx, name: str) -> int:
    """How many times in a row this member refused, newest first; an acceptance or a good reason starts anew."""
    offers = [e for e in ctx.evidence("work_offer") if e.data.get("member_name") == name]
    offers.sort(key=lambda e: (e.data.get("offered_on") or "", e.pk), reverse=True)
    count = 0
    for offer in offers:
        if offer.data.get("result") != "refused":
            break
        count += 1
    return count


def stopped(ctx: Ctx) -> list[Evidence]:
    """Shares now withheld: {"member", "member_name"}."""
    return [e for e in ctx.evidence("share_stopped") if e.closed_at is None]


@guard("is_member", needs_data=True)
def is_member(ctx: Ctx) -> str:
    name = ctx.text("member_name")
    return "" if name in {m.name for m in ctx.counted} else f"“{name}”不是计入的家庭成员，请核对姓名。"


@guard("new_record", needs_data=True)
def new_record(ctx: Ctx) -> str:
    """Each refusal has its own record at the labour office: one record is not counted twice."""
    number = ctx.text("record_no")
    if any(e.data.get("record_no") == number for e in ctx.evidence("work_offer")):
        return f"人社部门记录编号 {number} 已经登记过，一次介绍只登记一次。"
    return ""


@guard("often_enough", needs_data=True)
def often_enough(ctx: Ctx) -> str:
    name, need = ctx.text("member_name"), ctx.params.job_refusals
    if any(e.data["member_name"] == name for e in stopped(ctx)):
        return f"{name}的份额已经停发。"
    count = refusals(ctx, name)
    if count >= need:
        return ""
    return f"{name}连续无正当理由拒绝就业 {count} 次，满 {need} 次才能减发、停发其本人的份额。"


@guard("share_is_stopped", hides=True)
def share_is_stopped(ctx: Ctx) -> str:
    return "" if stopped(ctx) else "没有停发个人份额的成员。"


@guard("theirs_is_stopped", needs_data=True)
def theirs_is_stopped(ctx: Ctx) -> str:
    name = ctx.text("member_name")
    return "" if any(e.data["member_name"] == name for e in stopped(ctx)) else f"{name}的份额没有停发。"


def on_stop_share(ctx: Ctx) -> None:
    member = next(m for m in ctx.counted if m.name == ctx.text("member_name"))
    evidence.add(ctx, "share_stopped", {"member": str(member.pk), "member_name": member.name})


def on_restore_share(ctx: Ctx) -> None:
    for row in stopped(ctx):
        if row.data["member_name"] == ctx.text("member_name"):
            row.closed_at = ctx.now
            row.save(update_fields=["closed_at"])


def acts() -> tuple[Act, ...]:
    who = Text("member_name", "成员姓名", required=True, max_length=30)
    why = LongText("opinion", "事实和理由", required=True)
    return (
        Act(
            "work_offer",
            "登记介绍就业情况",
            ("IN_PAYMENT", "TAPERING", "SUSPENDED", "RECHECK"),
            by=("case.investigate",),
            guards=(is_member, new_record),
            effects=(on_offer,),
            quiet=True,
            fields=(
                who,
                Date("offered_on", "介绍日期", required=True, not_after=clock.today),
                Text("record_no", "人社部门记录编号", required=True, max_length=40),
                LongText("work", "介绍的工作", required=True),
                Choice("result", "结果", required=True, options=RESULTS),
                Photo("proofs", "材料照片", kind="work"),
            ),
        ),
        Act(
            "stop_share",
            "停发本人份额（拒绝就业）",
            ("RECHECK",),
            by=("case.confirm",),
            duty="confirm",
            tone="danger",
            guards=(is_member, often_enough),
            effects=(on_stop_share,),
            fields=(who, why),
            help="只减去他本人的一份，其他家庭成员不受影响；之后请办理“增发／减发”，下月起执行。",
        ),
        Act(
            "restore_share",
            "恢复本人份额",
            ("RECHECK",),
            by=("case.confirm",),
            duty="confirm",
            guards=(share_is_stopped, theirs_is_stopped),
            effects=(on_restore_share,),
            fields=(who, why),
            help="已经就业、登记求职或有正当理由的；之后请办理“增发／减发”，下月起执行。",
        ),
    )
