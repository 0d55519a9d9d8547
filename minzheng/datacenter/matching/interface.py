"""核对来源的接口: what every department's adapter gives, recorded or live."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from minzheng.datacenter.sources.classes import CLASSES

__all__ = ["CLASSES", "Asked", "Fact", "Source", "SourceUnavailable"]


@dataclass(frozen=True)
class Asked:
    """One person of a query: the keyed digest of the ID number, never the number itself."""

    member_id: int
    name: str
    id_key: bytes


@dataclass(frozen=True)
class Fact:
    """One thing a source knows about one person. `amount_fen`: a month for incomes, the total for property; `on`: the
    day the data speaks of; `matched_by`: how the person was found (证件号码, 姓名+出生日期 …)."""

    source: str
    kind: str
    class_: str
    amount_fen: int | None
    on: datetime.date
    reference: str
    matched_by: str
    title: str = ""


@runtime_checkable
class Source(Protocol):
    """One department. `facts` answers for all people of one query at once; a source that cannot be reached raises
    SourceUnavailable and the report says 缺项."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...

    def facts(self, people: Sequence[Asked], on: datetime.date) -> dict[int, list[Fact]]: ...


class SourceUnavailable(Exception):
    """The department did not answer; the report is marked 缺项 and manual proof is the fallback."""
