"""调查核对: matching, visits, differences and their judgement (reference §1.4 steps 4–7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases.flow import SYSTEM_ONLY, Act, guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.running import evidence, reports
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


@guard("match_waiting", hides=True)
def match_waiting(ctx: Ctx) -> str:
    """A check whose answers, or whose second signature, are still out."""
    return "" if evidence.is_open(ctx, "match_request") else "没有等待答复或签发的核对请求。"


@guard("match_not_waiting")
def match_not_waiting(ctx: Ctx) -> str:
    waiting = next((e for e in ctx.evidence("match_request") if e.closed_at is None), None)
    return str(waiting.data["sentence"]) if waiting is not None else ""


@guard("hits_waiting", hides=True)
def hits_waiting(ctx: Ctx) -> str:
    return "" if hit_choices(ctx) else "没有待复核的疑似记录。"


def hit_choices(ctx: Ctx) -> list[tuple[str, str]]:
    """Doubtful hits of the newest report nobody has decided about: (key, what it is)."""
    report = ctx.latest("match_report")
    hits = reports.waiting_hits(report, ctx.evidence(reports.REVIEW)) if report is not None else []
    return [(hit["key"], hit["label"]) for hit in hits]


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
            guards=(guards.consents_for_query, match_not_waiting),
            effects=(kind("match"),),
            help="按授权向各部门查询，得到核对报告；报告只列差异，不作结论。",
        ),
        Act(
            "collect_match",
            "接收答复、出具核对报告",
            CHECKING,
            by=("match.run", SYSTEM_ONLY),
            tone="primary",
            duty="investigate",
            guards=(match_waiting,),
            effects=(kind("match_collect"),),
            help="银行等按请求答复的来源，答复齐了或期限到了就出报告；没有答复的写明缺项。",
            quiet=True,
        ),
        Act(
            "sign_match",
            "第二人签发核对报告",
            CHECKING,
            by=("match.run",),
            tone="primary",
            guards=(match_waiting,),
            effects=(kind("match_sign"),),
            help="当地规定核对报告由两名核对人员签发的，由提请人以外的一名签发后生效。",
            quiet=True,
        ),
        Act(
            "review_hit",
            "复核疑似记录",
            CHECKING,
            by=("case.investigate", "match.run"),
            duty="investigate",
            guards=(hits_waiting,),
            choices=(("key", hit_choices),),
            fields=(
                Choice("key", "哪一条", required=True, radio_up_to=0),
                Choice(
                    "take",
                    "复核结论",
                    required=True,
                    options=(("accept", "是本人的，计入"), ("refuse", "不是本人的，不计")),
                ),
                LongText("reason", "理由", required=True, help="凭什么认定，例如核对了户口簿、询问了来源部门。"),
                PROOFS,
            ),
            effects=(kind("match_review"),),
            help="证件号码改正后才对上的、或只有姓名相同的记录，复核以前不计入任何合计。",
            quiet=True,
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
