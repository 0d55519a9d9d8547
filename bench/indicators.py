"""A month of all indicators of a county of 200 000 people: `python -m bench.indicators` makes a database of its own with a
caseload as such a county has it (awards of ten years, cases, a year of pay lines, alerts), computes and freezes one month, and
says how that compares with one bare SQL count over the awards in force."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

COUNTY, MONTH = "990101000000", datetime.date(2026, 6, 1)
ITEMS = (
    "assistance.dibao", "assistance.dibao_edge", "assistance.tekun", "assistance.temporary", "disability.two_subsidies",
    "elderly.old_age", "elderly.care_subsidy", "children.orphan",
)  # fmt: skip
_SQL = {
    "households": """INSERT INTO kernel_household (id, no, region_code, is_urban, address, is_demo, created_at)
        SELECT 8000000000 + n, 'H' || n, '9901010' || lpad((n %% 12 + 1)::text, 2, '0') || lpad((n %% 12)::text, 3, '0'), n %% 4 = 0,
        '', true, now() FROM generate_series(1, %(awards)s) n""",
    "awards": """INSERT INTO kernel_award SELECT made.* FROM kernel_award a, generate_series(1, %(awards)s) n, LATERAL jsonb_populate_record(a, jsonb_build_object(
        'id', 9000000000 + n, 'no', 'A' || n, 'item_code', (%(items)s::text[])[n %% 8 + 1], 'household_id', 8000000000 + n,
        'region_code', '9901010' || lpad((n %% 12 + 1)::text, 2, '0') || lpad((n %% 12)::text, 3, '0'), 'persons', n %% 4 + 1,
        'amount_fen', 10000 + n %% 50000, 'cycle', CASE n %% 8 WHEN 3 THEN 'once' ELSE 'monthly' END,
        'state', CASE WHEN n %% 5 = 0 THEN 'ended' ELSE 'active' END,
        'first_month', DATE '2026-06-01' - (n %% 120) * INTERVAL '1 month',
        'last_month', CASE WHEN n %% 5 = 0 THEN DATE '2026-06-01' - (n %% 60) * INTERVAL '1 month' END)) made WHERE a.no = 'seed'""",
    "cases": """INSERT INTO kernel_case SELECT made.* FROM kernel_case c, generate_series(1, %(cases)s) n, LATERAL jsonb_populate_record(c, jsonb_build_object(
        'id', 9000000000 + n, 'no', 'C' || n, 'item_code', (%(items)s::text[])[n %% 8 + 1],
        'region_code', '9901010' || lpad((n %% 12 + 1)::text, 2, '0') || '001', 'state', 'TERMINATED',
        'submitted_at', TIMESTAMP '2026-07-10' - n * INTERVAL '45 minutes',
        'decided_at', TIMESTAMP '2026-07-30' - n * INTERVAL '45 minutes',
        'total_due_on', (TIMESTAMP '2026-07-30' - n * INTERVAL '45 minutes')::date + n %% 3 - 1)) made WHERE c.no = 'seed'""",
    "pay": """INSERT INTO kernel_payline SELECT made.* FROM kernel_payline p, generate_series(1, %(lines)s) n JOIN kernel_paybatch b ON b.no = 'P' || n %% 12, LATERAL jsonb_populate_record(p, jsonb_build_object(
        'id', 9000000000 + n, 'seq', n, 'line_id', 9000000000 + n, 'award_id', 9000000000 + n %% %(awards)s + 1,
        'batch_id', b.id, 'region_code', '9901010' || lpad((n %% 12 + 1)::text, 2, '0') || '001',
        'state', CASE WHEN n %% 50 = 0 THEN 'returned' ELSE 'paid' END)) made WHERE p.seq = 0""",
}


def fill(awards: int) -> None:
    """One row of each by hand, the others after its pattern."""
    from django.db import connection

    from minzheng.kernel.awards.models import Award, PaymentLine
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.payruns.models import PayBatch, PayLine

    now = datetime.datetime(2026, 6, 1, tzinfo=datetime.UTC)
    award = Award.objects.create(
        no="seed", item_code="x", region_code=COUNTY, persons=1, amount_fen=1, first_month=datetime.date(2035, 1, 1),
        decided_on=MONTH, payee_name="某人", frozen={}, frozen_sha="", ruleset_sha="",
    )  # fmt: skip
    Case.objects.create(no="seed", item_code="x", region_code=COUNTY, state="DRAFT")
    for n in range(12):
        month = datetime.date(2026, 6, 1) if n == 0 else datetime.date(2025, n, 1)
        batch = PayBatch.objects.create(
            no=f"P{n}", item_code=ITEMS[0], month=month, region_code=COUNTY, state="CLOSED", built_at=now
        )
    line = PaymentLine.objects.create(award=award, item_code="x", month=MONTH, amount_fen=1, region_code=COUNTY)
    PayLine.objects.create(
        batch=batch, seq=0, line=line, award=award, month=MONTH, line_type="regular", region_code="000000000000", due_fen=9,
        amount_fen=9, state="excluded", live=False,
    )  # fmt: skip
    told: dict[str, Any] = {"items": list(ITEMS), "awards": awards, "cases": awards, "lines": awards * 6}
    with connection.cursor() as cursor:
        for statement in _SQL.values():
            cursor.execute(statement, told)
        cursor.execute("VACUUM ANALYZE")


def timed(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def bare() -> None:
    """What a report by hand would begin with."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(persons) FROM kernel_award WHERE region_code BETWEEN %s AND %s AND first_month <= %s AND "
            "(last_month IS NULL OR last_month >= %s)", [COUNTY, "990101999999", MONTH, MONTH],
        )  # fmt: skip


def measure(awards: int) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from minzheng.datacenter.indicators import computing, declaring, selectors, services
    from minzheng.kernel.accounts.actors import SYSTEM

    computing.figures(COUNTY, MONTH)  # rules are read once a process
    once = statistics.median(timed(bare) for _ in range(7))
    with CaptureQueriesContext(connection) as asked:
        computing.figures(COUNTY, MONTH)
    figures = statistics.median(timed(lambda: computing.figures(COUNTY, MONTH)) for _ in range(3))
    whole = timed(lambda: computing.compute(COUNTY, MONTH))
    freezing = timed(lambda: services.freeze(actor=SYSTEM, region_code=COUNTY, month=MONTH))
    codes = [one.code for one in declaring.all()]
    reading = statistics.median(timed(lambda: selectors.values(codes, COUNTY, "2026-06")) for _ in range(3))
    return {
        "awards": awards, "system_indicators": sum(one.run is not None for one in declaring.all()), "queries": len(asked),
        "bare_count_s": round(once, 4), "figures_s": round(figures, 3), "compute_s": round(whole, 3),
        "freeze_s": round(freezing, 3), "values_all_s": round(reading, 3), "ratio": round(figures / once, 1),
    }  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--awards", type=int, default=40_000, help="待遇份数（含已停发）")
    options = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    os.environ.setdefault("MINZHENG_TEST_DB", "bench_indicators")
    os.environ.setdefault("MINZHENG_LOG_LEVEL", "ERROR")
    os.environ.setdefault("MINZHENG_TODAY", "2026-07-15")
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
        fill(options.awards)
        print(json.dumps(measure(options.awards), ensure_ascii=False, indent=1))
    finally:
        teardown_databases(made, verbosity=0)
    sys.exit(0)


if __name__ == "__main__":
    main()
