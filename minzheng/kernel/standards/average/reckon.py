"""月人均救助水平: what 低保 pays a person in a month, by 城乡 and place, against the floor that a higher level set.

A reported indicator, not an entitlement (seed figures such as 374 and 229 元). Everything here works on awards that the
caller was allowed to read; it keeps nothing but the class 城市 or 农村 of an award, remembered by its frozen basis."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from minzheng.kernel.standards import sets, values
from minzheng.policy import yamltext
from minzheng.policy.params import Declaration, ParamSet, Resolved, Row, convert_value
from minzheng.policy.regions import normalize_region
from minzheng.policy.words import to_date

FILE = Path(__file__).with_name("indicators.yaml")
ITEM = "assistance.dibao"
URBAN, RURAL, UNKNOWN = "城市", "农村", "未分城乡"
AREAS = (URBAN, RURAL, UNKNOWN)
_FLOOR = "低保_月人均救助水平下限_{area}"
_KEEP = 200_000
_areas: dict[tuple[int, str], str] = {}


@dataclass(frozen=True)
class Paid:
    """One household's 低保 of the month."""

    award: int
    place: str
    area: str
    persons: int
    fen: int


@dataclass(frozen=True)
class Level:
    """Sum of a place and area. ``average``: 元 per person, None where nobody is paid; ``floor``: 0 where none is set."""

    place: str
    area: str
    households: int
    persons: int
    fen: int
    floor: Decimal = Decimal(0)

    @property
    def average(self) -> Decimal | None:
        if not self.persons:
            return None
        return (Decimal(self.fen) / 100 / self.persons).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def amount(self) -> str:
        """The sum in 元, grouped by thousands."""
        return f"{Decimal(self.fen) / 100:,.2f}"

    @property
    def under(self) -> bool:
        """Below the floor, compared on the exact sums: the rounded average may look equal."""
        return bool(self.persons and self.floor and Decimal(self.fen) < self.floor * 100 * self.persons)


def area_of(award: Any) -> str:
    """城市 or 农村 as the decision took it; an imported award may not say."""
    key = (award.pk, award.frozen_sha)
    if key not in _areas:
        if len(_areas) >= _KEEP:
            _areas.clear()
        frozen = award.frozen or {}
        family = frozen.get("family")
        said = str(((family or {}).get("家庭") or {}).get("城乡") or (URBAN if family else ""))
        _areas[key] = said if said in (URBAN, RURAL) else UNKNOWN
    return _areas[key]


def levels(paid: Iterable[Paid], place: str, floors: dict[str, Decimal]) -> list[Level]:
    """Sums by place and area in the order of codes; first the whole ``place``, then each place below it."""
    sums: dict[tuple[str, str], list[int]] = {}
    for one in paid:
        for where in {place, one.place}:
            cell = sums.setdefault((where, one.area), [0, 0, 0])
            cell[0], cell[1], cell[2] = cell[0] + 1, cell[1] + one.persons, cell[2] + one.fen
    order = sorted(sums, key=lambda key: (key[0] != place, key[0], AREAS.index(key[1])))
    found = []
    for where, area in order:
        households, persons, fen = sums[where, area]
        found.append(Level(where, area, households, persons, fen, floors.get(area, Decimal(0))))
    return found


def floor(region_code: str, area: str, on: datetime.date) -> Resolved | None:
    """The floor of the indicator for a place and day, with its source."""
    name = _FLOOR.format(area=area)
    if area == UNKNOWN:
        return None
    return values.with_values(_param_set()).resolve(name, normalize_region(region_code), on)


@lru_cache(maxsize=1)
def _param_set() -> ParamSet:
    content = yamltext.load(FILE)
    declared: dict[str, Declaration] = {}
    for name, spec in content["declared"].items():
        one = Declaration(
            name=str(name), benefit="standards.indicators", type=str(spec["type"]), title=str(spec["title"]),
            unit=str(spec["unit"]), units=(str(spec["unit"]),), basis=str(spec["basis"]),
            set_by=tuple(map(str, spec["set_by"])), floor=Decimal(spec["floor"]),
        )  # fmt: skip
        default = spec["default"]
        row = _row(one, {**default, "region": "", "since": datetime.date.min, "until": datetime.date.max})
        declared[str(name)] = Declaration(**{**one.__dict__, "default": row})
    rows = [_row(declared[str(spec["name"])], spec) for spec in content["values"]]
    return ParamSet(declared, rows)


def _row(declaration: Declaration, spec: Any) -> Row:
    return Row(
        declaration.name, str(spec["region"]), convert_value(declaration, spec["value"]), to_date(spec["since"]),
        to_date(spec["until"]), declaration.unit, str(spec["reference"]), str(spec["evidence"]),
    )  # fmt: skip


sets.register("standards.indicators", "考核指标", _param_set, file="indicators")
