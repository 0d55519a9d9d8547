"""Run a plan's compiled loop over a population, block by block on two threads, in the order of the files."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np

from minzheng.policy.bulk.blocks import Block, BlockReader, Population, Span
from minzheng.policy.bulk.columns import HOUSEHOLD, REGION, Decoder, RowError
from minzheng.policy.bulk.files import NotSorted
from minzheng.policy.bulk.memory import keep_freed
from minzheng.policy.compile import MAX_MEMBERS, Plan
from minzheng.policy.errors import InputError
from minzheng.policy.regions import normalize_region
from minzheng.policy.ruleset import Ruleset
from minzheng.policy.targets.loop import CALENDAR_FROM, CALENDAR_TO, Loop, build
from minzheng.policy.words import Word

WORKERS = 2
#: From so many blocks on (some five million persons) it pays to keep the memory between them.
MANY_BLOCKS = 20
T = TypeVar("T")
Results = dict[str, Any]  # step → array of the households' or the persons' length


def region_codes(population: Population) -> list[str]:
    """Normalised code of each of the population's regions. Raises InputError naming the file and a row."""
    codes = []
    for text in population.regions:
        try:
            codes.append(normalize_region(text))
        except InputError as error:
            raise _where(population, text, error.reason) from None
    return codes


def _where(population: Population, text: str, reason: str) -> InputError:
    file = population.households
    for group in file.groups:
        values = file.read([group], [REGION])[REGION].to_pylist()
        if text in values:
            return RowError(reason, file.name, int(file.starts[group]) + values.index(text) + 1, REGION)
    return InputError(reason, field=f"{file.name} 的“{REGION}”")


def calendar() -> Any:
    """Day YYYYMMDD by days since ``CALENDAR_FROM``; the first stands for "nothing"."""
    days = np.arange(CALENDAR_FROM, CALENDAR_TO + 1, dtype="datetime64[D]")
    months = days.astype("datetime64[M]")
    year = months.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    table = (year * 10000 + month * 100 + (days - months).astype(np.int64) + 1).astype(np.int32)
    table[0] = -1
    return table


class Rows:
    """A plan's region table as the loop takes it, and which row each of the population's regions uses."""

    def __init__(self, plan: Plan, params: list[str], codes: list[str]):
        self.plan = plan
        self.table = np.array([[row[p] for p in params] for row in plan.table], np.int64).reshape(len(plan.table), -1)
        self.of_group = np.array([plan.rows[code] for code in codes], np.int32)


class LoopEngine:
    """One population, one compiled loop, one or several parameter tables over it."""

    def __init__(
        self,
        ruleset: Ruleset,
        population: Population,
        on: datetime.date,
        targets: tuple[str, ...] | None = None,
        *,
        check_all: bool = True,
        person_ids: bool = True,
    ):
        """``targets``: output words or benefit codes to calculate, default all; the others: see ``BlockReader``."""
        self.population, self.on = population, on
        self.codes = region_codes(population)
        self.plan = Plan(ruleset, on, self.codes, targets=targets)
        self.loop: Loop = build(self.plan)
        self.rows = Rows(self.plan, self.loop.params, self.codes)
        decoders = {
            e: Decoder(f.name, self.plan.codes, on)
            for e, f in (("户", population.households), ("人", population.persons))
        }
        self.reader = BlockReader(population, self._words(), decoders, check_all=check_all, person_ids=person_ids)
        self.calendar = calendar()

    def _words(self) -> dict[str, list[Word]]:
        """What the loop reads, and the words that say how old somebody without a birthday is."""
        flags = {f for w in self.loop.persons for f in w.child_when}
        more = [w for w in self.plan.inputs["人"] if w.name in flags and w not in self.loop.persons]
        return {"户": self.loop.households, "人": [*self.loop.persons, *more]}

    def offsets(self, block: Block) -> Any:
        """Where each household's members begin. Raises InputError for ids that do not match, NotSorted."""
        off = np.empty(len(block.household_ids) + 1, np.int64)
        wrong, at = self.loop.match(block.person_households, block.household_ids, off, MAX_MEMBERS)
        if wrong:
            raise self._mismatch(block, int(wrong), int(at))
        return off

    def _mismatch(self, block: Block, wrong: int, at: int) -> Exception:
        if (np.diff(block.household_ids) < 0).any() or (np.diff(block.person_households) < 0).any():
            return NotSorted(self.population.persons.name)
        files = self.population
        if wrong == 1:
            reason = f"{block.household_ids[at]} 出现了两次，每户一行"
            return RowError(reason, files.households.name, block.first_household + at + 1, HOUSEHOLD)
        if wrong == 2:
            reason = f"{files.households.name} 里没有 {block.person_households[at]} 这一户"
            return RowError(reason, files.persons.name, block.first_person + at + 1, HOUSEHOLD)
        reason = "至少要有一名成员" if wrong == 3 else f"成员超过 {MAX_MEMBERS} 人"
        row = block.first_household + at + 1
        return RowError(f"户 {block.household_ids[at]} {reason}", files.households.name, row, HOUSEHOLD)

    def calculate(self, block: Block, off: Any, rows: Rows, loop: Loop | None = None) -> Results:
        """All results of one block under one parameter table."""
        loop = loop or self.loop
        results: Results = {}
        for outputs, length in (
            (loop.household_outputs, len(block.household_ids)),
            (loop.person_outputs, len(block.person_households)),
        ):
            for output in outputs:
                results[output.step] = np.empty(length, np.bool_ if output.kind == "是否" else np.int64)
        inputs = [block.values[w.name] for w in (*loop.households, *loop.persons)]
        region = rows.of_group[block.groups]
        loop.run(0, len(block.household_ids), off, region, rows.table, self.calendar, *inputs, *results.values())
        return results

    def each(self, work: Callable[[Span], T]) -> Iterator[T]:
        """``work`` of every block on ``WORKERS`` threads, results in the order of the blocks."""
        if len(self.population.spans) > MANY_BLOCKS:
            keep_freed()
        waiting: deque[Future[T]] = deque()
        with ThreadPoolExecutor(WORKERS) as pool:
            try:
                for span in self.population.spans:
                    waiting.append(pool.submit(work, span))
                    if len(waiting) > WORKERS:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()

    def run(self, span: Span) -> tuple[Block, Results]:
        """Read and calculate one block under the plan's own table."""
        block = self.reader.block(span)
        return block, self.calculate(block, self.offsets(block), self.rows)
