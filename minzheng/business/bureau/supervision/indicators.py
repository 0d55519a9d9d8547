"""What supervision itself counts: tasks open, due, finished in time, closed and overdue, by month and township."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Left

from minzheng.business.bureau.supervision.counting import CONDITIONS
from minzheng.business.bureau.supervision.models import SupervisedTask
from minzheng.datacenter.indicators.declaring import Drill, Figure, Span, indicator, ratio
from minzheng.kernel.parts.behind import behind

LINE, BASIS = "bureau", "本级督查督办工作办法"


def _counts(span: Span) -> list[dict[str, Any]]:
    """Every condition of every place of the county: one query."""
    month = span.first.replace(day=1)
    counted = {f"n_{code}": Count("pk", filter=one.of(month)) for code, one in CONDITIONS.items()}
    wanted = Q()
    for one in CONDITIONS.values():
        wanted |= one.of(month)
    low, high = span.bounds
    rows = SupervisedTask.objects.filter(wanted, region_code__gte=low, region_code__lte=high).order_by()
    return [dict(row) for row in rows.annotate(town=Left("region_code", 9)).values("town").annotate(**counted)]


def _of(code: str) -> Callable[[Span], Iterable[Figure]]:
    def figures(span: Span) -> Iterable[Figure]:
        for row in span.once(_counts):
            if row[f"n_{code}"]:
                yield Figure(f"{row['town']}000", Decimal(row[f"n_{code}"]))

    return figures


def _list(code: str) -> Drill:
    def query(region: str, month: datetime.date, dims: Mapping[str, str]) -> Mapping[str, str]:
        return {"behind": behind(code, month, region)}

    return Drill("duty.list", query)


for _code, _name, _period, _better, _said in (
    ("open", "督办任务在办数", "stock", "none", "月末已交办、没有办结的督办任务；已中止、合并、撤项的不算"),
    ("due", "督办任务应办结数", "flow", "none", "期限在本月的督办任务；期限是休息日的顺延到下一个工作日"),
    ("in_time", "督办任务按期办结数", "flow", "up", "期限在本月、在期限以前报完成并核查办结的督办任务"),
    ("closed", "督办任务办结数", "flow", "up", "本月核查办结的督办任务"),
    ("overdue", "督办任务逾期数", "stock", "down", "月末期限已过、没有办结的督办任务"),
):
    indicator(
        f"duty.{_code}", _name, "项", period=_period, line=LINE, basis=BASIS, better=_better, definition=_said,
        drill=_list(_code), minimum_shown=0,
    )(_of(_code))  # fmt: skip
ratio(
    "duty.in_time_rate", "督办任务按期完成率", line=LINE, basis=BASIS, better="up", decimals=1,
    definition="按期办结的督办任务占应办结的比例", numerator="duty.in_time", denominator="duty.due",
)  # fmt: skip
