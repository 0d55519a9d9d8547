"""The promises of the big-data centre in one table: each measure beside the plain DuckDB query over the same files.

    .venv/bin/python -m bench datacenter                     # small: minutes
    .venv/bin/python -m bench datacenter --size full         # 100 million records, hours and some 40 GB of disk

Every measure is a command of its own (bench.match, bench.monitor, bench.lake_ingest, bench.link, bench.family), which writes
its figures into bench/results; here only what was promised is picked out of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bench.table import _aligned

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True)
class Measure:
    """``figures``: what of its result is promised: (words, value, limit, whether it must be at least the limit)."""

    name: str
    words: Mapping[str, tuple[str, ...]]
    figures: Callable[[dict[str, Any]], list[tuple[str, float, float, bool]]]


def _match(found: dict[str, Any]) -> list[tuple[str, float, float, bool]]:
    ratios, cpu = found["ratios"], found["cpu_ratios"]
    return [
        ("批量核对：匹配 ÷ 裸联接（时钟）", ratios["match"], 1.3, False),
        ("批量核对：匹配 ÷ 裸联接（处理器）", cpu["match"], 1.3, False),
        ("批量核对：连同复算、报告、预警（时钟）", ratios["whole"], 4.0, False),
        ("批量核对：峰值内存 MB", found["peak_rss_mb"], 1536, False),
    ]


def _monitor(found: dict[str, Any]) -> list[tuple[str, float, float, bool]]:
    return [("每日监测 ÷ 裸联接", found["ratio"], 5.0, False)]


def _ingest(found: dict[str, Any]) -> list[tuple[str, float, float, bool]]:
    return [
        ("入湖 ÷ read_csv（时钟）", found["csv"]["ratio"], 6.0, False),
        ("入湖 ÷ read_csv（处理器）", found["csv"]["cpu_ratio"], 6.0, False),
    ]


def _link(found: dict[str, Any]) -> list[tuple[str, float, float, bool]]:
    rows = found["populations"]
    return [
        ("名册匹配：准确率", min(row["precision"] for row in rows), 0.9999, True),
        ("名册匹配：自动找全率", min(row["recall"] for row in rows), 0.975, True),
        ("名册匹配：连同复核找全率", min(row["recall_with_review"] for row in rows), 0.99, True),
        ("名册匹配：秒", max(row["seconds"] for row in rows), 12.0, False),
        ("名册匹配：处理器秒", max(row["cpu_seconds"] for row in rows), 12.0, False),
    ]


def _family(found: dict[str, Any]) -> list[tuple[str, float, float, bool]]:
    return [
        ("一户查全部来源：中位数毫秒", found["ours"]["p50_ms"], 50.0, False),
        ("一户查全部来源：处理器毫秒", found["ours"]["cpu_ms"], 50.0, False),
    ]


MEASURES = (
    Measure("match", {"small": ("--rows", "4000000", "--persons", "200000", "--rounds", "2"), "full": ("--rows", "100000000", "--rounds", "2")}, _match),
    Measure("monitor", {"small": ("--rows", "1000000", "--watched", "100000", "--rounds", "2"), "full": ("--rows", "10000000", "--watched", "1000000")}, _monitor),
    Measure("lake_ingest", {"small": ("--rows", "300000", "--rounds", "3"), "full": ("--rows", "1000000", "--rounds", "5", "--big", "10000000")}, _ingest),
    Measure("link", {"small": ("--left", "20000", "--right", "200000", "--rounds", "1", "--only", "2"), "full": ("--rounds", "2")}, _link),
    Measure("family", {"small": ("--rows", "100000", "--families", "60"), "full": ("--rows", "1000000", "--families", "200")}, _family),
)  # fmt: skip


@click.command()
@click.option(
    "--size", type=click.Choice(["small", "full"]), default="small", show_default=True, help="full 是承诺的规模。"
)
@click.option("--only", multiple=True, type=click.Choice([one.name for one in MEASURES]), help="只量这几项。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有 JSON。")
def datacenter(size: str, only: tuple[str, ...], as_json: bool) -> None:
    """量大数据中心：成批核对、每日监测、入湖、名册匹配、一户查询，各与裸 DuckDB 查询相比。"""
    rows: list[dict[str, Any]] = []
    for one in MEASURES:
        if only and one.name not in only:
            continue
        for words, value, limit, least in one.figures(_found(one.name, one.words[size])):
            kept = value >= limit if least else value <= limit
            rows.append({"what": words, "value": value, "limit": limit, "least": least, "kept": kept})
    if as_json:
        click.echo(json.dumps({"size": size, "rows": rows}, ensure_ascii=False, indent=1))
    else:
        click.echo(_table(rows))
    sys.exit(0 if all(row["kept"] for row in rows) else 1)


def _found(name: str, words: tuple[str, ...]) -> dict[str, Any]:
    """Run one measure and read the result it wrote; a promise that is not kept is told in the table, a measure that did not
    write one ends the command."""
    began = time.time()
    print(f"· {name}", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", f"bench.{name}", *words], check=False, stdout=sys.stderr)
    written = sorted(RESULTS.glob(f"{name}*.json"), key=lambda path: path.stat().st_mtime)
    if not written or written[-1].stat().st_mtime < began:
        raise click.ClickException(f"{name} 没有量成，原因见上面。")
    return dict(json.loads(written[-1].read_text("utf-8")))


def _table(rows: list[dict[str, Any]]) -> str:
    body = [
        [row["what"], f"{row['value']:g}", f"{'≥' if row['least'] else '≤'} {row['limit']:g}", "守住" if row["kept"] else "没有守住"]
        for row in rows
    ]  # fmt: skip
    return "\n".join(_aligned([["承诺", "量得", "限", "结果"], *body]))
