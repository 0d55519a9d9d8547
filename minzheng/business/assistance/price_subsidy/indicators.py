"""指标 of the price subsidy: whether prices have risen to the line at which it is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from minzheng.datacenter.indicators.declaring import STOCK, Figure, Formula, Goal, Span, Term, formula, indicator
from minzheng.kernel.standards import values
from minzheng.policy.regions import normalize_region

LAW = "发改价格〔2021〕1553号"


@indicator(
    "assistance.price_subsidy.line", "价格补贴启动线（CPI同比涨幅）", "%", period=STOCK, aggregate="min", decimals=2,
    line="assistance", basis=LAW, definition="月末执行的参数“价格补贴_CPI启动线”",
)  # fmt: skip
def line(span: Span) -> Iterable[Figure]:
    found = values.ruleset().params.resolve("价格补贴_CPI启动线", normalize_region(span.region_code), span.last)
    if found is not None:
        yield Figure(span.region_code, Decimal(found.row.value) * 100)


def _against(numbers: Sequence[Decimal]) -> Decimal | None:
    return numbers[0] / numbers[1] * 100 if numbers[1] else None


formula(
    "assistance.price_subsidy.due", "CPI同比涨幅与价格补贴启动线之比", "%",
    Formula(
        (Term("population.cpi"), Term("assistance.price_subsidy.line")), _against,
        "{population.cpi} ÷ {assistance.price_subsidy.line} × 100",
    ),
    line="assistance", period=STOCK, basis=LAW, goal=Goal(">=", Decimal(100), f"{LAW}：达到启动线即应启动"),
    definition="达到 100% 即到了启动价格临时补贴的条件（食品价格另有启动线）",
)  # fmt: skip
