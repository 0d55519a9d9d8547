"""The numbers of the project library that an office confirms (``terms.yaml``, see kernel/terms)."""

from __future__ import annotations

import datetime
from pathlib import Path

from minzheng.kernel.terms import Terms

TERMS = Terms("projects.terms", "项目库提醒和绩效", Path(__file__).with_name("terms.yaml"), prefix="项目")


def number(key: str, on: datetime.date | None = None) -> int:
    """The number in force on a day (today by default)."""
    return TERMS.number(key, on)


def tolerance_fen() -> int:
    """By how much sums may differ before they do not tie."""
    return number("tolerance") * 100
