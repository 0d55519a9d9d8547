"""Booking: what balances is on the books once, what does not is refused with a sentence."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection

from minzheng.kernel.audit.services import SYSTEM
from minzheng.kernel.ledger import services
from minzheng.kernel.ledger.models import LedgerEntry, LedgerTotal, LedgerTransaction
from minzheng.kernel.ledger.services import Entry

TOWN = "990101001000"
DAY = datetime.date(2026, 3, 10)


def book(key: str = "paybatch:1:approve", *entries: Entry, **changes: object) -> LedgerTransaction:
    given = {"kind": "approve", "occurred_on": DAY, "region_code": TOWN, "reference": "paybatch:1", "actor": SYSTEM}
    return services.post(
        key=key, entries=entries or (Entry("expense", 500), Entry("payable", -500, 7)), **given | changes
    )


def test_一借一贷入账(db: None) -> None:
    one = book()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert [(e.account_id, e.amount, e.party, e.region_code) for e in one.entries.order_by("seq")] == [
        ("expense", 500, 0, TOWN),
        ("payable", -500, 7, TOWN),
    ]
    assert LedgerTotal.objects.count() == 2
