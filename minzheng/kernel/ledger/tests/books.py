"""A voucher to begin with."""

from __future__ import annotations

import datetime
from typing import Any

from minzheng.kernel.audit.services import SYSTEM
from minzheng.kernel.ledger import services
from minzheng.kernel.ledger.models import LedgerTransaction
from minzheng.kernel.ledger.services import Entry

TOWN, OTHER = "990101001000", "990101002000"
DAY = datetime.date(2026, 3, 10)


def book(key: str = "paybatch:1:approve", *entries: Entry, **changes: Any) -> LedgerTransaction:
    """Approve 5.00 yuan for person 7, or whatever is given."""
    given = {"kind": "approve", "occurred_on": DAY, "region_code": TOWN, "reference": "paybatch:1", "actor": SYSTEM}
    default = (Entry("expense", 500), Entry("payable", -500, 7, benefit="assistance.dibao"))
    return services.post(key=key, entries=entries or default, **given | changes)
