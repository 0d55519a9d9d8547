"""``minzheng match run`` killed with -9 at random moments: the folder holds the whole old result or the whole new one; nothing
is left beside it after the next run, and that gives the same totals. (More rounds: ``MINZHENG_KILL_ROUNDS=100 pytest …``.)"""

from __future__ import annotations

import datetime
import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.datacenter.matching.bulk import publishing
from minzheng.datacenter.matching.bulk.cli import run as command
from minzheng.datacenter.sources import inventing
from minzheng.datacenter.sources.simulate import simulate

ROUNDS, SEED, PERSONS = int(os.environ.get("MINZHENG_KILL_ROUNDS", "6")), 3, 300
SOURCES = ("vehicle", "death")


def state(out: Path) -> tuple[Any, ...]:
    """What the folder holds, as one value; every file has to be whole and to fit the others."""
    told = json.loads((out / "run.json").read_text("utf-8"))
    hits, families = (pq.read_table(out / f"{name}.parquet") for name in ("hits", "families"))
    assert {path.name for path in out.iterdir()} - {publishing.REJECTS} == set(publishing.FILES)
    assert sum(one["hits"] for one in told["sources"]) == hits.num_rows and told["checks"]["held"]
    assert families.num_rows == told["totals"]["families"]
    assert sum(families["review"].to_pylist()) == sum(hits["review"].to_pylist())
    return tuple(sorted(told["totals"].items()))


def test_随时被杀_留下旧的或新的整份结果_再跑一遍合计相同(tmp_path: Path) -> None:
    everybody = inventing.invent(PERSONS, np.random.default_rng(5), (20, 70), datetime.date(2026, 11, 22))
    known = pa.table({"id_no": everybody.id_no, "name": everybody.name})
    for code in SOURCES:
        simulate(code, 600, 1, tmp_path / f"{code}.parquet", people=known, dirty=0.1)
    people = {"family_id": np.arange(PERSONS) // 3, "person_id": np.arange(PERSONS), "county": ["990101"] * PERSONS}
    table = pa.table(people | {name: known[name] for name in known.column_names})
    pq.write_table(table, tmp_path / "A.parquet")
    pq.write_table(table.slice(0, 30), tmp_path / "few.parquet")
    out = tmp_path / "out"

    def words(applicants: str) -> list[str]:
        files = [word for code in SOURCES for word in ("--files", f"{code}={tmp_path}/{code}.parquet")]
        return ["--applicants", f"{tmp_path}/{applicants}", *files, "--out", str(out), "--json"]

    command(words("A.parquet"), standalone_mode=False)
    new = state(out)
    began = time.monotonic()
    command(words("few.parquet"), standalone_mode=False)
    usual, old = time.monotonic() - began, state(out)
    chance, stopped = random.Random(SEED), 0
    for _ in range(ROUNDS):
        child = os.fork()
        if child == 0:
            try:
                command(words("A.parquet"), standalone_mode=False)
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0.05, usual * 1.1))
        os.kill(child, signal.SIGKILL)
        stopped += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        assert state(out) in (old, new)
    assert stopped and old != new
    command(words("A.parquet"), standalone_mode=False)
    assert state(out) == new
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".")} == set()
