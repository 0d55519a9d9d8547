"""What other departments know (外部门数据) about this family. Mostly as declared, some not, and a few people have died.

Source and class codes are those of `datacenter.matching`; each fact hangs on an ID number. Dates lie before `as_of`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from minzheng.datacenter.matching.interface import CLASSES
from minzheng.demo.people import Home, Member


@dataclass(frozen=True)
class OutsideFact:
    """One answer a department would give. `amount` in fen (balance, monthly income), None where there is none."""

    source: str
    id_no: str
    class_code: str
    amount: int | None
    on: datetime.date
    region_code: str
    valid_to: datetime.date | None = None
    content: dict[str, Any] = field(default_factory=dict)


def outside_facts(rng: Random, home: Home, as_of: datetime.date) -> Iterator[OutsideFact]:
    """Everything the departments know of one household, in a fixed order."""
    cut_off = as_of.replace(day=1) - datetime.timedelta(days=1)
    holders = [member for member in home.members if member.age(as_of) >= 18] or home.members[:1]
    yield from _deposits(rng, home, holders, cut_off)
    yield from _property(home, holders, cut_off)
    for member in home.members:
        yield from _person(home, member, as_of, cut_off)
    yield from _late_death(rng, home, as_of)


def _fact(home: Home, member: Member, source: str, class_code: str, on: datetime.date, **rest: Any) -> OutsideFact:
    amount = rest.pop("amount", None)
    valid_to = rest.pop("valid_to", None)
    content = {"kind": CLASSES[class_code][2], "matched_by": "证件号码", **rest}
    return OutsideFact(source, member.id_no, class_code, amount, on, home.village.code, valid_to, content)


def _deposits(rng: Random, home: Home, holders: list[Member], on: datetime.date) -> Iterator[OutsideFact]:
    total = home.deposits + home.hidden_deposits
    if not total:
        return
    second = int(rng.random() * total / 20_000) * 10_000 if len(holders) > 1 else 0
    for member, amount in zip(holders, (total - second, second), strict=False):
        if amount:
            account = f"尾号{home.account_no[-3:]}{member.no[-1]}"
            yield _fact(home, member, "bank", "deposit", on, amount=amount, title=home.account_bank, reference=account)


def _property(home: Home, holders: list[Member], on: datetime.date) -> Iterator[OutsideFact]:
    head = holders[0]
    for k in range(home.vehicles + home.hidden_vehicles):
        plate = f"示A{int(home.no[1:]) * 7 % 90000 + 10000 + k}"
        title = f"小型普通客车，{2019 - k} 年 3 月登记"
        yield _fact(home, head, "police", "vehicle", on, title=title, reference=f"车牌 {plate}")
    for k in range(home.houses):
        title = f"住宅 {78 + 14 * k} 平方米，{home.village.name}"
        yield _fact(home, head, "realty", "house", on, title=title, reference=f"不动产权 {home.no[1:]}-{k + 1}")
    if home.market_entity:
        title = f"示范县{head.name}商店（个体工商户经营者）"
        yield _fact(home, head, "market", "market_entity", on, title=title, reference=f"登记号 {home.no[1:]}")


def _person(home: Home, member: Member, as_of: datetime.date, on: datetime.date) -> Iterator[OutsideFact]:
    hidden = home.hidden_wage if member is _earner(home) else 0
    if member.wage or hidden:
        title = "工资薪金所得（近 12 个月月均）"
        yield _fact(
            home, member, "tax", "wage", on, amount=member.wage + hidden, title=title, reference="个人所得税申报"
        )
    if member.transfer:
        title = "城乡居民基本养老保险待遇" if member.not_counted else "企业职工基本养老金"
        reference = "其中中央基础养老金 143.00 元" if member.not_counted else "养老保险待遇发放"
        yield _fact(home, member, "hr", "transfer", on, amount=member.transfer, title=title, reference=reference)
    if member.situation == "prison":
        until = datetime.date(as_of.year + 2, 5, 30)
        yield _fact(
            home, member, "justice", "custody", on, valid_to=until, title="在监狱服刑", reference="服刑人员信息"
        )


def _earner(home: Home) -> Member:
    """Who earns the wage that the family did not mention: the first with a wage, else the first of working age."""
    earning = [member for member in home.members if member.wage]
    return (earning or [member for member in home.members if not member.transfer] or home.members)[0]


def _late_death(rng: Random, home: Home, as_of: datetime.date) -> Iterator[OutsideFact]:
    """One old person in seventy died this month, and only the crematorium knows."""
    for member in home.members:
        if member.age(as_of) >= 78 and rng.random() < 0.014 and not home.story:
            day = as_of - datetime.timedelta(days=1 + int(rng.random() * 25))
            yield _fact(home, member, "civil", "death", day, title="火化登记", reference="殡葬信息")
