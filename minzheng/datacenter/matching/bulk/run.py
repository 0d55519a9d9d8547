"""One batch match from beginning to end: people, files, join, counts, report, alerts, checks; published all at once.

``run`` is the whole of ``minzheng match run``; the console's job calls it too. Nothing is kept in a database here.
"""

from __future__ import annotations

import datetime
import json
import os
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from minzheng.datacenter.lake.engine import connect, quoted
from minzheng.datacenter.matching.bulk import (
    alerts,
    applicants,
    canaries,
    checks,
    doubtful,
    grading,
    join,
    limits,
    months,
    publishing,
    recount,
    report,
)
from minzheng.datacenter.matching.bulk.errors import MatchRefused
from minzheng.datacenter.matching.bulk.material import Material
from minzheng.datacenter.sources.facts import columns_used
from minzheng.kernel import clock

if TYPE_CHECKING:
    import duckdb

ENGINES = ("duckdb", "spark")
#: Columns of the people that go through the join; families and persons keep the types they came with.
CARRIED = ("pid", "family_id", "person_id")
HITS = (
    "family_id", "person_id", "source", "class", "amount_fen", "on_date", "valid_to", "title", "reference", "batch", "row_no",
    "code", "review", "note",
)  # fmt: skip
Progress = Callable[[float, str], None]
Materials = Callable[[Path], list[Material]]
People = Callable[[Path], applicants.People]


@dataclass(frozen=True)
class Totals:
    """rows = rows of the sources that were read; matched = rows that are somebody's, found by number (E1, and E2 where a slip
    of the pen explains the name); review = rows that only may be somebody's (E2 of another name, R1, Q1, Q2); unmatched =
    all others, so rows = matched + unmatched + review.
    families = families reported, also those about whom nothing was found."""

    rows: int
    matched: int
    unmatched: int
    review: int
    families: int


@dataclass
class Asked:
    """``on``: the day asked about. ``limits``: lines of the alerts. ``classes``: fact classes wanted, () for all."""

    on: datetime.date
    limits: dict[str, int]
    engine: str = "duckdb"
    memory: str | None = None
    classes: tuple[str, ...] = ()
    progress: Progress = lambda percent, sentence: None


@dataclass
class Source:
    """What came out of one source."""

    code: str
    title: str
    rows: int
    matched: int
    review: int
    hits: int
    batches: list[str] = field(default_factory=list)
    unread: dict[str, int] = field(default_factory=dict)
    #: Rows without a number whose name too many bear to be compared.
    crowded: int = 0


def asked(
    *, on: datetime.date | None = None, settled: bool = False, engine: str = "duckdb", memory: str | None = None,
    classes: Sequence[str] = (), progress: Progress | None = None,
) -> Asked:  # fmt: skip
    """The conditions of a run. ``settled``: with the lines the bureau has signed (needs the database). Raises
    MatchRefused for an engine there is not."""
    if engine not in ENGINES:
        raise MatchRefused(f"--engine：没有“{engine}”这种引擎，可以写 {' 或 '.join(ENGINES)}。")
    day = on or clock.today()
    lines = dict(limits.settled(day) if settled else limits.shipped(day))
    return Asked(day, lines, engine, memory, tuple(classes), progress or (lambda percent, sentence: None))


def run(people: Path | People, materials: Materials, out: Path, how: Asked) -> Totals:
    """Match people against the sources and publish hits, families, alerts and run.json in ``out``.

    ``people``: the applicants' file, or a function that collects them from elsewhere (``applicants.known``).
    ``materials``: gives the clean files, and may write some into the folder it is handed (gone afterwards). Raises
    MatchRefused for bad input and CheckFailed when the run's own checks do not hold; then ``out`` stays as it was."""
    with publishing.draft(out) as folder:
        return _Run(how, folder).go(people, materials)


class _Run:
    def __init__(self, how: Asked, folder: Path):
        self.how, self.folder, self.work = how, folder, folder / publishing.WORK
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self.sources: list[Source] = []
        self.proof = checks.Proof()
        self._since = time.monotonic(), time.process_time()
        self._one_each = False

    def go(self, asked_about: Path | People, materials: Materials) -> Totals:
        self.how.progress(1, "读取人员")
        people = applicants.read(asked_about, self.work) if isinstance(asked_about, Path) else asked_about(self.work)
        self._took("people")
        self.how.progress(5, "准备各来源的数据")
        found = materials(self.work)
        if not found:
            raise MatchRefused("没有可以核对的数据：请用 --files 给出文件，或先把数据导入数据湖。")
        self._took("files")
        planted = canaries.plant(found, people.rows, self.work)
        with connect(self.how.memory) as con:
            self._load(con, people, planted)
            joined = self._join(con, found, planted, people)
            self.proof.engine(con)
        self._took("match")
        self._recount(found, people, joined)
        with connect(self.how.memory) as con:
            families = self._report(con, people)
            self.proof.engine(con)
        self._took("report")
        rows = sum(one.rows for one in self.sources)
        matched, review = (sum(getattr(one, name) for one in self.sources) for name in ("matched", "review"))
        totals = Totals(rows, matched, rows - matched - review, review, families)
        self._write(totals, people)
        self.proof.demand()
        return totals

    def _load(self, con: duckdb.DuckDBPyConnection, people: applicants.People, planted: canaries.Canaries) -> None:
        con.execute(f"CREATE TEMP TABLE people AS SELECT * FROM read_parquet({quoted(people.keys)})")
        con.execute(f"INSERT INTO people BY NAME SELECT * FROM read_parquet({quoted(planted.keys)})")
        count, distinct, exact = con.execute(
            "SELECT count(*), count(DISTINCT key), bool_and(exact) FROM people"
        ).fetchall()[0]
        self._one_each = count == distinct and exact

    def _join(
        self, con: duckdb.DuckDBPyConnection, found: list[Material], planted: canaries.Canaries, people: applicants.People
    ) -> dict[str, np.ndarray]:  # fmt: skip
        """Join and count every source; hits go into one table and from there into the file. Gives rows by key range."""
        by_range = {}
        names = pa.concat_arrays([*people.plain["name"].chunks, planted.names])
        joiner, unsure = self._joiner(con), doubtful.Doubtful(con, people, CARRIED, self.how.classes)
        try:
            for at, material in enumerate(found):
                spec = material.spec
                self.how.progress(10 + 60 * at / len(found), f"核对{spec.title}（{material.rows:,} 行）")
                joiner(material, planted.parts[spec.code])
                grading.grade(con, names)
                crowded = unsure.find(material)
                by_range[spec.code] = self._take(con, material, planted, crowded)
        finally:
            joiner.close()
        path = self.folder / "hits.parquet"
        con.execute(f"COPY hits TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)")
        return by_range

    def _joiner(self, con: duckdb.DuckDBPyConnection) -> Any:
        if self.how.engine == "spark":
            from minzheng.datacenter.matching.bulk.spark import SparkJoin

            return SparkJoin(con, self.work, self.how.classes)
        return DuckJoin(con, self.how.classes)

    def _take(
        self, con: duckdb.DuckDBPyConnection, material: Material, planted: canaries.Canaries, crowded: int
    ) -> np.ndarray:
        """Out of the table ``matched``: canaries, counts and hits; then it is dropped."""
        spec, first = material.spec, planted.first
        seen = con.execute(f"SELECT row_no, code FROM matched WHERE pid >= {first} AND batch = ? ORDER BY ALL", [canaries.BATCH]).fetchall()  # fmt: skip
        self.proof.canaries(spec.code, planted.expected(spec.code), seen)
        rows = self._rows_sql(first)
        matched, review = con.execute(
            f"SELECT count(*) FILTER (code < {join.FIRST_REVIEW}), count(*) FILTER (code >= {join.FIRST_REVIEW}) FROM {rows}"
        ).fetchall()[0]
        on = months.asked_about(material, self.how.on)
        mine = f"(SELECT * FROM matched WHERE pid < {first})"
        facts = join.facts_of(spec, mine, CARRIED, "pid", on=on, classes=self.how.classes)
        select = f"SELECT {self._batch_named(material)} FROM ({join.final_sql(spec, facts, CARRIED)})"
        con.execute(f"CREATE TEMP TABLE IF NOT EXISTS hits AS SELECT * FROM ({select}) LIMIT 0")
        hits = con.execute(f"INSERT INTO hits {select}").fetchall()[0][0]
        counts = recount.joined(con, rows)
        con.execute("DROP TABLE matched")
        batches = [material.names.get(part.batch, part.batch) for part in material.parts]
        self.sources.append(
            Source(spec.code, spec.title, material.rows, matched, review, hits, batches, material.unread, crowded)
        )
        return counts

    def _rows_sql(self, first: int) -> str:
        """The rows of the source that were found, each once, with the surest code. While everybody has a number of his
        own, a row can only be found twice as a repaired one."""
        mine = f"SELECT batch, row_no, code, key FROM matched WHERE pid < {first}"
        if self._one_each:
            doubtful = f"code >= {join.REPAIRED}"
            return f"({mine} AND NOT {doubtful} UNION ALL SELECT DISTINCT batch, row_no, code, key FROM ({mine} AND {doubtful}))"
        least = f"any_value(key) FILTER (code < {join.REPAIRED}) AS key"
        return f"(SELECT batch, row_no, min(code) AS code, {least} FROM ({mine}) GROUP BY batch, row_no)"

    def _batch_named(self, material: Material) -> str:
        """The columns of hits.parquet; a batch under the name people know it by."""
        cases = " ".join(f"WHEN {quoted(key)} THEN {quoted(name)}" for key, name in material.names.items())
        batch = f"CASE batch {cases} ELSE batch END AS batch" if cases else "batch"
        return ", ".join(batch if name == "batch" else f'"{name}"' for name in HITS)

    def _recount(self, found: list[Material], people: applicants.People, joined: dict[str, np.ndarray]) -> None:
        keys = recount.sorted_keys(people.keys)
        for at, material in enumerate(found):
            self.how.progress(70 + 10 * at / len(found), f"复算{material.spec.title}")
            code = material.spec.code
            counted = recount.by_range(material, keys)
            self.proof.rows(code, material.rows, counted.rows)
            self.proof.ranges(code, joined[code], counted.hits)
        self._took("recount")

    def _report(self, con: duckdb.DuckDBPyConnection, people: applicants.People) -> int:
        """Alerts, then families; gives how many families."""
        self.how.progress(80, "汇总各户和预警")
        hits = f"read_parquet({quoted(self.folder / 'hits.parquet')})"
        titles = {one.code: one.title for one in self.sources}
        alerts_file, families_file = self.folder / "alerts.parquet", self.folder / "families.parquet"
        con.execute(f"COPY ({alerts.alerts_sql(hits, self.how.limits, self.how.on, titles)}) TO {quoted(alerts_file)} (FORMAT parquet, COMPRESSION zstd)")  # fmt: skip
        persons = f"read_parquet({quoted(people.persons)})"
        families = report.families_sql(persons, hits, f"read_parquet({quoted(alerts_file)})", self.how.on)
        con.execute(f"COPY ({families}) TO {quoted(families_file)} (FORMAT parquet, COMPRESSION zstd)")
        count = con.execute(f"SELECT count(*), sum(persons) FROM read_parquet({quoted(families_file)})").fetchall()[0]
        self.proof.people(people.rows, int(count[1]))
        return int(count[0])

    def _write(self, totals: Totals, people: applicants.People) -> None:
        """run.json: what was done and what was proved about it; and the list of what could not be read."""
        if (self.work / publishing.REJECTS).exists():
            os.rename(self.work / publishing.REJECTS, self.folder / publishing.REJECTS)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        told = {
            "at": clock.now().isoformat(timespec="seconds"), "on": self.how.on.isoformat(), "engine": self.how.engine,
            "persons": people.rows, "persons_without_id": people.without_id, "totals": asdict(totals),
            "sources": [asdict(one) for one in self.sources], "limits": self.how.limits,
            "checks": self.proof.told(), "seconds": self.seconds, "cpu_seconds": self.cpu,
            "peak_rss_mb": peak,
        }  # fmt: skip
        (self.folder / "run.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")

    def _took(self, step: str) -> None:
        now = time.monotonic(), time.process_time()
        self.seconds[step], self.cpu[step] = (round(b - a, 2) for a, b in zip(self._since, now, strict=True))
        self._since = now


class DuckJoin:
    """Makes the table ``matched`` of one source with DuckDB, one join a statement."""

    def __init__(self, con: duckdb.DuckDBPyConnection, classes: Sequence[str]):
        self.con, self.classes = con, classes

    def __call__(self, material: Material, planted: Any) -> None:
        con, columns = self.con, columns_used(material.spec, self.classes)
        relation, repairs = material.relation(planted), material.repairs(planted)
        con.execute(f"CREATE OR REPLACE TEMP TABLE matched AS {join.matched_sql('people', relation, columns, CARRIED)}")
        if repairs:
            con.execute(f"CREATE OR REPLACE TEMP TABLE near AS {join.near_sql('people', repairs, CARRIED)}")
            con.execute(f"INSERT INTO matched BY NAME {join.doubtful_sql('near', relation, columns, CARRIED)}")
            con.execute("DROP TABLE near")

    def close(self) -> None:
        """Nothing is held beside the connection."""
