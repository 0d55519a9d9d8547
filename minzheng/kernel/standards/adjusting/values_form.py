"""The page on which all values of a set are typed: one line a parameter, the value of today beside an empty box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minzheng.kernel.standards import checks, history, values
from minzheng.kernel.standards.adjustments import Wanted
from minzheng.kernel.standards.models import ParameterValue, StandardSet
from minzheng.kernel.standards.sets import all_sets
from minzheng.policy.params import Declaration
from minzheng.policy.regions import normalize_region, region_level

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class Box:
    """One parameter: what holds now, what the set says or what was typed, and what is wrong with it."""

    declaration: Declaration
    now: str
    also: str
    value: str
    unit: str
    as_floor: bool
    error: str = ""

    @property
    def name(self) -> str:
        return self.declaration.name

    @property
    def title(self) -> str:
        return self.declaration.title.replace("_", " ")

    @property
    def options(self) -> list[tuple[str, str]]:
        if self.declaration.type == "是否":
            return [("是", "是"), ("否", "否")]
        return list(self.declaration.choices.items())

    @property
    def units(self) -> tuple[str, ...]:
        return self.declaration.units if len(self.declaration.units) > 1 else ()

    @property
    def may_be_floor(self) -> bool:
        return self.declaration.type in ("元", "比例", "整数")


@dataclass
class Group:
    key: str
    title: str
    boxes: list[Box]

    @property
    def filled(self) -> int:
        return sum(1 for box in self.boxes if box.value)


def groups(standard_set: StandardSet, drafted: Mapping[str, ParameterValue]) -> list[Group]:
    """Every parameter that the set's place may set, by benefit; with what the set holds already."""
    code = normalize_region(standard_set.region_code)
    found: dict[str, Group] = {}
    for named in all_sets():
        params = values.with_values(named.load())
        resolved, idle = params.resolve_all(code, standard_set.valid_from)
        for name, declaration in params.declarations.items():
            if region_level(code) not in declaration.set_by or (name in idle and name not in drafted):
                continue
            key = f"{named.code}.{declaration.benefit}"
            title = history.group_title(named, declaration)
            one, now = drafted.get(name), resolved.get(name)
            unit = (one.unit if one else now.row.unit if now else "") or declaration.unit
            box = Box(
                declaration,
                now=history.shown_value(declaration, now.row) if now else "",
                also=history.other_unit(now.row.value, now.row.unit or declaration.unit) if now else "",
                value=one.value if one else "", unit=unit, as_floor=bool(one and one.as_floor),
            )  # fmt: skip
            found.setdefault(key, Group(key, title, [])).boxes.append(box)
    return list(found.values())


def typed(shown: list[Group], posted: Any) -> dict[str, Wanted]:
    """What was sent for the parameters that the page showed; the boxes keep it, so that nothing typed is lost."""
    wanted: dict[str, Wanted] = {}
    for group in shown:
        for box in group.boxes:
            if f"v-{box.name}" not in posted:
                continue
            box.value = str(posted.get(f"v-{box.name}", "")).strip()[:40]
            box.unit = str(posted.get(f"u-{box.name}", "")) or box.declaration.unit
            box.as_floor = posted.get(f"f-{box.name}") == "yes"
            wanted[box.name] = Wanted(box.value, box.unit, box.as_floor)
    return wanted


@dataclass(frozen=True)
class ValueLine:
    """A value of a set as its page shows it: beside what holds the day before."""

    value: ParameterValue
    title: str
    before: str
    after: str
    also: str
    change: str
    floor: str

    @property
    def pk(self) -> int:
        return self.value.pk


def value_lines(standard_set: StandardSet, rows: list[ParameterValue]) -> list[ValueLine]:
    """In the order of the declarations. A parameter that is no longer declared is shown by its name."""
    code, told = normalize_region(standard_set.region_code), []
    for named in all_sets():
        params = values.with_values(named.load())
        for name, declaration in params.declarations.items():
            for row in (one for one in rows if one.name == name):
                told.append(_value_line(params, declaration, code, row))
    known = {line.pk for line in told}
    return told + [ValueLine(one, one.name, "", one.value, "", "", "") for one in rows if one.pk not in known]


def _value_line(params: Any, declaration: Declaration, code: str, value: ParameterValue) -> ValueLine:
    import datetime

    row = values.make_row(declaration, value)
    found = params.resolve(declaration.name, code, value.valid_from - datetime.timedelta(days=1))
    change = ""
    if found is not None:
        old = checks.monthly(found.row.value, found.row.unit or declaration.unit)
        new = checks.monthly(row.value, row.unit)
        if old is not None and new is not None and old != new:
            change = f"{(new - old) / old * 100:+.1f}%" if old else "新增"
        elif found.row.value == row.value:
            change = "不变"
    return ValueLine(
        value, declaration.title.replace("_", " "),
        before=history.shown_value(declaration, found.row) if found else "",
        after=history.shown_value(declaration, row),
        also=history.other_unit(row.value, row.unit), change=change, floor="是" if value.as_floor else "",
    )  # fmt: skip
