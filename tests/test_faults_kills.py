"""Web, one of its workers, jobs and database killed with -9 while clerks post numbered acts: each acknowledged act is
there exactly once, with one notice and one message. ``python -m bench faults`` does many more rounds.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.faults.platform import Platform
from bench.faults.rounds import PROMISES, kept, measure

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("machine")]
ROUNDS = 6


def test_每轮杀一个进程_办过的一件不少一件不重(platforms: Callable[..., Platform]) -> None:
    found = measure(platforms("kills", started=False), rounds=ROUNDS, seed=20261121, loaded=True)
    assert found["unexpected"] == []
    assert found["survived"] == ROUNDS
    assert found["acknowledged"] == found["acts"] > 0
    assert {name: found[name] for name in PROMISES} == dict.fromkeys(PROMISES, 0)
    assert found["audit_errors"] == []
    assert found["messages"] > 0 and sum(found["killed"].values()) == ROUNDS
    assert kept(found)


def test_有一件丢了或重了_就判为没有守住() -> None:
    good = {
        "survived": 1, "rounds": 1, "acknowledged": 2, "acts": 2, "drained": True, "unexpected": [], "audit_errors": [],
    } | dict.fromkeys(PROMISES, 0)  # fmt: skip
    assert kept(good)
    for name in PROMISES:
        assert not kept(good | {name: 1})
    assert not kept(good | {"survived": 0})
