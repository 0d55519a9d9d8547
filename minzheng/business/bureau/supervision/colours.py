"""红黄绿: how a task stands against its time, with the reason in words. Pure but for the calendar and the terms.

t = (today − start) / (end − start) in percent, p the progress: green p ≥ t − 5; red p < t − 20, overdue, or nothing reported
for two cycles; yellow between, or within 7 days of the end below 90; grey before it begins; blue once closed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from minzheng.business.bureau.supervision.models import DONE, GONE
from minzheng.business.bureau.supervision.terms import number
from minzheng.kernel.calendar import days
from minzheng.kernel.calendar.selectors import add_working_days, calendar

GREEN, YELLOW, RED, GREY, BLUE = "green", "yellow", "red", "grey", "blue"
NAMES = {RED: "红", YELLOW: "黄", GREEN: "绿", GREY: "灰（未开始）", BLUE: "蓝（办结）"}
SHORT = {RED: "红", YELLOW: "黄", GREEN: "绿", GREY: "灰", BLUE: "蓝"}
TONES = {RED: "bad", YELLOW: "yellow", GREEN: "good", GREY: "plain", BLUE: "info"}
WORST_FIRST = (RED, YELLOW, GREY, GREEN, BLUE)


@dataclass(frozen=True)
class Light:
    """`share`: the time gone by in percent with one decimal, None before it begins or without dates."""

    code: str
    reason: str
    share: Decimal | None = None

    @property
    def name(self) -> str:
        return SHORT[self.code]


def due_day(end: datetime.date) -> datetime.date:
    """The last day in time: a day off carries it on to the next working day (unless the office decided otherwise)."""
    return days.natural(end, 0, calendar(), roll=bool(number("roll_due"))).date


def sign_by(assigned_on: datetime.date) -> datetime.date:
    """The last day to sign for a task."""
    return add_working_days(assigned_on, number("sign_days")).date


def time_share(start: datetime.date, end: datetime.date, today: datetime.date) -> Decimal:
    """Percent of the time that has gone by, 0 to 100, one decimal; a task of one day is over on that day."""
    if today <= start:
        return Decimal(100) if start >= end and today >= end else Decimal(0)
    if today >= end or end <= start:
        return Decimal(100)
    share = Decimal(100 * (today - start).days) / (end - start).days
    return share.quantize(Decimal("0.1"), ROUND_HALF_UP)


def cycle_end(since: datetime.date, cycle: str, times: int = 1) -> datetime.date:
    """The day on which so many cycles of reporting have passed."""
    if cycle == "weekly":
        return since + datetime.timedelta(days=7 * times)
    return days.months(since, times * {"monthly": 1, "quarterly": 3}[cycle], calendar(), roll=False).date


def reported_since(task: Any) -> datetime.date | None:
    """From when the next report is counted: the last one, else the day it was taken in hand; never before it begins."""
    since = task.last_feedback_on or task.signed_on or task.assigned_on
    if since is None:
        return None
    if task.signed_on and task.last_feedback_on:
        since = max(task.signed_on, task.last_feedback_on)
    return max(since, task.start) if task.start else since


def report_due(task: Any) -> datetime.date | None:
    """When the next report is due; None while none is expected."""
    since = reported_since(task) if task.state in ("handling", "redo") else None
    return cycle_end(since, task.cycle) if since else None


def of(task: Any, today: datetime.date) -> Light:
    """The light of one task on a day. `task`: anything with the columns of standing, `state` and `cycle`."""
    if task.state in DONE:
        return Light(BLUE, _closed(task))
    if task.state in GONE:
        return Light(GREY, "已合并到其他任务。" if task.state == "merged" else "已撤项。")
    if task.state == "paused":
        return Light(GREY, "已中止，恢复以后再计。")
    if task.state in ("proposed", "divided") or not (task.start and task.end):
        return Light(GREY, "还没有交办。")
    return _running(task, today)


def _closed(task: Any) -> str:
    if not (task.finished_on and task.end):
        return "已办结。"
    late = (task.finished_on - due_day(task.end)).days
    return f"逾期 {late} 天办结。" if late > 0 else "按期办结。"


def _running(task: Any, today: datetime.date) -> Light:
    due, share = due_day(task.end), time_share(task.start, task.end, today)
    if task.state == "checking":
        late = (task.finished_on - due).days if task.finished_on else 0
        if late > 0:
            return Light(RED, f"逾期 {late} 天报完成，等核查。", share)
        return Light(GREEN, "已报完成，等核查。", share)
    if today > due:
        return Light(RED, f"已逾期 {(today - due).days} 天。", share)
    if today < task.start:
        return Light(GREY, f"{task.start:%m月%d日} 开始。")
    gap = share - task.progress
    if gap > number("red_points"):
        return Light(RED, f"时间过了 {share}%，进度 {task.progress}%，落后 {gap} 个百分点。", share)
    silent = _silent(task, today)
    if silent:
        return Light(RED, silent, share)
    return _near(task, today, due, share, gap)


def _near(task: Any, today: datetime.date, due: datetime.date, share: Decimal, gap: Decimal) -> Light:
    left = (due - today).days
    if task.state == "assigned" and task.assigned_on and today > sign_by(task.assigned_on):
        return Light(YELLOW, f"{task.assigned_on:%m月%d日} 交办，过了签收期限还没有签收。", share)
    if gap > number("green_points"):
        return Light(YELLOW, f"时间过了 {share}%，进度 {task.progress}%，落后 {gap} 个百分点。", share)
    if left <= number("near_days") and task.progress < number("near_percent"):
        return Light(YELLOW, f"还剩 {left} 天，进度 {task.progress}%。", share)
    return Light(GREEN, f"时间过了 {share}%，进度 {task.progress}%。", share)


def _silent(task: Any, today: datetime.date) -> str:
    since = reported_since(task)
    times = number("silent_cycles")
    if since is None or today <= cycle_end(since, task.cycle, times):
        return ""
    return f"{since:%m月%d日} 以来连续 {times} 个周期没有反馈。"
