"""Reports made ready for pages and paper: the grid with its sources and findings, states in words, what waits for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from minzheng.datacenter.statistics import periods, reading, reckoning, selectors
from minzheng.datacenter.statistics.declaring import FORMULA, INDICATOR, MANUAL, Cell, Version
from minzheng.datacenter.statistics.models import StatReport
from minzheng.kernel.pages import registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from minzheng.datacenter.statistics.checking import Finding

STATES = dict(StatReport.STATES)
TONES = {
    StatReport.WAITING: "plain", StatReport.FILLING: "info", StatReport.REPORTED: "wait", StatReport.RETURNED: "bad",
    StatReport.ACCEPTED: "good", StatReport.SEALED: "good",
}  # fmt: skip
LEVELS = {"error": ("要改正", "bad"), "note": ("要说明", "warn"), "hint": ("提示", "plain")}
IMPERSONAL = "统计报表只有合计数，没有任何人的信息"


@dataclass(frozen=True)
class Box:
    """One cell as drawn. `tone`: "" | bad | warn; `how`: where the number is from; `href`: the indicator's page; `name`: of
    its input, "" when nobody types here."""

    cell: Cell
    text: str
    how: str = ""
    href: str = ""
    tone: str = ""
    name: str = ""
    value: str = ""
    error: str = ""

    @property
    def id(self) -> str:
        return f"c-{self.cell.address.replace('.', '-')}"

    @property
    def label(self) -> str:
        """The head of the cell on a phone."""
        return f"{self.cell.column.title}（{self.cell.unit}）"


@dataclass(frozen=True)
class Line:
    title: str
    indent: int
    note: str
    boxes: list[Box | None]


def heads(version: Version) -> list[str]:
    """Column titles with units; a form with one column of many units names them in its rows."""
    shared = [
        {cell.unit for cell in version.cells.values() if cell.column.code == column.code} for column in version.columns
    ]
    return [
        f"{column.title}（{column.unit}）" if len(units) == 1 else column.title
        for column, units in zip(version.columns, shared, strict=True)
    ]


def grid(
    report: StatReport, findings: Sequence[Finding] = (), typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None, editable: Iterable[Cell] = (),
) -> list[Line]:  # fmt: skip
    """The rows of a report. `typed`: what was sent and not yet taken; `editable`: cells with an input."""
    version = selectors.version_of(report)
    tones: dict[str, str] = {}
    for one in findings:
        if one.stops:
            tones[one.cell] = "bad" if one.level == "error" else tones.get(one.cell, "warn")
    may = {cell.address for cell in editable}
    drawn = _Drawn(report, tones, typed or {}, errors or {}, may)
    lines = []
    for row, cells in version.rows_shown:
        if row.at_top and report.parent_id is not None:
            continue
        units = {cell.unit for cell in cells if cell is not None}
        own = next(iter(units)) if len(units) == 1 and len(version.columns) == 1 else ""
        if not own and any(cell and cell.unit != cell.column.unit for cell in cells):
            own = next(cell.unit for cell in cells if cell and cell.unit != cell.column.unit)
        title = f"{row.title}（{own}）" if own else row.title
        lines.append(Line(title, row.indent, row.note, [drawn.box(cell) if cell else None for cell in cells]))
    return lines


@dataclass(frozen=True)
class _Drawn:
    report: StatReport
    tones: Mapping[str, str]
    typed: Mapping[str, str]
    errors: Mapping[str, str]
    may: set[str]

    def box(self, cell: Cell) -> Box:
        address = cell.address
        stored = self.report.values.get(address)
        how, href = source_of(self.report, cell)
        writes = address in self.may
        return Box(
            cell, reckoning.shown(stored, cell), how, href, self.tones.get(address, ""),
            f"v:{address}" if writes else "", self.typed.get(address, stored or "") if writes else "",
            self.errors.get(address, ""),
        )  # fmt: skip


def source_of(report: StatReport, cell: Cell) -> tuple[str, str]:
    """(where the number is from in a few words, address of the indicator's page or "")."""
    source = report.sources.get(cell.address, {})
    tail = f"，{source['correction']} 订正" if source.get("correction") else ""
    if cell.kind == FORMULA:
        return "公式", ""
    how = source.get("how")
    if how == "sum":
        return f"{source.get('places', 0)} 个下级合计{tail}", _indicator(report, cell)
    if how == MANUAL:
        return f"手工填报{tail}", ""
    if how == INDICATOR and not source.get("why"):
        frozen = f"第 {source['version']} 版冻结数" if source.get("frozen") else "未冻结的数"
        return f"系统取数，{frozen}{tail}", _indicator(report, cell)
    return ("系统里没有数" if how == INDICATOR else "还没有取数" if cell.kind == INDICATOR else "手工填报"), ""


def _indicator(report: StatReport, cell: Cell) -> str:
    if cell.kind != INDICATOR or "indicators.show" not in registry.pages():
        return ""
    query = urlencode({"region": report.region_code, "period": report.period})
    return f"{reverse('indicators.show', kwargs={'code': cell.code})}?{query}"


def title_of(report: StatReport) -> str:
    """“社会救助月报 2026年10月”."""
    return f"{selectors.shell_of(report).title} {periods.parse(report.period).title}"


def shell_choices() -> list[tuple[str, str]]:
    return [(one.code, one.title) for one in reading.shells().values()]


def told(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings for the page: those that stop first."""
    order = sorted(findings, key=lambda one: (not one.stops, one.level != "error", one.level == "hint"))
    return [
        {
            "kind": one.kind_words, "word": "已说明" if one.settled else LEVELS[one.level][0],
            "tone": "good" if one.settled else LEVELS[one.level][1], "sentence": one.sentence,
            "href": f"#c-{one.cell.replace('.', '-')}", "title": one.title,
        }
        for one in order
    ]  # fmt: skip
