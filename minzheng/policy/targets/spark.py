"""The compiled loop as Spark tasks: one task a block of whole households, no shuffle, results written by the tasks.

Every worker must see the input files, the output folder and this installation at the same paths (a shared file system;
another Python for the workers: ``$PYSPARK_PYTHON``). The generated module is compiled once and kept with them. Master: ``$MINZHENG_SPARK_MASTER``, else two local
threads. Needs ``minzheng[spark]`` and Java 17.
"""

from __future__ import annotations

import datetime
import logging
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from minzheng.policy.bulk.blocks import Population, Span
from minzheng.policy.bulk.columns import PERSON, RowError
from minzheng.policy.bulk.engine import LoopEngine
from minzheng.policy.bulk.results import FILES, block_tables
from minzheng.policy.bulk.run import Summary, in_order
from minzheng.policy.bulk.sorting import no_duplicates
from minzheng.policy.errors import InputError, PolicyError
from minzheng.policy.ruleset import Ruleset, load_ruleset

_ENGINES: dict[tuple[str, ...], LoopEngine] = {}  # one per worker process and job


class SparkUnavailable(PolicyError):
    """There is no Java, or no session could be made."""


def session(name: str = "minzheng policy") -> Any:
    """A Spark session for the master named in the environment. Raises SparkUnavailable."""
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise SparkUnavailable("找不到 Java；用 --engine spark 要先装 Java 17（Debian：openjdk-17-jre-headless）")
    from pyspark.sql import SparkSession

    # Its notes on closing a connection would land in whatever standard error is by then.
    logging.getLogger("py4j").setLevel(logging.WARNING)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers: the same Python, at the same path
    master = os.environ.get("MINZHENG_SPARK_MASTER", "local[2]")
    builder = SparkSession.builder.master(master).appName(name)
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.python.worker.reuse": "true",
    }
    if "127.0.0.1" in master or master.startswith("local"):
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        spark = builder.getOrCreate()
    except Exception as error:
        raise SparkUnavailable(f"连不上 Spark（{master}）：{str(error).splitlines()[0]}") from None
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def _engine(folders: tuple[str, str, str], persons: str, households: str, on: str) -> LoopEngine:
    key = (*folders, persons, households, on)
    if key not in _ENGINES:
        _ENGINES.clear()
        ruleset = load_ruleset(*folders)
        population = Population(Path(persons), Path(households), ruleset.vocabulary)
        _ENGINES[key] = LoopEngine(ruleset, population, datetime.date.fromisoformat(on))
    return _ENGINES[key]


def _task(
    place: tuple[int, Span], folders: tuple[str, str, str], persons: str, households: str, on: str, draft: str
) -> Any:
    """Calculate and write one block; returns (households, persons), or the parts of a RowError."""
    import pyarrow.parquet as pq

    engine = _engine(folders, persons, households, on)
    try:
        block, results = engine.run(place[1])
    except RowError as error:
        return error.reason, error.file, error.row, error.column
    for entity, table in block_tables(engine.plan, block, results, engine.rows.of_group).items():
        pq.write_table(table, Path(draft) / f"{place[0]:06}-{FILES[entity]}")
    return len(block.household_ids), len(block.person_households)


def run_spark(ruleset: Ruleset, persons: Path, households: Path, on: datetime.date, out: Path) -> Summary:
    """Both result files by the loop on a cluster. Raises InputError, CompileError and SparkUnavailable."""
    return in_order(ruleset, persons, households, lambda population: _run(ruleset, population, on, out))


def _run(ruleset: Ruleset, population: Population, on: datetime.date, out: Path) -> Summary:
    engine = LoopEngine(ruleset, population, on)  # checks the rules and the files before any task starts
    no_duplicates(population.persons.path, PERSON)
    folders = (str(ruleset.business), str(ruleset.regions), str(ruleset.words))
    people, homes = (str(f.path.absolute()) for f in (population.persons, population.households))
    draft = out.absolute() / f".parts.{os.getpid()}"
    try:
        draft.mkdir(parents=True)
    except OSError as error:
        raise InputError(f"不能写到 {out}（{error.strerror}）", field="--out") from None
    spark = session()
    try:
        spans = list(enumerate(population.spans))
        tasks = spark.sparkContext.parallelize(spans, len(spans))
        day, parts = on.isoformat(), str(draft)
        done = tasks.map(lambda place: _task(place, folders, people, homes, day, parts)).collect()
        wrong = next((d for d in done if len(d) == 4), None)
        if wrong is not None:
            raise RowError(*wrong)
        for name in FILES.values():
            _join(sorted(draft.glob(f"*-{name}")), out / name)
    finally:
        spark.stop()
        shutil.rmtree(draft, ignore_errors=True)
    return Summary(sum(d[0] for d in done), sum(d[1] for d in done), engine.plan.unconfigured())


def _join(parts: list[Path], target: Path) -> None:
    """One Parquet file out of the tasks' parts, in their order."""
    import pyarrow.parquet as pq

    whole = target.with_name(f".{target.name}.{os.getpid()}")
    with pq.ParquetWriter(whole, pq.read_schema(parts[0])) as writer:
        for part in parts:
            writer.write_table(pq.read_table(part))
    os.replace(whole, target)


__all__ = ["SparkUnavailable", "run_spark", "session"]
