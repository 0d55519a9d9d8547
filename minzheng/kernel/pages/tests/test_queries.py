"""Queries per page: kept in query_counts.json; one more needs a reason (change the number); more rows never mean more
queries.

Rewrite the record: ``MINZHENG_QUERY_COUNTS=write pytest minzheng/kernel/pages/tests/test_queries.py``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.calendar import selectors as calendar
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.tests.conftest import COUNTY
from minzheng.kernel.pages.tests.crowd import crowd
from minzheng.kernel.pages.tests.test_scope import address
from minzheng.kernel.pages.tests.visiting import prove
from minzheng.kernel.parts.page import STAFF, Page
from minzheng.kernel.regions import selectors as regions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_whole")]
COUNTS = Path(__file__).parent.parent / "query_counts.json"
WRITE = os.environ.get("MINZHENG_QUERY_COUNTS") == "write"
#: Pages that ask the database more than thirty times, with the reason.
REASONS: dict[str, str] = {}
KINDS = ("list", "detail", "board")
#: Who opens the page: the first of these posts that may.
OPENERS = (
    "county_reviewer",
    "town_clerk",
    "auditor",
    "sys_admin",
    "finance",
    "bureau_head",
    "audit_admin",
    "sec_admin",
    "archivist",
    "pay_clerk",
)
MEASURED = [page for page in registry.pages().values() if page.kind in KINDS and page.audience == "console"]


def queries(client: Client, url: str) -> int:
    """Queries of one request, with the caches of a running server already warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, url
    return len([one for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))])


#: Pages of what the visitor did: opened by whoever did it.
OWN = {"exports.detail": "town_clerk", "leave.detail": "town_clerk", "account_requests.detail": "pay_clerk"}


def who(page: Page) -> str:
    return OWN.get(page.code) or next(
        (role for role in OPENERS if page.permission == STAFF or page.permission in ROLES[role].permissions), ""
    )


@pytest.mark.parametrize("page", MEASURED, ids=lambda page: page.code)
def test_每一页的查询次数不多于记录(page: Page, browse: Callable[..., Client], whole: dict[str, Any]) -> None:
    regions.forget()
    calendar.forget()
    role = who(page)
    place = "990101001000" if role == "town_clerk" else COUNTY
    client = browse(role, place)
    prove(client)
    found = queries(client, address(page, whole))
    known = json.loads(COUNTS.read_text(encoding="utf-8")) if COUNTS.exists() else {}
    if WRITE:
        known[page.code] = found
        COUNTS.write_text(
            json.dumps(dict(sorted(known.items())), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    assert page.code in known, f"{page.code} 还没有记录查询次数（现在是 {found}），请写入 query_counts.json。"
    assert found <= known[page.code], f"{page.code} 查了 {found} 次，记录是 {known[page.code]} 次。"


def test_记录里没有已经不存在的页() -> None:
    assert set(json.loads(COUNTS.read_text(encoding="utf-8"))) <= {page.code for page in MEASURED}


@pytest.mark.parametrize("page", [one for one in MEASURED if not one.has_arguments], ids=lambda page: page.code)
def test_行数多了_查询次数不变(
    page: Page, browse: Callable[..., Client], bureau: Organization, whole: dict[str, Any]
) -> None:
    """Fifteen more of each kind; a workbench may ask once more for a group that now has something in it."""
    role = who(page)
    client = browse(role, "990101001000" if role == "town_clerk" else COUNTY)
    prove(client)
    one = queries(client, reverse(page.code))
    crowd(whole, bureau)
    regions.forget()
    many = queries(client, reverse(page.code))
    assert many <= one + (1 if page.code == "cases.workbench" else 0), f"{page.code}：{one} 次变成 {many} 次"


def test_一页查三十次以上_要写明理由() -> None:
    known = json.loads(COUNTS.read_text(encoding="utf-8"))
    assert {code for code, count in known.items() if count > 30} <= set(REASONS)
