"""Limits of the exchange (``terms.yaml``, see kernel/terms)."""

from __future__ import annotations

from pathlib import Path

from minzheng.kernel.terms import Terms

TERMS = Terms("exchange.terms", "数据交换期限和限额", Path(__file__).with_name("terms.yaml"), prefix="交换")


def number(key: str) -> int:
    """The number in force today."""
    return TERMS.number(key)
