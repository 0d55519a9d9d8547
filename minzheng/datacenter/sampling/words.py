"""Words and numbers of samples as screens, workbooks and the printed report show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minzheng.datacenter.sampling.estimating import Estimate, Interval
from minzheng.datacenter.sampling.models import Sample, SampleUnit
from minzheng.datacenter.sampling.population import STRATA, Scope, stratum_words
from minzheng.datacenter.sampling.services import Design
from minzheng.kernel.items import registry
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.regions.selectors import region_names

SUBJECTS, STATES = dict(Sample.SUBJECTS), dict(Sample.STATES)
RESULTS, ERRORS = dict(SampleUnit.RESULTS), dict(SampleUnit.ERRORS)
METHODS = {
    "wilson": "Wilson 区间",
    "exact": "精确法",
    "census": "全部检查",
    "t": "t 区间",
    "bound": "按差错率上限推算",
}


def names_of(sample: Sample) -> dict[str, str]:
    """Names of the places in a sample's strata and scope."""
    found = {part for one in sample.strata for part in one["key"].split("|") if part.isdigit()}
    return region_names(found | set(sample.scope.get("towns") or ()) | {sample.region_code})


def scope_line(sample: Sample) -> str:
    """“石桥镇；低保；2026-07-01 至 2026-11-22 作出决定”."""
    scope, names = Scope.of(sample.scope), names_of(sample)
    towns = "、".join(names.get(code, code) for code in scope.towns) or names.get(
        sample.region_code, sample.region_code
    )
    items = "、".join(registry.get(code).short for code in scope.items) or "全部事项"
    days = f"{scope.since or '最早'} 至 {scope.until or '今天'}作出决定" if sample.subject == "case" else ""
    month = f"{scope.month} 月份" if scope.month else ""
    return "；".join(filter(None, (towns, items, days, month)))


def design_line(sample: Sample) -> str:
    """The design in one sentence."""
    design = Design.of(sample.design)
    layers = "、".join(dict(STRATA)[code] for code in design.strata)
    how = "各层数量相等" if design.allocation == "equal" else "按各层数量的比例"
    spread = f"按{layers}分层，{how}分配，每层至少 {design.least} 个" if layers else "不分层"
    return (
        f"置信度 {design.confidence:g}%，可容忍差错率 {design.tolerable:g}%，预计差错率 {design.expected:g}%；{spread}"
    )


def stratum_line(key: str, names: Mapping[str, str]) -> str:
    return stratum_words(key, dict(names)) if key else "合计"


def share(value: float | None) -> str:
    return "" if value is None else f"{value:.2%}"


def rate_range(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval.low:.2%} – {interval.high:.2%}"


def money(fen: float | None) -> str:
    return "" if fen is None else yuan_text(round(fen))


def money_range(interval: Interval | None) -> str:
    return "" if interval is None else f"{money(interval.low)} – {money(interval.high)}"


def method_of(interval: Interval | None) -> str:
    return "" if interval is None else METHODS[interval.method]


def cells(one: Estimate, names: Mapping[str, str]) -> dict[str, Any]:
    """One line of the table of estimates, as text."""
    return {
        "stratum": stratum_line(one.key, names), "size": f"{one.size:,}", "drawn": str(one.drawn), "done": str(one.done),
        "wrong": str(one.wrong), "wrong_fen": money(one.wrong_fen), "rate": share(one.rate),
        "range": rate_range(one.rate_interval), "method": method_of(one.rate_interval), "fen": money(one.fen),
        "fen_range": money_range(one.fen_interval),
    }  # fmt: skip
