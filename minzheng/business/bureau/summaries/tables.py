"""Tables of five years in the form that plans print: base year, last year, yearly growth. Both ways of computing growth
stand beside each other, and a printed figure is told which of them it follows."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from minzheng.business.bureau.plans import targets
from minzheng.business.bureau.plans.models import PlanIndicator
from minzheng.business.bureau.plans.parsing.growth import NAMES, Growth, growth
from minzheng.business.bureau.plans.parsing.numerals import plain
from minzheng.business.bureau.summaries.writing import official, safe, token_of
from minzheng.datacenter.indicators import declaring
from minzheng.datacenter.indicators import selectors as indicators
from minzheng.datacenter.indicators.showing import rounded, shown

if TYPE_CHECKING:
    from minzheng.business.bureau.summaries.declaring import TableRow
    from minzheng.business.bureau.summaries.writing import Writing

_BOTH = "年均增长两种算法并列：简单平均是（末/初－一）除以年数，复合是末与初之比的年数次方根减一。"


def tables(writing: Writing) -> list[dict[str, Any]]:
    """What is done by the indicators, then what the plan of these years aimed at; what has no rows is noted as dropped."""
    found = [_actual(writing), _aimed(writing)]
    return [table for table in found if table is not None]


def _year(writing: Writing, year: int) -> str:
    return writing.tokens.put({"kind": "date", "words": f"{year}年", "source": "表头的年份", "url": ""})


def _number(writing: Writing, number: int, of: str = "序号") -> str:
    return writing.tokens.put({"kind": "name", "words": str(number), "source": of, "url": ""})


def _percent(writing: Writing, value: Decimal | None, method: str, name: str, url: str) -> str:
    if value is None:
        return "—"
    return writing.tokens.put(
        {
            "kind": "growth",
            "words": rounded(value, 2),
            "number": str(value),
            "source": f"{name}年均增长%（{NAMES[method]}）",
            "url": url,
        }
    )


def _growths(writing: Writing, computed: Growth, name: str, url: str) -> list[str]:
    return [
        _percent(writing, computed.simple, "simple", name, url),
        _percent(writing, computed.compound, "compound", name, url),
    ]


def _actual(writing: Writing) -> dict[str, Any] | None:
    """表1: values of the base year (the one before the first) and the last."""
    base, last = writing.term.period.first.year - 1, writing.term.period.last.year
    rows: list[list[str]] = []
    for row in writing.form.rows:
        cells = _actual_row(writing, row, base, last)
        if cells is not None:
            rows.append([_number(writing, len(rows) + 1), *cells])
    if not rows:
        writing.dropped.append({"key": "表一", "why": "基期和末年都没有指标数据"})
        return None
    heads = ["序号", "项目指标", "单位", _year(writing, base), f"{_year(writing, last)}实际值"]
    return {
        "caption": f"{_number(writing, 1, '表号')}  {_title(writing)}时期民政事业发展主要指标完成情况",
        "columns": [*heads, "年均增长%（简单平均）", "年均增长%（复合）"],
        "rows": rows,
        "note": _BOTH + "“—”为没有数据或不能计算。",
    }


def _title(writing: Writing) -> str:
    return writing.tokens.put({"kind": "date", "words": writing.term.words, "source": "规划期", "url": ""})


def _actual_row(writing: Writing, row: TableRow, base: int, last: int) -> list[str] | None:
    declared = declaring.get(row.code)
    before, now = indicators.series(
        row.code, writing.org.region_code, [str(base), str(last)], actor=writing.actor, dims=dict(row.dims) or None
    )
    if before.value is None and now.value is None:
        writing.dropped.append({"key": row.name or declared.name, "why": now.why_missing or before.why_missing})
        return None
    change = indicators.change(now, before)
    cells = []
    for aspect, value in (("before", before), ("value", now)):
        if value.value is None:
            cells.append("—")
            continue
        token = token_of(change, aspect, row.dims)
        token["words"] = rounded(value.value, declared.decimals).replace(",", "")
        cells.append(writing.tokens.put(token))
    computed = growth(before.value, now.value, last - base)
    name = row.name or declared.name
    return [safe(writing, name, "指标名"), declared.unit, *cells, *_growths(writing, computed, name, now.url)]


def _aimed(writing: Writing) -> dict[str, Any] | None:
    """表2: rows of the plan's own table whose last column is the last of these years."""
    last = writing.term.period.last.year
    found = [one for one in _planned(writing) if _years(one)[1] == last]
    if not found:
        writing.dropped.append({"key": "表二", "why": f"没有导入 {last} 年到期的规划指标表"})
        return None
    told = {one.one.pk: one for one in targets.progress(writing.actor, found, writing.term.period.ends_on)}
    base = _years(found[0])[0]
    rows = [
        [_number(writing, number), *_aimed_row(writing, one, told[one.pk])] for number, one in enumerate(found, start=1)
    ]
    heads = ["序号", "项目指标", "单位", _year(writing, base) if base else "基期", f"{_year(writing, last)}目标值"]
    return {
        "caption": f"{_number(writing, 2, '表号')}  {_title(writing)}时期民政事业发展主要指标",
        "columns": [*heads, "年均增长%（原文）", "简单平均%", "复合%", "原文的算法", "目前实际"],
        "rows": rows,
        "note": _BOTH + "原文印的数与两种算法相差都超过半个百分点的，注明不符。",
    }


def _planned(writing: Writing) -> list[PlanIndicator]:
    rows = targets.targets(writing.actor).filter(
        version__plan__org=writing.org.pk, version__plan__kind="outline", kind="table_row"
    )
    return list(rows.order_by("version__plan__year", "start", "seq"))


def _years(one: PlanIndicator) -> tuple[int, int]:
    """First and last year of the row's columns, 0 where none is named."""
    years = [int(match[0]) for name in one.more.get("columns", {}) if (match := re.search(r"20\d\d", name))]
    return (years[0], years[-1]) if years else (0, 0)


def _aimed_row(writing: Writing, one: PlanIndicator, told: targets.Progress) -> list[str]:
    url = f"{reverse('plans.detail', kwargs={'pk': one.version.plan_id})}#i-{one.pk}"
    first, last = _years(one)
    base, printed = (_decimal(one.more.get(name)) for name in ("base_value", "growth"))
    computed = growth(base, one.value, last - first)
    cells = [_planned_cell(writing, value, one, url) for value in (base, one.value, printed)]
    method = NAMES[computed.follows(printed)] or "—"
    actual = "—"
    if told.actual is not None and told.declared is not None and told.link is not None:
        words = official(shown(told.actual, told.declared.unit, told.declared.decimals))
        actual = writing.tokens.put(
            {
                "kind": "value", "words": words, "number": str(told.actual), "code": told.link.code,
                "region": told.link.measured_region, "period": told.link.period, "dims": told.link.dims,
                "version": told.value.version if told.value else 0, "frozen": bool(told.value and told.value.frozen),
                "as_of": told.value.as_of.isoformat() if told.value else "", "source": told.declared.name, "url": told.url,
            }
        )  # fmt: skip
    return [
        safe(writing, one.subject, "规划里的指标名", url),
        one.unit,
        *cells,
        *_growths(writing, computed, one.subject, url),
        method,
        actual,
    ]


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _planned_cell(writing: Writing, value: Decimal | None, one: PlanIndicator, url: str) -> str:
    if value is None:
        return "—"
    return writing.tokens.put(
        {
            "kind": "target",
            "words": str(plain(value)),
            "number": str(value),
            "source": f"规划原文“{one.subject}”",
            "url": url,
        }
    )
