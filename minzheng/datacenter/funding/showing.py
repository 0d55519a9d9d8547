"""A forecast as chart and tables; the workbook writes the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minzheng.datacenter.funding.forecasting import PARTS
from minzheng.kernel.funds import sources
from minzheng.kernel.funds.showing import item_title
from minzheng.kernel.funds.tables import Shown
from minzheng.kernel.parts import charts
from minzheng.kernel.parts.fields import yuan_text

MONTH_HEADS = ("已用", "还需要", "缺口", "月末余额")


@dataclass(frozen=True)
class Drawn:
    """A table as text, with its chart."""

    table: Shown
    chart: Any = ""


def drawn(figures: Mapping[str, Any]) -> list[Drawn]:
    return [
        Drawn(months(figures), chart(figures)), Drawn(made_of(figures)), Drawn(by_source(figures)), Drawn(items(figures)),
        Drawn(year_end(figures)),
    ]  # fmt: skip


def chart(figures: Mapping[str, Any]) -> Any:
    """Used and still needed, month by month, in whole 元."""
    rows = [(f"{int(row['month'][5:])}月", row["used"] // 100, row["need"] // 100) for row in figures["months"]]
    if not any(one or other for _, one, other in rows):
        return ""
    return charts.columns("每月的支出（元），已用和预测", rows, " 元", sides=("已用", "预测还需要"))


def months(figures: Mapping[str, Any]) -> Shown:
    known = figures["known"]
    rows = figures["months"]
    lines = [
        ((f"{int(row['month'][5:])} 月",), [row["used"], row["need"], row["short"], _left(row, known)]) for row in rows
    ]
    total = [sum(row[key] for row in rows) for key in ("used", "need", "short")]
    return Shown(
        "months", "按月", "已用：已拨付和已审批待拨的，按所属月。还需要：按下面的假设预测。月末余额：全年下达减去已用和到这个月为止的需要。",
        ("月份",), MONTH_HEADS, lines, total=[*total, figures["left"] if known else 0],
    )  # fmt: skip


def _left(row: Mapping[str, Any], known: bool) -> int:
    return int(row["left"] or 0) if known else 0


def made_of(figures: Mapping[str, Any]) -> Shown:
    rows = [row for row in figures["months"] if not row["past"]]
    keys = [(key, title) for key, title in PARTS if any(row["parts"][key] for row in rows)] or [PARTS[0]]
    lines = [((f"{int(row['month'][5:])} 月",), [row["parts"][key] for key, _ in keys]) for row in rows]
    return Shown(
        "parts", "还需要的钱由什么组成", "每一项的算法见“假设”。", ("月份",), [title for _, title in keys], lines,
        total=[sum(row["parts"][key] for row in rows) for key, _ in keys],
    )  # fmt: skip


def by_source(figures: Mapping[str, Any]) -> Shown:
    rows = [row for row in figures["months"] if not row["past"]]
    codes = [code for code in sources.sources() if any(row["sources"].get(code) for row in rows)]
    lines = [((f"{int(row['month'][5:])} 月",), [row["sources"].get(code, 0) for code in codes]) for row in rows]
    return Shown(
        "by-source", "各来源要出的钱", "按当月的分担比例，精确到分；一个来源用完的由规则写明的来源补，补不了的是缺口。",
        ("月份",), [sources.title(code) for code in codes], lines if codes else [], "没有可以安排的来源：先录入并确认指标。",
        [sum(row["sources"].get(code, 0) for row in rows) for code in codes],
    )  # fmt: skip


def items(figures: Mapping[str, Any]) -> Shown:
    lines = [
        ((item_title(one["item"]), _when(one)), [one["used"], one["need"], one["short"]]) for one in figures["items"]
    ]
    return Shown(
        "items", "按事项", "排列次序就是资金不够时的保障顺序。", ("事项", "说明"), ("已用", "还需要", "缺口"), lines,
        "没有按月发放的待遇。", [sum(one[key] for one in figures["items"]) for key in ("used", "need", "short")],
    )  # fmt: skip


def _when(one: Mapping[str, Any]) -> str:
    if not one["known"]:
        return "没有指标，不计入余额"
    if one["short_month"]:
        return f"{int(one['short_month'][5:])} 月起不够"
    return f"{one['awards']:,} 份待遇" if one["awards"] else "够用"


def year_end(figures: Mapping[str, Any]) -> Shown:
    lines = [
        ((sources.title(one["source"]),), [one["allotted"], one["used"], one["left"]]) for one in figures["sources"]
    ]
    return Shown(
        "year-end", "到年底各来源的余额", "下达减去已用和预测需要；公益金项目另算。", ("资金来源",), ("下达", "已用和预测需要", "年底余额"), lines,
        "还没有确认过指标。", [sum(one[key] for one in figures["sources"]) for key in ("allotted", "used", "left")],
    )  # fmt: skip


def facts(figures: Mapping[str, Any], sentence: str, place: str) -> list[tuple[str, Any]]:
    """Head of the workbook."""
    told = [
        ("结论", sentence), ("地区", place), ("年度", f"{figures['year']} 年"), ("截至", figures["as_of"]),
        ("还需要（元）", yuan_text(figures["need"])), ("缺口（元）", yuan_text(figures["short_fen"])),
        ("在办批次（元）", yuan_text(figures["waiting"])),
    ]  # fmt: skip
    return [*told, *((f"假设 {number}", said) for number, said in enumerate(figures["assumptions"], start=1))]
