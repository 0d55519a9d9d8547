"""A form (表式) as declared: columns × rows of cells, each filled by an indicator, a formula or a person, and its checks.

See ``reading.py`` for how a form is written in YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from minzheng.datacenter.indicators.periods import Period
from minzheng.datacenter.statistics import expressions
from minzheng.datacenter.statistics.errors import BadPeriod
from minzheng.datacenter.statistics.periods import KINDS

#: How a cell gets its value.
INDICATOR, FORMULA, MANUAL = "indicator", "formula", "manual"
#: How a report above takes a cell from those below: adding up, the largest, the smallest, or asked for its own place.
SUM, MOST, LEAST, OWN = "sum", "max", "min", "own"
GATHERS = (SUM, MOST, LEAST, OWN)
CHECKS = {
    "sum": "合计", "balance": "勾稽", "range": "范围", "year": "同比", "cross": "跨表", "unit": "单位", "empty": "空值", "below": "汇总",
    "frozen": "取数", "shape": "格式",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column; `unit` and `decimals` hold where the row says nothing else."""

    code: str
    title: str
    unit: str
    decimals: int = 0


@dataclass(frozen=True)
class Row:
    """One row. `at_top`: only the report that is sealed has it (what no town can know); `indent` of its title."""

    code: str
    title: str
    indent: int = 0
    at_top: bool = False
    note: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell. `people`: counts persons or homes, so small numbers are hidden from the public; `code`, `dims`: of the
    indicator; `formula`: over other cells; `alone`: the form has one column."""

    row: Row
    column: Column
    kind: str
    unit: str
    decimals: int = 0
    people: bool = False
    code: str = ""
    dims: Mapping[str, str] = field(default_factory=dict)
    formula: str = ""
    gather: str = SUM
    alone: bool = False

    @property
    def address(self) -> str:
        return f"{self.row.code}.{self.column.code}"

    @property
    def title(self) -> str:
        """Its name in sentences; a form of one column is told by its rows alone."""
        return self.row.title if self.alone else f"{self.row.title} {self.column.title}"

    @property
    def is_money(self) -> bool:
        return self.unit.endswith("元")


@dataclass(frozen=True)
class Check:
    """One check of a cell. `equals`, `at_least`, `at_most`: formulas; `least`, `most`: numbers; `tolerance` of an
    equality; `advice`: what to do, where the standing sentence is not enough."""

    kind: str
    cell: str
    equals: str = ""
    at_least: str = ""
    at_most: str = ""
    least: Decimal | None = None
    most: Decimal | None = None
    tolerance: Decimal = Decimal(0)
    advice: str = ""

    @property
    def formulas(self) -> tuple[str, ...]:
        return tuple(one for one in (self.equals, self.at_least, self.at_most) if one)


@dataclass(frozen=True)
class Version:
    """The form as it holds for periods that begin from `since` to `until` ("2026-01", both included; "" is open)."""

    number: int
    since: str
    until: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    cells: Mapping[str, Cell]
    checks: tuple[Check, ...]
    why: str = ""

    @cached_property
    def formulas(self) -> tuple[Cell, ...]:
        """Formula cells in an order in which each finds its operands."""
        waiting, done, ordered = {a: c for a, c in self.cells.items() if c.kind == FORMULA}, set[str](), list[Cell]()
        while waiting:
            ready = [c for c in waiting.values() if not (operands_of(c) & waiting.keys()) - done]
            if not ready:
                raise ValueError(f"公式互相引用：{'、'.join(waiting)}")
            for cell in ready:
                ordered.append(waiting.pop(cell.address))
                done.add(cell.address)
        return tuple(ordered)

    def filled(self, top: bool) -> list[Cell]:
        """The cells that a report has, those of the top only in the top report."""
        return [cell for cell in self.cells.values() if top or not cell.row.at_top]

    @cached_property
    def titles(self) -> dict[str, str]:
        return {address: cell.title for address, cell in self.cells.items()}

    @cached_property
    def rows_shown(self) -> list[tuple[Row, list[Cell | None]]]:
        return [
            (row, [self.cells.get(f"{row.code}.{column.code}") for column in self.columns]) for row in self.rows
        ]  # fmt: skip


def operands_of(cell: Cell) -> set[str]:
    """Cells of the same report that a formula names."""
    return {names[0] for kind, *names in expressions.operands(cell.formula) if kind == expressions.CELL}


@dataclass(frozen=True)
class Shell:
    """One form through the years."""

    code: str
    title: str
    number: str
    periodicity: str
    basis: str
    versions: tuple[Version, ...]
    order: int = 100
    lead: str = ""

    @property
    def kind_words(self) -> str:
        return KINDS[self.periodicity]

    def version_for(self, period: Period) -> Version:
        """Raises BadPeriod when the form did not exist then."""
        month = f"{period.first:%Y-%m}"
        for one in self.versions:
            if one.since <= month and (not one.until or month <= one.until):
                return one
        raise BadPeriod(
            f"《{self.title}》在{period.title}没有表式：从 {self.versions[0].since} 起才有，请换一个报告期。"
        )

    def at(self, number: int) -> Version:
        """The version a report was made in."""
        return next(one for one in self.versions if one.number == number)
