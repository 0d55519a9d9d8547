"""冻结日 and the limit beyond which a reported number needs a note (``terms.yaml``, see kernel/terms)."""

from __future__ import annotations

from pathlib import Path

from minzheng.kernel.terms import Terms

TERMS = Terms("indicators.terms", "指标冻结和核对", Path(__file__).with_name("terms.yaml"), prefix="指标")


def number(key: str) -> int:
    """The number in force today."""
    return TERMS.number(key)
