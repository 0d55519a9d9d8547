"""指标 of goods: people served, pieces handed out, what was taken in."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum
from django.db.models.functions import Left

from minzheng.business.assistance.relief_goods.models import Issue, Movement
from minzheng.datacenter.indicators.benefits import FEN
from minzheng.datacenter.indicators.declaring import Figure, Span, indicator

LAW = "自然灾害救助条例 第十一条；社会救助暂行办法 第五十条"


def _issues(span: Span) -> list[dict[str, Any]]:
    low, high = span.bounds
    rows = Issue.objects.filter(
        issued_on__gte=span.first, issued_on__lte=span.last, voided=False, region_code__gte=low, region_code__lte=high
    )
    told = rows.order_by().annotate(town=Left("region_code", 9)).values("town").annotate(n=Count("pk"))
    return [dict(row) for row in told]


def _moves(span: Span) -> list[dict[str, Any]]:
    low, high = span.bounds
    rows = Movement.objects.filter(
        moved_on__gte=span.first, moved_on__lte=span.last, region_code__gte=low, region_code__lte=high,
        kind__in=("in", "issue", "void"),
    )  # fmt: skip
    told = rows.order_by().annotate(town=Left("region_code", 9)).values("town", "kind")
    told = told.annotate(number=Sum("pieces"), fen=Sum(F("pieces") * F("lot__price_fen")))
    return [dict(row) for row in told]


@indicator(
    "relief.served", "物资救助人次", "人次", line="relief", basis=LAW, definition="本月领取救助物资的人次（收回的不算）"
)
def served(span: Span) -> Iterable[Figure]:
    return [Figure(f"{row['town']}000", Decimal(row["n"])) for row in span.once(_issues)]


@indicator("relief.issued", "发放物资件数", "件", line="relief", basis=LAW, definition="本月发放减去收回的物资件数")
def issued(span: Span) -> Iterable[Figure]:
    rows = [row for row in span.once(_moves) if row["kind"] in ("issue", "void")]
    return [Figure(f"{row['town']}000", Decimal(-row["number"])) for row in rows]


@indicator(
    "relief.issued_value", "发放物资价值", "元", line="relief", basis=LAW, decimals=2,
    definition="本月发放减去收回的物资，按入库单价计算",
)  # fmt: skip
def issued_value(span: Span) -> Iterable[Figure]:
    rows = [row for row in span.once(_moves) if row["kind"] in ("issue", "void")]
    return [Figure(f"{row['town']}000", -row["fen"] * FEN) for row in rows]


@indicator(
    "relief.taken_in", "入库物资件数", "件", line="relief", basis=LAW, definition="本月入库（不含库间调拨）的物资件数"
)
def taken_in(span: Span) -> Iterable[Figure]:
    return [Figure(f"{row['town']}000", Decimal(row["number"])) for row in span.once(_moves) if row["kind"] == "in"]
