"""Large files: bounded memory, a killed load leaves nothing, and the speed beside a bare COPY of the same rows.

`MINZHENG_CASELOAD_PERSONS=200000 pytest -s minzheng/kernel/exchange/tests/test_large.py` prints the figures of a county."""

from __future__ import annotations

import os
import resource
import signal
import time

import pytest
from django.db import connection

from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards.models import Award
from minzheng.kernel.crypto.copying import copy
from minzheng.kernel.exchange.caseload import batches
from minzheng.kernel.exchange.caseload.load import AWARD, HOUSEHOLD, PERSON
from minzheng.kernel.exchange.models import ImportBatch, ImportLink
from minzheng.kernel.exchange.tests import rolls
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person

PERSONS = int(os.environ.get("MINZHENG_CASELOAD_PERSONS", "4000"))
SIZE = 3


def _approved(persons: int) -> ImportBatch:
    content = rolls.as_csv(row for number in range(1, persons // SIZE + 1) for row in rolls.household(number, SIZE))
    batch = batches.upload(actor=SYSTEM, name="全县.csv", content=content, region_code=rolls.COUNTY)
    batches.set_mapping(actor=SYSTEM, pk=batch.pk, told=rolls.MAPPING)
    batches.check(actor=SYSTEM, pk=batch.pk)
    batches.submit(actor=SYSTEM, pk=batch.pk, reason="测速")
    return batches.approve(actor=SYSTEM, pk=batch.pk)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_入库到一半被杀_什么也没留下_再来一次就齐() -> None:
    batch = _approved(9000)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        connection.close()

        def halfway(rows: int) -> None:
            if rows >= 6000:
                os.write(writing, b"x")
                time.sleep(60)

        try:
            batches.load(actor=SYSTEM, pk=batch.pk, progress=halfway)
        finally:
            os._exit(1)
    connection.close()
    assert os.read(reading, 1) == b"x"  # thousands of rows are written, in a transaction still open
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert not Person.objects.exists() and not Award.objects.exists() and not ImportLink.objects.exists()
    batch.refresh_from_db()
    assert batch.state == "loading"
    done = batches.load(actor=SYSTEM, pk=batch.pk)
    assert done.state == "loaded" and Person.objects.count() == 9000 and Award.objects.count() == 3000
    assert batches.load(actor=SYSTEM, pk=batch.pk).state == "loaded" and Person.objects.count() == 9000


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_速度与内存(capsys: pytest.CaptureFixture[str]) -> None:
    persons = PERSONS // SIZE * SIZE
    begun = time.perf_counter()
    batch = _approved(persons)
    tried = time.perf_counter() - begun
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    batches.load(actor=SYSTEM, pk=batch.pk)
    loaded = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert Person.objects.count() == persons
    bare = _bare_copy()
    with capsys.disabled():
        print(
            f"\n{persons} 人：生成、试算 {tried:.1f} 秒；入库 {loaded:.1f} 秒，{persons / loaded:.0f} 行/秒；"
            f"同样的行直接 COPY {bare:.1f} 秒，比值 {loaded / bare:.1f}；内存峰值 {peak // 1024} MB（入库前 {before // 1024} MB）"
        )
    assert (
        loaded < 100 * bare
    )  # sixteen times for a few thousand people: files, sealing, checks and decisions come with it


def _bare_copy() -> float:
    """The very rows, read out, removed and written again by COPY alone: no reading of a file, no sealing, no checks."""
    tables = ((Person, PERSON), (Household, HOUSEHOLD), (Award, AWARD))
    kept = []
    for model, names in tables:
        columns = ", ".join(f'"{model._meta.get_field(name).column}"' for name in names)  # type: ignore[union-attr]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {columns} FROM {model._meta.db_table}")
            kept.append((model, names, cursor.fetchall()))
    with connection.cursor() as cursor:
        names = ", ".join(model._meta.db_table for model in (Person, Household, HouseholdMember, Award))
        cursor.execute(f"TRUNCATE {names} CASCADE")
    begun = time.perf_counter()
    for model, columns, rows in kept:
        copy(model, columns, rows)
    return time.perf_counter() - begun
