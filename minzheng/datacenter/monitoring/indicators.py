"""指标 of alerts: raised, handled, true, open and late."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from minzheng.datacenter.indicators.declaring import (
    STOCK,
    Drill,
    Figure,
    Formula,
    Span,
    Term,
    formula,
    indicator,
    ratio,
)
from minzheng.datacenter.monitoring import counts
from minzheng.kernel.parts.behind import behind

LAW = "民办函〔2024〕31号：低收入人口动态监测、分级分类处置预警信息"


def _month(span: Span) -> list[counts.Counted]:
    return counts.monthly(*span.bounds, span.first)


def _counted(field: str) -> Callable[[Span], Iterable[Figure]]:
    def figures(span: Span) -> Iterable[Figure]:
        for row in span.once(_month):
            if number := getattr(row, field):
                yield Figure(f"{row.town}000", Decimal(number))

    return figures


def _list(condition: str) -> Callable[[str, datetime.date, Mapping[str, str]], Mapping[str, str]]:
    return lambda region, month, dims: {"behind": behind(condition, month, region)}


for _word, _name, _period, _better, _definition in (
    ("raised", "产生预警", "flow", "none", "本月产生的预警（数据监测、网格员发现、群众反映）"),
    ("red", "产生红色预警", "flow", "none", "本月产生的红色预警"),
    ("handled", "已销号预警", "flow", "up", "本月产生的预警中，计算时已经销号的"),
    ("true", "属实预警", "flow", "none", "本月产生的预警中，认定属实的"),
    ("false", "不属实预警", "flow", "none", "本月产生的预警中，认定不属实的"),
    ("open", "月末未销号预警", STOCK, "down", "月末没有销号的预警"),
    ("late", "月末逾期预警", STOCK, "down", "月末没有销号、已过办理期限的预警"),
):
    indicator(
        f"alerts.{_word}", _name, "条", period=_period, better=_better, line="monitoring", basis=LAW, definition=_definition,
        drill=Drill("monitor.queue", _list(_word)),
    )(_counted(_word))  # fmt: skip
ratio(
    "alerts.handled_rate", "预警处置率", numerator="alerts.handled", denominator="alerts.raised", line="monitoring", basis=LAW,
    better="up", definition="产生的预警中已经销号的比例",
)  # fmt: skip


def _true_share(numbers: Sequence[Decimal]) -> Decimal | None:
    judged = numbers[0] + numbers[1]
    return numbers[0] / judged * 100 if judged else None


formula(
    "alerts.precision", "预警属实率", "%",
    Formula((Term("alerts.true"), Term("alerts.false")), _true_share, "{alerts.true} ÷（{alerts.true} ＋ {alerts.false}）× 100",
            "还没有认定过属实或不属实"),
    line="monitoring", basis=LAW, better="up", definition="已认定的预警中属实的比例（尚不能确定的不算）",
)  # fmt: skip
