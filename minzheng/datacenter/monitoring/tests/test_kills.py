"""A run of the monitors killed with -9 at random moments: the alerts of the old state or those of the new one, and a run
after it completes the work without adding anything twice."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from minzheng.datacenter.lake.ingest import ingest
from minzheng.datacenter.lake.tests.conftest import lake, text  # noqa: F401
from minzheng.datacenter.monitoring import places, running
from minzheng.datacenter.monitoring.models import Alert, AlertAct, MonitorRun
from minzheng.datacenter.people.tests.conftest import COUNTY, _today, award, county, home, person  # noqa: F401
from minzheng.kernel.accounts.actors import SYSTEM

PEOPLE, SEED = 12, 5
#: More of them: ``MINZHENG_KILL_ROUNDS=100 pytest …``.
ROUNDS = int(os.environ.get("MINZHENG_KILL_ROUNDS", "4"))


def killed(pk: int, after: float) -> bool:
    """Carry the run out in a process of its own and kill it so many seconds later; whether it was still at work."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            running.carry_out(pk=pk)
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.django_db(transaction=True)
def test_随时被杀_预警要么没有要么齐全_再跑一遍一条不多(county: Any, tmp_path: Path) -> None:  # noqa: F811
    people = [person(f"周{name}兰") for name in "桂玉秀春月美金银水云彩凤"]
    for one in people:
        award("assistance.dibao", one, household=home(one))
    first = running.carry_out(pk=running.ask(actor=SYSTEM, queue=False).pk)
    assert (first.watched, first.new) == (PEOPLE, 0)
    file = tmp_path / "车.csv"
    named = {0: "周*兰", 1: "冯石山", 2: "周志兰"}  # masked, somebody else's, a slip
    cells = ["小型轿车", "2026-11-02", "正常", ""]
    file.write_text(text([[p.id_no, named.get(n, p.name), f"示A{n:05}", *cells] for n, p in enumerate(people)]))
    assert ingest(SYSTEM, "vehicle", file, "2026-11", region=COUNTY).state == "held"
    chance, stopped, before = random.Random(SEED), 0, set(places.folder().glob("known-*"))
    for number in range(ROUNDS):
        run = running.ask(actor=SYSTEM, queue=False)
        stopped += killed(run.pk, chance.uniform(0.0, 0.35 + 0.1 * (number % 4)))
        run.refresh_from_db()
        if run.state == MonitorRun.DONE:
            break
        assert run.state_file == "" and not Alert.objects.exists() and not AlertAct.objects.exists()
        assert running.newest() == first and places.state_file(first.state_file).exists()
    assert stopped, "no round was killed at work"
    done = running.carry_out(pk=running.ask(actor=SYSTEM, queue=False).pk)
    assert Alert.objects.count() == PEOPLE and {one.monitor for one in Alert.objects.all()} == {"assistance.vehicle"}
    assert {one.person_id for one in Alert.objects.all()} == {one.pk for one in people}
    doubtful = {one.person_id: one.content["facts"][0]["code"] for one in Alert.objects.all() if one.in_doubt}
    assert doubtful == {people[1].pk: "E2?"}, "the same rule for another name as in every check"
    assert done.state == MonitorRun.DONE and done.new in (0, PEOPLE)
    again = running.carry_out(pk=running.ask(actor=SYSTEM, queue=False, since=done.asked_at.date()).pk)
    assert (again.new, again.repeated, Alert.objects.count()) == (0, PEOPLE, PEOPLE)
    assert before <= set(places.folder().glob("known-*")), "what the last good run knew stays"
