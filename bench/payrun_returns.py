"""Reconciling a million results: `python -m bench.payrun_returns --lines 1000000` makes a database of its own with one
batch that was sent, writes the bank's return file and books it: read, check, results of the lines and entitlements,
ledger. Beside it the bare work: COPY of the same values into a table and one join with the lines. The file for the bank
is measured as well: opening the sealed numbers, writing, sealing."""

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
    names = (
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
_FILL = (
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
)  # noqa: S608 - our own numbers


def timed(into: dict[str, Any], name: str, act: Callable[[], Any]) -> Any:
    begun, cpu = time.perf_counter(), time.process_time()
    made = act()
    into[name] = round(time.perf_counter() - begun, 2)
    into[f"{name}_cpu"] = round(time.process_time() - cpu, 2)
    return made
