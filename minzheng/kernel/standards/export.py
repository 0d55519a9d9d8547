"""A place's values as the region files write them: only what it signed itself (`as_yaml`), or everything that holds there,
the shipped rows with the signed ones in their place (`region_files`), so that a copy of the region folder resolves as the
platform does and passes the same checks."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from minzheng.kernel.standards import values
from minzheng.kernel.standards.checks import plain_value
from minzheng.kernel.standards.errors import StandardRefused
from minzheng.kernel.standards.models import ParameterValue
from minzheng.kernel.standards.sets import NamedSet, all_sets, find
from minzheng.policy.params import Row
from minzheng.policy.regions import normalize_region, region_level

_DAY = datetime.timedelta(days=1)


def as_yaml(rows: Iterable[ParameterValue]) -> str:
    """`{name: [{since, until, value, unit, reference, evidence}]}`: what `policy.params.read_region_file` reads."""
    told: dict[str, list[Row]] = {}
    for one in rows:
        if one.state == "signed" and (row := values.row_of(one)) is not None:
            told.setdefault(row.name, []).append(row)
    return _written({name: series(told[name]) for name in sorted(told)})


def region_files(region_code: str) -> dict[str, str]:
    """{path: YAML} of everything that this very place has set. Values of the rules: one file per benefit, as in the
    regions folder; every other set: `<its file>/regions/<code>.yaml`. A confirmation of what a higher level has set is no
    value of this place: it is named in a remark."""
    code = normalize_region(region_code)
    confirmed = set(
        ParameterValue.objects.filter(region_code=code.ljust(12, "0"), state="signed", confirms=True).values_list(
            "name", "valid_from"
        )
    )
    files: dict[str, str] = {}
    for named in all_sets():
        told: dict[str, dict[str, list[Row]]] = {}
        remarks: dict[str, list[str]] = {}
        for name, rows in _of_place(named, code).items():
            declaration = named.load().declarations[name]
            path = _path(named, declaration.benefit, code)
            own = [row for row in rows if region_level(code) in declaration.set_by or not _confirms(row, confirmed)]
            if len(own) < len(rows):
                remarks.setdefault(path, []).append(f"# {name}：已确认上级或平台的值，本级不另写\n")
            if own:
                told.setdefault(path, {})[name] = series(own)
        for path in {*told, *remarks}:
            files[path] = "".join(remarks.get(path, ())) + _written(told.get(path, {}))
    return dict(sorted(files.items()))


def write_files(region_code: str, folder: Path) -> list[Path]:
    """Write `region_files` under `folder`; returns what was written. Raises StandardRefused where a file lies beside them
    that would say the same values once more."""
    files = region_files(region_code)
    places = {folder / path: text for path, text in files.items()}
    for parent in {path.parent for path in places}:
        others = sorted(path.name for path in parent.glob("*.yaml") if path not in places and _same_place(path, places))
        if others:
            raise StandardRefused(
                f"文件夹 {parent} 里还有 {'、'.join(others)}，与导出的文件会重复；请先移走它们，或换一个空文件夹。"
            )
    for path, text in places.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(places)


def _same_place(path: Path, places: Mapping[Path, str]) -> bool:
    """Files of the rules stand one folder a place; files of a procedure stand one file a place."""
    return path.parent.name != "regions" and any(one.parent == path.parent for one in places)


def _confirms(row: Row, confirmed: set[tuple[str, datetime.date]]) -> bool:
    return row.file == values.OWN and (row.name, row.since) in confirmed


def _of_place(named: NamedSet, code: str) -> dict[str, list[Row]]:
    """Rows of this very place by parameter, the one that wins first."""
    found: dict[str, list[Row]] = {}
    for row in values.with_values(named.load()).rows:
        if row.region == code:
            found.setdefault(row.name, []).append(row)
    return {name: found[name] for name in sorted(found)}


def _path(named: NamedSet, benefit: str, code: str) -> str:
    return f"{named.file}/regions/{code}.yaml" if named.file else f"{code}/{benefit.rpartition('.')[2]}.yaml"


def series(rows: Iterable[Row]) -> list[Row]:
    """The same values without overlaps, oldest first; `rows`: the winning one first."""
    ordered = list(rows)
    starts = {row.since for row in ordered} | {row.until + _DAY for row in ordered if row.until < datetime.date.max}
    found: list[Row] = []
    for first, last in _stretches(sorted(starts)):
        wins = next((row for row in ordered if row.since <= first <= row.until), None)
        if wins is None:
            continue
        if found and found[-1].until + _DAY == first and _alike(found[-1], wins):
            found[-1] = replace(found[-1], until=last)
        else:
            found.append(replace(wins, since=first, until=last))
    return found


def _stretches(starts: list[datetime.date]) -> Iterable[tuple[datetime.date, datetime.date]]:
    ends = [*(day - _DAY for day in starts[1:]), datetime.date.max]
    return zip(starts, ends, strict=True) if starts else ()


def _alike(before: Row, after: Row) -> bool:
    return replace(before, since=after.since, until=after.until) == after


def _written(told: Mapping[str, list[Row]]) -> str:
    plain = {name: [_entry(row) for row in rows] for name, rows in told.items()}
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=10_000) if plain else "{}\n"


def _entry(row: Row) -> dict[str, Any]:
    found = find(row.name)
    entry: dict[str, Any] = {"since": row.since}
    if row.until < datetime.date.max:
        entry["until"] = row.until
    entry["value"] = plain_value(row.value)
    if row.unit and found and found[1].units:
        entry["unit"] = row.unit
    if row.as_floor:
        entry["as_floor"] = "是"
    return entry | {"reference": row.reference, "evidence": row.evidence}
