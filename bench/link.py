"""Linking 100 000 × 1 000 000 dirty rows: precision, recall, time and memory beside the raw equality join in DuckDB.

    .venv/bin/python -m bench.link --left 100000 --right 1000000

Populations of several densities and seeds, invented with known truth; each link runs as the command does, in a process
of its own, so that its time counts everything and its memory is its own. The raw join of the same two files is the
query most systems would use: equal texts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import duckdb
import pyarrow.parquet as pq

from minzheng.datacenter.linkage import invented, traps

RESULTS = Path(__file__).resolve().parent / "results"
#: (persons per county and birth date, seed, share of right rows that stand there twice). A province has about 30.
SETTINGS = ((0.4, 7, 0.0), (30.0, 7, 0.0), (30.0, 8, 0.0), (30.0, 9, 0.2), (300.0, 7, 0.0))
#: What is promised: precision and recall of what is accepted, recall with review, seconds.
PROMISED = {"precision": 0.9999, "recall": 0.975, "recall_with_review": 0.99, "seconds": 12.0}
_RAW = "SELECT count(*) FROM read_parquet('{0}') l JOIN read_parquet('{1}') r ON l.id_no = r.id_no AND l.id_no <> ''"


def timed(work: list[str]) -> tuple[float, float, int]:
    """Seconds on the clock and of all cores (which a busy machine stretches less), and peak memory in MB."""
    start = time.perf_counter()
    child = subprocess.Popen(work, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"命令失败：{' '.join(work)}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024


def command(left: Path, right: Path, out: Path) -> list[str]:
    words = ["match", "link", "--left", left, "--right", right, "--out", out, "--json"]
    return [sys.executable, "-m", "minzheng", *map(str, words)]


def judged(left: Path, right: Path, out: Path) -> dict[str, Any]:
    """Precision and recall against the truth, and the pairs of each code."""
    con = duckdb.connect()
    con.execute(
        f"CREATE TABLE pairs AS SELECT o.*, l.pid = r.pid AS good FROM read_parquet('{out}') o "  # noqa: S608
        f"JOIN read_parquet('{left}') l ON l.uid = o.left_uid JOIN read_parquet('{right}') r ON r.uid = o.right_uid"
    )
    truth = con.execute(
        f"SELECT count(*) FROM read_parquet('{left}') l JOIN read_parquet('{right}') r USING (pid)"  # noqa: S608
    ).fetchall()[0][0]
    accepted, right_ones, review, found = con.execute(
        "SELECT count_if(auto), count_if(auto AND good), count_if(NOT auto), count_if(good) FROM pairs"
    ).fetchall()[0]
    by_code = con.execute(
        "SELECT code, auto, count(*), count_if(NOT good) FROM pairs GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return {
        "truth": truth, "auto": accepted, "false_auto": accepted - right_ones, "review": review,
        "precision": round(right_ones / max(1, accepted), 6), "recall": round(right_ones / max(1, truth), 5),
        "recall_with_review": round(found / max(1, truth), 5),
        "codes": [{"code": c, "auto": a, "pairs": n, "false": f} for c, a, n, f in by_code],
    }  # fmt: skip


def measure(left: int, right: int, number: int, rounds: int) -> dict[str, Any]:
    """One population (or the traps: −1): the command and the raw join in turn, `rounds` times; best of each.

    The lists are made by a process of their own: a child's peak memory starts at what its parent holds."""
    with tempfile.TemporaryDirectory() as place:
        files = [Path(place) / name for name in ("left.parquet", "right.parquet", "out.parquet")]
        make = f"from bench.link import make; make({place!r}, {left}, {right}, {number})"
        subprocess.run([sys.executable, "-c", make], check=True)
        raw_join = f"import duckdb; duckdb.sql({_RAW.format(*files)!r}).fetchall()"
        ours, raw = [], []
        for _ in range(rounds):
            ours.append(timed(command(*files)))
            raw.append(timed([sys.executable, "-c", raw_join]))
        seconds, raw_seconds = min(t[0] for t in ours), min(t[0] for t in raw)
        return {
            "seconds": round(seconds, 2), "raw_seconds": round(raw_seconds, 2), "ratio": round(seconds / raw_seconds, 1),
            "cpu_seconds": round(min(t[1] for t in ours), 2), "raw_cpu_seconds": round(min(t[1] for t in raw), 2),
            "peak_rss_mb": max(t[2] for t in ours), "load": round(os.getloadavg()[0], 1), **judged(*files),
        }  # fmt: skip


def make(folder: str, left: int, right: int, number: int) -> None:
    """Write the lists of one of SETTINGS (−1: the traps) into a folder."""
    if number < 0:
        lists = traps.traps(200)
    else:
        per_day, seed, again = SETTINGS[number]
        lists = invented.lists(left, round(right / (1 + again)), per_day=per_day, seed=seed, again=again)
    pq.write_table(lists.left, Path(folder) / "left.parquet")
    pq.write_table(lists.right, Path(folder) / "right.parquet")


def alone(left: int, right: int, number: int, rounds: int) -> dict[str, Any]:
    """`measure` in a fresh process."""
    words = [left, right, number, rounds]
    code = f"import json; from bench.link import measure; print(json.dumps(measure(*{words})))"
    return dict(json.loads(subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE).stdout))


def kept(result: dict[str, Any]) -> bool:
    """Whether all populations keep the promise and no trap was accepted."""
    return not result["traps"]["false_auto"] and all(
        row["precision"] >= PROMISED["precision"] and row["recall"] >= PROMISED["recall"]
        and row["recall_with_review"] >= PROMISED["recall_with_review"] and row["seconds"] <= PROMISED["seconds"]
        for row in result["populations"]
    )  # fmt: skip


@click.command()
@click.option("--left", default=100_000, show_default=True, help="左表行数。")
@click.option("--right", default=1_000_000, show_default=True, help="右表行数。")
@click.option("--rounds", default=2, show_default=True, help="每种人口量几遍，取最快。")
@click.option("--only", default=0, help="只量前几种人口；0 为全部。")
def main(left: int, right: int, rounds: int, only: int) -> None:
    """有差错的名册互相匹配：准确率、找全率、时间、内存，旁边是裸的等值连接。"""
    result: dict[str, Any] = {
        "at": time.strftime("%Y-%m-%d %H:%M:%S"),
        "left": left,
        "right": right,
        "promised": PROMISED,
    }
    result["populations"] = []
    for number, (per_day, seed, again) in enumerate(SETTINGS[: only or None]):
        told = {"per_county_and_day": per_day, "seed": seed, "again": again, **alone(left, right, number, rounds)}
        result["populations"].append(told)
        click.echo(f"{told}", err=True)
    result["traps"] = alone(0, 0, -1, 1)
    result["kept"] = kept(result)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"link-{time.strftime('%Y%m%d-%H%M%S')}.json"
    path.write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    click.echo(json.dumps(result, ensure_ascii=False, indent=1))
    sys.exit(0 if result["kept"] else 1)


if __name__ == "__main__":
    main()
