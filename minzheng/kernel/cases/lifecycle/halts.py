"""停表 (reference §0.5 扣除时间; registries.md §10.11 case 9): an appraisal by experts, and a department whose data cannot
be had. Both are recorded with the day until which they are expected to last; nothing is refused for want of an answer."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.flow import Act, Halt, guard
from minzheng.kernel.cases.lifecycle.words import lines_of
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.parts.fields import Choice, Date, LongText, Photo, Text, When, YesNo

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


def on_notice_of_assessment(ctx: Ctx) -> None:
    """N15, where the person has to be there: when, where, who assesses."""
    if ctx.data.get("announce"):
        ctx.values["paper"] = {
            "purpose": f"{dict(SUBJECTS)[ctx.text('subject')]}：作为核定家庭情况的依据",
            "when": ctx.text("when"),
            "place": ctx.text("place"),
            "assessors": lines_of(ctx.text("assessors")),
            "bring": lines_of(ctx.text("bring")),
        }


def on_back(ctx: Ctx) -> None:
    evidence.close(ctx, "assessment_sent")
    evidence.add(ctx, "appraisal", ctx.pick("result", "papers", "grade", "valid_until"))


def on_report_of_assessment(ctx: Ctx) -> None:
    """N15R, where the assessment gives a grade: the person learns it and may ask for another one."""
    if ctx.data.get("report"):
        ctx.values["paper"] = {
            "facts": ctx.text("result"),
            "assessed_on": ctx.data["assessed_on"],
            "place": ctx.text("place"),
            "assessors": lines_of(ctx.text("assessors")),
            "scores": _scores(ctx),
            "grade": ctx.text("grade"),
            "valid_until": ctx.data["valid_until"],
            "objection_due_on": _objection_due(ctx),
        }


def _scores(ctx: Ctx) -> list[dict[str, str]]:
    """“项目：结果”, one a line."""
    rows = [line.replace(":", "：").partition("：") for line in lines_of(ctx.text("scores"))]
    if any(not value.strip() for _, _, value in rows):
        raise Refused([], {"scores": "评估结果请一行写一项，用冒号隔开，例如“自理能力：22 分”。"})
    return [{"label": label.strip(), "value": value.strip()} for label, _, value in rows]


def _objection_due(ctx: Ctx) -> datetime.date:
    from minzheng.kernel.calendar import days
    from minzheng.kernel.calendar.selectors import calendar
    from minzheng.kernel.documents import terms

    return days.natural(ctx.today, terms.number("assessment_objection_days", ctx.today), calendar()).date


@guard("two_assessors", needs_data=True)
def two_assessors(ctx: Ctx) -> str:
    """GB/T 42195: two assessors at least, and the person may ask that one of them be replaced."""
    asked = ctx.data.get("announce") or ctx.data.get("report")
    few = asked and len(lines_of(ctx.text("assessors"))) < 2
    return "评估人员不少于两人，请一行写一人。" if few else ""


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
    announced, reported = When("announce", (True,)), When("report", (True,))
    proofs = Photo("proofs", "取证材料照片", required=True, kind="proof", when=When("how", ("manual",)))
    return (
        Act(
            "send_assessment",
            "送鉴定、评估",
            WHERE,
            by=("case.investigate",),
            duty="investigate",
            guards=(none_out, two_assessors),
            effects=(on_sent, on_notice_of_assessment),
            notice=lambda ctx: "N15" if ctx.data.get("announce") else "",
            help="鉴定、评估的时间不计入办理时限。",
            fields=(
                Choice("subject", "鉴定、评估什么", required=True, options=SUBJECTS),
                Text("body", "鉴定、评估机构", required=True, max_length=60),
                until,
                LongText("opinion", "说明"),
                YesNo("announce", "发评估通知书（N15）", help="要本人到场或上门评估的，写明时间、地点和评估人员。"),
                Text("when", "评估时间", required=True, max_length=60, when=announced),
                Text("place", "评估地点", required=True, max_length=80, when=announced),
                LongText("assessors", "评估人员（一行一人）", required=True, when=announced),
                LongText("bring", "请准备什么（一行一项）", when=announced),
            ),
        ),
        Act(
            "assessment_back",
            "登记鉴定、评估结果",
            WHERE,
            by=("case.investigate",),
            duty="investigate",
            guards=(one_out, two_assessors),
            effects=(on_back, on_report_of_assessment),
            notice=lambda ctx: "N15R" if ctx.data.get("report") else "",
            fields=(
                LongText("result", "结果", required=True),
                Photo("papers", "鉴定、评估报告照片", required=True, kind="appraisal"),
                YesNo("report", "发评估报告（N15R）", help="结论分等级的，书面告诉本人，并写明异议期限。"),
                Date("assessed_on", "评估日期", required=True, not_after=clock.today, when=reported),
                Text("place", "评估地点", required=True, max_length=80, when=reported),
                LongText("assessors", "评估人员（一行一人）", required=True, when=reported),
                LongText("scores", "评估结果（一行一项，如“自理能力：22 分”）", required=True, when=reported),
                Text("grade", "评估等级", required=True, max_length=40, when=reported),
                Date("valid_until", "有效期至", required=True, when=reported),
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
