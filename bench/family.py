"""One family over all sources of the lake: what the server does while somebody waits, beside the same look-up as one plain
DuckDB query over the same files.

    .venv/bin/python -m bench.family --rows 1000000 --families 200

Every source has so many rows, sorted by token as the lake keeps them. Both sides run in this one process, family by family
in turn, each family once and never before; the first few are not counted. Seconds of the processor are told beside those of
the clock, because other work on the machine stretches the latter.
"""

# ruff: noqa: S608  (names are quoted, numbers are our own)
from __future__ import annotations

import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

RESULTS = Path(__file__).resolve().parent / "results"
DATABASE = "minzheng_bench_family"
REGION, PERIOD, DAY = "990101000000", "2026-10", datetime.date(2026, 11, 22)
#: Server time of a family's look-up over all sources.
MOST_MS = 50.0
MEMBERS, WARM = 4, 10


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="每个来源多少行。")
@click.option("--families", default=200, show_default=True, help="查多少户（每户四人）。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON。")
@click.option("--step", default="", hidden=True)
def main(rows: int, families: int, as_json: bool, step: str) -> None:
    """量一户家庭在全部来源里查一遍的服务器时间。"""
    if step:
        click.echo(json.dumps(_measured(Path(step), rows, families)))
        return
    from minzheng.site import database

    with database.available(), tempfile.TemporaryDirectory(prefix="minzheng-family-") as place:
        words = [sys.executable, "-m", "bench.family", "--step", place, "--rows", rows, "--families", families]
        done = subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE, text=True)
    result = json.loads(done.stdout.strip().splitlines()[-1])
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "family.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else _text(result))
    sys.exit(0 if result["kept"] else 1)


def _text(result: dict[str, Any]) -> str:
    ours, raw = result["ours"], result["raw"]
    return (
        f"{result['sources']} 个来源，各 {result['rows']:,} 行：一户中位数 {ours['p50_ms']} 毫秒，95% 在 {ours['p95_ms']} 毫秒以内"
        f"（不超过 {MOST_MS:.0f}），处理器 {ours['cpu_ms']} 毫秒；裸查询 {raw['p50_ms']} 毫秒，处理器 {raw['cpu_ms']} 毫秒，{result['ratio']} 倍"
    )


def _measured(root: Path, rows: int, families: int) -> dict[str, Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    os.environ["MINZHENG_DATABASE_ROLE"] = "owner"
    import django

    django.setup()
    from django.conf import settings

    from bench import databases

    settings.LAKE_ROOT = root / "lake"
    databases.drop(DATABASE)
    databases._administer(f'CREATE DATABASE "{DATABASE}"')
    databases.use(DATABASE)
    try:
        databases._migrate()
        population = _lake(rows)
        return _timed(population, rows, families)
    finally:
        databases.drop(DATABASE)


def _lake(rows: int) -> Any:
    """Every source of the catalogue with one delivery in force."""
    from bench import match_lake
    from minzheng.datacenter.lake import places, sealed, writing
    from minzheng.datacenter.lake.models import LakeBatch
    from minzheng.datacenter.sources import registry
    from minzheng.datacenter.sources.facts_few import columns_looked_up
    from minzheng.kernel import clock

    population = match_lake.Population(max(2_000_000, rows))
    for number, (code, spec) in enumerate(registry.all().items(), start=1):
        part = population.delivery(spec, rows, places.clean(), number)
        files = [writing.file_of(part.path)]
        files += writing.rows_beside(part.path.parent, files, columns_looked_up(code))
        LakeBatch.objects.create(
            no=str(number), source=code, period=PERIOD, kind="parquet", file_name="bench", file_sha=code, state=LakeBatch.HELD,
            rows=rows, accepted=rows, region_code=REGION, key=sealed.new_key(), created_at=clock.now(), held_at=clock.now(),
            files=files,
        )  # fmt: skip
    return population


def _timed(population: Any, rows: int, families: int) -> dict[str, Any]:
    import numpy as np

    from bench import match_lake
    from minzheng.datacenter.lake.engine import connect
    from minzheng.datacenter.matching import from_lake
    from minzheng.datacenter.matching.interface import Asked

    chance = np.random.default_rng(17)
    sources = from_lake.sources()
    taken: dict[str, list[tuple[float, float]]] = {"ours": [], "raw": []}
    facts = 0
    with connect("256MB", threads=1) as con:
        for number in range(families + WARM):
            who = chance.integers(0, population.size, MEMBERS)
            names = population.names.texts.take(match_lake.name_of(who)).to_pylist()
            tokens = [int(population.tokens[one]) for one in who]
            people = [Asked(at, name, token) for at, (name, token) in enumerate(zip(names, tokens, strict=True))]
            ours = _once(lambda: from_lake.look_up([(one, people) for one in sources], DAY, REGION))  # noqa: B023
            raw = _once(lambda: _raw(con, tokens))  # noqa: B023
            if number >= WARM:
                taken["ours"].append(ours[:2])
                taken["raw"].append(raw[:2])
                facts += sum(len(found) for one in ours[2].values() if isinstance(one, dict) for found in one.values())
    told = {name: _summed(values) for name, values in taken.items()}
    return {
        "at": time.strftime("%Y-%m-%d %H:%M:%S"), "rows": rows, "sources": len(sources), "families": families, "facts": facts,
        **told, "ratio": round(told["ours"]["cpu_ms"] / told["raw"]["cpu_ms"], 2), "most_ms": MOST_MS,
        "load": round(os.getloadavg()[0], 1), "kept": told["ours"]["p50_ms"] <= MOST_MS,
    }  # fmt: skip


def _once(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds of the clock and of the processor."""
    began, busy = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - began, time.process_time() - busy, found


def _summed(taken: list[tuple[float, float]]) -> dict[str, float]:
    clock = sorted(one for one, _ in taken)
    return {
        "p50_ms": round(statistics.median(clock) * 1000, 1),
        "p95_ms": round(clock[int(len(clock) * 0.95)] * 1000, 1),
        "cpu_ms": round(statistics.median(one for _, one in taken) * 1000, 1),
    }


def _raw(con: Any, tokens: list[int]) -> Any:
    """What anybody would write by hand: every file asked for the rows of these people."""
    from minzheng.datacenter.lake import places

    files = sorted(places.clean().glob("source=*/period=*/batch=*/part-0.parquet"))
    listed = ", ".join(map(str, tokens))
    parts = [f"SELECT id_token, row_no, name_token FROM read_parquet('{file}') WHERE id_token IN ({listed})" for file in files]  # fmt: skip
    return con.execute(" UNION ALL ".join(parts)).fetchall()


if __name__ == "__main__":
    main()
