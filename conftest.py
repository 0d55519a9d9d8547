"""全部测试的准备：内置 PostgreSQL 在整个测试期间可用，测试库以属主身份建立并按应用角色授权。"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("MINZHENG_LOG_LEVEL", "ERROR")


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    from minzheng.site import database

    # 测试要建库，所以换成属主身份（pytest-django 此前已按应用身份读过设置）
    os.environ[database.ROLE] = "owner"
    settings.DATABASES["default"].update(database.connection_settings())
    # 密钥、文件、审计锚点都写到临时目录，不碰 var/ 里的
    scratch = Path(tempfile.mkdtemp(prefix="minzheng-test-"))
    config.add_cleanup(lambda: shutil.rmtree(scratch, ignore_errors=True))
    settings.KEY_RING_FILE = scratch / "keys.json"
    settings.MEDIA_ROOT = scratch / "files"
    settings.AUDIT_DIR = scratch / "audit"
    settings.STATIC_ROOT = scratch / "static"
    settings.STATIC_ROOT.mkdir()
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    # 测试库丢了就重建，不必等每次提交落盘
    settings.DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def _database_server() -> None:
    from minzheng.site import database

    database.hold_until_exit()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(_database_server: None, django_db_modify_db_settings_parallel_suffix: None) -> None:
    """先有服务器，再建测试库。"""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    from django.db import connection

    from minzheng.site.postgres import roles

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        roles.grant(cursor)
        # 提交真实事务的测试结束后，Django 要清空全部表
        for table in roles.APPEND_ONLY:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_truncate")


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian 的 Chromium；没有就跳过（汇总里会大声说出来）。"""
    if CHROMIUM is None:
        pytest.skip("没有 Chromium")
    return CHROMIUM


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
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
