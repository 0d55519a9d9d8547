"""督查督办的地方参数 (``terms.yaml``, see kernel/terms): dated, confirmed by the bureau like every other number."""

from __future__ import annotations

import datetime
from pathlib import Path

from minzheng.kernel.terms import Terms

TERMS = Terms("supervision.terms", "督查督办", Path(__file__).with_name("terms.yaml"), prefix="督办")


def number(key: str, on: datetime.date | None = None) -> int:
    """The number in force on a day (today by default)."""
    return TERMS.number(key, on)
