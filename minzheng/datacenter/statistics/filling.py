"""Taking numbers for a report from the indicators, with the version they were frozen in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.indicators import declaring as indicators
from minzheng.datacenter.indicators import selectors as figures
from minzheng.datacenter.statistics import reckoning
from minzheng.datacenter.statistics.declaring import INDICATOR, OWN, Cell, Version

if TYPE_CHECKING:
    from minzheng.datacenter.statistics.models import StatReport


@dataclass
class Taken:
    """`texts`: {cell: number as text, None where the platform has none}; `sources`: {cell: where it is from, and for an
    empty one why}."""

    texts: dict[str, str | None] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)


def take(cells: Iterable[Cell], region_code: str, period: str) -> Taken:
    """The numbers of these indicator cells for a place and period. A few queries for each set of dimensions."""
    groups: dict[tuple[tuple[str, str], ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[tuple(sorted(cell.dims.items()))].append(cell)
    known = {one.code for one in indicators.all()}
    found = Taken()
    for dims, group in groups.items():
        codes = {cell.code for cell in group} & known
        values = figures.values(sorted(codes), region_code, period, dims=dict(dims)) if codes else {}
        for cell in group:
            value = values.get(cell.code)
            source: dict[str, Any] = {"how": INDICATOR, "code": cell.code}
            if value is None or value.value is None:
                source["why"] = value.why_missing if value else "平台没有这个指标"
                found.texts[cell.address] = None
            else:
                source |= {"version": value.version, "frozen": value.frozen}
                found.texts[cell.address] = reckoning.told(value.value, cell)
            found.sources[cell.address] = source
    return found


def asked_for(version: Version, *, leaf: bool, top: bool) -> list[Cell]:
    """Indicator cells that a report takes for itself: all of a lowest report, above only what is not summed up."""
    return [cell for cell in version.filled(top) if cell.kind == INDICATOR and (leaf or cell.gather == OWN)]


def summed(version: Version) -> list[Cell]:
    """Indicator cells that a report above adds up: asked for as well, to be compared with the sum."""
    return [cell for cell in version.cells.values() if cell.kind == INDICATOR and cell.gather not in (OWN,) and not cell.row.at_top]  # fmt: skip


def moved(report: StatReport, version: Version, now: Taken) -> list[str]:
    """Cells whose number came from an indicator and is another one there now."""
    return [
        address
        for address, source in report.sources.items()
        if source.get("how") == INDICATOR and not source.get("why")
        and address in now.texts and now.texts[address] != report.values.get(address)
    ]  # fmt: skip
