"""核对来源的接口: what every department's adapter gives, recorded or live."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

#: Classes of facts: (title, word of the declaration it is compared with, how amounts of several facts join).
#: `kind`: income (元 a month), property (total), count (how many), yes (there is one), alarm (must be settled first).
CLASSES: dict[str, tuple[str, str, str]] = {
    "wage": ("工资性收入", "wage", "income"),
    "business": ("经营净收入", "business", "income"),
    "property_income": ("财产净收入", "property_income", "income"),
    "transfer": ("转移净收入", "transfer", "income"),
    "deposit": ("金融资产", "deposits", "property"),
    "vehicle": ("机动车辆", "vehicles", "count"),
    "house": ("房屋", "houses", "count"),
    "market_entity": ("市场主体", "market_entity", "yes"),
    "death": ("死亡登记", "", "alarm"),
    "custody": ("服刑或强制隔离戒毒", "", "alarm"),
    "tekun": ("正在享受特困供养", "", "alarm"),
    "dibao": ("正在别处享受低保", "", "alarm"),
}


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
