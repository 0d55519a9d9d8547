"""Reconciling a million results: `python -m bench.payrun_returns --lines 1000000` makes a database of its own with one
batch that was sent, writes the bank's return file and books it: read, check, results of the lines and entitlements,
ledger. Beside it three times plain SQL: COPY of the same values into a table and one join with the lines; the same with
the results written to the lines; the same with all that a result changes: line, entitlement, one ledger entry per payee.
The file for the bank is measured as well: opening the sealed numbers, writing, sealing."""

# ruff: noqa: S608  (our own numbers)
from __future__ import annotations

import argparse
import datetime
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import processor

LIMIT = 5.0
RESULTS = Path(__file__).resolve().parent / "results"
MONTH = datetime.date(2026, 11, 1)
ITEM = "assistance.dibao"
TOWN = "990101001000"
#: One line in a hundred comes back, one in a thousand has no result yet.
RETURNED, UNKNOWN = 100, 1000


def fill(lines: int) -> Any:
    """One batch of `lines` lines, as `send` leaves it: every line of a person and account of its own."""
    from django.db import connection

    from minzheng.kernel import clock
    from minzheng.kernel.models import PayBatch

    _accounts(lines)
    with connection.cursor() as cursor:
        for statement in _FILL:
            cursor.execute(statement, {"n": lines, "month": MONTH, "item": ITEM, "town": TOWN, "batch": 1})
        cursor.execute("SELECT sum(amount_fen)::bigint FROM kernel_payline")
        total = cursor.fetchone()[0]
    batch = PayBatch.objects.create(
        id=1, no="BENCH-1", item_code=ITEM, month=MONTH, region_code=TOWN, state="SENT", lines=lines, total_fen=total,
        households=lines, persons=lines, voucher="V1", built_at=clock.now(),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return batch


def _accounts(lines: int) -> None:
    from minzheng.kernel import clock
    from minzheng.kernel.crypto import copying
    from minzheng.kernel.models import PayeeAccount, Person

    seal, now = copying.sealer(PayeeAccount, "number"), clock.now()
    names: tuple[str, ...] = (
        "id",
        "region_code",
        "holder",
        "number",
        "tail",
        "bank",
        "kind",
        "relation",
        "flag",
        "is_demo",
        "created_at",
    )
    rows: Iterator[tuple[Any, ...]] = (
        (_ID + n, TOWN, f"张{chr(0x4E00 + n % 9000)}", seal(_ID + n, number), number[-4:], "示范农商行", "own", "", "",
         False, now)
        for n in range(1, lines + 1)
        if (number := f"6217{n:015d}")
    )  # fmt: skip
    copying.copy(PayeeAccount, names, rows)
    seal = copying.sealer(Person, "id_no")
    names = ("id", "region_code", "name", "sex", "id_type", "id_no", "hukou_region", "is_demo", "created_at")
    people = (
        (_ID + n, TOWN, f"张{chr(0x4E00 + n % 9000)}", "1", "idcard", seal(_ID + n, f"990101{n:012d}"), "", False, now)
        for n in range(1, lines + 1)
    )
    copying.copy(Person, names, people)


_ID = 380_000_000_000_000_000
_FILL = (  # our own numbers
    f"""INSERT INTO kernel_award (id, no, item_code, region_code, payee_id, account_id, payee_name, account_bank, persons,
        amount_fen, cycle, category, state, first_month, decided_on, frozen_sha, ruleset_sha, is_demo, created_at)
        SELECT {_ID} + n, 'B' || n, %(item)s, %(town)s, {_ID} + n, {_ID} + n, '张', '', 1, 86900, 'monthly', 'A', 'active',
        %(month)s, %(month)s, '', '', false, now() FROM generate_series(1::bigint, %(n)s) n""",
    f"""INSERT INTO kernel_paymentline (id, region_code, award_id, item_code, month, line_type, seq, amount_fen, state,
        explanation, created_at)
        SELECT {_ID} + n, %(town)s, {_ID} + n, %(item)s, %(month)s, 'regular', 1, 10000 + (n * 37) %% 90000, 'batched', '',
        now() FROM generate_series(1::bigint, %(n)s) n""",
    f"""INSERT INTO kernel_payline (id, batch_id, seq, line_id, attempt, award_id, person_id, account_id, month, line_type,
        region_code, due_fen, correction_fen, offset_fen, amount_fen, persons, category, snapshot, state, live, excluded_for, reason,
        return_code)
        SELECT {_ID} + n, %(batch)s, n, {_ID} + n, 1, {_ID} + n, {_ID} + n, {_ID} + n, %(month)s, 'regular', %(town)s,
        10000 + (n * 37) %% 90000, 0, 0, 10000 + (n * 37) %% 90000, 1, 'A', jsonb_build_object('persons', 1, 'members',
        jsonb_build_array({_ID} + n), 'category', 'A', 'award_no', 'B' || n), 'sent', true, '', '', ''
        FROM generate_series(1::bigint, %(n)s) n""",
)


def timed(into: dict[str, Any], name: str, act: Callable[[], Any]) -> Any:
    """Seconds by the clock, and of the processor (`_cpu`: this process and the database together)."""
    begun, cpu = time.perf_counter(), processor.spent()
    made = act()
    into[name] = round(time.perf_counter() - begun, 2)
    into[f"{name}_cpu"] = round(processor.spent() - cpu, 2)
    return made


_JOIN = """
SELECT b.code, count(*), sum(l.amount_fen) FROM bare b JOIN kernel_payline l ON l.batch_id = %(batch)s AND l.seq = b.seq
AND l.amount_fen = b.fen GROUP BY 1
"""
_LINES = """
UPDATE kernel_payline l SET state = 'paid', return_code = b.code FROM bare b WHERE l.batch_id = %(batch)s AND l.seq = b.seq
"""
_OWED = """
UPDATE kernel_paymentline p SET state = 'paid' FROM kernel_payline l, bare b
WHERE l.batch_id = %(batch)s AND l.seq = b.seq AND p.id = l.line_id
"""
_OPENED = """
INSERT INTO kernel_ledgertransaction (id, region_code, kind, occurred_on, reference, key, digest, memo, actor_id, created_xid,
    created_at) VALUES (1, %(town)s, 'result', %(month)s, '', 'bare', '', '', 0, 0, now())
"""
_BOOKED = """
INSERT INTO kernel_ledgerentry (transaction_id, seq, account_id, amount, party, benefit, source, region_code, month, line_ref)
SELECT 1, l.seq, 'payable', b.fen, l.person_id, %(item)s, '', l.region_code, l.month, l.id
FROM bare b JOIN kernel_payline l ON l.batch_id = %(batch)s AND l.seq = b.seq
UNION ALL SELECT 1, 0, 'bank', -sum(fen)::bigint, 0, %(item)s, '', %(town)s, %(month)s, 0 FROM bare
"""


def bare(batch: Any, file: Path) -> dict[str, Any]:
    """COPY of the same values into a table and one join with the lines; then, each on top of it, one UPDATE of the lines'
    state, one of the entitlements', one INSERT of entries with the ledger's own guards. All undone."""
    from django.db import connection, transaction

    from minzheng.kernel.payruns import formats
    from minzheng.kernel.payruns.formats.reading import Reading

    text = "".join(f"{r.seq}\t{r.fen}\t{r.code}\n" for r in Reading(formats.detect(file), file))
    told: dict[str, Any] = {}
    given = {"batch": batch.pk, "item": ITEM, "town": TOWN, "month": MONTH}

    def join() -> None:
        cursor.execute("CREATE TEMP TABLE bare (seq int, fen bigint, code text) ON COMMIT DROP")
        with cursor.copy("COPY bare FROM STDIN") as target:
            target.write(text)
        cursor.execute("ANALYZE bare")
        cursor.execute(_JOIN, given)

    def entries() -> None:
        cursor.execute(_OPENED, given)
        cursor.execute(_BOOKED, given)

    with transaction.atomic(), connection.cursor() as cursor:
        timed(told, "copy_join", join)
        cursor.execute("SET LOCAL work_mem = '160MB'")
        timed(told, "update", lambda: cursor.execute(_LINES, given))
        timed(told, "update_owed", lambda: cursor.execute(_OWED, given))
        timed(told, "entries", entries)
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        for table in ("kernel_payline", "kernel_paymentline", "kernel_ledgerentry"):
            cursor.execute(f"VACUUM FULL ANALYZE {table}")
    return told


def measure(lines: int, format_code: str, folder: Path) -> dict[str, Any]:
    """Seconds by the clock and of the processor of the file and of booking its answer, and the ratios of the latter."""
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.items import registry
    from minzheng.kernel.jobs import registry as jobs
    from minzheng.kernel.ledger.proofs import verify
    from minzheng.kernel.payruns import bankfile, returns, simulator
    from minzheng.kernel.payruns.simulator import Habits

    registry.all_items()  # a running platform has its rules and jobs loaded
    jobs.discover()
    batch, told = fill(lines), {"lines": lines, "format": format_code}
    _owed(batch)
    memory = _peak()
    timed(told, "file", lambda: bankfile.write(batch, format_code, actor=SYSTEM))
    file = folder / "back"
    simulator.simulate(batch, file, seed=1, habits=Habits(1 / RETURNED, 1 / UNKNOWN), format_code=format_code)
    told["bare"] = bare(batch, file)
    made = timed(told, "book", lambda: returns.book(actor=SYSTEM, batch=batch, path=file))
    told |= {"paid": made.paid, "returned": made.returned, "unknown": made.unknown, "rejected": made.rejected}
    told["memory_mb"] = {"before": memory, "peak": _peak()}
    again = timed(told, "again", lambda: returns.book(actor=SYSTEM, batch=batch, path=file))
    report = verify()
    told["nothing_doubled"] = again.again and not [one for one in report.errors if "借贷" in one or "合计" in one]
    told |= _ratios(told)
    told["limit"] = LIMIT
    return told


def _ratios(told: dict[str, Any]) -> dict[str, float]:
    """Booking against the bare COPY and join; against the same with its results written to the lines (one UPDATE); and
    against the same with all that booking writes: the line, what was owed, the entry in the books."""
    plain, found = told["bare"], {}
    for unit in ("", "_cpu"):
        joined = plain[f"copy_join{unit}"]
        written = joined + plain[f"update{unit}"]
        thrice = written + plain[f"update_owed{unit}"] + plain[f"entries{unit}"]
        for name, seconds in (("join", joined), ("join_written", written), ("three_writes", thrice)):
            found[f"ratio_{name}{unit}"] = round(told[f"book{unit}"] / seconds, 2)
    return found


def _owed(batch: Any) -> None:
    """What approval and voucher booked before: owed to every payee, and the money on the paying account."""
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.ledger import services as ledger

    ledger.post_select(
        kind="pay.approve", key="bench:approve", occurred_on=MONTH, region_code=TOWN, reference=f"paybatch:{batch.pk}",
        actor=SYSTEM, params={"batch": batch.pk, "item": ITEM},
        sql="""SELECT 'payable', -p.amount_fen, p.person_id, %(item)s, '', p.region_code, p.month, p.id
               FROM kernel_payline p WHERE p.batch_id = %(batch)s
               UNION ALL SELECT 'bank', sum(p.amount_fen)::bigint, 0, %(item)s, '', p.region_code, p.month, 0
               FROM kernel_payline p WHERE p.batch_id = %(batch)s GROUP BY p.region_code, p.month""",
    )  # fmt: skip


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--lines", type=int, default=1_000_000)
    asked.add_argument("--format", default="fiscal_csv")
    options = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    os.environ.setdefault("MINZHENG_TEST_DB", "bench_payrun_returns")
    os.environ.setdefault("MINZHENG_LOG_LEVEL", "ERROR")
    from minzheng.site import database

    os.environ[database.ROLE] = "owner"
    import django
    from django.conf import settings

    django.setup()
    settings.DATABASES["default"].update(database.connection_settings())
    database.hold_until_exit()
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False, aliases={"default": None}, serialized_aliases=set())
    try:
        with tempfile.TemporaryDirectory(prefix="payrun-returns-") as folder:
            settings.MEDIA_ROOT = Path(folder) / "files"
            result = measure(options.lines, options.format, Path(folder))
    finally:
        teardown_databases(made, verbosity=0)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "payrun_returns.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
    print()
    sys.exit(0 if result["nothing_doubled"] and result["ratio_join_written_cpu"] <= LIMIT else 1)


if __name__ == "__main__":
    main()
