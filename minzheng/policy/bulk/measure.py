"""How fast: generated people through the loop and through SQL, compared row by row; a what-if; one family."""

from __future__ import annotations

import datetime
import functools
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from minzheng.policy.bulk.blocks import Population
from minzheng.policy.bulk.engine import LoopEngine
from minzheng.policy.bulk.sql import SqlEngine
from minzheng.policy.errors import InputError
from minzheng.policy.evaluate import WORTH_WRITING_OUT
from minzheng.policy.params import Row
from minzheng.policy.population import COUNTIES, generate
from minzheng.policy.ruleset import Ruleset
from minzheng.policy.simulate import Change, simulate
from minzheng.policy.targets.loop import var_folder
from minzheng.policy.whole import NOTHING

DAY = datetime.date(2026, 9, 1)
FAMILY: dict[str, Any] = {
    "家庭": {"城乡": "城市", "金融资产": 20000},
    "成员": [
        {"姓名": "甲", "与户主关系": "户主", "出生日期": datetime.date(1985, 1, 1), "工资性收入": 2200},
        {"姓名": "乙", "与户主关系": "配偶", "出生日期": datetime.date(1986, 1, 1)},
        {"姓名": "丙", "与户主关系": "子", "出生日期": datetime.date(2012, 5, 1), "残疾类别": "智力", "残疾等级": 2},
    ],
}


def province(ruleset: Ruleset) -> Ruleset:
    """The demo county's values in every county of the invented province, with standards that differ by county."""
    rows = []
    for number, county in enumerate(COUNTIES[1:], 1):
        for row in ruleset.params.rows:
            if row.region == COUNTIES[0]:
                value = row.value + 10 * number if row.name.startswith("保障标准") else row.value
                rows.append(Row(**{**row.__dict__, "region": county, "value": value, "file": ""}))
    return ruleset.with_params(rows)


def timed(work: Callable[[], object], runs: int) -> dict[str, float]:
    """Seconds: median, fastest and slowest of ``runs`` after one warm-up."""
    work()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return {"seconds": round(statistics.median(taken), 4), "min": round(min(taken), 4), "max": round(max(taken), 4)}


Targets = tuple[str, ...] | None


def open_loop(rules: Ruleset, persons: Path, households: Path, targets: Targets = None) -> LoopEngine:
    """The loop over two files, opened anew."""
    population = Population(persons, households, rules.vocabulary)
    return LoopEngine(rules, population, DAY, targets, check_all=targets is None)


def run_loop(rules: Ruleset, persons: Path, households: Path, targets: Targets = None) -> list[Any]:
    """Parquet to complete results in memory."""
    engine = open_loop(rules, persons, households, targets)
    return [results for _, results in engine.each(engine.run)]


def differing(rules: Ruleset, persons: Path, households: Path, sql: SqlEngine, targets: Targets = None) -> int:
    """Rows of both results that the loop and the SQL (already run) give differently."""
    engine = open_loop(rules, persons, households, targets)
    results = [r for _, r in engine.each(engine.run)]
    count = 0
    for entity, table, keys in (("户", "h_out", "household_id"), ("人", "p_out", "household_id, person_id")):
        rows = sql.connection.execute(f"SELECT * FROM {table} ORDER BY {keys}").fetchnumpy()  # noqa: S608
        wrong: Any = None
        for output in (o for o in engine.plan.outputs if o.entity == entity and o.step):
            mine = np.concatenate([r[output.step] for r in results]).astype(np.int64)
            theirs = rows[output.step]
            theirs = np.ma.filled(theirs.astype(np.int64), NOTHING) if np.ma.isMaskedArray(theirs) else theirs
            unequal = mine != theirs.astype(np.int64)
            wrong = unequal if wrong is None else wrong | unequal
        count += 0 if wrong is None else int(wrong.sum())
    return count


#: What one family is measured with: the benefits of the study from which the bars come, and everything.
ASKED: dict[str, list[str] | None] = {"study": ["assistance.dibao", "assistance.dibao_edge"], "all": None}


def one_family(rules: Ruleset, runs: int, evaluations: int = 2000) -> dict[str, dict[str, int]]:
    """Rates of one family of three in the demo county, by what is asked: rules, steps shown, and both rates.

    Explained is with the whole graph made, every node of it; it is made only where somebody reads it."""
    found = {}
    for name, asked in ASKED.items():
        call = functools.partial(rules.evaluate, FAMILY, region="990101", on=DAY, targets=asked)
        explained = functools.partial(call, explain=True)
        for _ in range(WORTH_WRITING_OUT):
            _ = explained().explanation
        found[name] = {
            "rules": len(rules.program("990101", DAY, asked).rules),
            "steps_explained": len(call(explain=True).explanation["nodes"]),
            "evaluations_per_second": per_second(call, evaluations, runs),
            "explained_per_second": per_second(lambda: explained().explanation, evaluations // 4, runs),  # noqa: B023
        }
    return found


def per_second(call: Callable[[], object], times: int, runs: int) -> int:
    """Median rate of ``runs`` runs of ``times`` calls."""
    call()
    rates = []
    for _ in range(runs):
        start = time.process_time()
        for _ in range(times):
            call()
        rates.append(times / (time.process_time() - start))
    return round(statistics.median(rates))


def measure(ruleset: Ruleset, people: int, runs: int) -> dict[str, Any]:
    """All figures of ``minzheng policy bench``; seconds are from Parquet to results in memory."""
    rules = province(ruleset)
    with tempfile.TemporaryDirectory(dir=var_folder()) as folder:
        try:
            persons, households = generate(people, Path(folder), on=DAY)
        except OSError as error:
            raise InputError(f"写不下 {people} 人的数据（{error.strerror}）", field="--persons") from None
        start = time.perf_counter()
        open_loop(rules, persons, households)
        prepared = time.perf_counter() - start
        loop = timed(lambda: run_loop(rules, persons, households), runs)
        sql = SqlEngine(rules, persons, households, DAY)
        duck = timed(sql.run, runs)
        wrong = differing(rules, persons, households, sql)
        homes = sql.files["户"].metadata.num_rows
        del sql
        change = [Change("保障标准_城市", code, "930", None) for code in COUNTIES]
        what_if = timed(lambda: simulate(rules, persons, households, DAY, change), min(runs, 3))
    family = one_family(rules, runs)
    return {
        "persons": people, "households": homes, "runs": runs, "loop_ready_seconds": round(prepared, 2),
        "loop": loop, "duckdb": duck, "duckdb_over_loop": round(duck["seconds"] / loop["seconds"], 2),
        "simulate": what_if, "differing_rows": wrong, "one_family": family,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip
