"""A planned raise out of a finished simulation: by how much each benefit's month grows, summing to the simulation's own sum."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from minzheng.kernel.items import registry

if TYPE_CHECKING:
    from minzheng.datacenter.simulation.models import SimulationRun


@dataclass(frozen=True)
class Raise:
    """`months`: day 1 → fen more (or less) for all benefits; `weights`: item → its part of it in the compared month."""

    no: str
    title: str
    months: Mapping[datetime.date, int] = field(default_factory=dict)
    weights: Mapping[str, int] = field(default_factory=dict)

    def of(self, item_code: str, month: datetime.date) -> int:
        return self.parts(month).get(item_code, 0)

    def parts(self, month: datetime.date) -> dict[str, int]:
        """{item: fen} of a month, exact: what does not divide goes to the benefit with the largest part. Months before the
        simulation's are not raised; those after it go on like its last."""
        if not self.months or month < min(self.months) or not self.weights:
            return {}
        whole = self.months.get(month, self.months[max(self.months)])
        sum_of = sum(self.weights.values())
        largest = max(self.weights, key=lambda item: (abs(self.weights[item]), item))
        found = {item: whole * part // sum_of if sum_of else 0 for item, part in self.weights.items()}
        found[largest] += whole - sum(found.values())
        return found


def of_run(run: SimulationRun) -> Raise:
    """The raise that a finished simulation supposes."""
    figures: Mapping[str, Any] = run.figures
    months = {
        datetime.date.fromisoformat(f"{row['month'][:7]}-01"): row["reform_fen"] - row["base_fen"]
        for row in figures["months"]
    }
    granting = {benefit: item.code for item in registry.all_items() for benefit in item.grants}
    weights: dict[str, int] = {}
    for row in figures["benefits"]:
        more = (row["reform_fen"] or 0) - (row["base_fen"] or 0)
        if row["kind"] == "cash" and more:
            item = granting.get(row["benefit"], row["benefit"])
            weights[item] = weights.get(item, 0) + more
    return Raise(run.no, run.title, months, weights)
