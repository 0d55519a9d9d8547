"""Daily delta of the monitors against the raw DuckDB query of the same join over the same files, turn by turn.

    .venv/bin/python -m bench.monitor --rows 10000000 --watched 1000000

Ours is everything up to the findings and the state kept for the next day: join, what was known taken off, the monitors asked
(Python, for the few with news), the new state written. The alerts' rows in PostgreSQL come on top, and are as many as the
findings. Every turn is a process of its own. The lake is invented, made in a temporary folder and deleted afterwards.
"""

# ruff: noqa: S608  (names are quoted, numbers are our own)
from __future__ import annotations

import datetime
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click

LIMIT = 5.0
RESULTS = Path(__file__).resolve().parent / "results"
TODAY = datetime.date(2026, 11, 22)
#: How many people the departments' files speak of for each watched one (a province and its low-income people).
POPULATION = 80
#: Share of the rows by source: a usual day.
SHARES = {
    "social_insurance": 30, "income_tax": 20, "medical_expense": 24, "pension": 10, "vehicle": 7, "real_estate": 4,
    "market_entity": 3, "unemployment": 1, "death": 1,
}  # fmt: skip
_TYPES = {"VARCHAR": "VARCHAR", "BIGINT": "BIGINT", "DATE": "DATE", "BOOLEAN": "BOOLEAN"}


@click.group(invoke_without_command=True)
@click.pass_context
@click.option("--rows", default=10_000_000, show_default=True, help="一天新到多少行。")
@click.option("--watched", default=1_000_000, show_default=True, help="监测多少人。")
@click.option("--rounds", default=3, show_default=True, help="轮流量几轮，取各自最快的一轮。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON。")
def bench(context: click.Context, rows: int, watched: int, rounds: int, as_json: bool) -> None:
    """量每日增量监测：裸 DuckDB 联接，和联接、去重、研判、留存。"""
    if context.invoked_subcommand is not None:
        return
    root = Path(tempfile.mkdtemp(prefix="monitor-"))
    try:
        _step("make", root, rows, watched)
        turns: dict[str, list[dict[str, Any]]] = {"raw": [], "ours": []}
        for number in range(rounds + 1):
            for name, found in turns.items():
                one = _step(name, root, rows, watched)
                if number:  # the first turn fills the page cache
                    found.append(one)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    raw, ours = (min(turns[name], key=lambda one: one["seconds"]) for name in ("raw", "ours"))
    ratio = round(ours["seconds"] / raw["seconds"], 2)
    result = {
        "at": time.strftime("%Y-%m-%d %H:%M:%S"), "rows": rows, "watched": watched, "cores": os.cpu_count(), "raw": raw, "ours": ours,
        "ratio": ratio, "limit": LIMIT, "kept": ratio <= LIMIT, "turns": {k: [o["seconds"] for o in v] for k, v in turns.items()},
    }  # fmt: skip
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "monitor.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        click.echo(
            f"{rows:,} 行新数据 × {watched:,} 人：裸联接 {raw['seconds']} 秒，监测 {ours['seconds']} 秒，{ratio} 倍（限 {LIMIT} 倍）；"
            f"命中 {ours['hits']:,} 条，发现 {ours['found']:,} 条，内存 {ours['peak_rss_mb']} MB。"
        )
    sys.exit(0 if result["kept"] else 1)


def _step(name: str, root: Path, rows: int, watched: int) -> dict[str, Any]:
    call = [sys.executable, "-m", "bench.monitor", name, str(root), str(rows), str(watched)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(f"{name} 没有做成：{done.stderr[-800:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def _told(began: float, **more: Any) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    click.echo(json.dumps({"seconds": round(time.monotonic() - began, 2), "peak_rss_mb": peak, **more}))


def _django(root: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    import django

    django.setup()
    from django.conf import settings

    settings.LAKE_ROOT = root / "lake"


def _cell(column: Any) -> str:
    """An invented value of a clean column, as SQL over the row number i."""
    if column.personal or column.type in ("id_no", "name"):
        return "CAST(NULL AS BLOB)"
    if column.type == "code":
        words = [word for word in column.values if word not in ("注销", "报废", "转出", "撤销", "已就业", "终止")]
        listed = ", ".join("'" + word + "'" for word in words)
        return f"[{listed}][CAST(1 + (i * 7919) % {len(words)} AS INT)]"
    if column.type == "month":
        return "DATE '2026-10-01'"
    return {
        "DATE": f"CAST(DATE '{TODAY}' - CAST(i % 3000 AS INT) AS DATE)", "BIGINT": "CAST(100 + (i * 104729) % 600000 AS BIGINT)",
        "BOOLEAN": "i % 5 = 0",
    }.get(column.clean_type, "'示' || (i % 90000)")  # fmt: skip


@bench.command()
@click.argument("root", type=click.Path(path_type=Path))
@click.argument("rows", type=int)
@click.argument("watched", type=int)
def make(root: Path, rows: int, watched: int) -> None:
    """The watched people, what was known of them, a day's files."""
    _django(root)
    began = time.monotonic()
    from minzheng.datacenter.lake import engine
    from minzheng.datacenter.monitoring import joining
    from minzheng.datacenter.sources import registry

    with engine.connect() as con:
        con.execute(
            f"COPY (SELECT i AS person_id, 'self' AS role, CAST(i * {POPULATION} AS BIGINT) AS id_token, i AS name_token,"
            " i AS pinyin_token, CAST(NULL AS BLOB) AS digest, '990101' || lpad(CAST(i % 900 AS VARCHAR), 6, '0') AS region_code,"
            " i // 3 AS household_id, DATE '1975-01-01' + CAST(i % 18000 AS INT) AS birth_date, CAST(5 + i % 85 AS INT) AS age,"
            " false AS dead, ['assistance.dibao'] AS benefits, ['assistance.dibao'] AS household_benefits,"
            " CASE WHEN i % 3 = 0 THEN ['assistance.dibao'] ELSE [] END AS payee_of, CAST([] AS VARCHAR[]) AS ended,"
            " CAST(NULL AS DATE) AS ended_on, DATE '2026-03-01' AS decided_on, 3::INT AS housemates, 0::INT AS parents,"
            f" false AS urban, '' AS holder FROM range(1, {watched + 1}) t(i))"
            f" TO {engine.quoted(root / 'watched.parquet')} (FORMAT parquet, COMPRESSION zstd)"
        )
        con.execute(f"CREATE TABLE known ({joining.FACT_COLUMNS})")
        con.execute(
            f"INSERT INTO known SELECT i, 'self', '', '', NULL, NULL, NULL, '', '', '', '', 0 FROM range(1, {watched + 1}) t(i) "
            "UNION ALL SELECT i, 'self', 'social_insurance', 'insured', 420000, DATE '2026-09-30', NULL, '参保', '社保', 'E1', 'b',"
            f" i * 31 FROM range(1, {watched + 1}) t(i)"
        )
        con.execute(f"COPY known TO {engine.quoted(root / 'known.parquet')} (FORMAT parquet, COMPRESSION zstd)")
        whole = sum(SHARES.values())
        for source, share in SHARES.items():
            count = rows * share // whole
            own = ", ".join(
                f'{_cell(one)} AS "{one.name}"'
                for one in registry.get(source).columns
                if one.type not in ("id_no", "name")
            )
            con.execute(
                f"COPY (SELECT CAST((i * 2654435761) % {watched * POPULATION} AS BIGINT) AS id_token, 'ok' AS id_state,"
                " i AS name_token, i AS pinyin_token, i AS surname_token, i AS row_no, CAST(NULL AS BLOB) AS sealed,"
                f" {own} FROM range(1, {count + 1}) t(i) ORDER BY 1) TO {engine.quoted(root / (source + '.parquet'))}"
                " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
            )
    _told(began)


@bench.command()
@click.argument("root", type=click.Path(path_type=Path))
@click.argument("rows", type=int)
@click.argument("watched", type=int)
def raw(root: Path, rows: int, watched: int) -> None:
    """The bare join of every source with the watched people."""
    _django(root)
    from minzheng.datacenter.lake import engine
    from minzheng.datacenter.sources import registry
    from minzheng.datacenter.sources.facts import facts_sql

    began, hits = time.monotonic(), 0
    with engine.connect() as con:
        con.execute(
            f"CREATE TABLE w AS SELECT id_token, person_id FROM read_parquet({engine.quoted(root / 'watched.parquet')})"
        )
        for source in SHARES:
            facts = facts_sql(registry.get(source), f"read_parquet({engine.quoted(root / (source + '.parquet'))})")
            con.execute(
                f"CREATE TABLE {source} AS SELECT w.person_id, f.* FROM ({facts}) f JOIN w ON f.id_token = w.id_token"
            )
            hits += con.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0]
    _told(began, hits=hits)


@bench.command()
@click.argument("root", type=click.Path(path_type=Path))
@click.argument("rows", type=int)
@click.argument("watched", type=int)
def ours(root: Path, rows: int, watched: int) -> None:
    """A daily run up to its findings and the state for tomorrow."""
    _django(root)
    from minzheng.datacenter.lake import engine
    from minzheng.datacenter.monitoring import asking, declare, joining
    from minzheng.datacenter.sources import registry
    from minzheng.kernel.standards import values

    monitors = tuple(declare.declared().values())
    specs = {code: registry.get(code) for code in SHARES}
    fresh = [joining.Delivery(code, code, (str(root / f"{code}.parquet"),), 0, "990101000000") for code in SHARES]
    reading = joining.Reading(specs, fresh, {one.source: [one] for one in fresh})
    began = time.monotonic()
    with engine.connect() as con, patch.object(values, "current", lambda: ()):
        joining.begin(con, root / "watched.parquet", root / "known.parquet")
        hits = joining.join(con, reading, monitors)
        joining.compare(con, again=False)
        found = sum(1 for _ in asking.ask(con, monitors, TODAY, lambda code, place: False, Counter()))
        joining.next_state(con, root / "next.parquet", TODAY)
    _told(began, hits=hits, found=found)


if __name__ == "__main__":
    bench()
