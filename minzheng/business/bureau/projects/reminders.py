"""提醒: projects whose money or work lags, whose milestones or rectifications are late. Thresholds are terms (data)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minzheng.business.bureau.projects import stages, terms
from minzheng.business.bureau.projects.models import ProjectMilestone, ProjectProblem
from minzheng.business.bureau.projects.money import wan
from minzheng.business.bureau.projects.selectors import counted, percent

if TYPE_CHECKING:
    from minzheng.business.bureau.projects.models import Project, ProjectLibrary
    from minzheng.kernel.accounts.actors import Actor

TITLES = {
    "spending": "支出进度慢", "ahead": "支付超过完成投资", "behind": "完成投资滞后", "silent": "没有填报进度", "milestone": "节点逾期",
    "problem": "整改逾期",
}  # fmt: skip
TONES = dict.fromkeys(("milestone", "problem"), "bad") | dict.fromkeys(
    ("spending", "ahead", "behind", "silent"), "warn"
)
_NOT_BUILDING = ("reserve", "appraise", "ended", *stages.BUILT)


@dataclass(frozen=True)
class Reminder:
    """`kind` in TITLES; `sentence` says what and by how much."""

    project: Project
    kind: str
    sentence: str

    @property
    def tone(self) -> str:
        return TONES[self.kind]

    @property
    def title(self) -> str:
        return TITLES[self.kind]


def spending_due(on: datetime.date) -> tuple[datetime.date, int] | None:
    """The checkpoint that has been reached in the year of a day and the percentage that holds since; None before it."""
    for month, key in ((9, "rate_september"), (6, "rate_june")):
        day = datetime.date(on.year, month, 30)
        if on >= day:
            return day, terms.number(key, on)
    return None


def spending(project: Any, on: datetime.date) -> str:
    """Sentence when 支出进度 = 支付 ÷ (结转 + 下达) of the year is below what the checkpoint asks; "" otherwise."""
    due = spending_due(on)
    if due is None or project.year_money <= 0:
        return ""
    if project.year_paid * 100 >= project.year_money * due[1]:
        return ""
    rate = percent(project.year_paid, project.year_money)
    return f"今年可用 {wan(project.year_money)} 万元，已支付 {wan(project.year_paid)} 万元，支出进度 {rate}%，{due[0]:%m-%d} 应达到 {due[1]}%"


def _behind(project: Any, on: datetime.date) -> str:
    if project.year_planned <= 0 or project.stage in _NOT_BUILDING:
        return ""
    passed = 100 * on.timetuple().tm_yday / 366
    done = percent(project.year_invested, project.year_planned) or 0.0
    if passed - done < terms.number("behind", on):
        return ""
    return f"今年计划 {wan(project.year_planned)} 万元，完成 {wan(project.year_invested)} 万元（{done}%），时间已过 {passed:.0f}%"


def _silent(project: Any, on: datetime.date) -> str:
    if project.stage not in stages.UNDER_WAY:
        return ""
    last = project.reported
    # A report is for a month; it is known when that month is over.
    since = (last.replace(day=28) + datetime.timedelta(days=3)) if last else project.stage_on
    days = (on - since).days
    if days < terms.number("silent_days", on):
        return ""
    return f"{'最近一次填报是 ' + format(last, '%Y-%m') if last else '开工后没有填报过'}，已经 {days} 天"


def of_project(project: Any, on: datetime.date) -> list[Reminder]:
    """Of one row of `selectors.with_year`: what follows from its own numbers."""
    found = (
        ("spending", spending(project, on)),
        ("ahead", f"支付 {wan(project.paid_fen)} 万元，完成投资 {wan(project.invested_fen)} 万元" if project.paid_fen > project.invested_fen else ""),
        ("behind", _behind(project, on)),
        ("silent", _silent(project, on)),
    )  # fmt: skip
    return [Reminder(project, kind, sentence) for kind, sentence in found if sentence and project.stage != "ended"]


def of(actor: Actor, on: datetime.date, library: ProjectLibrary | None = None) -> list[Reminder]:
    """Everything to look at, the late ones first. Three queries."""
    rows = {row.pk: row for row in counted(actor, on, library).order_by("region_code", "no")}
    late = [
        Reminder(rows[one.project_id], "milestone", f"“{one.name}”应在 {one.due_on} 完成")  # type: ignore[attr-defined]
        for one in ProjectMilestone.objects.filter(done_on=None, due_on__lt=on).order_by("due_on", "pk")
        if one.project_id in rows and rows[one.project_id].stage != "ended"  # type: ignore[attr-defined]
    ]
    late += [
        Reminder(rows[one.project_id], "problem", f"“{one.words[:40]}”应在 {one.due_on} 整改到位")  # type: ignore[attr-defined]
        for one in ProjectProblem.objects.filter(state="open", due_on__lt=on).order_by("due_on", "pk")
        if one.project_id in rows  # type: ignore[attr-defined]
    ]
    return late + [one for row in rows.values() for one in of_project(row, on)]
