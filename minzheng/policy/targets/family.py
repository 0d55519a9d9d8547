"""A plan as one plain Python function over one family in whole numbers: the fast way to results without explanation.

For one place its values are constants, so the function holds only the branches that are open there. It gives what the
rule functions give, to the fen (compared on every case and on random families); whoever wants the steps or the
reasons runs the rule functions themselves; the explanation has a printed function of its own (``family_graph``). No
NumPy, nothing compiled.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from minzheng.policy import whole
from minzheng.policy.compile import Plan
from minzheng.policy.errors import PolicyError
from minzheng.policy.targets.family_rows import Row, RowReader, day_of
from minzheng.policy.targets.family_text import Printer

if TYPE_CHECKING:
    from minzheng.policy.evaluate import Program

#: What printed functions call.
HELPERS = {f.__name__: f for f in (whole.round_whole, whole.half_up, whole.ceiling, whole.monthly)}
#: The words of a household and of each member as whole numbers, in the order of the vocabulary.
Facts = tuple[list[Any], list[list[Any]]]


class _Yuan(dict[int, Decimal]):
    """分 → 元 with two decimals, remembered: few amounts occur often."""

    def __missing__(self, fen: int) -> Decimal:
        if len(self) > 50_000:
            self.clear()
        made = self[fen] = Decimal(fen).scaleb(-2)
        return made


class FastFamily:
    """``run(family, on)`` → results as ``Outcome`` has them. ``build`` makes one."""

    def __init__(self, program: Program, plan: Plan):
        self.words = program.ruleset.vocabulary
        self._rows = {e: RowReader(e, self.words, plan.codes) for e in ("户", "人")}
        self._key = self.words.collections["人"]
        scope: dict[str, Any] = dict(HELPERS) | {
            "Y": _Yuan(),
            "day_of": day_of,
            "ratio": lambda v: Decimal(v) / 10_000,
        }
        self.source = Printer(plan, {e: list(r.slots) for e, r in self._rows.items()}).source()
        exec(compile(self.source, "<一户的规则>", "exec"), scope)  # noqa: S102 (names checked to be identifiers)
        self._run: Callable[[list[Any], list[list[Any]], int], tuple[Row, list[Row]]] = scope["run"]

    def run(self, family: dict[str, Any], on: datetime.date) -> tuple[Row, list[Row], Facts] | None:
        """Results of one family and the facts read; None where anything is unusual."""
        day = number_of(on)
        try:
            household = self._rows["户"].read(family.get("家庭") or {}, day)
            read = self._rows["人"].read
            people = [read(given, day) for given in family[self._key]]
        except (KeyError, ValueError, TypeError, AttributeError):
            return None
        if not people:
            return None
        whole, members = self._run(household, people, day)
        return whole, members, (household, people)

    def exact(self, facts: Facts) -> tuple[Row, dict[str, list[Row]]]:
        """The facts as exact values by name: of the household, and of each row by entity."""
        back = self._rows["人"].back
        return self._rows["户"].back(facts[0]), {"人": [back(row) for row in facts[1]]}


def number_of(on: datetime.date) -> int:
    """A day as YYYYMMDD."""
    return on.year * 10000 + on.month * 100 + on.day


def build(program: Program) -> FastFamily | None:
    """The fast way for a program's place and values, or None where whole numbers do not reach."""
    try:
        plan = Plan(program.ruleset, program.on, [program.region], programs=[program])
        return FastFamily(program, plan)
    except (PolicyError, KeyError, ValueError):
        return None
