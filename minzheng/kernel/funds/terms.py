"""预警和公告的数字 of the funds (``terms.yaml``, see kernel/terms)."""

from __future__ import annotations

import datetime
from pathlib import Path

from minzheng.kernel.terms import Terms

TERMS = Terms("funds.terms", "资金预警和公告", Path(__file__).with_name("terms.yaml"), prefix="资金")


def number(key: str, on: datetime.date | None = None) -> int:
    """The number in force on a day (today by default)."""
    return TERMS.number(key, on)
