"""资金的写操作 and questions of other capabilities, gathered: `split`, `affordable`, `drawing`, `waiting` for pay runs; what is
entered and confirmed by two people is in allocations, rules, returning, projects and publishing."""

from __future__ import annotations

import datetime

from minzheng.kernel.funds import splitting
from minzheng.kernel.funds.affording import Affordable, affordable, drawing, waiting
from minzheng.kernel.funds.rules import share_of

__all__ = ["Affordable", "affordable", "drawing", "split", "waiting"]


def split(item_code: str, region_code: str, on: datetime.date, fen: int) -> dict[str, int]:
    """{source: fen} by the share rule of the place and day, summing to `fen` exactly (largest remainder, ties in the order
    of the sources). It does not ask what is left; `drawing(batch)` does."""
    return splitting.split(share_of(item_code, region_code, on).shares, fen)
