"""A delivered file into the lake beside the bare reading of the same rows by DuckDB, and the memory it takes.

    .venv/bin/python -m bench.lake_ingest --rows 1000000 --big 10000000

The file of `--rows` rows is ingested from GB18030 (stored sealed, checked, tokenised, sealed, sorted, counted) in turn
with DuckDB's ``read_csv`` of the same rows in UTF-8, round after round. `--big` ingests once more rows in a process of its
own and tells the peak memory. The files are made by the simulator, so everybody gets the same bytes.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

RESULTS = Path(__file__).resolve().parent / "results"
DATABASE = "minzheng_bench_lake"
SOURCE = "social_insurance"
PERIOD = "2026-10"
MOST_RATIO, MOST_MB = 6.0, 1500


def _ready() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    os.environ["MINZHENG_DATABASE_ROLE"] = "owner"
    django.setup()


def _prepare() -> None:
    from bench import databases

    databases.drop(DATABASE)
    databases._administer(f'CREATE DATABASE "{DATABASE}"')
    databases.use(DATABASE)
    databases._migrate()


def _ingest(file: Path) -> tuple[Any, float, float]:
    """The batch, seconds of the clock and of the processor."""
    from minzheng.datacenter.lake.ingest import ingest
    from minzheng.kernel.accounts.actors import SYSTEM

    began, busy = time.perf_counter(), time.process_time()
    batch = ingest(SYSTEM, SOURCE, file, PERIOD, region="990101")
    return batch, time.perf_counter() - began, time.process_time() - busy


def _bare(file: Path) -> tuple[float, float]:
    import duckdb

    began, busy = time.perf_counter(), time.process_time()
    with duckdb.connect(":memory:") as con:
        con.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{file}', all_varchar=true)")  # noqa: S608
        con.execute("SELECT count(*) FROM t").fetchall()
    return time.perf_counter() - began, time.process_time() - busy


def _made(folder: Path, rows: int, encoding: str, seed: int) -> Path:
    from minzheng.datacenter.sources.simulate import simulate

    file = folder / f"{rows}-{encoding}-{seed}.csv"
    simulate(SOURCE, rows, seed, file, dirty=0.01, encoding=encoding, period=PERIOD)
    return file


def _long(folder: Path, rows: int) -> None:
    """A file of many rows, a portion again and again: the simulator holds what it makes in memory."""
    portion = min(rows, 500_000)
    content = _made(folder, portion, "gb18030", 7).read_bytes()
    head, _, body = content.partition(b"\n")
    with (folder / "big.csv").open("wb") as out:
        out.write(head + b"\n")
        for _ in range(-(-rows // portion)):
            out.write(body)


def measure(rows: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Seconds of both, round after round, and how they compare."""
    utf8 = _made(folder, rows, "utf-8", 1)
    _ingest(_made(folder, 1000, "gb18030", 9))  # character tables and the like are built once per process
    bare, ours, batch = [], [], None
    for number in range(rounds):
        bare.append(_bare(utf8))
        file = _made(folder, rows, "gb18030", number + 1)  # other bytes each round: the same ones are no work
        batch, *seconds = _ingest(file)
        ours.append(seconds)
        file.unlink()
    assert batch is not None
    # round by round, so that what else runs on the machine meets both
    ratio, cpu = (
        statistics.median(one[at] / other[at] for one, other in zip(ours, bare, strict=True)) for at in (0, 1)
    )
    return {
        "rows": rows, "read_csv": [round(one, 2) for one, _ in bare], "ingest": [round(one, 2) for one, _ in ours],
        "cpu": {"read_csv": [round(one, 2) for _, one in bare], "ingest": [round(one, 2) for _, one in ours]},
        "ratio": round(ratio, 2), "cpu_ratio": round(cpu, 2), "accepted": batch.accepted, "rejected": batch.rejected,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


def big(rows: int, folder: Path) -> dict[str, Any]:
    """One large file; peak memory of the process that ingests it."""
    batch, seconds, _ = _ingest(folder / "big.csv")
    return {
        "rows": rows, "seconds": round(seconds, 1), "accepted": batch.accepted, "rejected": batch.rejected,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="对比用的行数。")
@click.option("--rounds", default=3, show_default=True, help="轮数。")
@click.option("--big", "many", default=0, show_default=True, help="另量一次内存的行数，0 为不量。")
@click.option("--step", default="", hidden=True)
@click.option("--folder", default="", hidden=True)
def main(rows: int, rounds: int, many: int, step: str, folder: str) -> None:
    """量一份文件入湖的时间和内存。"""
    if step:
        _ready()
        from bench import databases

        if step == "prepare":
            _prepare()
            return
        if step == "simulate":
            _long(Path(folder), many)
            return
        databases.use(DATABASE)
        click.echo(json.dumps(measure(rows, rounds, Path(folder)) if step == "measure" else big(many, Path(folder))))
        return
    result: dict[str, Any] = {"at": time.strftime("%Y-%m-%d %H:%M:%S")}
    from minzheng.site import database

    with (
        database.available(),
        tempfile.TemporaryDirectory(prefix="minzheng-lake-", dir=os.environ.get("TMPDIR")) as place,
    ):
        _child(place, "prepare")
        result["csv"] = _child(place, "measure", "--rows", str(rows), "--rounds", str(rounds))
        if many:
            _child(place, "simulate", "--big", str(many))
            result["big"] = _child(place, "big", "--big", str(many))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "lake_ingest.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps(result, ensure_ascii=False, indent=1))
    kept = result["csv"]["ratio"] <= MOST_RATIO and result.get("big", result["csv"])["peak_mb"] <= MOST_MB
    sys.exit(0 if kept else 1)


def _child(folder: str, step: str, *more: str) -> dict[str, Any]:
    arguments = [sys.executable, "-m", "bench.lake_ingest", "--step", step, "--folder", folder, *more]
    told = subprocess.run(arguments, check=True, stdout=subprocess.PIPE).stdout.decode().strip()
    return json.loads(told.splitlines()[-1]) if told else {}


if __name__ == "__main__":
    main()
