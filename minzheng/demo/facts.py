"""What other departments know (外部门数据) about this family. Mostly as declared, some not, and a few people have died.

Each is a row of the file that its department delivers to the lake (columns of `datacenter/sources/<code>`), hung on an ID
number. Dates lie before `as_of`; the draws of `rng` are in a fixed order.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from minzheng.demo.people import Home, Member
from minzheng.kernel.months import month_after

#: Months of wages and pensions that the departments deliver: what a yearly mean needs, counted back from the cut-off.
MONTHS = 12
#: One family in so many has a car registered under a number with a slip in it, and so many a cremation without any number.
WRONG_NUMBER, NO_NUMBER = 61, 487
#: Of the old who died this month, one in so many died while nobody told the town.
UNTOLD = 4


@dataclass(frozen=True)
class Delivered:
    """One row of a department's file: source code and its cells by column."""

    source: str
    cells: dict[str, Any]


def outside_facts(rng: Random, home: Home, as_of: datetime.date) -> Iterator[Delivered]:
    """Everything the departments deliver about one household, in a fixed order."""
    cut_off = as_of.replace(day=1) - datetime.timedelta(days=1)
    holders = [member for member in home.members if member.age(as_of) >= 18] or home.members[:1]
    yield from _deposits(rng, home, holders, cut_off)
    yield from _property(home, holders)
    for member in home.members:
        yield from _person(home, member, as_of, cut_off)
    yield from _late_death(rng, home, as_of)
    yield from _doubtful(home, holders, as_of)


def _row(member: Member, source: str, **cells: Any) -> Delivered:
    return Delivered(source, {"id_no": member.id_no, "name": member.name} | cells)


def yuan(fen: int) -> str:
    """Fen as the departments write money: 元 with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


def _deposits(rng: Random, home: Home, holders: list[Member], on: datetime.date) -> Iterator[Delivered]:
    total = home.deposits + home.hidden_deposits
    if not total:
        return
    second = int(rng.random() * total / 20_000) * 10_000 if len(holders) > 1 else 0
    for member, amount in zip(holders, (total - second, second), strict=False):
        if amount:
            yield _row(
                member, "deposit", answer="有", bank=home.account_bank, kind="活期",
                account_tail=f"{home.account_no[-3:]}{member.no[-1]}", cut_off=on, balance=yuan(amount),
            )  # fmt: skip


def _property(home: Home, holders: list[Member]) -> Iterator[Delivered]:
    head = holders[0]
    for k in range(home.vehicles + home.hidden_vehicles):
        plate = f"示A{int(home.no[1:]) * 7 % 90000 + 10000 + k}"
        yield _row(
            head, "vehicle", plate=plate, plate_kind="小型汽车", kind="小型普通客车",
            register_date=f"{2019 - k}-03-15", usage="非营运", state="正常",
        )  # fmt: skip
    for k in range(home.houses):
        yield _row(
            head, "real_estate", cert_no=f"示（2012）示范县不动产权第{home.no[1:]}-{k + 1}号", location=home.address,
            usage="住宅" if home.urban else "宅基地房屋", area=f"{78 + 14 * k}.00", sharing="单独所有",
            register_date=f"{2012 + k}-05-20", state="现势",
        )  # fmt: skip
    if home.market_entity:
        yield _row(
            head, "market_entity", entity=f"示范县{head.name}商店", credit_code=f"92990101MA{int(home.no[1:]):08d}",
            kind="个体工商户", role="经营者", founded="2021-04-12", state="存续", trade="批发和零售业",
        )  # fmt: skip


def _person(home: Home, member: Member, as_of: datetime.date, on: datetime.date) -> Iterator[Delivered]:
    hidden = home.hidden_wage if member is _earner(home) else 0
    if member.wage or hidden:
        yield from wages(member, member.wage + hidden, on)
    if member.transfer:
        more = {"central_basic": "143.00"} if member.not_counted else {}
        for month in months_before(on):
            yield _row(
                member, "pension", kind="城乡居民养老金" if member.not_counted else "企业职工养老金", month=month,
                amount=yuan(member.transfer), state="正常发放", office="示范县社会保险事业中心", **more,
            )  # fmt: skip
    if member.situation == "prison":
        yield _row(
            member, "prison", facility="示范监狱", state="在押", since=f"{as_of.year - 1}-05-31",
            until=datetime.date(as_of.year + 2, 5, 30),
        )  # fmt: skip


def wages(person: Any, fen: int, on: datetime.date) -> Iterator[Delivered]:
    """Twelve months of the same wage, the last one being the month of `on`. `person` has `id_no` and `name`."""
    for month in months_before(on):
        yield Delivered(
            "income_tax",
            {
                "id_no": person.id_no, "name": person.name, "item": "工资薪金所得", "month": month, "income": yuan(fen),
                "social": "0", "tax": "0",
            },
        )  # fmt: skip


def months_before(on: datetime.date) -> list[str]:
    """The last MONTHS months up to the month of `on`, as 2026-10."""
    return [f"{month_after(on, -back):%Y-%m}" for back in reversed(range(MONTHS))]


def _earner(home: Home) -> Member:
    """Who earns the wage that the family did not mention: the first with a wage, else the first of working age."""
    earning = [member for member in home.members if member.wage]
    return (earning or [member for member in home.members if not member.transfer] or home.members)[0]


def _late_death(rng: Random, home: Home, as_of: datetime.date) -> Iterator[Delivered]:
    """A few of the oldest died this month, and only the crematorium knows."""
    for member in home.members:
        if member.age(as_of) >= 78 and rng.random() < 0.014 and not home.story:
            day = as_of - datetime.timedelta(days=1 + int(rng.random() * 25))
            if int(home.no[1:]) % UNTOLD == 1:
                yield _row(member, "cremation", died=day, cremated=day, kind="普通", facility="示范县殡仪馆")


def _doubtful(home: Home, holders: list[Member], as_of: datetime.date) -> Iterator[Delivered]:
    """Records that a person has to look at: a car under a number with one wrong digit, a cremation without a number."""
    place, head = int(home.no[1:]), holders[0]
    if home.story:
        return
    if place % WRONG_NUMBER == 7:
        digit = str((int(head.id_no[15]) + 3) % 10)
        slip = head.id_no[:15] + digit + head.id_no[16:]
        yield Delivered(
            "vehicle",
            {
                "id_no": slip, "name": head.name, "plate": f"示B{place * 11 % 90000 + 10000}", "plate_kind": "普通摩托车",
                "kind": "摩托车", "register_date": "2020-08-08", "usage": "非营运", "state": "正常",
            },
        )  # fmt: skip
    if place % NO_NUMBER == 11:
        day = as_of - datetime.timedelta(days=9)
        yield Delivered(
            "cremation",
            {"id_no": "", "name": head.name, "died": day, "cremated": day, "kind": "普通", "facility": "示范县殡仪馆"},
        )
