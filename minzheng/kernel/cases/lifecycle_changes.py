"""办理期间的变化: a relative on the staff comes to light, a member dies, the account is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases import evidence, members
from minzheng.kernel.cases.flow import CITIZEN, STAY, Act
from minzheng.kernel.cases.states import BEFORE_DECISION
from minzheng.kernel.parts.fields import BankAccount, Date, Text

if TYPE_CHECKING:
    from minzheng.kernel.cases.context import Ctx
    from minzheng.kernel.cases.models import CaseMember

AFTER_ACCEPTANCE = tuple(s for s in BEFORE_DECISION if s not in ("SUBMITTED", "SUPPLEMENT"))
RELATIVE = (
    Text("relative_detail", "近亲属姓名、单位职务、与申请人的关系", required=True, max_length=120),
    Text(
        "relative_username",
        "其用户名（在本系统有账号的）",
        max_length=64,
        help="填了以后，此人不能再办理这个办件。",
    ),
)


def register_relative(ctx: Ctx, detail: str, username: str = "") -> None:
    """近亲属备案 (57号第11条): forces a county visit; a relative with an account is kept off the case."""
    from minzheng.kernel.accounts.models import User
    from minzheng.kernel.cases.errors import Refused

    user = User.objects.filter(username=username, kind="staff").first() if username else None
    if username and user is None:
        raise Refused([], {"relative_username": f"没有用户名为“{username}”的工作人员，请核对，或留空只写姓名。"})
    evidence.add(
        ctx,
        "relative",
        {"detail": detail, "user_id": str(user.pk) if user else None, "name": user.name if user else ""},
    )
    if ctx.params.relative_forces_visit:
        ctx.case.needs_county_visit = True


def on_relative(ctx: Ctx) -> None:
    register_relative(ctx, ctx.text("relative_detail"), ctx.text("relative_username"))


def on_death(ctx: Ctx) -> None:
    """A death after acceptance: the person no longer counts, everything is computed anew (reference §1.14 case 18)."""
    from minzheng.kernel.cases.errors import Refused

    name, day = ctx.text("member_name"), ctx.data.get("died_on")
    member = next((m for m in ctx.counted if m.name == name), None)
    if member is None:
        raise Refused([], {"member_name": f"计入的家庭成员里没有“{name}”，请核对姓名。"})
    member.in_count, member.exclude_reason = False, "已死亡"
    member.verified = {**member.verified, "died_on": day}
    member.save(update_fields=["in_count", "exclude_reason", "verified"])
    _payee_after(ctx, member)
    ctx.forget()


def _payee_after(ctx: Ctx, member: CaseMember) -> None:
    """When the applicant died, an adult of the family takes over the application and the account."""
    left = [m for m in ctx.case.members.all() if m.in_count]
    if member.person_id != ctx.case.applicant_id or not left:
        return
    heir = next((m for m in left if members.adult(m, ctx.today)), left[0])
    ctx.case.applicant_id, ctx.case.applicant_name = heir.person_id, heir.name


def on_account(ctx: Ctx) -> None:
    """The new account stands in the form and on the award in force; the act keeps only its last four digits."""
    from minzheng.kernel.awards.services import change_account

    account = {name: ctx.text(name) for name in ("holder", "number", "bank")}
    ctx.case.form = {**ctx.case.form, "account": account}
    ctx.done.data = {"holder": account["holder"], "bank": account["bank"], "tail": account["number"][-4:]}
    for award in ctx.case.awards.exclude(state="ended"):
        change_account(award=award, actor=ctx.actor, **account)


def after_death(ctx: Ctx) -> str:
    if not any(m.in_count for m in ctx.case.members.all()):
        ctx.values["facts"] = "申请人已死亡，没有其他共同生活的家庭成员。"
        ctx.values["reasons"] = [("R10", "申请人死亡，办件终止。")]
        return "ABORTED"
    return ctx.case.state


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "register_relative",
            "近亲属备案",
            (
                "SUBMITTED",
                "ACCEPTED",
                "INVESTIGATING",
                "INITIAL_OPINION",
                "PUBLICITY",
                "OBJECTION",
                "REVIEW",
                "TOWN_CONFIRM",
            ),
            by=("case.accept", "case.confirm"),
            fields=RELATIVE,
            effects=(on_relative,),
        ),
        Act(
            "change_account",
            "更换发放账户",
            (*BEFORE_DECISION, "APPROVED", "IN_PAYMENT", "SUSPENDED", "TAPERING"),
            by=(CITIZEN, "case.accept"),
            fields=(
                Text("holder", "户名", required=True, max_length=30),
                BankAccount("number", "账号（卡号）", required=True),
                Text("bank", "开户银行", required=True, max_length=40),
            ),
            effects=(on_account,),
        ),
        Act(
            "member_died",
            "登记成员死亡",
            AFTER_ACCEPTANCE,
            (STAY, "ABORTED"),
            by=("case.accept", "case.confirm"),
            choose=after_death,
            notice=lambda ctx: "N14" if ctx.case.state == "ABORTED" else "",
            fields=(
                Text("member_name", "死亡成员姓名", required=True),
                Date("died_on", "死亡日期", required=True, not_after=clock.today),
                Text("opinion", "消息来源", required=True),
            ),
            effects=(on_death,),
        ),
    )
