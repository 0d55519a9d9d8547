"""Our SQL against hand-written SQL against the compiled loop, from Parquet; and a province streamed twice.

    .venv/bin/python -m bench.policy_bulk --persons 1000000 --stream 60000000

Each comparison runs its candidates in turn, round after round, so that a busy machine is busy for all. ``--stream``
generates a second population, runs baseline and reform over it in a process of its own and checks a slice with SQL.
"""

from __future__ import annotations

import datetime
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from bench import hand_sql
from minzheng.policy import load_ruleset
from minzheng.policy.bulk import measure
from minzheng.policy.bulk.sql import SqlEngine, connect
from minzheng.policy.population import COUNTIES, generate
from minzheng.policy.simulate import Change, simulate
from minzheng.policy.targets.loop import var_folder

DAY = measure.DAY
RESULTS = Path(__file__).resolve().parent / "results"


def in_turn(candidates: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, dict[str, float]]:
    """Seconds of each candidate: median, fastest, slowest over the rounds, after one warm-up round."""
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, work in candidates.items():
            start = time.perf_counter()
            work()
            if number:
                taken[name].append(time.perf_counter() - start)
    return {
        name: {"median": round(statistics.median(t), 3), "min": round(min(t), 3), "max": round(max(t), 3)}
        for name, t in taken.items()
    }


def differing(hand: Any, ours: Any) -> int:
    """Rows in which the hand-written and the generated SQL differ."""
    count = 0
    for table, other, columns, keys in (
        ("hand_h", "h_out", hand_sql.HOUSEHOLD_COLUMNS, ["household_id"]),
        ("hand_p", "p_out", hand_sql.PERSON_COLUMNS, ["household_id", "person_id"]),
    ):
        names = ", ".join([*keys, *(f'{c}::BIGINT AS "{w}"' for c, w in columns.items())])
        rows = hand.sql(f"SELECT {names} FROM {table}").to_arrow_table()  # noqa: S608
        ours.register("by_hand", rows)
        mine = ", ".join([*keys, *(f'"{w}"::BIGINT AS "{w}"' for w in columns.values())])
        query = f"SELECT count(*) FROM (SELECT * FROM by_hand EXCEPT ALL SELECT {mine} FROM {other})"  # noqa: S608
        count += ours.execute(query).fetchall()[0][0]
        ours.unregister("by_hand")
    return count


def compare(people: int, rounds: int, folder: Path) -> dict[str, Any]:
    """The three candidates on one generated population, and whether they agree."""
    rules = measure.province(load_ruleset())
    persons, households = generate(people, folder, on=DAY)
    asked = hand_sql.TARGETS
    engine = SqlEngine(rules, persons, households, DAY, asked)
    hand = connect()
    hand_sql.prepare(hand, rules, COUNTIES, DAY)
    candidates = {
        "hand_sql": lambda: hand_sql.run(hand, str(persons), str(households), DAY),
        "our_sql": engine.run,
        "loop": lambda: measure.run_loop(rules, persons, households, asked),
    }
    seconds = in_turn(candidates, rounds)
    return {
        "persons": people, "results": list(asked), "seconds": seconds,
        "our_sql_over_hand_sql": round(seconds["our_sql"]["median"] / seconds["hand_sql"]["median"], 2),
        "hand_sql_over_loop": round(seconds["hand_sql"]["median"] / seconds["loop"]["median"], 2),
        "rows_differing_hand_and_ours": differing(hand, engine.connection),
        "rows_differing_loop_and_ours": measure.differing(rules, persons, households, engine, asked),
    }  # fmt: skip


#: What the streamed what-if is measured with: the benefits of the study from which the bars come, and everything.
STREAMED: dict[str, tuple[str, ...] | None] = {"study": ("assistance.dibao", "assistance.dibao_edge"), "all": None}


def stream(folder: Path, what: str) -> dict[str, Any]:
    """Baseline and reform over the files of a folder, streamed; to be run in a process of its own for its memory."""
    asked = STREAMED[what]
    rules = measure.province(load_ruleset())
    persons, households = folder / "persons.parquet", folder / "households.parquet"
    changes = [Change("保障标准_城市", code, "930", None) for code in COUNTIES]
    measure.open_loop(rules, persons, households, asked)  # compile before the clock starts
    start = time.perf_counter()
    answer = simulate(rules, persons, households, DAY, changes, targets=asked)
    seconds = time.perf_counter() - start
    short = {
        side: {k: answer[side][k] for k in ("households", "persons", "cost_fen")} for side in ("baseline", "reform")
    }
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "seconds": round(seconds, 2),
        "peak_rss_mb": rss,
        **short,
        "entered": answer["entered"],
        "left": answer["left"],
    }


def slice_agrees(people: int, folder: Path) -> bool:
    """The streamed totals of a first slice of the same population are those of the SQL, to the fen."""
    rules = measure.province(load_ruleset())
    persons, households = generate(people, folder, on=DAY)
    engine = SqlEngine(rules, persons, households, DAY)
    engine.run()
    query = 'SELECT count_if("家庭月待遇合计" > 0), sum("家庭月待遇合计")::BIGINT FROM h_out'
    told = engine.connection.execute(query).fetchall()[0]
    streamed = simulate(rules, persons, households, DAY, [])["baseline"]
    return bool(told == (streamed["households"], streamed["cost_fen"]))


@click.command()
@click.option("--persons", default=1_000_000, show_default=True, help="三种算法比较用多少人。")
@click.option("--rounds", default=5, show_default=True, help="每种算几遍。")
@click.option("--stream", "streamed", default=0, help="流式测算多少人；0 为不量。")
@click.option("--only-stream", nargs=2, hidden=True)
def main(persons: int, rounds: int, streamed: int, only_stream: tuple[str, str] | None) -> None:
    """规则引擎成批计算的速度：手写 SQL、生成的 SQL、编译循环；流式测算一个省。"""
    if only_stream:
        click.echo(json.dumps(stream(Path(only_stream[0]), only_stream[1])))
        return
    result: dict[str, Any] = {"at": datetime.datetime.now().astimezone().isoformat(timespec="seconds")}
    with tempfile.TemporaryDirectory(dir=var_folder()) as place:
        if persons:
            result["compare"] = compare(persons, rounds, Path(place) / "比较")
        if streamed:
            folder = Path(place) / "流式"
            generate(streamed, folder, on=DAY)
            result["stream"] = {"persons": streamed}
            for what in STREAMED:
                command = [sys.executable, "-m", "bench.policy_bulk", "--only-stream", str(folder), what]
                told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                result["stream"][what] = json.loads(told)
            result["stream"]["slice_equals_sql"] = slice_agrees(min(streamed, 1_000_000), Path(place) / "片段")
    told = json.dumps(result, ensure_ascii=False, indent=1)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"policy-{time.strftime('%Y%m%d-%H%M%S')}.json").write_text(told, encoding="utf-8")
    click.echo(told)


if __name__ == "__main__":
    main()
