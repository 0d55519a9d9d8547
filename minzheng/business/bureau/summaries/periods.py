"""Periods of summaries: which kind a form is for, and the words of headings (上半年, 下半年) that carry no digits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from minzheng.datacenter.indicators import periods
from minzheng.kernel.cases.errors import Refused

_HALVES = ("上半年", "下半年")


@dataclass(frozen=True)
class Term:
    """A period that summaries are written about. ``kind``: half, year, span."""

    period: periods.Period
    kind: str

    @property
    def code(self) -> str:
        return self.period.text

    @property
    def words(self) -> str:
        return self.period.title

    @property
    def bare(self) -> str:
        """The same without digits, for headings."""
        if self.kind == "half":
            return _HALVES[int(self.code[-1]) - 1]
        return "全年" if self.kind == "year" else "规划期"

    @property
    def following(self) -> str:
        return _HALVES[1] if self.kind == "half" and self.code.endswith("H1") else "下一年度"

    @property
    def plan_year(self) -> int:
        """The year whose plan says what comes next."""
        return self.period.last.year + (self.period.last.month == 12)


def parse(code: str) -> Term:
    """Raises Refused with a sentence for anything else than 2026H1, 2026, 2021-2025."""
    code = code.strip()
    for kind, pattern in (("half", r"20\d\dH[12]"), ("year", r"20\d\d"), ("span", r"20\d\d-20\d\d")):
        if re.fullmatch(pattern, code):
            try:
                return Term(periods.parse(code), kind)
            except periods.BadPeriod:
                break
    raise Refused(
        f"时期“{code}”不能写总结：半年写 2026H1，全年写 2026，规划期写 2021-2025。", {"period": "请照这样填写。"}
    )
