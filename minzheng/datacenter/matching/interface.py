"""核对来源的接口: what every department's adapter gives, from the lake or live."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from minzheng.datacenter.sources.classes import CLASSES

__all__ = ["CLASSES", "CODES", "Asked", "Fact", "Source", "SourceSilent", "SourceUnavailable", "Waiting"]

#: How a record was found to be this person's: code → what the report says. E1 and E2 count by themselves where the rule of
#: `linkage.verdict` accepts them, the others never.
CODES = {
    "E1": "证件号码、姓名一致",
    "E2": "证件号码一致，姓名不同",
    "R1": "证件号码改正一处后一致",
    "Q1": "证件号码有两处不同，姓名同音",
    "Q2": "没有证件号码，姓名相同",
}


@dataclass(frozen=True)
class Asked:
    """One person of a query. `id_token`: the lake's token of the ID number, never the number itself; None where the
    number is missing or wrong (then only the name could be compared, and nothing is looked up). `sex` (男, 女) and
    `region_code` (where the person lives): what a record without a number must not contradict; "" where unknown."""

    member_id: int
    name: str
    id_token: int | None
    sex: str = ""
    region_code: str = ""


@dataclass(frozen=True)
class Fact:
    """One thing a source knows about one person. `amount_fen`: a month for incomes, the total for property; `on`: the
    day the data speaks of; `matched_by`: how the person was found, in words. `code`: the same as a code of CODES;
    `review`: nobody has accepted it yet, so it is in no sum. `note`: how the names agree where they are not the same.
    `turnover_fen`: what went through an account in twelve months. `holders`: how many people hold the account together;
    `amount_fen` is one person's part already. `share`: percent of `amount_fen` that is this person's own, in reports from
    before sources shared by holders."""

    source: str
    kind: str
    class_: str
    amount_fen: int | None
    on: datetime.date
    reference: str
    matched_by: str
    title: str = ""
    code: str = "E1"
    review: bool = False
    batch: str = ""
    row_no: int = 0
    share: int = 100
    turnover_fen: int | None = None
    department: str = ""
    note: str = ""
    holders: int = 1

    @property
    def own_fen(self) -> int | None:
        """The person's own part of the amount, rounded down to fen."""
        return self.amount_fen if self.amount_fen is None else self.amount_fen * self.share // 100


@runtime_checkable
class Source(Protocol):
    """One source. `facts` answers for all people of one query at once; a source that cannot be reached raises
    SourceUnavailable and the report says 缺项, one that answers by letter raises Waiting. A source of which nothing has
    ever been delivered raises SourceSilent: the report says 未接入, which blocks nothing."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...

    def facts(self, people: Sequence[Asked], on: datetime.date) -> dict[int, list[Fact]]: ...


class SourceUnavailable(Exception):
    """The department did not answer; the report is marked 缺项 and manual proof is the fallback."""


class SourceSilent(Exception):
    """The department delivers nothing here yet (未接入)."""


class Waiting(Exception):
    """The source answers by letter: the question was noted, the answer comes later."""
