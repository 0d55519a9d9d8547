"""What every test stands on: the embedded PostgreSQL runs for the whole session; the test database is made by the owner
and granted to the application role.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("MINZHENG_LOG_LEVEL", "ERROR")
# Playwright's synchronous interface keeps an event loop in the test's thread, where Django would refuse its own
# synchronous queries, in every later test of that process too.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    from minzheng.site import database

    # Tests create databases, so act as the owner (pytest-django has already read the settings as the application)
    os.environ[database.ROLE] = "owner"
    settings.DATABASES["default"].update(database.connection_settings())
    # Keys, files and the audit anchor go to a temporary folder, never to var/
    scratch = Path(tempfile.mkdtemp(prefix="minzheng-test-"))
    config.add_cleanup(lambda: shutil.rmtree(scratch, ignore_errors=True))
    settings.KEY_RING_FILE = scratch / "keys.json"
    settings.MEDIA_ROOT = scratch / "files"
    settings.LAKE_ROOT = scratch / "lake"
    settings.EXCHANGE_ROOT = scratch / "exchange"
    settings.ASK_FOR_SETUP = False
    settings.AUDIT_DIR = scratch / "audit"
    settings.STATIC_ROOT = scratch / "static"
    settings.STATIC_ROOT.mkdir()
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    # A lost test database is simply rebuilt: no need to wait for every commit to reach the disk
    settings.DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def _database_server() -> None:
    from minzheng.site import database

    database.hold_until_exit()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(_database_server: None, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The server first, then the test database."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    from django.db import connection

    from minzheng.site.postgres import roles

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        roles.grant(cursor)
        # After a test that really commits, Django has to empty every table
        for table in (*roles.APPEND_ONLY, *roles.UNCHANGED):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_truncate")


@pytest.fixture(autouse=True)
def _no_lines_of_another_test() -> None:
    """What a test committed is emptied away afterwards: the next test's audit lines must not vouch for it."""
    from minzheng.kernel.audit import vouching

    vouching.forget()


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian's Chromium; without it the test is skipped, and the summary says so loudly."""
    if CHROMIUM is None:
        pytest.skip("没有 Chromium")
    return CHROMIUM


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The stories load a county and keep it to the end of the process, so in every process they come last. What takes
    # long in one piece begins first, while the other process has plenty to do.
    items.sort(key=lambda item: (item.path.parent.name == "stories") - (item.path.name == "test_fresh_machine.py"))
    if CHROMIUM is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="没有 Chromium"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [row for row in terminalreporter.stats.get("skipped", []) if "没有 Chromium" in str(row.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", "浏览器测试没有执行", red=True, bold=True)
        terminalreporter.write_line(
            f"{len(skipped)} 个浏览器测试被跳过：这台机器没有 Chromium。Debian 上请执行 apt-get install chromium。"
        )


@pytest.fixture(autouse=True)
def _posts_without_second_factor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests sign somebody in by hand and ask about something else; those about the second factor itself are marked
    ``second_factor`` and meet the rule as it is. There is no such switch in the product."""
    if request.node.get_closest_marker("second_factor") is None:
        from minzheng.kernel.accounts import roles

        monkeypatch.setattr(roles, "SECOND_FACTOR", frozenset())


@pytest.fixture(autouse=True)
def _values_read_anew(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed values are kept in memory for some seconds: no test sees those of the one before, and no query is counted
    because the seconds happen to be over. Where a test has no database, nobody has signed anything."""
    import time

    from minzheng.kernel.standards import values

    monkeypatch.setattr(values, "_KEEP_SECONDS", 3600)
    values.forget()
    uses_tables = request.node.get_closest_marker("django_db") or {"db", "transactional_db", "database"} & set(
        request.fixturenames
    )
    if not uses_tables:
        monkeypatch.setattr(values, "_rows", ())
        monkeypatch.setattr(values, "_read_at", time.monotonic())
