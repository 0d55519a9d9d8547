"""绩效: 预算执行 10 + 产出 50 + 效益 30 + 满意度 10 (terms); a self-evaluation counts when a second person confirms it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.business.bureau.projects import terms
from minzheng.business.bureau.projects.errors import Refused, require
from minzheng.business.bureau.projects.models import Project, ProjectScore
from minzheng.business.bureau.projects.recording import act, locked
from minzheng.business.bureau.projects.selectors import CONFIRM, MANAGE, projects, with_year
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

PARTS = ("output", "benefit", "satisfaction")
TITLES = {"execution": "预算执行", "output": "产出", "benefit": "效益", "satisfaction": "满意度"}
_WORDS = ("appraisal", "goal", "monitoring", "result", "use")


@dataclass(frozen=True)
class Points:
    """In hundredths of a point."""

    execution: int
    points: int
    grade: str


def judged(rate: Decimal, output: int, benefit: int, satisfaction: int, on: datetime.date) -> Points:
    """Points and grade from the execution rate (percent, counted up to 100) and three parts in hundredths.

    95 % with 48, 27 and 9.2 gives 9.5 and 93.7, 优; 60 % with 40, 20 and 8 gives 6 and 74, 中."""
    share = min(max(rate, Decimal(0)), Decimal(100))
    execution = int((share * terms.number("part_execution", on)).quantize(Decimal(1), ROUND_HALF_UP))
    points = execution + output + benefit + satisfaction
    for key, grade in (("grade_best", "优"), ("grade_good", "良"), ("grade_fair", "中")):
        if points >= terms.number(key, on) * 100:
            return Points(execution, points, grade)
    return Points(execution, points, "差")


def execution_rate(project: Project, year: int) -> Decimal | None:
    """预算执行率 of a year: paid ÷ (carried in + allotted), percent with two decimals; None without money."""
    last = min(datetime.date(year, 12, 31), clock.today())

    row: Any = with_year(projects(SYSTEM).filter(pk=project.pk), last).get()
    if row.year_money <= 0:
        return None
    return (Decimal(row.year_paid) * 100 / row.year_money).quantize(Decimal("0.01"), ROUND_HALF_UP)


@transaction.atomic
def evaluate(*, actor: Actor, project: Project, year: int, values: Mapping[str, Any]) -> ProjectScore:
    """自评: `values` are goal and result in words and PARTS in hundredths; the execution rate is worked out. One that waits is
    replaced. Raises Refused."""
    actor, row = require(actor, MANAGE, project.region_code), locked(project)
    errors = {
        name: f"请填写{title}。"
        for name, title in (("goal", "绩效目标"), ("result", "自评情况"))
        if not str(values.get(name) or "").strip()
    }
    today = clock.today()
    if not row.library.first_year <= year <= today.year:
        errors["year"] = f"年度应在 {row.library.first_year} 到 {today.year} 之间。"
    for name in PARTS:
        most = terms.number(f"part_{name}", today) * 100
        if not 0 <= int(values[name] if values.get(name) is not None else -1) <= most:
            errors[name] = f"{TITLES[name]}分应在 0 到 {most // 100} 之间。"
    if errors:
        raise Refused([], errors)
    rate = execution_rate(row, year)
    if rate is None:
        raise Refused("这一年没有可用的资金，算不出预算执行率：请先登记资金下达。")
    there = row.scores.filter(year=year).exclude(state="withdrawn").first()
    if there is not None and there.state == "confirmed":
        raise Refused(f"{year} 年的绩效评价已经确认，不能再改。")
    output, benefit, satisfaction = (int(values[name]) for name in PARTS)
    found = judged(rate, output, benefit, satisfaction, today)
    score = there or ProjectScore(project=row, region_code=row.region_code, year=year)
    for name in (*PARTS, *_WORDS):
        setattr(score, name, values.get(name) or (0 if name in PARTS else ""))
    score.rate, score.execution, score.points, score.grade = rate, found.execution, found.points, found.grade
    score.entered_by, score.entered_name, score.entered_at = actor.user, actor.name[:60], clock.now()  # type: ignore[attr-defined]
    score.save()
    act(
        actor,
        row,
        "score",
        words=f"{year} 年自评 {found.points / 100:g} 分（{found.grade}）",
        data={"year": year, "points": found.points},
    )
    return score


@transaction.atomic
def confirm(*, actor: Actor, score: ProjectScore, published_on: datetime.date | None = None) -> ProjectScore:
    """By somebody else than who evaluated. Raises Refused."""
    actor, row = require(actor, CONFIRM, score.region_code), locked(score.project)
    found = ProjectScore.objects.select_for_update(of=("self",)).get(pk=score.pk)
    if found.state != "draft":
        raise Refused(f"这份评价现为“{found.get_state_display()}”。")  # type: ignore[attr-defined]
    if actor.id is not None and actor.id == found.entered_by_id:  # type: ignore[attr-defined]
        raise Refused("自评人不能自己确认，请由另一人确认。")
    found.state, found.published_on = "confirmed", published_on
    found.confirmed_by, found.confirmed_name, found.confirmed_at = actor.user, actor.name[:60], clock.now()  # type: ignore[attr-defined]
    found.save()
    act(
        actor,
        row,
        "score",
        words=f"{found.year} 年绩效评价确认：{found.points / 100:g} 分（{found.grade}）",
        data={"year": found.year},
    )
    return found
