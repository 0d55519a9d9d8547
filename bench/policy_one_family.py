"""How many times a second one family of three is evaluated, and evaluated with its explanation, on one core.

    .venv/bin/python bench/policy_one_family.py

Prints one JSON object: the median of five runs of each, with the slowest and the fastest. Targets: 20 000 and 3 000.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from minzheng.policy import load_ruleset

DAY = date(2026, 9, 1)
FAMILY: dict[str, Any] = {
    "家庭": {"城乡": "城市", "金融资产": 20000},
    "成员": [
        {"姓名": "甲", "与户主关系": "户主", "出生日期": date(1985, 1, 1), "工资性收入": 2200},
        {"姓名": "乙", "与户主关系": "配偶", "出生日期": date(1986, 1, 1)},
        {"姓名": "丙", "与户主关系": "子", "出生日期": date(2012, 5, 1), "残疾类别": "智力", "残疾等级": 2},
    ],
}


def per_second(call: Callable[[], object], times: int, runs: int = 5) -> dict[str, int]:
    """Median, slowest and fastest rate of ``runs`` runs of ``times`` calls."""
    call()
    rates = []
    for _ in range(runs):
        start = time.process_time()
        for _ in range(times):
            call()
        rates.append(times / (time.process_time() - start))
    return {"median": round(statistics.median(rates)), "min": round(min(rates)), "max": round(max(rates))}


def measure() -> dict[str, Any]:
    """{"rules", "evaluations_per_second", "explained_per_second"} for all benefits of the demo county."""
    ruleset = load_ruleset()
    program = ruleset.program("990101", DAY)
    return {
        "rules": len(program.rules),
        "evaluations_per_second": per_second(lambda: ruleset.evaluate(FAMILY, region="990101", on=DAY), 4000),
        "explained_per_second": per_second(
            lambda: ruleset.evaluate(FAMILY, region="990101", on=DAY, explain=True), 1000
        ),
    }


if __name__ == "__main__":
    print(json.dumps(measure(), ensure_ascii=False, indent=1))
