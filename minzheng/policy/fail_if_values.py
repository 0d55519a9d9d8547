"""Every way declared parameters and their values can be wrong, one named function each (see ``fail_if``)."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from minzheng.policy.errors import Finding, display_path, source_line
from minzheng.policy.params import EVIDENCE, LIMITS, Declaration, Row
from minzheng.policy.regions import LEVELS, NATION, region_chain, region_level

if TYPE_CHECKING:
    from minzheng.policy.ruleset import Ruleset

Check = Callable[["Ruleset"], Iterator[Finding]]
_DAY = datetime.timedelta(days=1)


def at(check: str, message: str, path: str, line: int) -> Finding:
    """A finding with the offending line read from the file."""
    return Finding(check, message, display_path(path) if path else "", line, source_line(path, line))


def declaration_incomplete(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a parameter lacks basis, unit (money, ratio, number), known levels, choices, or a known ``required_if``."""
    declared = ruleset.params.declarations
    for d in declared.values():
        if not d.basis:
            message = "没有写依据（basis）"
        elif d.type in ("元", "比例", "整数") and not d.unit:
            message = "没有写单位（unit）"
        elif any(level not in LEVELS for level in d.set_by) or not d.set_by:
            message = f"set_by 只能是 {'、'.join(LEVELS)}"
        elif d.type == "选项" and not d.choices:
            message = "是选项，但没有写 choices"
        elif d.required_if and d.required_if[0] not in declared:
            message = f"required_if 所看的“{d.required_if[0]}”不存在"
        elif d.unit and d.unit not in d.units:
            message = f"units 里要有自己的单位 {d.unit}"
        else:
            continue
        yield at("declaration", f"参数“{d.name}”{message}", d.file, d.line)


def value_without_source(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a value has no reference or no known evidence mark."""
    for row in _values(ruleset):
        if not row.reference:
            yield at("value_without_source", f"参数“{row.name}”的值没有写出处（reference）", row.file, row.line)
        if row.evidence not in EVIDENCE:
            message = f"参数“{row.name}”的证据标记（evidence）应为 {'、'.join(EVIDENCE)} 之一，写的是“{row.evidence}”"
            yield at("value_evidence", message, row.file, row.line)


def value_unit_not_allowed(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a value is given in a unit that the parameter does not allow."""
    for row in _values(ruleset):
        d = ruleset.params.declarations[row.name]
        if row.unit != d.unit and row.unit not in d.units:
            message = f"参数“{row.name}”的单位应为 {'、'.join(d.units) or '（无）'}，写的是“{row.unit}”"
            yield at("value_unit", message, row.file, row.line)


def _monthly(row: Row) -> Decimal | None:
    if not isinstance(row.value, (Decimal, int)) or isinstance(row.value, bool):
        return None
    return Decimal(row.value) / 12 if row.unit.endswith("/年") else Decimal(row.value)


def value_out_of_bounds(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a value is under the declared floor or over the ceiling (yearly money compared by the month)."""
    for row in _values(ruleset):
        d, value = ruleset.params.declarations[row.name], _monthly(row)
        if value is None:
            continue
        limit = LIMITS.get(d.type)
        if limit is not None and abs(Decimal(row.value)) > limit:
            yield at(
                "value_over_limit", f"参数“{row.name}”的值 {row.value} 超过 {limit}，请核对单位", row.file, row.line
            )
        if d.floor is not None and value < d.floor:
            yield at("value_under_floor", f"参数“{row.name}”的值 {row.value} 低于下限 {d.floor}", row.file, row.line)
        if d.ceiling is not None and value > d.ceiling:
            yield at("value_over_ceiling", f"参数“{row.name}”的值 {row.value} 高于上限 {d.ceiling}", row.file, row.line)


def value_under_upper_floor(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a region sets less than the floor that a region above it has set for the same days."""
    floors = [row for row in ruleset.params.rows if row.as_floor]
    for row in ruleset.params.rows:
        mine = _monthly(row)
        for floor in floors:
            above = floor.region != row.region and floor.region in region_chain(row.region)
            if floor.name != row.name or not above or row.until < floor.since or row.since > floor.until:
                continue
            low = _monthly(floor)
            if mine is not None and low is not None and mine < low:
                message = (
                    f"参数“{row.name}”的值 {row.value}{row.unit} 低于{region_level(floor.region)}（{floor.region}）"
                    f"规定的最低 {floor.value}{floor.unit}"
                )
                yield at("value_under_floor", message, row.file, row.line)


def value_set_by_wrong_level(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a value is set by a level that may not set it; the nation's file may hold verified law only."""
    for row in ruleset.params.rows:
        d, level = ruleset.params.declarations[row.name], region_level(row.region)
        if level not in d.set_by:
            message = f"参数“{row.name}”不能由{level}级（{row.region}）规定，只能由 {'、'.join(d.set_by)} 规定"
            yield at("value_level", message, row.file, row.line)
        if row.region == NATION and row.evidence != "verified":
            message = f"参数“{row.name}”：全国（000000）只放已核对原文的法定值，其余请写成默认值"
            yield at("value_level", message, row.file, row.line)


def _series(ruleset: Ruleset) -> Iterator[tuple[Declaration, list[Row]]]:
    grouped: dict[tuple[str, str], list[Row]] = {}
    for row in ruleset.params.rows:
        grouped.setdefault((row.name, row.region), []).append(row)
    for (name, _), rows in grouped.items():
        yield ruleset.params.declarations[name], sorted(rows, key=lambda r: r.since)


def value_dates_overlap(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if one region has two values for one day, or a value ends before it begins."""
    for d, rows in _series(ruleset):
        for row in rows:
            if row.until < row.since:
                yield at(
                    "value_dates", f"参数“{d.name}”的 until {row.until} 早于 since {row.since}", row.file, row.line
                )
        for earlier, later in itertools.pairwise(rows):
            if later.since <= earlier.until:
                message = f"参数“{d.name}”自 {later.since} 的值与自 {earlier.since} 的值日期重叠；请给前一段写 until"
                yield at("value_dates_overlap", message, later.file, later.line)


def value_dates_gap(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if between two values of one region there are days without a value."""
    for d, rows in _series(ruleset):
        for earlier, later in itertools.pairwise(rows):
            if earlier.until < later.since - _DAY:
                message = f"参数“{d.name}”从 {earlier.until + _DAY} 到 {later.since - _DAY} 没有值；请把日期接上"
                yield at("value_dates_gap", message, later.file, later.line)


def value_in_wrong_file(ruleset: Ruleset) -> Iterator[Finding]:
    """Fail if a region's value stands in a file not named after the benefit that declares the parameter."""
    for row in ruleset.params.rows:
        d = ruleset.params.declarations[row.name]
        home = d.benefit.partition(".")[2] + ".yaml"
        if row.file and Path(row.file).name != home:  # rows of the database stand in no file
            yield at("value_file", f"参数“{row.name}”由 {d.benefit} 声明，值应写在 {home} 里", row.file, row.line)


def _values(ruleset: Ruleset) -> Iterator[Row]:
    yield from ruleset.params.rows
    yield from (d.default for d in ruleset.params.declarations.values() if d.default is not None)


VALUE_CHECKS: tuple[Check, ...] = (
    declaration_incomplete,
    value_without_source,
    value_unit_not_allowed,
    value_out_of_bounds,
    value_under_upper_floor,
    value_set_by_wrong_level,
    value_dates_overlap,
    value_dates_gap,
    value_in_wrong_file,
)
