"""跨省通办: handed in anywhere, decided and paid where the person is registered (民政部 2021-04-22 起).

Here as the place that receives: send on, note the answer, tell the applicant. Here as the place of registration: what was
handed in elsewhere is worked on as any other case, from the month in which it was handed in there; then that place is told.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.kernel import clock
from minzheng.kernel.cases.flow import Act, Clock, State, guard
from minzheng.kernel.cases.lifecycle import guards
from minzheng.kernel.cases.running import evidence
from minzheng.kernel.items.personal import applied_month
from minzheng.kernel.parts.fields import Choice, Date, LongText, Text, When

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.cases.params import FlowParams
    from minzheng.kernel.cases.running.context import Ctx

STATES = (
    State(
        "SENT_HOME",
        "已转送户籍地",
        public="已转送户口所在地，由那里审核",
        next="户口所在地审核以后，我们会告诉您结果；不用再跑一趟。",
        stage="确认",
        tone="wait",
    ),
    State(
        "HOME_ANSWERED",
        "户籍地已答复",
        public="户口所在地已经有了结果",
        next="我们马上把结果告诉您。",
        stage="确认",
        tone="active",
    ),
    State(
        "HANDED_BACK",
        "已告知结果",
        public="户口所在地的结果已经告诉您",
        stage="结果",
        terminal=True,
        tone="good",
    ),
)
CLOCKS = (
    Clock(
        "home",
        "户籍地办理",
        starts=("send_home", "send_on"),
        states=("SENT_HOME",),
        days=lambda p: p.home_days,
    ),
    Clock("tell", "告知申请人", starts=("home_answer",), states=("HOME_ANSWERED",), days=lambda p: p.tell_days),
)
RESULTS = (("agree", "同意"), ("disagree", "不同意"))


def handed_in_elsewhere(case: Case, params: FlowParams) -> datetime.date | None:
    """Day 1 of the month in which it was handed in (or completed) elsewhere, where the place pays from that month."""
    row = case.evidence.filter(kind="remote").order_by("-at").first()
    if row is None or not params.paid_from:
        return applied_month(case, params)
    key = "completed_on" if params.paid_from == "complete" and row.data.get("completed_on") else "handed_in_on"
    return datetime.date.fromisoformat(str(row.data[key])).replace(day=1)


@guard("from_away", hides=True)
def registered_elsewhere(ctx: Ctx) -> str:
    away = (ctx.case.form.get("applicant") or {}).get("hukou") == "away"
    return "" if away else "申请人的户口在本县（区），由本地办理。"


@guard("not_before", needs_data=True)
def handed_in_before(ctx: Ctx) -> str:
    given, got = ctx.text("handed_in_on"), ctx.text("received_on")
    if given and got and given > got:
        return "转到本地的日期不能早于在外地递交的日期。"
    return ""


def on_send(ctx: Ctx) -> None:
    evidence.add(ctx, "sent_home", ctx.pick("home_region", "home_office", "opinion"))


def on_answer(ctx: Ctx) -> None:
    evidence.add(ctx, "home_answer", ctx.pick("result", "answered_on", "reason", "home_no"))


def on_remote(ctx: Ctx) -> None:
    evidence.add(ctx, "remote", ctx.pick("office", "handed_in_on", "completed_on", "received_on"))


def on_feedback(ctx: Ctx) -> None:
    evidence.add(ctx, "feedback", ctx.pick("told_on", "how"))


@guard("came_from_away", hides=True)
def came_from_elsewhere(ctx: Ctx) -> str:
    return "" if ctx.evidence("remote") else "不是在外地递交的。"


def acts() -> tuple[Act, ...]:
    place = (
        Text("home_region", "户籍地（省、市、县、乡镇）", required=True, max_length=60),
        Text("home_office", "转给哪个单位", required=True, max_length=60),
        LongText("opinion", "说明", help="材料照片随件转送；不要向申请人解释户籍地的标准。"),
    )
    return (
        Act(
            "send_home",
            "转送户籍地",
            ("SUBMITTED",),
            ("SENT_HOME",),
            by=("case.accept",),
            tone="primary",
            guards=(registered_elsewhere, guards.consents_complete),
            fields=place,
            effects=(on_send,),
            help="户口不在本地的，收齐材料后在期限内转给户籍地，不要退回。",
        ),
        Act(
            "send_on",
            "户口已迁，改送新的户籍地",
            ("SENT_HOME",),
            by=("case.accept",),
            fields=place,
            effects=(on_send,),
        ),
        Act(
            "home_answer",
            "登记户籍地的结果",
            ("SENT_HOME",),
            ("HOME_ANSWERED",),
            by=("case.accept",),
            tone="primary",
            fields=(
                Choice("result", "结果", required=True, options=RESULTS),
                LongText("reason", "不同意的理由", required=True, when=When("result", ("disagree",))),
                Date("answered_on", "户籍地决定日期", required=True, not_after=clock.today),
                Text("home_no", "户籍地的办件编号", max_length=40),
            ),
            effects=(on_answer,),
        ),
        Act(
            "tell_home",
            "告知申请人结果",
            ("HOME_ANSWERED",),
            ("HANDED_BACK",),
            by=("case.accept",),
            tone="primary",
            fields=(
                LongText("opinion", "怎样告知的", required=True, help="打电话、短信或当面；不同意的，把理由原样告诉。"),
            ),
        ),
        Act(
            "remote",
            "登记外地转来",
            ("SUBMITTED", "ACCEPTED", "INVESTIGATING"),
            by=("case.accept",),
            guards=(handed_in_before,),
            fields=(
                Text("office", "哪里收的（单位）", required=True, max_length=60),
                Date("handed_in_on", "在那里递交的日期", required=True, not_after=clock.today),
                Date("completed_on", "在那里补齐材料的日期", not_after=clock.today, help="当时就齐的不填。"),
                Date("received_on", "转到本地的日期", required=True, not_after=clock.today),
            ),
            effects=(on_remote,),
            help="在外省、外地窗口递交，由户口所在地办理的：按在那里递交的月份起发。",
        ),
        Act(
            "feedback",
            "反馈受理地",
            ("APPROVED", "REJECTED", "IN_PAYMENT"),
            by=("case.accept", "case.confirm"),
            guards=(came_from_elsewhere,),
            fields=(
                Date("told_on", "反馈日期", required=True, not_after=clock.today),
                Text("how", "怎样反馈的", required=True, max_length=60),
            ),
            effects=(on_feedback,),
        ),
    )
