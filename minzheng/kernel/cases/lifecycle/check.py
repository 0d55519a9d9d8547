"""调查核对: matching, visits, differences and their judgement (reference §1.4 steps 4–7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.cases.running.kinds import kind
from minzheng.kernel.parts.fields import Choice, Count, Date, LongText, Money, Photo, Text, When, YesNo

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Evidence
    from minzheng.kernel.cases.running.context import Ctx

CHECKING = ("INVESTIGATING", "OBJECTION", "RECHECK")


def on_visit(ctx: Ctx) -> None:
    """入户调查表. The clerk signs by recording; the second investigator signs in the system, or on paper (photo)."""
    from minzheng.kernel.accounts.models import User
    from minzheng.kernel.cases.errors import Refused

    people = [{"user_id": str(ctx.actor.id), "name": ctx.actor.name, "signed": True, "how": "account"}]
    if ctx.text("second_kind") == "account":
        other = User.objects.filter(username=ctx.text("second_username"), kind="staff", is_active=True).first()
        if other is None:
            raise Refused(
                [],
                {
                    "second_username": f"没有用户名为“{ctx.text('second_username')}”的工作人员，请核对；没有账号的请选“纸上签名”。"
                },
            )
        if other.pk == ctx.actor.id:
            raise Refused([], {"second_username": "第二名调查人不能是您自己，请换一名同事。"})
        people.append({"user_id": str(other.pk), "name": other.name, "signed": False, "how": "account"})
    else:
        people.append(
            {
                "user_id": None,
                "name": ctx.text("second_name"),
                "signed": True,
                "how": "paper",
                "attachments": ctx.data.get("second_signature"),
            }
        )
    data = {
        k: ctx.data.get(k)
        for k in (
            "visited_on",
            "place",
            "member_present",
            "location",
            "findings",
            "matches",
            "photos",
            "family_signature",
        )
    }
    evidence.add(ctx, "visit", {**data, "investigators": people})


def on_cosign(ctx: Ctx) -> None:
    visit = _visit_to_sign(ctx)
    if visit is not None:  # the guard has asked already
        ctx.note({"visit": str(visit.pk)})


def _visit_to_sign(ctx: Ctx) -> Evidence | None:
    """The newest visit that names this person and lacks their signature."""
    for visit in ctx.evidence("visit"):
        named = [
            i for i in visit.data["investigators"] if i.get("user_id") == str(ctx.actor.id) and not i.get("signed")
        ]
        if named and ctx.actor.name not in guards.signers(ctx, visit):
            return visit
    return None


@guard("named_second", hides=True)
def named_as_second(ctx: Ctx) -> str:
    return "" if _visit_to_sign(ctx) is not None else "没有等您签字的入户调查记录：只有被写为第二调查人的才能签。"


@guard("paper_names_other", needs_data=True)
def second_is_other(ctx: Ctx) -> str:
    if ctx.text("second_kind") == "paper" and ctx.text("second_name") == ctx.actor.name:
        return "第二名调查人不能是您自己，请换一名同事。"
    return ""


@guard("present_is_member", needs_data=True)
def present_is_member(ctx: Ctx) -> str:
    name = ctx.text("member_present")
    if name in {m.name for m in ctx.members}:
        return ""
    return f"“{name}”不在家庭成员里：入户调查要有家庭成员在场，请填写在场成员的姓名。"


def on_warning(ctx: Ctx) -> None:
    evidence.add(ctx, "warning", ctx.pick("content", "proofs"))


def on_neighbour(ctx: Ctx) -> None:
    evidence.add(ctx, "neighbour", ctx.pick("visited_on", "who", "content", "proofs"))


VISIT_FIELDS = (
    Date("visited_on", "入户日期", required=True, not_after=clock.today),
    Text("member_present", "在场的家庭成员", required=True, max_length=30),
    Choice(
        "second_kind",
        "第二名调查人",
        required=True,
        options=(("account", "有账号，自己登录签字"), ("paper", "没有账号，纸上签名后拍照")),
    ),
    Text("second_username", "第二名调查人的用户名", required=True, when=When("second_kind", ("account",))),
    Text("second_name", "第二名调查人的姓名", required=True, max_length=30, when=When("second_kind", ("paper",))),
    Photo("second_signature", "纸质签名照片", required=True, kind="signature", when=When("second_kind", ("paper",))),
    YesNo("matches", "家庭情况与申报是否一致", required=True),
    LongText("findings", "调查情况", required=True, help="住房、生活、劳动力、收入来源等。"),
    Text("location", "定位", max_length=60),
    Photo("photos", "入户照片", kind="visit"),
    Photo("family_signature", "家庭成员签字照片", kind="signature"),
)
PROOFS = Photo("proofs", "佐证材料", kind="proof")


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "start", "启动调查", ("ACCEPTED",), ("INVESTIGATING",), by=("case.investigate",), tone="primary", batch=True
        ),
        Act(
            "run_match",
            "信息核对",
            CHECKING,
            by=("match.run",),
            tone="primary",
            duty="investigate",
            guards=(guards.consents_for_query,),
            effects=(kind("match"),),
            help="按授权向各部门查询，得到核对报告；报告只列差异，不作结论。",
        ),
        Act(
            "judge",
            "认定核对差异",
            CHECKING,
            by=("case.investigate",),
            duty="investigate",
            guards=(guards.match_current,),
            fields=(
                Text("key", "差异项", required=True),
                Choice(
                    "take",
                    "采用哪个数",
                    required=True,
                    options=(("found", "核对结果"), ("declared", "家庭申报"), ("other", "另行核定")),
                ),
                Money("amount", "核定金额（收入按每月，财产按总额）", when=When("take", ("other",))),
                Count("count", "核定数量（车辆、房屋）", when=When("take", ("other",))),
                LongText("reason", "理由", required=True),
                PROOFS,
            ),
            effects=(kind("judge"),),
            quiet=True,
        ),
        Act(
            "visit",
            "入户调查",
            CHECKING,
            by=("case.investigate",),
            tone="primary",
            duty="investigate",
            guards=(present_is_member, second_is_other),
            fields=VISIT_FIELDS,
            effects=(on_visit,),
        ),
        Act(
            "cosign_visit",
            "入户调查签字",
            (*CHECKING, "INITIAL_OPINION"),
            by=("case.investigate", "case.read"),
            duty="investigate",
            guards=(named_as_second,),
            effects=(on_cosign,),
        ),
        Act(
            "neighbour",
            "邻里访问、信函索证",
            CHECKING,
            by=("case.investigate",),
            duty="investigate",
            effects=(on_neighbour,),
            quiet=True,
            fields=(
                Date("visited_on", "日期", required=True, not_after=clock.today),
                Text("who", "访问对象", required=True, max_length=60),
                LongText("content", "情况", required=True),
                PROOFS,
            ),
        ),
        Act(
            "warn",
            "书面警告（拒不配合）",
            ("INVESTIGATING",),
            by=("case.investigate",),
            effects=(on_warning,),
            fields=(
                LongText("content", "警告内容", required=True),
                Photo("proofs", "警告书照片", required=True, kind="warning"),
            ),
        ),
    )
