"""项目库的指标: how many projects, their investment planned and done, money allotted and paid, problems; by town and month."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum

from minzheng.business.bureau.projects import stages
from minzheng.business.bureau.projects.models import (
    Project,
    ProjectAct,
    ProjectMoney,
    ProjectProblem,
    ProjectProgress,
    ProjectYear,
)
from minzheng.datacenter.indicators.declaring import Drill, Figure, Span, indicator, ratio, town_of

LINE, BASIS = "bureau", "项目库：项目台账、按月填报的完成投资、下达和支付登记"
_WAN = Decimal(1_000_000)


def _query(**filters: str) -> Drill:
    def query(region: str, month: datetime.date, dims: Mapping[str, str]) -> Mapping[str, str]:
        return {"region": region, "counted": "yes", **filters}

    return Drill("projects.list", query)


def _figures(rows: Iterable[tuple[str, int | None]], scale: Decimal = Decimal(1)) -> list[Figure]:
    """Sums by town of (region, number)."""
    towns: dict[str, Decimal] = defaultdict(Decimal)
    for region, number in rows:
        towns[town_of(region)] += Decimal(number or 0) / scale
    return [Figure(code, value) for code, value in towns.items()]


def _projects(span: Span) -> QuerySet[Any]:
    """In the totals at the end of the span, with the stage they had then (`then`): the last act up to that day."""
    low, high = span.bounds
    moved = ProjectAct.objects.filter(project=OuterRef("pk"), on__lte=span.last).exclude(to_stage="").order_by("-seq")
    rows: QuerySet[Any] = Project.objects.filter(region_code__range=(low, high), counted=True)
    return rows.annotate(then=Subquery(moved.values("to_stage")[:1])).exclude(then=None)


def _then(span: Span) -> list[tuple[str, str, int]]:
    """(region, stage, total fen) of every project; shared by the indicators below."""
    return list(_projects(span).values_list("region_code", "then", "total_fen"))


@indicator(
    "projects.count",
    "项目数",
    "个",
    period="stock",
    line=LINE,
    basis=BASIS,
    definition="期末计入合计的项目，含终止的",
    drill=_query(),
)
def count(span: Span) -> Iterable[Figure]:
    return _figures((region, 1) for region, _stage, _fen in span.once(_then))


@indicator("projects.total", "项目总投资", "万元", period="stock", decimals=2, line=LINE, basis=BASIS, definition="期末计入合计的项目的总投资之和",
           drill=Drill("projects.list", lambda region, month, dims: {"region": region, "counted": "yes"}, adds="total_fen", scale=1 / _WAN))  # fmt: skip
def total(span: Span) -> Iterable[Figure]:
    return _figures(((region, fen) for region, _stage, fen in span.once(_then)), _WAN)


@indicator(
    "projects.under_way",
    "在建项目数",
    "个",
    period="stock",
    line=LINE,
    basis=BASIS,
    definition="期末处于开工、在建阶段的项目",
    drill=_query(state="under_way"),
)
def under_way(span: Span) -> Iterable[Figure]:
    return _figures((region, 1) for region, stage, _fen in span.once(_then) if stage in stages.UNDER_WAY)


@indicator(
    "projects.built",
    "建成项目数",
    "个",
    period="stock",
    better="up",
    line=LINE,
    basis=BASIS,
    definition="期末已竣工（含验收、决算、绩效、移交）的项目",
    drill=_query(state="built"),
)
def built(span: Span) -> Iterable[Figure]:
    return _figures((region, 1) for region, stage, _fen in span.once(_then) if stage in stages.BUILT)


@indicator(
    "projects.finished",
    "竣工项目数",
    "个",
    better="up",
    line=LINE,
    basis=BASIS,
    definition="期内转到竣工阶段的项目；退回后再竣工的只算最后一次",
)
def finished(span: Span) -> Iterable[Figure]:
    low, high = span.bounds
    rows = ProjectAct.objects.filter(to_stage="finish", region_code__range=(low, high), project__counted=True)
    last = rows.values("project", "region_code").annotate(day=Max("on")).filter(day__range=(span.first, span.last))
    return _figures(last.values_list("region_code").annotate(n=Count("project")).order_by())


@indicator(
    "projects.planned",
    "项目年度计划投资",
    "万元",
    period="stock",
    decimals=2,
    line=LINE,
    basis=BASIS,
    definition="当年的计划投资之和",
)
def planned(span: Span) -> Iterable[Figure]:
    rows = ProjectYear.objects.filter(region_code__range=span.bounds, year=span.last.year, project__counted=True)
    return _figures(rows.values_list("region_code").annotate(fen=Sum("planned_fen")).order_by(), _WAN)


@indicator(
    "projects.invested",
    "项目完成投资",
    "万元",
    better="up",
    decimals=2,
    line=LINE,
    basis=BASIS,
    definition="期内各月填报的完成投资之和",
)
def invested(span: Span) -> Iterable[Figure]:
    rows = ProjectProgress.objects.filter(
        region_code__range=span.bounds, month__range=(span.first, span.last), project__counted=True
    )
    return _figures(rows.values_list("region_code").annotate(fen=Sum("invested_fen")).order_by(), _WAN)


def _money(span: Span) -> list[tuple[str, int, int]]:
    rows = ProjectMoney.objects.filter(
        region_code__range=span.bounds, on__range=(span.first, span.last), project__counted=True
    )
    sums = rows.values_list("region_code").annotate(
        issued=Sum("amount_fen", filter=Q(kind="issued")), paid=Sum("amount_fen", filter=Q(kind="paid"))
    )
    return list(sums.order_by())


@indicator(
    "projects.issued", "项目资金下达", "万元", decimals=2, line=LINE, basis=BASIS, definition="期内登记的下达之和"
)
def issued(span: Span) -> Iterable[Figure]:
    return _figures(((region, fen) for region, fen, _paid in span.once(_money)), _WAN)


@indicator("projects.paid", "项目资金支付", "万元", decimals=2, line=LINE, basis=BASIS, definition="期内登记的支付之和")
def paid(span: Span) -> Iterable[Figure]:
    return _figures(((region, fen) for region, _issued, fen in span.once(_money)), _WAN)


@indicator("projects.problems", "项目未销号问题数", "个", period="stock", better="down", line=LINE, basis=BASIS, definition="期末已发现、还没有销号的问题",
           drill=Drill("projects.problems", lambda region, month, dims: {"region": region, "state": "unclosed"}))  # fmt: skip
def problems(span: Span) -> Iterable[Figure]:
    rows = ProjectProblem.objects.filter(region_code__range=span.bounds, found_on__lte=span.last)
    rows = rows.filter(Q(closed_on=None) | Q(closed_on__gt=span.last))
    return _figures(rows.values_list("region_code").annotate(n=Count(F("pk"))).order_by())


ratio(
    "projects.paid_rate",
    "项目资金支出进度",
    numerator="projects.paid",
    denominator="projects.issued",
    line=LINE,
    basis=BASIS,
    definition="支付 ÷ 下达",
    better="up",
)
ratio(
    "projects.invested_rate",
    "项目年度投资完成率",
    numerator="projects.invested",
    denominator="projects.planned",
    line=LINE,
    basis=BASIS,
    definition="完成投资 ÷ 年度计划投资（按年看）",
    better="up",
)
ratio(
    "projects.built_rate",
    "项目建成率",
    numerator="projects.built",
    denominator="projects.count",
    line=LINE,
    basis=BASIS,
    definition="建成 ÷ 全部项目",
    better="up",
)
