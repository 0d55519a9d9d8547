"""How a folder declares a monitor:

    THRESHOLDS = Thresholds("assistance.means_test", "社会救助家庭监测", Path(__file__).parent)

    @monitor("assistance.vehicle", "新登记机动车", BLUE, classes=("vehicle",), benefits=MEANS, law="…", advice="…")
    def vehicle(entry: Entry) -> Finding | None: ...

Modules named ``monitors.py`` in any folder of an installed application are found by `declared()`. A monitor is a pure
function of one Entry. Which people it is asked about is said declaratively (classes, benefits, `where`), so that a run
of a million people calls Python only for the few that have news. Thresholds stand in ``monitors.yaml`` beside it, in the
form of ``params.yaml``: dated, regional, each with its source, and confirmed by the bureau like every other parameter.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from minzheng.datacenter.monitoring.entries import (
    BLUE,
    LEVELS,
    ORANGE,
    PARENTS,
    RED,
    SELF,
    YELLOW,
    Entry,
    Fact,
    Finding,
    Watched,
)
from minzheng.datacenter.sources.classes import CLASSES
from minzheng.kernel.discovery import import_all
from minzheng.kernel.months import month_after
from minzheng.kernel.standards import sets, values
from minzheng.policy.errors import RulesetError, Unconfigured
from minzheng.policy.params import Declaration, ParamSet, Row, read_declarations, read_region_file
from minzheng.policy.regions import normalize_region

__all__ = [
    "ALWAYS",
    "BLUE",
    "DATED",
    "NEVER",
    "ORANGE",
    "PARENTS",
    "RED",
    "SELF",
    "YELLOW",
    "Entry",
    "Fact",
    "Finding",
    "Monitor",
    "Thresholds",
    "Watched",
    "declared",
    "get",
    "monitor",
    "month_after",
]

Function = Callable[[Entry], Finding | None]
#: What counts as news of somebody who is watched for the first time: nothing (a wage was declared with the application),
#: what happened after the last decision (a vehicle registered since), everything (a death).
NEVER, DATED, ALWAYS = "never", "dated", "always"


class Thresholds:
    """The numbers of one folder's monitors. `folder` holds ``monitors.yaml`` and, for places that have settled their own,
    ``monitors.<code>.yaml``."""

    def __init__(self, code: str, title: str, folder: Path) -> None:
        self.code, self.title, self.folder = code, title, folder
        sets.register(f"{code}.monitors", f"{title}：阈值", self.load, file=f"{folder.name}/monitors")

    @cached_property
    def _set(self) -> ParamSet:
        found, findings = read_declarations(self.folder / "monitors.yaml", self.code)
        rows: list[Row] = []
        for path in sorted(self.folder.glob("monitors.*.yaml")):
            more, wrong = read_region_file(path, normalize_region(path.suffixes[0][1:]), found)
            rows += more
            findings += wrong
        if findings:
            raise RulesetError(findings)
        return ParamSet(found, rows)

    def load(self) -> ParamSet:
        """All declarations; raises RulesetError with every mistake of the file."""
        return self._set

    def at(self, region: str, on: datetime.date) -> Callable[[str], Any]:
        """name → value in force for a place on a day; remembers what was asked. Names that are not declared here are
        parameters of the rules (上年人均可支配收入…). The value raises Unconfigured."""
        own, place, kept = values.with_values(self.load()), normalize_region(region), {}

        def value(name: str) -> Any:
            if name not in kept:
                params = own if name in own.declarations else values.ruleset().params
                found = params.resolve(name, place, on)
                if found is None:
                    raise Unconfigured(self.code, region, on, [name])
                kept[name] = _by_unit(params.declarations[name], found.row)
            return kept[name]

        return value

    def shown(self, region: str, on: datetime.date) -> list[tuple[Declaration, Any, str, str]]:
        """(declaration, value, where it comes from, evidence) of every threshold, for the page."""
        params, place = values.with_values(self.load()), normalize_region(region)
        rows = []
        for name, one in params.declarations.items():
            found = params.resolve(name, place, on)
            if found is not None:
                rows.append((one, found.row.value, found.row.reference, found.row.evidence))
        return rows


def _by_unit(declaration: Declaration, row: Row) -> Any:
    """The value in the declared unit: a yearly amount of a monthly parameter is a twelfth, unrounded."""
    if row.unit.endswith("/年") and not declaration.unit.endswith("/年") and declaration.scale > 1:
        return row.value / declaration.scale
    return row.value


@dataclass(frozen=True)
class Monitor:
    """One declared monitor. `code`: folder path and name; `item`: whose readers may see its alerts ("" = all readers).

    `classes`: fact classes whose news it is asked about; none: it is asked by the snapshot alone, for people for whom the
    SQL condition `where` over the columns of the snapshot holds. `roles`: whose facts. `benefits`: only people covered by
    one of these items in force (none given: everybody watched); `payees`: those paid by them instead. `newcomers`: see
    above. `by_name`: records without a number are looked up by name and place and give an alert in doubt.
    `quiet_months`: not again within so many months for the same person (1 = once a calendar month)."""

    code: str
    title: str
    level: str
    run: Function
    classes: tuple[str, ...] = ()
    roles: tuple[str, ...] = (SELF,)
    benefits: tuple[str, ...] = ()
    payees: bool = False
    where: str = ""
    newcomers: str = DATED
    by_name: bool = False
    quiet_months: int = 1
    item: str = ""
    law: str = ""
    advice: str = ""
    thresholds: Thresholds | None = field(default=None, compare=False)

    @property
    def by_state(self) -> bool:
        """Asked by the snapshot and not by news."""
        return not self.classes


_monitors: dict[str, Monitor] = {}


def monitor(
    code: str, title: str, level: str, *, classes: tuple[str, ...] = (), roles: tuple[str, ...] = (SELF,),
    benefits: tuple[str, ...] = (), payees: bool = False, where: str = "", newcomers: str = DATED, by_name: bool = False,
    quiet_months: int = 1, item: str = "", law: str = "", advice: str = "", thresholds: Thresholds | None = None,
) -> Callable[[Function], Function]:  # fmt: skip
    """Declare a monitor; see Monitor. Raises ValueError for a level, class or name that cannot be."""
    if level not in LEVELS:
        raise ValueError(f"监测 {code} 的等级“{level}”不对：只能是 {'、'.join(LEVELS)}。")
    unknown = [one for one in classes if one not in CLASSES]
    if unknown or not (classes or where):
        raise ValueError(
            f"监测 {code} 要写 classes（数据类别）或 where（快照条件）；没有这些类别：{'、'.join(unknown)}。"
        )
    if newcomers not in (NEVER, DATED, ALWAYS):
        raise ValueError(f"监测 {code} 的 newcomers“{newcomers}”不对。")

    def declare(function: Function) -> Function:
        known = _monitors.get(code)
        if known is not None and known.run.__module__ != function.__module__:
            raise ValueError(f"监测 {code} 已由 {known.run.__module__} 声明，请换一个代码。")
        _monitors[code] = Monitor(
            code, title, level, function, classes, roles, benefits, payees, where, newcomers, by_name, quiet_months,
            item, law, advice, thresholds,
        )  # fmt: skip
        return function

    return declare


def declared() -> dict[str, Monitor]:
    """Every monitor of the installed applications, by code."""
    import_all("monitors")
    return dict(sorted(_monitors.items()))


def get(code: str) -> Monitor | None:
    """One monitor; None for a code that no folder declares (any more, or a lead from people)."""
    return declared().get(code)
