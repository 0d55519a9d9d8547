"""``policy run``: two Parquet files in, two Parquet files out, with the compiled loop or with DuckDB SQL."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from minzheng.policy.bulk.blocks import Population
from minzheng.policy.bulk.columns import PERSON, RowError
from minzheng.policy.bulk.engine import LoopEngine
from minzheng.policy.bulk.files import NotSorted
from minzheng.policy.bulk.results import block_tables, writing
from minzheng.policy.bulk.sorting import no_duplicates, original_row, sorted_copy
from minzheng.policy.bulk.sql import SqlEngine
from minzheng.policy.ruleset import Ruleset
from minzheng.policy.targets.loop import var_folder

T = TypeVar("T")


@dataclass
class Summary:
    """What was done: rows written, and by region the benefits that could not be computed there."""

    households: int
    persons: int
    unconfigured: dict[str, list[str]]


def in_order(ruleset: Ruleset, persons: Path, households: Path, work: Callable[[Population], T]) -> T:
    """``work`` on a population; files that are not in the order of household_id are first copied in order."""
    try:
        return work(Population(persons, households, ruleset.vocabulary))
    except NotSorted:
        pass
    with tempfile.TemporaryDirectory(dir=var_folder()) as folder:
        copies = {path.name: path for path in (persons, households)}
        places = [Path(folder) / part for part in ("人", "户")]
        for place in places:
            place.mkdir()
        try:
            ordered = [sorted_copy(p, place) for p, place in zip((persons, households), places, strict=True)]
            return work(Population(ordered[0], ordered[1], ruleset.vocabulary))
        except RowError as error:
            raise original_row(error, copies[error.file]) from None


def run_loop(ruleset: Ruleset, persons: Path, households: Path, on: datetime.date, out: Path) -> Summary:
    """Both result files by the compiled loop. Raises InputError and CompileError."""
    return in_order(ruleset, persons, households, lambda population: _write(ruleset, population, on, out))


def _write(ruleset: Ruleset, population: Population, on: datetime.date, out: Path) -> Summary:
    engine = LoopEngine(ruleset, population, on)
    homes = people = 0
    last_person, rising = None, True
    with writing(engine.plan, out) as writer:
        for block, results in engine.each(engine.run):
            writer.write(block_tables(engine.plan, block, results, engine.rows.of_group))
            homes, people = homes + len(block.household_ids), people + len(block.person_ids)
            if len(block.person_ids):
                rising = rising and bool((np.diff(block.person_ids) > 0).all())
                rising = rising and (last_person is None or block.person_ids[0] > last_person)
                last_person = block.person_ids[-1]
        if not rising:
            no_duplicates(population.persons.path, PERSON)
    return Summary(homes, people, engine.plan.unconfigured())


def run_duckdb(ruleset: Ruleset, persons: Path, households: Path, on: datetime.date, out: Path) -> Summary:
    """Both result files by DuckDB SQL. Raises InputError and CompileError."""
    engine = SqlEngine(ruleset, persons, households, on)
    engine.run()
    engine.write(out)
    counts = [engine.files[e].metadata.num_rows for e in ("户", "人")]
    return Summary(counts[0], counts[1], engine.plan.unconfigured())
