"""监测准不准: from the judgements of people, per monitor, with an interval that says how much is known."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

#: Two-sided 95 % of the normal distribution.
_Z = 1.959963984540054


@dataclass(frozen=True)
class Precision:
    """Of the alerts judged true or false: the share that was true, and the Wilson interval of 95 %. `share` None: none
    was judged yet."""

    true: int
    false: int
    later: int = 0
    share: float | None = None
    low: float = 0.0
    high: float = 1.0

    @property
    def judged(self) -> int:
        return self.true + self.false

    def text(self) -> str:
        """“80.0%（95% 置信区间 58.4%–91.9%）”."""
        if self.share is None:
            return "还没有认定"
        return f"{self.share:.1%}（95% 区间 {self.low:.1%}–{self.high:.1%}）"


def precision(true: int, false: int, later: int = 0) -> Precision:
    """Wilson's interval: honest for small counts and never outside 0 to 1."""
    n = true + false
    if n == 0:
        return Precision(true, false, later)
    share, z2 = true / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Precision(true, false, later, share, max(0.0, middle - half), min(1.0, middle + half))
