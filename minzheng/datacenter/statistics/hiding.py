"""公开的表里的小数: a count of one or two people names them to whoever lives there.

Cells that count people and are smaller than the limit (but not 0) are hidden, with the money of the same row. Where all
other parts of a total stay visible the hidden one could be had by subtraction, so the next smallest goes with it, until no
sum gives anything away."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from minzheng.datacenter.statistics import expressions
from minzheng.datacenter.statistics.declaring import FORMULA, SUM, Version

Key = TypeVar("Key", bound=Hashable)
HIDDEN = "＊"


def hidden(
    values: Mapping[Key, Decimal | None], small: Iterable[Key], relations: Sequence[tuple[Key, ...]], least: int,
    with_them: Mapping[Key, Iterable[Key]] | None = None,
) -> set[Key]:  # fmt: skip
    """The keys to hide. `small`: keys that count people; `relations`: (total, parts…), of which each follows from the others;
    `with_them`: {key: keys that go when it goes}."""
    found = {key for key in small if 0 < (values.get(key) or 0) < least}
    for key in list(found):
        found |= {one for one in (with_them or {}).get(key, ()) if values.get(one)}
    changed = True
    while changed:
        changed = False
        for relation in relations:
            known = [key for key in relation if values.get(key) is not None]
            gone = [key for key in known if key in found]
            rest = [key for key in known if key not in found]
            if len(gone) == 1 and rest:
                found.add(min(rest, key=lambda key: (key == relation[0], not values[key], values[key], str(key))))
                changed = True
    return found


def relations_of(version: Version) -> list[tuple[str, ...]]:
    """Cells of one report that tell each other: totals by formula, and those that a check holds equal to a sum."""
    told = [(cell.address, cell.formula) for cell in version.cells.values() if cell.kind == FORMULA]
    told += [(check.cell, check.equals) for check in version.checks if check.kind in ("sum", "balance")]
    found = []
    for address, formula in told:
        parts = expressions.linear(formula)
        if parts:
            found.append((address, *parts))
    return found


def companions(version: Version) -> dict[str, list[str]]:
    """{cell that counts people: money cells of its row}."""
    money: dict[str, list[str]] = {}
    for cell in version.cells.values():
        if cell.is_money:
            money.setdefault(cell.row.code, []).append(cell.address)
    return {cell.address: money.get(cell.row.code, []) for cell in version.cells.values() if cell.people}


def of_report(version: Version, values: Mapping[str, Decimal | None], least: int) -> set[str]:
    """Cells of one report to hide from the public."""
    people = [cell.address for cell in version.cells.values() if cell.people]
    return hidden(values, people, relations_of(version), least, companions(version))


def of_places(
    version: Version, values: Mapping[tuple[str, str], Decimal | None], total: str, least: int
) -> set[tuple[str, str]]:  # fmt: skip
    """Cells (place, address) of a table of places to hide, where the line of the place `total` is the sum of the others."""
    places = {place for place, _ in values}
    order = [total, *sorted(places - {total})]
    own = relations_of(version)
    relations = [tuple((place, address) for address in one) for place in places for one in own]
    summed = [cell.address for cell in version.cells.values() if cell.gather == SUM]
    relations += [tuple((place, address) for place in order) for address in summed]
    people = [(place, cell.address) for place in places for cell in version.cells.values() if cell.people]
    with_ = companions(version)
    near = {(place, a): [(place, b) for b in others] for place in places for a, others in with_.items()}
    return hidden(values, people, relations, least, near)
