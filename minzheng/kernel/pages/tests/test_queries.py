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
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.calendar import selectors as calendar
from minzheng.kernel.cases.models import Case
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.tests.conftest import COUNTY, VILLAGE
from minzheng.kernel.pages.tests.test_scope import address
from minzheng.kernel.parts.page import STAFF, Page
from minzheng.kernel.regions import selectors as regions

pytestmark = pytest.mark.django_db
COUNTS = Path(__file__).parent.parent / "query_counts.json"
WRITE = os.environ.get("MINZHENG_QUERY_COUNTS") == "write"
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
)
MEASURED = [page for page in registry.pages().values() if page.kind in KINDS and page.audience == "console"]


def queries(client: Client, url: str) -> int:
    """Queries of one request, with the caches of a running server already warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, url
    return len([one for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def who(page: Page) -> str:
    return next(
        (role for role in OPENERS if page.permission == STAFF or page.permission in ROLES[role].permissions), ""
    )


@pytest.mark.parametrize("page", MEASURED, ids=lambda page: page.code)
def test_每一页的查询次数不多于记录(page: Page, browse: Callable[..., Client], family: dict[str, Any]) -> None:
    regions.forget()
    calendar.forget()
    role = who(page)
    place = "990101001000" if role == "town_clerk" else COUNTY
    found = queries(browse(role, place), address(page, family))
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


@pytest.mark.parametrize("code", ["cases.list", "awards.list", "payments.list", "cases.workbench"])
def test_行数多了_查询次数不变(code: str, browse: Callable[..., Client], family: dict[str, Any]) -> None:
    client = browse("county_reviewer", COUNTY)
    one = queries(client, reverse(code))
    for n in range(2, 15):
        Case.objects.create(
            no=f"990101-DB-2026-{n:06d}",
            item_code="assistance.dibao",
            state="REVIEW",
            region_code=VILLAGE,
            applicant_name=f"人{n}",
            form={"a": n},
        )
        award = Award.objects.create(
            no=f"A{n}",
            item_code="assistance.dibao",
            payee_name=f"人{n}",
            persons=1,
            account_no="6217",
            amount_fen=n,
            first_month="2026-12-01",
            decided_on="2026-11-20",
            frozen={},
            region_code=VILLAGE,
        )
        PaymentLine.objects.create(
            award=award, item_code=award.item_code, month="2026-12-01", amount_fen=n, region_code=VILLAGE
        )
    assert queries(client, reverse(code)) <= one + (1 if code == "cases.workbench" else 0)
