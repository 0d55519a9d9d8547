"""Indicators in words: facts of the catalogue, changes, addresses of the pages."""

from __future__ import annotations

import datetime
from urllib.parse import urlencode

from django.urls import reverse

from minzheng.datacenter.indicators import declaring, periods
from minzheng.datacenter.indicators.declaring import DIMENSIONS, Indicator
from minzheng.datacenter.indicators.selectors import Change, Value
from minzheng.datacenter.indicators.showing import rounded, shown
from minzheng.kernel import clock
from minzheng.kernel.months import month_after

SOURCES = {"system": "系统计算", "manual": "人工填报", "external": "外部数据"}
PERIODS = {"flow": "各月相加", "stock": "取期末"}
JOINED = {"sum": "各地相加", "min": "取各地最低", "max": "取各地最高"}
BETTER = {"up": "越高越好", "down": "越低越好", "none": "不分好坏"}
EVERY = {"month": "每月", "quarter": "每季度", "half": "每半年", "year": "每年"}
URBAN = {"urban": "城乡"}
LINES = {
    "assistance": "社会救助", "children": "儿童福利", "disability": "残疾人福利", "elderly": "养老服务", "funeral": "殡葬",
    "cases": "办理", "payments": "资金发放", "funds": "资金", "monitoring": "监测预警", "matching": "信息核对",
    "relief": "救灾和实物救助", "marriage": "婚姻登记", "organisations": "社会组织", "charity": "慈善和社会工作",
    "community": "基层治理", "bureau": "综合管理", "population": "人口和经济", "projects": "项目", "veterans": "优抚安置",
}  # fmt: skip


def line(code: str) -> str:
    """The name of a line of work."""
    return LINES.get(code, code)


def facts(one: Indicator) -> list[tuple[str, str]]:
    """(label, text) of what an indicator is."""
    rows = [
        ("口径", one.definition), ("依据", one.basis), ("怎样得来", declaring.said_formula(one)), ("单位", one.unit or "—"),
        ("业务", line(one.line)), ("来源", SOURCES[one.source] if one.formula is None else "按公式计算"),
        ("多个月", PERIODS[one.period] if one.formula is None else "按整个期间的数重新计算"),
        ("多个地方", JOINED[one.aggregate] if one.formula is None else "按汇总的数重新计算，不相加"), ("方向", BETTER[one.better]),
        ("可分", "、".join("、".join(DIMENSIONS[name].values()) for name in one.dimensions) or "不分"), ("代码", one.code),
    ]  # fmt: skip
    if one.is_reported:
        rows.insert(7, ("填报", EVERY[one.every]))
    if one.goal is not None:
        sign = {">=": "不低于", "<=": "不高于"}[one.goal.comparator]
        rows.append(
            ("参照", f"{sign} {shown(one.goal.value, one.unit, one.decimals)}（{one.goal.source}；待本单位确认）")
        )
    return rows


def goal(one: Indicator, now: Value) -> tuple[bool, str] | None:
    """(reached, sentence) beside the value; None without a reference or a value."""
    if one.goal is None or now.value is None:
        return None
    reached = one.goal.met(now.value)
    return reached, f"{'达到' if reached else '没有达到'}参照值 {shown(one.goal.value, one.unit, one.decimals)}"


def changed(change: Change) -> str:
    """“增加 12 人（3.4%），去年同期 356 人” or why nothing can be said."""
    if change.difference is None:
        why = change.now.why_missing or change.before.why_missing
        return f"不能比较：{why}"
    if not change.difference:
        return f"持平，{change.before.shown}"
    one = declaring.get(change.now.code)
    word = "增加" if change.difference > 0 else "减少"
    unit = "个百分点" if one.unit == "%" else one.unit
    decimals = max(one.decimals, 2) if unit == "个百分点" else one.decimals
    rate = f"（{rounded(abs(change.rate), 1)}%）" if change.rate is not None and one.unit != "%" else ""
    return f"{word} {shown(abs(change.difference), unit, decimals)}{rate}，对比数 {change.before.shown}"


def here(code: str, place: str, period: str) -> str:
    """The page of an indicator for a place and period."""
    return f"{reverse('indicators.show', kwargs={'code': code})}?{urlencode({'region': place, 'period': period})}"


def choices(chosen: periods.Period) -> list[tuple[str, str]]:
    """(period, title) to choose from: the last two years' months, quarters, half-years and years, and the chosen one."""
    today = clock.today()
    month = today.replace(day=1)
    texts = [periods.of_month(month_after(month, -n)) for n in range(24)]
    for year in (today.year, today.year - 1):
        texts += [str(year), *(f"{year}H{n}" for n in (1, 2)), *(f"{year}Q{n}" for n in (1, 2, 3, 4))]
    found = [one for one in map(periods.parse, texts) if one.first <= today]
    if chosen.text not in texts:
        found.insert(0, chosen)
    return [(one.text, one.title) for one in found]


def month_of(text: str) -> datetime.date:
    """Day 1 of a month written 2026-06. Raises BadPeriod for any other period."""
    period = periods.parse(text)
    if period.first != period.last:
        raise periods.BadPeriod(f"“{text}”不是一个月：请写成 2026-06。")
    return period.first
