"""指标 of checks: requests, people checked, families of whole caseloads."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import Left

from minzheng.datacenter.indicators.declaring import Drill, Figure, Span, indicator
from minzheng.datacenter.matching import counts
from minzheng.datacenter.matching.bulk.models import MatchRun
from minzheng.datacenter.matching.models import MatchRequest
from minzheng.kernel.parts.behind import behind

LAW = "社会救助暂行办法 第五十八条；低收入家庭经济状况核对规定"


def _requests(span: Span) -> list[dict[str, Any]]:
    low, high = span.bounds
    rows = MatchRequest.objects.filter(counts.asked(span.first), region_code__gte=low, region_code__lte=high)
    told = rows.order_by().annotate(town=Left("region_code", 9)).values("town")
    told = told.annotate(n=Count("pk"), people=Sum("persons"), issued=Count("pk", filter=counts.issued(span.first)))
    return [dict(row) for row in told]


def _runs(span: Span) -> dict[str, Any]:
    low, high = span.bounds
    rows = MatchRun.objects.filter(
        counts.asked(span.first), region_code__gte=low, region_code__lte=high, state=MatchRun.DONE
    )
    return rows.aggregate(n=Count("pk"), people=Sum("persons"), families=Sum("families"), differing=Sum("differing"))


def _list(condition: str) -> Callable[[str, datetime.date, Mapping[str, str]], Mapping[str, str]]:
    return lambda region, month, dims: {"behind": behind(condition, month, region)}


for _word, _name, _unit, _field, _definition in (
    ("requests", "信息核对次数", "次", "n", "本月提请的核对（办件、其他部门和上下级委托）"),
    ("persons", "信息核对人次", "人次", "people", "本月提请核对的人次"),
    ("issued", "已出具核对报告", "份", "issued", "本月提请的核对中，计算时已出具报告的"),
):

    def _asked(span: Span, field: str = _field) -> Iterable[Figure]:
        return [Figure(f"{row['town']}000", Decimal(row[field])) for row in span.once(_requests) if row[field]]

    indicator(
        f"checks.{_word}", _name, _unit, line="matching", basis=LAW, definition=_definition,
        drill=Drill("matching.list", _list("issued" if _word == "issued" else "asked"), "persons" if _word == "persons" else ""),
    )(_asked)  # fmt: skip
for _word, _name, _unit, _field, _definition in (
    ("runs", "批量核对次数", "次", "n", "本月发起、已完成的批量核对"),
    ("run_persons", "批量核对人次", "人次", "people", "本月发起、已完成的批量核对的人次"),
    ("run_families", "批量核对户次", "户次", "families", "本月发起、已完成的批量核对的户次"),
    ("run_differing", "批量核对有差异户次", "户次", "differing", "本月批量核对中与认定情况有差异的户次"),
):

    def _ran(span: Span, field: str = _field) -> Iterable[Figure]:
        number = span.once(_runs)[field]
        return [Figure(span.region_code, Decimal(number))] if number else []

    indicator(f"checks.{_word}", _name, _unit, line="matching", basis=LAW, definition=_definition)(_ran)
