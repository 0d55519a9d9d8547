"""应急储备能力, in persons: how many can be served from what is in stock, by every kind of goods that is needed.

A person needs one of each category of capacity.yaml; the capacity of a place is that of its scarcest category. Expired
lots do not count. Targets and categories are data that somebody has still to confirm."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from minzheng.business.assistance.relief_goods.models import CATEGORIES, Lot
from minzheng.kernel.regions import codes


@dataclass(frozen=True)
class Capacity:
    """`by_category`: (category, persons) in the order of the data; `persons`: the smallest; `target` 0 = none set."""

    by_category: tuple[tuple[str, int], ...]
    target: int

    @property
    def persons(self) -> int:
        return min((persons for _category, persons in self.by_category), default=0)

    @property
    def short(self) -> int:
        return max(self.target - self.persons, 0)

    @property
    def scarcest(self) -> str:
        return min(self.by_category, key=lambda one: one[1])[0] if self.by_category else ""


@cache
def rules() -> dict[str, Any]:
    """Targets by level of place, the categories a person needs, and where they come from (capacity.yaml)."""
    found = yaml.safe_load((Path(__file__).parent / "capacity.yaml").read_text("utf-8"))
    if not set(found["categories"]) <= set(dict(CATEGORIES)):
        raise ValueError("capacity.yaml 里的类别代码不对。")
    return dict(found)


def target_of(region_code: str) -> int:
    """The number of persons a place has to be able to serve; 0 for places without a target (townships)."""
    level = {2: "city", 3: "county"}.get(codes.level(region_code), "")
    return int(rules()["targets"].get(level, 0))


def served(stock: Iterable[tuple[Lot, int]], today: datetime.date) -> dict[str, int]:
    """Persons served by category. Pieces of one kind of goods are added up before they are divided."""
    pieces: dict[int, tuple[Any, int]] = {}
    for lot, count in stock:
        if lot.goods.persons_for and (lot.expires_on is None or lot.expires_on >= today):
            _goods, before = pieces.get(lot.goods_id, (lot.goods, 0))
            pieces[lot.goods_id] = (lot.goods, before + count)
    found: dict[str, int] = {}
    for goods, count in pieces.values():
        persons = count // goods.pieces_for * goods.persons_for
        found[goods.category] = found.get(goods.category, 0) + persons
    return found


def of(region_code: str, stock: Iterable[tuple[Lot, int]], today: datetime.date) -> Capacity:
    """The capacity of a place out of its stock (all stores in it)."""
    persons = served(stock, today)
    return Capacity(tuple((one, persons.get(one, 0)) for one in rules()["categories"]), target_of(region_code))
