"""Rounds of faults: people work, something is killed at a seeded moment, everything comes back by itself."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.faults.clerks import Clerk, Record
from bench.faults.platform import TARGETS, Platform

_ACTS_PER_ROUND = 6
_BACK_SECONDS = 60.0
#: Anything but zero in one of these is a broken promise.
PROMISES = (
    "lost", "doubled", "altered", "documents_missing", "documents_doubled", "messages_doubled", "messages_missing",
    "messages_unsent", "files_missing", "replay_problems",
)  # fmt: skip


def measure(platform: Platform, *, rounds: int, seed: int, loaded: bool = False) -> dict[str, Any]:
    """The platform is started here and stopped at the end; ``loaded``: its county is there already. ``survived`` counts
    rounds after which all was well again."""
    if not loaded:
        load_county(platform, persons=max(400, rounds * _ACTS_PER_ROUND * 12))
    cases = inside(platform, "prepare", {"cases": rounds * _ACTS_PER_ROUND})["cases"]
    for number, case in enumerate(cases, start=1):
        case["number"] = f"第 {number} 号"
    chance = random.Random(seed)  # noqa: S311  # reproducible, not secret
    record, killed, survived = Record(), Counter[str](), 0
    platform.start()
    try:
        for number in range(rounds):
            mine = cases[number * _ACTS_PER_ROUND : (number + 1) * _ACTS_PER_ROUND]
            target = TARGETS[number % len(TARGETS)]
            killed[target] += _round(platform, mine, target, chance.uniform(0.0, 0.6), record)
            survived += platform.healthy_within(_BACK_SECONDS)
        done = record.acknowledged | record.already
        found = inside(platform, "verify", {"done": done})
    finally:
        platform.stop()
    return {
        "rounds": rounds,
        "seed": seed,
        "survived": survived,
        "killed": dict(killed),
        "acts": len(cases),
        "acknowledged_at_once": len(record.acknowledged),
        "found_done_when_tried_again": len(record.already),
        "cut_off": record.cut_off,
        "plain_pages": record.plain_pages,
        "unexpected": record.unexpected,
        **found,
    }


def kept(found: dict[str, Any]) -> bool:
    """Whether every promise was kept."""
    return (
        found["survived"] == found["rounds"]
        and found["acknowledged"] == found["acts"]
        and found["drained"]
        and not found["unexpected"]
        and not found["audit_errors"]
        and all(found[name] == 0 for name in PROMISES)
    )


def _round(platform: Platform, cases: list[dict[str, str]], target: str, after: float, record: Record) -> int:
    by_clerk: dict[str, list[dict[str, str]]] = {}
    for case in cases:
        by_clerk.setdefault(case["username"], []).append(case)
    clerks = [Clerk(platform.port, username, mine, record) for username, mine in by_clerk.items()]
    for clerk in clerks:
        clerk.browser.sign_in(clerk.username)
    for clerk in clerks:
        clerk.start()
    time.sleep(after)
    hit = platform.kill(target)
    for clerk in clerks:
        clerk.join()
    return int(hit)


def load_county(platform: Platform, *, persons: int) -> None:
    done = platform.run("minzheng", "demo", "load", "--persons", str(persons))
    if done.returncode != 0:
        raise RuntimeError(f"示范县装不上：{done.stderr[-2000:]}")


def inside(platform: Platform, what: str, given: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "in.json"), Path(folder, "out.json")
        source.write_text(json.dumps(given))
        done = platform.run("bench.faults.inside", what, str(source), str(out))
        if done.returncode != 0:
            raise RuntimeError(f"{what} 失败：{done.stderr[-3000:]}")
        return dict(json.loads(out.read_text()))
