"""办理期间的变化: a relative on the staff comes to light, a member dies, the account is changed."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.awards import services as award_services
from minzheng.kernel.cases.drafting import members
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.flow import CITIZEN, STAY, Act
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.cases.states import BEFORE_DECISION
from minzheng.kernel.months import month_after
from minzheng.kernel.parts.fields import BankAccount, Date, IdNumber, LongText, Photo, Text

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import CaseMember
    from minzheng.kernel.cases.running.context import Ctx

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


DEATH = (
    Text("member_name", "死亡成员姓名", required=True),
    Date("died_on", "死亡日期", required=True, not_after=clock.today),
    Text("opinion", "消息来源", required=True, help="如死亡医学证明、火化证明、派出所注销。"),
    Photo("proofs", "证明照片", kind="death"),
)


def register_relative(ctx: Ctx, detail: str, username: str = "") -> None:
    """近亲属备案 (57号第11条): forces a county visit; a relative with an account is kept off the case."""
    from minzheng.kernel.accounts.models import User

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
    from minzheng.kernel.subjects.errors import SubjectError
    from minzheng.kernel.subjects.services import record_death

    name, day = ctx.text("member_name"), datetime.date.fromisoformat(ctx.text("died_on"))
    member = next((m for m in ctx.counted if m.name == name), None)
    if member is None:
        raise Refused([], {"member_name": f"计入的家庭成员里没有“{name}”，请核对姓名。"})
    try:
        if member.person is not None:
            record_death(actor=ctx.actor, person=member.person, on=day, reason=ctx.text("opinion"))
    except SubjectError as error:
        raise Refused([], {"died_on": str(error)}) from error
    member.in_count, member.exclude_reason = False, "已死亡"
    member.verified = {**member.verified, "died_on": day.isoformat()}
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


def _nobody_left(ctx: Ctx) -> bool:
    return not members.claimants(ctx.case, list(ctx.case.members.all()))


def after_death(ctx: Ctx) -> str:
    """Before the decision: a case without people closes, a family goes on with those who are left."""
    if not _nobody_left(ctx):
        return ctx.case.state
    ctx.values["facts"] = "申请人已死亡，没有其他共同生活的家庭成员。"
    ctx.values["reasons"] = [("R10", "申请人死亡，办件终止。")]
    return "ABORTED"


def after_death_in_pay(ctx: Ctx) -> str:
    """While paid (reference §1.7.3): the only member died → stopped after that month; others left → re-checked."""
    if not _nobody_left(ctx):
        return "RECHECK"
    died = datetime.date.fromisoformat(ctx.text("died_on"))
    for award in ctx.case.awards.exclude(state="ended"):
        award_services.stop(award=award, last_month=died.replace(day=1), actor=ctx.actor)
    ctx.values["month"] = month_after(died, 1)
    return "TERMINATED"


def on_new_member(ctx: Ctx) -> None:
    """A birth, a marriage, a return home: one more person from the next month (reference §1.14 cases 5 and 10)."""
    from minzheng.kernel.cases.models import CaseMember
    from minzheng.kernel.subjects.errors import SubjectError
    from minzheng.kernel.subjects.services import ensure_person

    number = ctx.text("id_no")
    if any(m.id_no == number and m.in_count for m in ctx.members):
        raise Refused([], {"id_no": "这个人已经是计入的家庭成员，不用再登记。"})
    try:
        person = ensure_person(
            actor=ctx.actor, name=ctx.text("name"), id_no=number, region_code=ctx.case.region_code,
            is_demo=ctx.case.is_demo,
        )  # fmt: skip
    except SubjectError as error:
        raise Refused([], {"name": str(error)}) from error
    member = next((m for m in ctx.members if m.id_no == number), None) or CaseMember(
        case=ctx.case, seq=max(m.seq for m in ctx.members) + 1, id_no=number
    )
    member.name, member.relation, member.person = person.name, ctx.text("relation"), person
    member.birth_date, member.in_count, member.exclude_reason = person.birth_date, True, ""
    member.declared = {**member.declared, "situation": "home"}
    member.frozen_at = ctx.now
    member.save()
    ctx.done.data = {"member": str(member.pk), "relation": member.relation}
    ctx.forget()


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
            step_up=True,
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
            fields=DEATH,
            effects=(on_death,),
        ),
        Act(
            "member_died_in_pay",
            "登记成员死亡（享受待遇期间）",
            ("IN_PAYMENT", "TAPERING", "SUSPENDED", "RECHECK"),
            ("RECHECK", "TERMINATED"),
            by=("case.accept", "case.confirm"),
            choose=after_death_in_pay,
            notice=lambda ctx: "N09" if ctx.case.state == "TERMINATED" else "",
            fields=DEATH,
            effects=(on_death,),
        ),
        Act(
            "add_member",
            "登记新增成员",
            ("RECHECK",),
            by=("case.accept",),
            fields=(
                Text("name", "姓名", required=True, max_length=30),
                Text("relation", "与申请人的关系", required=True, max_length=20),
                IdNumber("id_no", "身份证号码", required=True),
                LongText("opinion", "事由（出生、结婚、刑满回家等）", required=True),
            ),
            effects=(on_new_member,),
        ),
    )
