"""核对不符 (reference §1.4 step 7, §2.6): told with N04, objected to, looked at again, before anything goes against the
family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.kernel.cases.deadlines.served import mismatch_due
from minzheng.kernel.cases.flow import CITIZEN, Act, Halt, guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.cases.running.kinds import kind
from minzheng.kernel.parts.fields import Choice, Count, LongText, Money, Photo, Text, When

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Evidence
    from minzheng.kernel.cases.running.context import Ctx

# 核对异议 reason codes of reference §2.6.
OBJECTIONS = (
    ("D1", "账户被冒用，不是本人的"),
    ("D2", "过渡资金（卖房待购、借款、代管）"),
    ("D3", "已注销，数据没有更新"),
    ("D4", "车辆已转让未过户"),
    ("D5", "挂名的企业"),
    ("D6", "同名同号错误"),
    ("D7", "数据过时"),
    ("D8", "丧葬、抚恤等不计入的"),
)
# Where the family may answer and the answer is looked into: also while an objection of others is.
WHERE = ("INVESTIGATING", "OBJECTION", "INITIAL_OPINION", "RECHECK")
# The days of the re-check count for no clock (reference §2.6).
HALT = Halt("match_objection", "match_recheck", "核对异议复查")
PROOFS = Photo("proofs", "佐证材料", kind="proof")


@guard("has_differences")
def has_differences(ctx: Ctx) -> str:
    report = ctx.latest("match_report")
    if report is None:
        return "还没有核对报告，请先发起信息核对。"
    return "" if report.data.get("differences") or report.data.get("alarms") else "核对结果与申报一致，不需要告知。"


def on_mismatch(ctx: Ctx) -> None:
    """N04: what was found against what was declared, and until when the family may object."""
    from minzheng.kernel.calendar.selectors import add_working_days

    report = ctx.newest("match_report")
    due = add_working_days(ctx.today, ctx.params.mismatch_objection_days).date
    rows = [
        {"person": d["person"], "item": d["label"], "found": d["sentence"]} for d in report.data.get("differences", [])
    ]
    rows += [{"person": a["person"], "item": a["title"], "found": a["sentence"]} for a in report.data.get("alarms", [])]
    ctx.values |= {"findings": rows, "objection_due_on": due}
    evidence.add(ctx, "mismatch", {"report": str(report.pk), "findings": rows, "due_on": due})


@guard("mismatch_open", hides=True)
def mismatch_open(ctx: Ctx) -> str:
    told = ctx.latest("mismatch")
    if told is None:
        return "还没有收到核对情况告知书（N04）。"
    due = mismatch_due(ctx.case, told, ctx.params)
    if ctx.today > due:
        return f"提出核对异议的期限到 {due} 已满，请与受理窗口联系。"
    return ""


def told_findings(ctx: Ctx) -> list[tuple[str, str]]:
    """Differences and alarms of the newest report, as somebody names the one that is wrong: (key, what it is)."""
    report = ctx.latest("match_report")
    if report is None:
        return []
    rows = [(d["key"], f"{d['label']}：{d['sentence']}") for d in report.data.get("differences", [])]
    return rows + [(a["key"], a["sentence"]) for a in report.data.get("alarms", [])]


def objected_findings(ctx: Ctx) -> list[tuple[str, str]]:
    """Those of them that an open objection speaks of."""
    rows = [e.data for e in ctx.evidence("match_objection") if e.closed_at is None]
    if any(not row.get("keys") for row in rows):
        return told_findings(ctx)
    named = {key for row in rows for key in row["keys"]}
    return [(key, label) for key, label in told_findings(ctx) if key in named]


def on_match_objection(ctx: Ctx) -> None:
    """The source's department looks again; until its limit is over, or the re-check is done, the case's time stands."""
    from minzheng.kernel.calendar.selectors import add_working_days

    report = ctx.latest("match_report")
    due = add_working_days(ctx.today, ctx.params.match_recheck_days).date
    labels = dict(told_findings(ctx))
    keys = [key for key in ctx.data.get("keys") or [] if key in labels]
    said = {**ctx.pick("code", "content", "proofs"), "keys": keys, "due_on": due}
    about = {"what": [labels[key] for key in keys], "report": str(report.pk) if report else ""}
    evidence.add(ctx, "match_objection", said | about)
    ctx.note({"until": due})


def on_match_recheck(ctx: Ctx) -> None:
    """复查: both versions are kept; an objection is closed once everything it speaks of is settled. What the department
    corrected makes a new version of the report."""
    fixed = ctx.text("key")
    settled = {**ctx.pick("result", "content", "proofs", "receipt"), "key": fixed}
    evidence.add(ctx, "match_recheck", settled)
    for row in ctx.evidence("match_objection"):
        done = {fixed} if fixed else set(row.data.get("keys") or [])
        if row.closed_at is not None or set(row.data.get("keys") or []) - done - _settled_before(ctx, row):
            continue
        row.closed_at = ctx.now
        row.save(update_fields=["closed_at"])
    kind("match_recheck")(ctx)


def _settled_before(ctx: Ctx, objection: Evidence) -> set[str]:
    """What earlier re-checks of the same objection have dealt with, one by one."""
    return {str(e.data.get("key")) for e in ctx.evidence("match_recheck") if e.at >= objection.at and e.data.get("key")}


@guard("open_match_objection", hides=True)
def open_match_objection(ctx: Ctx) -> str:
    return "" if any(e.closed_at is None for e in ctx.evidence("match_objection")) else "没有待复查的核对异议。"


def acts() -> tuple[Act, ...]:
    corrected = When("result", ("corrected",))
    return (
        Act(
            "notify_mismatch",
            "告知核对情况（N04）",
            ("INVESTIGATING", "OBJECTION", "RECHECK"),
            by=("case.investigate",),
            notice="N04",
            guards=(guards.match_current, has_differences),
            effects=(on_mismatch,),
        ),
        Act(
            "match_objection",
            "对核对结果提出异议",
            WHERE,
            by=(CITIZEN, "case.accept"),
            guards=(mismatch_open,),
            effects=(on_match_objection,),
            choices=(("keys", told_findings),),
            fields=(
                Choice("keys", "哪几项不对", many=True, help="不选就是全部。"),
                Choice("code", "原因", required=True, options=OBJECTIONS, radio_up_to=0),
                LongText("content", "说明", required=True),
                PROOFS,
            ),
            help="我们会请提供数据的部门再查，查的时候不算办理时间；有凭证的请拍照。",
        ),
        Act(
            "match_recheck",
            "复查核对异议",
            WHERE,
            by=("case.investigate", "match.run"),
            duty="investigate",
            guards=(open_match_objection,),
            effects=(on_match_recheck,),
            choices=(("key", objected_findings),),
            fields=(
                Choice(
                    "result",
                    "复查结果",
                    required=True,
                    options=(("corrected", "数据有误，已更正"), ("upheld", "核对结果无误")),
                ),
                Choice("key", "哪一项", radio_up_to=0, help="不选就是全部。"),
                Money("amount", "来源部门更正后的金额（收入按每月，财产按总额）", when=corrected),
                Count("count", "来源部门更正后的数量（车辆、房屋）", when=corrected),
                Text(
                    "receipt",
                    "来源部门的回执文号",
                    max_length=60,
                    when=corrected,
                    help="填了更正数的必须有回执；不填更正数的，重新查询来源部门现在的数据。",
                ),
                LongText("content", "复查情况", required=True),
                PROOFS,
            ),
            help="更正的，核对报告出新的一版，两版都保存；更正以后与申报仍不一致的，要再次告知（N04）。",
        ),
    )
