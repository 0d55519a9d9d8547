"""停表 (reference §0.5 扣除时间; registries.md §10.11 case 9): an appraisal by experts, and a department whose data cannot
be had. Both are recorded with the day until which they are expected to last; nothing is refused for want of an answer."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.flow import Act, Halt, guard
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Choice, Date, LongText, Photo, Text, When

if TYPE_CHECKING:
    from minzheng.kernel.cases.running.context import Ctx

WHERE = ("INVESTIGATING", "OBJECTION", "RECHECK")
HALTS = (
    Halt("send_assessment", "assessment_back", "鉴定、评估"),
    Halt("hang", "unhang", "部门数据暂不可得"),
)
SUBJECTS = (
    ("ability", "劳动能力"),
    ("disability", "残疾"),
    ("illness", "病情"),
    ("value", "房产、车辆、股权等价值"),
    ("other", "其他"),
)


def _until(ctx: Ctx) -> datetime.date:
    """The day until which the clocks stand; no longer than the place allows."""
    last = ctx.today + datetime.timedelta(days=ctx.params.assessment_days)
    text = ctx.text("until")
    day = datetime.date.fromisoformat(text) if text else last
    if not ctx.today < day <= last:
        raise Refused(
            [], {"until": f"预计日期要在明天到 {last:%Y-%m-%d} 之间（最长 {ctx.params.assessment_days} 天）。"}
        )
    return day


def on_sent(ctx: Ctx) -> None:
    until = _until(ctx)
    evidence.add(ctx, "assessment_sent", {**ctx.pick("subject", "body", "opinion"), "until": until})
    ctx.note({"until": until})


def on_back(ctx: Ctx) -> None:
    evidence.close(ctx, "assessment_sent")
    evidence.add(ctx, "appraisal", ctx.pick("result", "papers"))


def on_hang(ctx: Ctx) -> None:
    until = _until(ctx)
    evidence.add(ctx, "hang", {**ctx.pick("source", "opinion"), "until": until})
    ctx.note({"until": until})


def on_unhang(ctx: Ctx) -> None:
    """By hand: what was found instead of the department's answer stands in for it as long as a report would."""
    evidence.close(ctx, "hang")
    if ctx.text("how") == "manual":
        valid = ctx.today + datetime.timedelta(days=ctx.params.report_valid_days)
        people = [str(m.pk) for m in ctx.counted]
        evidence.add(ctx, "manual_check", {**ctx.pick("content", "proofs"), "composition": people}, valid_until=valid)


@guard("none_out")
def none_out(ctx: Ctx) -> str:
    return "已经送出鉴定、评估，还没有结果，不用再送。" if evidence.is_open(ctx, "assessment_sent") else ""


@guard("one_out", hides=True)
def one_out(ctx: Ctx) -> str:
    return "" if evidence.is_open(ctx, "assessment_sent") else "没有送出的鉴定、评估。"


@guard("not_hung")
def not_hung(ctx: Ctx) -> str:
    return "这个办件已经挂起。" if evidence.is_open(ctx, "hang") else ""


@guard("hung", hides=True)
def hung(ctx: Ctx) -> str:
    return "" if evidence.is_open(ctx, "hang") else "这个办件没有挂起。"


def acts() -> tuple[Act, ...]:
    until = Date("until", "预计到哪天有结果", help="到这一天为止不计入办理时限；不填的按当地最长天数。")
    proofs = Photo("proofs", "取证材料照片", required=True, kind="proof", when=When("how", ("manual",)))
    return (
        Act(
            "send_assessment",
            "送鉴定、评估",
            WHERE,
            by=("case.investigate",),
            duty="investigate",
            guards=(none_out,),
            effects=(on_sent,),
            help="鉴定、评估的时间不计入办理时限。",
            fields=(
                Choice("subject", "鉴定、评估什么", required=True, options=SUBJECTS),
                Text("body", "鉴定、评估机构", required=True, max_length=60),
                until,
                LongText("opinion", "说明"),
            ),
        ),
        Act(
            "assessment_back",
            "登记鉴定、评估结果",
            WHERE,
            by=("case.investigate",),
            duty="investigate",
            guards=(one_out,),
            effects=(on_back,),
            fields=(
                LongText("result", "结果", required=True),
                Photo("papers", "鉴定、评估报告照片", required=True, kind="appraisal"),
            ),
        ),
        Act(
            "hang",
            "挂起（部门数据暂不可得）",
            WHERE,
            by=("case.investigate", "match.run"),
            duty="investigate",
            guards=(not_hung,),
            effects=(on_hang,),
            help="共享接口中断不能作为不予受理、不予确认的理由：先挂起，恢复后再核对，或人工取证。",
            fields=(
                Text("source", "哪个部门的什么数据", required=True, max_length=80),
                until,
                LongText("opinion", "说明", required=True),
            ),
        ),
        Act(
            "unhang",
            "恢复办理",
            WHERE,
            by=("case.investigate", "match.run"),
            duty="investigate",
            guards=(hung,),
            effects=(on_unhang,),
            tone="primary",
            fields=(
                Choice(
                    "how",
                    "怎样恢复",
                    required=True,
                    options=(("online", "接口已恢复，重新核对"), ("manual", "人工取证代替")),
                ),
                LongText("content", "取证情况", required=True, when=When("how", ("manual",))),
                proofs,
            ),
        ),
    )
