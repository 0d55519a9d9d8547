"""Concurrent submissions: several processes submit at once; count what was lost or doubled, and compare with bare SQL
writing the same rows.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Barrier
from typing import Any

from django.db import connection, connections, transaction

from bench import applications, replaying
from bench.applications import Draft
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.models import Case, CaseAct

#: Start and end of one submission (perf_counter seconds, comparable between processes of one machine).
Span = tuple[float, float]


def measure(name: str, *, writers: int, each: int) -> dict[str, Any]:
    """``writers`` processes submit ``each`` cases apiece; each case is then submitted a second time, which must be
    refused.
    """
    count = writers * each
    drafts = applications.drafts(2 * count)
    # Submit once and roll back: rules, items and caches load before forking, so that a running platform is measured
    replaying.record([partial(applications.submit, drafts[-1])])
    ready, others = drafts[:count], drafts[count:]
    real = _race(writers, lambda barrier, number: _submit(barrier, ready[number::writers]))
    # The other half of the drafts is recorded, not submitted: rolled back, then the same rows go in by bare SQL
    statements = replaying.record([partial(applications.submit, draft) for draft in others])
    bare = _race(writers, lambda barrier, number: _bare(barrier, statements[number::writers]))
    return {
        "writers": writers,
        "applications": count,
        "product": real,
        "bare_sql": bare,
        "ratio": {
            "throughput": round(bare["per_second"] / real["per_second"], 2),
            "p95": round(real["p95"] / bare["p95"], 2),
        },
        "statements": round(statistics.mean(len(one) for one in statements)),
        **_count(ready),
    }


def _submit(barrier: Barrier, drafts: list[Draft]) -> list[Span]:
    """Submit against the clock; only when all are in, submit each a second time (untimed), which must be refused."""
    connections.close_all()
    connection.ensure_connection()
    barrier.wait()
    taken = []
    for draft in drafts:
        start = time.perf_counter()
        applications.submit(draft)
        taken.append((start, time.perf_counter()))
    for draft in drafts:
        try:
            applications.submit(draft)
        except Refused:
            continue
        raise RuntimeError("同一件申请提交了两次，第二次没有被拒绝。")
    return taken


def _bare(barrier: Barrier, statements: list[replaying.Statements]) -> list[Span]:
    """The same inserts and updates straight through psycopg, one transaction per case."""
    connections.close_all()
    connection.ensure_connection()
    raw = connection.connection
    raw.autocommit = False
    raw.execute("SELECT 1")
    raw.commit()
    barrier.wait()
    taken = []
    for one in statements:
        start = time.perf_counter()
        with raw.cursor() as cursor:
            for sql, params in one:
                cursor.execute(sql, params)
        raw.commit()
        taken.append((start, time.perf_counter()))
    return taken


def _race(writers: int, work: Callable[[Barrier, int], list[Span]]) -> dict[str, float]:
    """All start together; throughput is over wall time from the first start to the last finish."""
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(writers + 1), context.Queue()

    def run(number: int) -> None:
        try:
            results.put(work(barrier, number))
        except BaseException as error:
            barrier.abort()
            results.put(repr(error))

    connections.close_all()
    processes = [context.Process(target=run, args=(number,)) for number in range(writers)]
    for process in processes:
        process.start()
    barrier.wait()
    found = [results.get() for _ in processes]
    for process in processes:
        process.join()
    broken = [one for one in found if isinstance(one, str)]
    if broken:
        raise RuntimeError(f"有 {len(broken)} 个进程出错：{broken[0]}")
    spans = [span for one in found for span in one]
    wall = max(end for _, end in spans) - min(start for start, _ in spans)
    taken = sorted((end - start) * 1000 for start, end in spans)
    return {
        "per_second": round(len(taken) / wall, 1),
        "p50": round(statistics.median(taken), 1),
        "p95": round(taken[int(len(taken) * 0.95) - 1], 1),
    }


def _count(drafts: list[Draft]) -> dict[str, int]:
    """How many were lost or doubled: state, number, act and audit line, one of each."""
    pks = [draft.case_id for draft in drafts]
    with transaction.atomic():
        cases = list(Case.objects.filter(pk__in=pks).values_list("state", "no"))
        acts = Counter(CaseAct.objects.filter(case_id__in=pks, code="submit").values_list("case_id", flat=True))
        lines = Counter(
            AuditEntry.objects.filter(object_type="case", object_id__in=pks, action__endswith="submit").values_list(
                "object_id", flat=True
            )
        )
    numbers = [no for state, no in cases if state == "SUBMITTED" and no]
    lost = len(pks) - min(len(numbers), len(acts), len(lines))
    doubled = len(numbers) - len(set(numbers)) + sum(n - 1 for n in acts.values()) + sum(n - 1 for n in lines.values())
    return {"lost": lost, "doubled": doubled}
