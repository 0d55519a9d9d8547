"""Booking at size: `python -m bench.ledger --entries 1000000` makes a database of its own and books a pay run's approval
(one payable a line, the expense by town) through `post_select`, turn and turn about with a bare INSERT … SELECT of the
same rows into a table with the same indexes and none of the ledger's guards, and into one without indexes."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

DAY = datetime.date(2026, 3, 10)
TOWN = "990101001000"

SELECTED = """
    SELECT 'payable', -amount, person, 'assistance.dibao', '', region, DATE '2026-03-01', id FROM bench_line
    UNION ALL
    SELECT 'expense', sum(amount)::bigint, 0, 'assistance.dibao', '', region, DATE '2026-03-01', 0
    FROM bench_line GROUP BY region
"""


def fill(lines: int) -> None:
    """Payment lines of people in no order of their ids, in twelve towns."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_line, bench_indexed, bench_plain")
        cursor.execute(
            "CREATE TABLE bench_line AS SELECT n AS id, 10000 + (n * 37) %% 90000 AS amount,"
            " 5000000000 + (n * 7919) %% 10000019 AS person,"
            " '9901010' || lpad((n %% 12 + 1)::text, 2, '0') || '000' AS region FROM generate_series(1::bigint, %s) n",
            [lines],
        )
        cursor.execute("CREATE TABLE bench_indexed (LIKE kernel_ledgerentry INCLUDING ALL)")
        cursor.execute("CREATE TABLE bench_plain (LIKE kernel_ledgerentry)")
        cursor.execute("VACUUM ANALYZE bench_line")


def bare(table: str, number: int) -> None:
    """The same rows without the ledger: one statement, one transaction."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (transaction_id, seq, account_id, amount, party, benefit, source, region_code, month,"  # noqa: S608
            f" line_ref) SELECT {number}, row_number() OVER (), given.* FROM ({SELECTED}) AS given"
        )


def booked(number: int) -> None:
    """Through the service, to the commit with all its checks."""
    from minzheng.kernel.audit.services import SYSTEM
    from minzheng.kernel.ledger import services

    services.post_select(
        kind="approve", key=f"bench:{number}", occurred_on=DAY, region_code=TOWN, sql=SELECTED, actor=SYSTEM
    )


def timed(act: Callable[..., None], *given: Any) -> float:
    begun = time.perf_counter()
    act(*given)
    return time.perf_counter() - begun


def measure(rounds: int) -> dict[str, Any]:
    """Medians in seconds and the ratios of `post_select` to the bare statements."""
    taken: dict[str, list[float]] = {"post_select": [], "bare": [], "bare_without_indexes": []}
    for number in range(1, rounds + 1):
        taken["bare"].append(timed(bare, "bench_indexed", number))
        taken["post_select"].append(timed(booked, number))
        taken["bare_without_indexes"].append(timed(bare, "bench_plain", number))
    found = {name: round(statistics.median(each), 2) for name, each in taken.items()}
    return {
        "seconds": found,
        "ratio": round(found["post_select"] / found["bare"], 2),
        "ratio_without_indexes": round(found["post_select"] / found["bare_without_indexes"], 2),
    }


def verified() -> dict[str, Any]:
    """`ledger verify` of everything booked, and its time."""
    from minzheng.kernel.ledger import proofs

    begun = time.perf_counter()
    report = proofs.verify()
    return {"ok": report.ok, "transactions": report.transactions, "seconds": round(time.perf_counter() - begun, 2)}


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--entries", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=3)
    options = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    os.environ.setdefault("MINZHENG_TEST_DB", "bench_ledger")
    os.environ.setdefault("MINZHENG_LOG_LEVEL", "ERROR")
    from minzheng.site import database

    os.environ[database.ROLE] = "owner"
    import django
    from django.conf import settings

    django.setup()
    settings.DATABASES["default"].update(database.connection_settings())
    database.hold_until_exit()
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False, aliases={"default": None})
    try:
        fill(options.entries)
        result = {"entries": options.entries, **measure(options.rounds), "verify": verified()}
        result["max_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps(result, ensure_ascii=False, indent=1))
    finally:
        teardown_databases(made, verbosity=0)
    sys.exit(0 if result["ratio"] <= 2 and result["verify"]["ok"] else 1)


if __name__ == "__main__":
    main()
