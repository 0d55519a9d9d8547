"""Terms and lines of the batch check: numbers that the bureau settles (kernel/terms)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

from minzheng.kernel.terms import Terms

TERMS = Terms(
    "matching.bulk", "批量核对的期限和提示线", Path(__file__).with_name("limits.yaml"), prefix="批量核对",
    local="bulk_matching.yaml",
)  # fmt: skip


def settled(on: datetime.date) -> dict[str, int]:
    """What holds on a day, signed values first; needs the database."""
    return {key: TERMS.number(key, on) for key in TERMS.history()}


def shipped(on: datetime.date) -> Mapping[str, int]:
    """What the files alone say, for a run on plain files where no database need be running."""
    found = {}
    for key, rows in TERMS.history().items():
        begun = [row for row in rows if row.valid_from <= on] or rows[:1]
        found[key] = begun[-1].value
    return found
