"""A tiny demo county, generated and loaded once for all tests of this folder."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from minzheng.demo.generate import generate
from minzheng.demo.load import load

AS_OF = datetime.date(2026, 11, 21)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    generate(persons=3000, seed=1, as_of=AS_OF, out=out)
    return out


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINZHENG_TODAY", AS_OF.isoformat())


@pytest.fixture(scope="module")
def county(folder: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """The loaded county for a module of reading tests; everything is rolled back afterwards."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINZHENG_TODAY", AS_OF.isoformat())
        # When only these tests are chosen the runner makes no test database: they must not load into the real one.
        if not str(connection.settings_dict["NAME"]).startswith("test_"):
            pytest.fail("没有建立测试库：请连同本文件里标了 django_db 的测试一起运行。")
        with transaction.atomic():
            yield load(folder)
            transaction.set_rollback(True)
