"""动态管理 (reference §1.7): recheck, adjust, suspend, taper, stop. What they do to the award: `lifecycle_recheck`."""

from __future__ import annotations

from minzheng.kernel import clock
from minzheng.kernel.cases.flow import CITIZEN, SYSTEM_ONLY, Act, Guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.lifecycle import reprice as lifecycle_reprice
from minzheng.kernel.cases.lifecycle.objections import complaint_visited, on_recheck_decided
from minzheng.kernel.cases.lifecycle.recheck import (
    adjustment_in_force,
    may_taper,
    not_tapered_yet,
    on_adjust,
    on_change_report,
    on_defer,
    on_end,
    on_keep,
    on_open_recheck,
    on_resume,
    on_suspend,
    on_taper,
    other_amount,
    review_date,
    review_put_off,
    same_amount,
    stop_founded,
)
from minzheng.kernel.parts.fields import Choice, Date, LongText, Photo, Text, YesNo

WHY_RECHECK = (
    ("review", "到期复核"),
    ("change", "家庭报告变化"),
    ("alert", "预警"),
    ("complaint", "投诉举报"),
    ("death", "成员死亡"),
    ("spot", "抽查发现问题"),
    ("standard", "标准调整后减少或不再符合"),
)


def acts(
    reasons: tuple[tuple[str, str], ...],
    *,
    known: tuple[Guard, ...] = (guards.match_current, guards.differences_judged),
) -> tuple[Act, ...]:
    """`known`: what must be known again before a re-check is decided."""
    why = LongText("opinion", "事实和理由", required=True)
    reason = Choice("reason_code", "理由", required=True, options=reasons, radio_up_to=0)
    checked = (guards.clock_running, *known, complaint_visited)
    return (
        Act(
            "report_change",
            "报告家庭变化",
            ("IN_PAYMENT", "SUSPENDED", "TAPERING"),
            by=(CITIZEN, "case.accept"),
            effects=(on_change_report,),
            help="人口、收入、财产有变化的，应及时报告（一般 30 天以内，以当地规定为准）。",
            fields=(
                LongText("content", "变化情况", required=True),
                Date("happened_on", "哪天发生的", not_after=clock.today),
                Photo("proofs", "材料照片", kind="change"),
            ),
        ),
        Act(
            "open_recheck",
            "启动复核",
            ("IN_PAYMENT", "TAPERING"),
            ("RECHECK",),
            by=("case.investigate", SYSTEM_ONLY),
            tone="primary",
            fields=(
                Choice("why", "原因", required=True, options=WHY_RECHECK, radio_up_to=0),
                LongText("opinion", "说明"),
            ),
            effects=(on_open_recheck,),
        ),
        Act(
            "defer_recheck",
            "应急期间顺延复核",
            ("IN_PAYMENT",),
            by=(SYSTEM_ONLY,),
            guards=(review_put_off,),
            effects=(on_defer,),
            quiet=True,
        ),
        Act(
            "keep",
            "维持不变",
            ("RECHECK",),
            ("IN_PAYMENT",),
            by=("case.confirm",),
            tone="primary",
            duty="confirm",
            guards=(*checked, same_amount),
            fields=(LongText("opinion", "意见"),),
            effects=(on_keep, on_recheck_decided),
        ),
        Act(
            "adjust",
            "增发／减发",
            ("RECHECK",),
            ("ADJUSTED",),
            by=("case.confirm",),
            duty="confirm",
            notice="N08",
            guards=(*checked, other_amount),
            fields=(why,),
            effects=(on_adjust, on_recheck_decided),
        ),
        Act(
            "apply_adjustment",
            "执行新金额",
            ("ADJUSTED",),
            ("IN_PAYMENT",),
            by=(SYSTEM_ONLY,),
            guards=(adjustment_in_force,),
            effects=(review_date,),
            quiet=True,
        ),
        *lifecycle_reprice.acts(),
        Act(
            "suspend",
            "暂停发放",
            ("IN_PAYMENT",),
            ("SUSPENDED",),
            by=("case.confirm",),
            tone="danger",
            duty="confirm",
            notice="G02",
            fields=(why,),
            effects=(on_suspend,),
        ),
        Act(
            "resume",
            "恢复发放",
            ("SUSPENDED",),
            ("IN_PAYMENT",),
            by=("case.confirm",),
            duty="confirm",
            notice="G03",
            fields=(
                YesNo(
                    "back_pay",
                    "补发暂停的月份",
                    help="经查仍符合条件的补发：按暂停前封存的金额，一月一笔；不补发的，下月起发放。",
                ),
                why,
            ),
            effects=(on_resume,),
        ),
        Act(
            "taper",
            "渐退",
            ("RECHECK",),
            ("TAPERING",),
            by=("case.confirm",),
            duty="confirm",
            notice="N12",
            guards=(*checked, not_tapered_yet, may_taper),
            fields=(
                Text("employed_member", "就业的成员", max_length=30, help="第二次渐退时必填。"),
                Date("employed_on", "就业日期", not_after=clock.today),
                why,
            ),
            effects=(on_taper, on_recheck_decided),
        ),
        Act(
            "stop",
            "停发",
            ("RECHECK", "SUSPENDED", "TAPERING"),
            ("TERMINATED",),
            by=("case.confirm",),
            tone="danger",
            duty="confirm",
            notice="N09",
            guards=(complaint_visited, stop_founded),
            fields=(reason, why),
            effects=(on_end, on_recheck_decided),
        ),
    )
