"""A pay batch under kill -9: the command, the job worker, the database or the web server dies in the middle of a step, the
step is done again, and every fen is where the decisions want it, once. ``python -m bench faults paying`` does 200 rounds.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.faults.paying import PROMISES, kept, measure
from bench.faults.platform import Platform

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("machine")]
ROUNDS = int(os.environ.get("MINZHENG_KILL_ROUNDS", "3"))


def test_发放的每一步随时被杀_再做一次_一分不丢不重不变(platforms: Callable[..., Platform], tmp_path: Path) -> None:
    found = measure(platforms("paying", started=False), tmp_path, rounds=ROUNDS, seed=20261122, loaded=True)
    assert found["unexpected"] == [] and found["ledger_errors"] == []
    assert {name: found[name] for name in PROMISES} == dict.fromkeys(PROMISES, 0)
    assert found["finished"] == found["rounds"] == ROUNDS and found["owed_fen"] > 0
    assert found["owed_fen"] == found["file_fen"] == found["paid_fen"] + found["returned_fen"]
    assert kept(found)
    for name in PROMISES:
        assert not kept(found | {name: 1})
    for name in ("file_fen", "paid_fen", "audit_awards", "finished"):
        assert not kept(found | {name: found[name] - 1})
