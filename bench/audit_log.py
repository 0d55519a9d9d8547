"""The audit log at size: `python -m bench.audit_log --rows 2000000` fills a database of its own, opens the audit pages
and measures writing lines with and without vouching (see minzheng/kernel/audit/vouching.py)."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

PAGES = {
    "审计记录": "/console/audit/",
    "按日期": "/console/audit/?at_from={week}",
    "按动作和日期": "/console/audit/?action=auth.refused&at_from={week}",
    "按姓名": "/console/audit/?q=经办17",
    "按人员": "/console/audit/?actor={actor}",
    "按对象编号": "/console/audit/?q={person}",
    "工作时间以外": "/console/audit/?finding=off_hours",
    "异常发现": "/console/audit/findings/",
    "谁看过这份档案": "/console/audit/persons/{person}/",
}


def fill(rows: int) -> None:
    """A year of lines of 400 officers over 100 000 people, nine tenths of them readings; ten percent after hours."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'kernel_auditentry'")
        indexes = [(name, made) for name, made in cursor.fetchall() if not name.endswith("_pkey")]
        for name, _made in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute(
            """
            INSERT INTO kernel_auditentry (id, at, actor_id, actor_name, role, action, object_type, object_id,
                region_code, reason, detail, address, vouches, mac)
            SELECT n, now() - (%s - n) * (interval '365 days' / %s), 1000 + n %% 400, '经办' || n %% 400,
                (ARRAY['town_clerk','county_reviewer','finance','matching_officer'])[1 + n %% 4],
                CASE WHEN n %% 10 < 9 THEN 'read' WHEN n %% 100 = 9 THEN 'auth.refused' ELSE 'case.accept' END,
                'person', 5000000 + (n * 7919) %% 100000, '9901010' || lpad((n %% 12 + 1)::text, 2, '0') || '001',
                '办理办件', '{"purpose": "case"}', '10.1.2.' || n %% 250, '[]', repeat('a', 64)
            FROM generate_series(1::bigint, %s) n
            """,
            [rows, rows, rows],
        )
        for _name, made in indexes:
            cursor.execute(made)
        cursor.execute("ANALYZE kernel_auditentry")


def people() -> dict[str, Any]:
    """An audit administrator of the county, and one of the people read."""
    import datetime

    from minzheng.kernel import clock
    from minzheng.kernel.accounts.models import Assignment, User
    from minzheng.kernel.orgs.models import Organization
    from minzheng.kernel.subjects.models import Person

    start = datetime.date(2020, 1, 1)
    bureau = Organization.objects.create(
        code="B", name="局", kind="bureau", region_code="990101000000", valid_from=start
    )
    user = User.objects.create_user("rizhi", "x", name="查有据")
    Assignment.objects.create(
        user=user, role="audit_admin", organization=bureau, region_code="990101000000", valid_from=start
    )
    person = Person.objects.create(pk=5000123, name="周桂兰", region_code="990101001001")
    week = (clock.today() - datetime.timedelta(days=7)).isoformat()
    return {"user": user, "week": week, "actor": 1017, "person": person.pk}


def pages(facts: dict[str, Any], rounds: int = 9) -> dict[str, tuple[float, float]]:
    """(best, median) milliseconds a page: on a busy machine the best is nearer to the truth."""
    from django.test import Client

    client = Client()
    client.force_login(facts["user"], backend="minzheng.kernel.accounts.backends.AccountBackend")
    found = {}
    for name, url in PAGES.items():
        taken = []
        for _ in range(rounds):
            begun = time.perf_counter()
            response = client.get(url.format(**facts))
            taken.append((time.perf_counter() - begun) * 1000)
            if response.status_code != 200:
                raise RuntimeError(f"{url} 返回 {response.status_code}")
        found[name] = (round(min(taken), 1), round(statistics.median(taken), 1))
    return found


def writes(seconds: float = 4, threads: int = 4) -> float:
    """Lines a second by several threads, each line its own transaction."""
    from django.db import connection

    from minzheng.kernel.audit import services

    counts = [0] * threads
    stop = time.monotonic() + seconds

    def work(n: int) -> None:
        while time.monotonic() < stop:
            services.record(actor=services.SYSTEM, action="bench", detail={"n": n})
            counts[n] += 1
        connection.close()

    running = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
    for one in running:
        one.start()
    for one in running:
        one.join()
    return sum(counts) / seconds


def vouching_ratio() -> dict[str, float]:
    """Writes a second without and with vouching, turn and turn about; the ratio of the medians."""
    from minzheng.kernel.audit import vouching

    real: tuple[Callable[..., Any], ...] = (vouching.taken, vouching.on_commit)
    without, with_it = [], []
    for _ in range(4):
        vouching.taken, vouching.on_commit = (list), (lambda entry_id, named: None)
        without.append(writes())
        vouching.taken, vouching.on_commit = real
        with_it.append(writes())
    before, after = statistics.median(without), statistics.median(with_it)
    return {"without": round(before), "with": round(after), "ratio": round(after / before, 3)}


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=2_000_000)
    rows = asked.parse_args().rows
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    os.environ.setdefault("MINZHENG_TEST_DB", "bench_audit")
    os.environ.setdefault("MINZHENG_LOG_LEVEL", "ERROR")
    from minzheng.site import database

    os.environ[database.ROLE] = "owner"
    import django
    from django.conf import settings

    django.setup()
    settings.DATABASES["default"].update(database.connection_settings())
    settings.ALLOWED_HOSTS = ["*"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    database.hold_until_exit()
    from django.test.utils import setup_databases, teardown_databases

    from minzheng.kernel.accounts import roles

    roles.SECOND_FACTOR = frozenset()  # the measured session is made by hand
    made = setup_databases(verbosity=0, interactive=False, aliases={"default": None})
    try:
        ratio = vouching_ratio()
        begun = time.perf_counter()
        fill(rows)
        print(f"装入 {rows:,} 行用了 {time.perf_counter() - begun:.0f} 秒", file=sys.stderr)
        print(json.dumps({"rows": rows, "writes": ratio, "pages_ms": pages(people())}, ensure_ascii=False, indent=1))
    finally:
        teardown_databases(made, verbosity=0)


if __name__ == "__main__":
    main()
