"""The databases measured: create, migrate, load demo data, fill up the cases, drop."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections


def use(name: str) -> None:
    """From now on this process connects to this database."""
    connections["default"].close()
    settings.DATABASES["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name


def drop(name: str) -> None:
    _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def prepare(name: str, *, size: int) -> dict[str, Any]:
    """Make a database holding a demo county of ``size`` people; returns the seconds of each step and the row counts."""
    drop(name)
    _administer(f'CREATE DATABASE "{name}"')
    use(name)
    seconds: dict[str, float] = {}
    with _timed(seconds, "migrate"):
        _migrate()
    with tempfile.TemporaryDirectory(prefix="minzheng-bench-") as folder:
        _demo(size, Path(folder), seconds)
    from bench import caseload

    with _timed(seconds, "cases"):
        rows = caseload.fill(size // 40)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"seconds": seconds, "rows": rows}


def _migrate() -> None:
    from django.core.management import call_command

    from minzheng.site import database
    from minzheng.site.postgres import roles

    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        roles.grant(cursor, app=database.application_role())


def _demo(size: int, folder: Path, seconds: dict[str, float]) -> None:
    from minzheng.demo.generate import generate
    from minzheng.demo.load import load
    from minzheng.demo.outcomes import default_as_of
    from minzheng.kernel import clock

    print(f"· 生成并装入 {size} 人", file=sys.stderr, flush=True)
    with _timed(seconds, "generate"):
        generate(persons=size, seed=1, as_of=default_as_of(clock.today()), out=folder, progress=lambda done, of: None)
    with _timed(seconds, "load"):
        load(folder)


@contextmanager
def _timed(into: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    into[name] = round(time.perf_counter() - start, 1)
    print(f"  {name} {into[name]} 秒", file=sys.stderr, flush=True)


def _administer(statement: str) -> None:
    """Creating and dropping a database cannot happen in a transaction, nor while connected to it."""
    kept = connections["default"].settings_dict["NAME"]
    use("postgres")
    try:
        connection.ensure_connection()
        connection.connection.autocommit = True
        with connection.connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        use(kept)
