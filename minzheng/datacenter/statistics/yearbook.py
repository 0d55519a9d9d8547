"""统计年鉴 of a place and year: out of what is sealed, by form: the last period, all periods, the places below.

What is not sealed stands as “—” and is told. For the public small counts are hidden (hiding.py)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from minzheng.datacenter.indicators import declaring as indicators
from minzheng.datacenter.statistics import hiding, periods, reading, reckoning, terms
from minzheng.datacenter.statistics.declaring import INDICATOR, Cell, Shell, Version
from minzheng.datacenter.statistics.models import StatReport
from minzheng.kernel.regions.selectors import region_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minzheng.datacenter.indicators.periods import Period

NOTHING = "—"


@dataclass(frozen=True)
class Entry:
    """One number of a table: None is unknown; `hidden` from the public."""

    value: Decimal | None
    decimals: int
    hidden: bool = False

    @property
    def text(self) -> str:
        if self.hidden:
            return hiding.HIDDEN
        return NOTHING if self.value is None else f"{self.value:,.{self.decimals}f}"


@dataclass(frozen=True)
class Line:
    label: str
    indent: int
    entries: list[Entry]


@dataclass(frozen=True)
class Table:
    title: str
    heads: list[str]
    lines: list[Line]

    @property
    def rows(self) -> list[tuple[Line, list[tuple[str, Entry]]]]:
        """Each line with its numbers under their heads, for phones."""
        return [(line, list(zip(self.heads, line.entries, strict=True))) for line in self.lines]


@dataclass
class Chapter:
    """One form. `missing`: periods of the year that are not sealed, in words."""

    shell: Shell
    tables: list[Table] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Yearbook:
    region_code: str
    region_name: str
    year: int
    public: bool
    chapters: list[Chapter]

    @property
    def title(self) -> str:
        return f"{self.region_name}民政统计年鉴 {self.year}{'（公开版）' if self.public else ''}"

    @property
    def is_empty(self) -> bool:
        return not any(one.tables for one in self.chapters)


def years(region_code: str) -> list[int]:
    """Years of which something is sealed, the newest first."""
    rows = (
        StatReport.objects.filter(region_code=region_code, state=StatReport.SEALED)
        .order_by()
        .values_list("period", flat=True)
    )
    return sorted({int(one[:4]) for one in rows.distinct()}, reverse=True)


def make(region_code: str, year: int, *, public: bool = False) -> Yearbook:
    """Out of two queries, however many periods and places there are: the caller has asked for permission."""
    whole = list(
        StatReport.objects.filter(region_code=region_code, state=StatReport.SEALED, period__startswith=str(year))
    )
    mine = {(one.shell, one.period): one for one in whole}
    last = {shell: max((one for one in whole if one.shell == shell), key=lambda one: one.period) for shell, _ in mine}
    parts = list(StatReport.objects.filter(parent__in=[one.pk for one in last.values()]).order_by("region_code"))
    names = region_names({region_code, *(one.region_code for one in parts)})
    chapters = []
    for shell in reading.shells().values():
        chapter = Chapter(shell)
        wanted = _periods(shell, year)
        chapter.missing = [one.title for one in wanted if (shell.code, one.text) not in mine]
        if shell.code in last:
            newest = last[shell.code]
            below = [one for one in parts if one.parent_id == newest.pk]
            _write(chapter, newest, [(one, mine.get((shell.code, one.text))) for one in wanted], below, names, public)
        chapters.append(chapter)
    return Yearbook(region_code, names.get(region_code, region_code), year, public, chapters)


def _periods(shell: Shell, year: int) -> list[Period]:
    texts = {
        periods.MONTH: [f"{year}-{n:02}" for n in range(1, 13)], periods.QUARTER: [f"{year}Q{n}" for n in range(1, 5)],
        periods.YEAR: [str(year)],
    }[shell.periodicity]  # fmt: skip
    begun = shell.versions[0].since
    return [one for one in map(periods.parse, texts) if f"{one.first:%Y-%m}" >= begun]


def _write(
    chapter: Chapter, newest: StatReport, by_period: list[tuple[Period, StatReport | None]], below: list[StatReport],
    names: dict[str, str], public: bool,
) -> None:  # fmt: skip
    version = chapter.shell.at(newest.version)
    least = terms.number("small_cell") if public else 0
    when = periods.parse(newest.period).title
    chapter.tables.append(_form(version, newest, f"{when}{chapter.shell.title}", least))
    if len(by_period) > 1:
        chapter.tables.append(_periodical(version, by_period, f"{chapter.shell.title}各期", least))
    if below:
        chapter.tables.append(_places(version, newest, below, names, f"{when}{chapter.shell.title}分地区", least))


def _numbers(report: StatReport | None, cells: Iterable[Cell]) -> dict[str, Decimal | None]:
    values = report.values if report is not None else {}
    return {cell.address: reckoning.number(values, cell.address) for cell in cells}


def _form(version: Version, report: StatReport, title: str, least: int) -> Table:
    numbers = _numbers(report, version.cells.values())
    gone = hiding.of_report(version, numbers, least) if least else set()
    lines = [
        Line(
            _with_unit(row.title, cells), row.indent,
            [
                Entry(numbers[cell.address], cell.decimals, cell.address in gone) if cell else Entry(None, 0)
                for cell in cells
            ],
        )
        for row, cells in version.rows_shown
    ]  # fmt: skip
    return Table(title, [f"{one.title}（{one.unit}）" for one in version.columns], lines)


def _with_unit(title: str, cells: list[Cell | None]) -> str:
    other = {cell.unit for cell in cells if cell and cell.unit != cell.column.unit}
    return f"{title}（{'、'.join(sorted(other))}）" if other else title


def _label(cell: Cell, version: Version) -> str:
    column = f" {cell.column.title}" if len(version.columns) > 1 else ""
    return f"{cell.row.title}{column}（{cell.unit}）"


def _periodical(
    version: Version, by_period: list[tuple[Period, StatReport | None]], title: str, least: int
) -> Table:  # fmt: skip
    """Cells down, periods across; what happens in a period is added up over the year, what stands is that of the last."""
    cells = list(version.cells.values())
    columns = [_numbers(report, cells) for _, report in by_period]
    gone = [hiding.of_report(version, numbers, least) if least else set() for numbers in columns]
    whole = _of_year(version, columns)
    lines = []
    for cell in cells:
        entries = [
            Entry(numbers[cell.address], cell.decimals, cell.address in hidden)
            for numbers, hidden in zip(columns, gone, strict=True)
        ]
        # A year's sum beside eleven visible months would tell the hidden one.
        entries.append(Entry(whole[cell.address], cell.decimals, any(one.hidden for one in entries)))
        lines.append(Line(_label(cell, version), cell.row.indent, entries))
    heads = [
        f"{one.last.month}月" if len(one.months) == 1 else f"{(one.last.month + 2) // 3}季度" for one, _ in by_period
    ]
    return Table(title, [*heads, "全年"], lines)


def _of_year(version: Version, columns: list[dict[str, Decimal | None]]) -> dict[str, Decimal | None]:
    """What happens in a period is added up, what stands is that of the last known period, formulas are computed anew."""
    flows, texts = flow_columns(version), dict[str, str | None]()
    for cell in version.cells.values():
        known = [value for value in (numbers[cell.address] for numbers in columns) if value is not None]
        year = (sum(known, Decimal(0)) if cell.column.code in flows else known[-1]) if known else None
        texts[cell.address] = reckoning.told(year, cell)
    texts = reckoning.with_formulas(version, texts, top=True)
    return {address: reckoning.number(texts, address) for address in texts}


def flow_columns(version: Version) -> set[str]:
    """Columns of what happens in a period (new, paid): those with an indicator that adds up over months."""
    flows = {one.code for one in indicators.all() if one.period == indicators.FLOW}
    return {cell.column.code for cell in version.cells.values() if cell.kind == INDICATOR and cell.code in flows}


def _places(
    version: Version, report: StatReport, below: list[StatReport], names: dict[str, str], title: str, least: int
) -> Table:  # fmt: skip
    """Cells down, places across, the whole first."""
    cells = [cell for cell in version.cells.values() if not cell.row.at_top]
    rows = [report, *below]
    values = {(row.region_code, a): value for row in rows for a, value in _numbers(row, cells).items()}
    gone = hiding.of_places(version, values, report.region_code, least) if least else set()
    lines = [
        Line(
            _label(cell, version), cell.row.indent,
            [
                Entry(values[row.region_code, cell.address], cell.decimals, (row.region_code, cell.address) in gone)
                for row in rows
            ],
        )
        for cell in cells
    ]  # fmt: skip
    return Table(title, ["合计", *(names.get(one.region_code, one.region_code) for one in below)], lines)
