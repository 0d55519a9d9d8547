"""查明的情况: the six items of self-care assessed, who owes support and is able, where the person wants to live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.business.assistance.tekun.benefit import BENEFIT
from minzheng.business.assistance.tekun.form import CARE_MODES, COLLECTIVE, SIX
from minzheng.kernel import clock
from minzheng.kernel.cases.flow import Act, guard
from minzheng.kernel.cases.lifecycle.check import CHECKING
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.items import reckoning
from minzheng.kernel.parts.fields import Choice, Date, LongText, Photo, Text, YesNo

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import CaseMember
    from minzheng.kernel.cases.running.context import Ctx

CONCLUSIONS = (
    ("none", "没有法定义务人"),
    ("unable", "有义务人，都没有履行能力"),
    ("able", "有义务人有履行能力"),
)


def person(ctx: Ctx) -> CaseMember | None:
    return next(iter(ctx.counted), None)


def _keep(ctx: Ctx, **found: object) -> None:
    """Facts found out by the township stand on the person's row; the rules compute with them."""
    member = person(ctx)
    if member is not None:  # the composition was complete at acceptance
        member.verified = {**(member.verified or {}), **found}
        member.save(update_fields=["verified"])
    ctx.forget()


# ---- 自理能力评估


def on_selfcare(ctx: Ctx) -> None:
    unable = [what for name, what in SIX if ctx.data.get(name) is False]
    _keep(ctx, unable_items=len(unable))
    found = ctx.pick("assessed_on", "assessors", "organisation", "findings", "photos")
    evidence.add(
        ctx, "selfcare", {**found, "unable": "、".join(unable) or "没有", "count": len(unable), "grade": grade(ctx)}
    )


def grade(ctx: Ctx) -> str:
    """The rules' grade of the person as known now; the thresholds are theirs."""
    family, _ = BENEFIT.family(ctx.case)
    if not family["成员"]:
        return ""
    words = ("完全丧失自理", "部分丧失自理")
    row = reckoning.run(reckoning.as_json(family), ctx.case.region_code, ctx.today, words, explain=False).rows["人"][0]
    return "全护理" if row["完全丧失自理"] else "半护理" if row["部分丧失自理"] else "全自理"


@guard("two_assessors", needs_data=True)
def two_assessors(ctx: Ctx) -> str:
    names = {
        n for n in ctx.text("assessors").replace(",", "、").replace("，", "、").replace(" ", "、").split("、") if n
    }
    return "" if len(names) >= 2 else "自理能力要两人以上评估：请写出每一位评估人的姓名，用顿号隔开。"


@guard("selfcare")
def selfcare_assessed(ctx: Ctx) -> str:
    """Assessed since the case was accepted or sent back; a change of abilities in care is told as a change."""
    start = ctx.last_act("accept", "return_case")
    if any(start is None or e.at >= start.at for e in ctx.evidence("selfcare")):
        return ""
    return "还没有评估生活自理能力：请先办理“登记自理能力评估”。"


# ---- 义务人


def on_support(ctx: Ctx) -> None:
    _keep(ctx, no_support=ctx.text("conclusion") != "able")
    people = "；".join(f"{m.name}（{m.relation}）" for m in ctx.obligors if not m.is_obligor_spouse) or "没有"
    said = dict(CONCLUSIONS)[ctx.text("conclusion")]
    evidence.add(ctx, "support", {**ctx.pick("findings", "proofs"), "conclusion": said, "people": people})


@guard("support_named", needs_data=True)
def support_named(ctx: Ctx) -> str:
    """The finding must fit who was named."""
    named = [m.name for m in ctx.obligors if not m.is_obligor_spouse]
    if ctx.text("conclusion") == "none" and named:
        return f"申请里列了{'、'.join(named)}：请认定他们有没有履行能力；不是义务人的，在依据里写明。"
    return ""


@guard("support")
def support_settled(ctx: Ctx) -> str:
    start = ctx.last_act("accept", "return_case")
    if any(start is None or e.at >= start.at for e in ctx.evidence("support")):
        return ""
    return "还没有认定法定义务人的履行能力：请先办理“认定义务人履行能力”。"


# ---- 供养方式


def on_mode(ctx: Ctx) -> None:
    _keep(ctx, care_mode=ctx.text("care_mode"), institution=ctx.text("institution"))


def acts() -> tuple[Act, ...]:
    return (
        Act(
            "assess_selfcare",
            "登记自理能力评估",
            CHECKING,
            by=("case.investigate",),
            tone="primary",
            duty="investigate",
            guards=(two_assessors,),
            fields=(
                Date("assessed_on", "评估日期", required=True, not_after=clock.today),
                Text("assessors", "评估人（两人以上，用顿号隔开）", required=True, max_length=80),
                Text("organisation", "评估单位", required=True, max_length=60),
                *(YesNo(name, f"能自主{what}", required=True) for name, what in SIX),
                LongText("findings", "情况"),
                Photo("photos", "评估表照片", kind="selfcare"),
            ),
            effects=(on_selfcare,),
            help="六项都能的是全自理，一至三项不能的是半护理，四项以上不能的是全护理。",
        ),
        Act(
            "settle_support",
            "认定义务人履行能力",
            CHECKING,
            by=("case.investigate",),
            tone="primary",
            duty="investigate",
            guards=(support_named,),
            fields=(
                Choice("conclusion", "认定", required=True, options=CONCLUSIONS),
                LongText("findings", "逐人写明依据", required=True, help="谁、是什么情况、怎样查明的。"),
                Photo("proofs", "材料照片", kind="proof"),
            ),
            effects=(on_support,),
        ),
        Act(
            "choose_care_mode",
            "登记供养方式",
            CHECKING,
            by=("case.investigate",),
            fields=(
                Choice("care_mode", "供养方式", required=True, options=CARE_MODES),
                Text("institution", "供养服务机构", required=True, max_length=60, when=COLLECTIVE),
                Photo("photos", "本人（监护人）签字的选择书", kind="care_mode"),
            ),
            effects=(on_mode,),
            help="由本人或监护人自愿选择；完全丧失自理能力的优先集中供养。",
        ),
    )
