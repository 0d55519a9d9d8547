"""The balance as tables: by source, by purpose, by benefit and month. What the page draws, the workbook writes too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from minzheng.kernel.funds import sources
from minzheng.kernel.funds.selectors import Balance, Row
from minzheng.kernel.funds.showing import item_title

#: Columns of a row of money: (key, heading).
MONEY = (("allotted", "下达"), ("drawn", "已拨付"), ("back", "退回"), ("committed", "已批待拨"), ("left", "余额"))
MONTHS = range(1, 13)


@dataclass(frozen=True)
class Shown:
    """A table of fen: head cells of each line, then one number a column; the last line is the sum."""

    anchor: str
    title: str
    how: str
    labels: Sequence[str]
    heads: Sequence[str]
    lines: Sequence[tuple[Sequence[str], list[int]]]
    empty: str = ""
    total: list[int] = field(default_factory=list)


def tables(told: Balance, source: str = "") -> list[Shown]:
    """All tables; `source` narrows the one by month."""
    return [_sources(told), _purposes(told), _months(told, source)]


def _sources(told: Balance) -> Shown:
    lines = [((sources.title(code),), _cells(row)) for code, row in told.sources.items() if any(_cells(row))]
    return Shown(
        "sources", "按资金来源", "余额＝下达－已拨付＋当年退回－已批待拨。已拨付按账目，已批待拨按已审批、财政还没有拨款的批次。",
        ("资金来源",), [label for _, label in MONEY], lines, "还没有确认过指标。", _cells(told.whole),
    )  # fmt: skip


def _purposes(told: Balance) -> Shown:
    lines = [
        ((sources.purpose_title(purpose), sources.title(source)), _cells(row))
        for purpose in sources.purposes()
        for source, row in sorted(told.purposes.get(purpose, {}).items(), key=lambda one: list(sources.sources()).index(one[0]) if one[0] in sources.sources() else 99)
        if any(_cells(row))
    ]  # fmt: skip
    return Shown(
        "purposes", "按资金用途", "同一用途的各事项打捆使用；下达时限定了事项的，先用限定的，再用打捆的。",
        ("资金用途", "资金来源"), [label for _, label in MONEY], lines, "还没有确认过指标。", _cells(told.whole),
    )  # fmt: skip


def _months(told: Balance, source: str) -> Shown:
    """Used (drawn, less what came back, and committed) by benefit and month."""
    lines = []
    for item in told.items():
        numbers = [_used(told.by(source, item, month)) for month in MONTHS]
        if any(numbers):
            lines.append(((item_title(item),), [*numbers, sum(numbers)]))
    total = [sum(line[1][place] for line in lines) for place in range(13)] if lines else []
    where = f"（{sources.title(source)}）" if source else ""
    return Shown(
        "months", f"按事项和月份{where}", "已拨付加已批待拨，减去当年退回；按所属的发放月。",
        ("事项",), [*(f"{month}月" for month in MONTHS), "合计"], lines, "还没有拨付，也没有已审批的批次。", total,
    )  # fmt: skip


def _cells(row: Row) -> list[int]:
    return [getattr(row, key) for key, _ in MONEY]


def _used(row: Row) -> int:
    return row.drawn - row.back + row.committed


def facts(told: Balance, place: str) -> list[tuple[str, Any]]:
    """Head of the workbook."""
    from minzheng.kernel.parts.plain_fields import yuan_text

    return [
        ("地区", place), ("年度", f"{told.year} 年"), ("下达（元）", yuan_text(told.whole.allotted)),
        ("已拨付（元）", yuan_text(told.whole.drawn)), ("退回（元）", yuan_text(told.whole.back)),
        ("已批待拨（元）", yuan_text(told.whole.committed)), ("余额（元）", yuan_text(told.whole.left)),
        ("在办批次（元）", yuan_text(told.waiting_fen)), ("已批而没有来源（元）", yuan_text(told.short_fen)),
    ]  # fmt: skip
