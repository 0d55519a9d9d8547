"""What departments deliver a few days later about some of the demo county's families: a car, a shop, a job, an illness."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from random import Random

from minzheng.demo.facts import Delivered
from minzheng.kernel.awards.models import AwardMember
from minzheng.kernel.months import month_after
from minzheng.kernel.subjects.models import HouseholdMember, Person

MEANS = ("assistance.dibao", "assistance.dibao_edge", "assistance.rigid_expense", "assistance.tekun")


def delta(rng: Random, on: datetime.date) -> Iterator[list[Delivered]]:
    """One list of rows for each source, dated in the weeks before `on`."""
    grown = _covered(on, 22, 58)
    rng.shuffle(grown)
    take = iter(grown)

    def some(count: int) -> list[Person]:
        return [one for _, one in zip(range(count), take, strict=False)]

    def back(days: int) -> str:
        return (on - datetime.timedelta(days=days)).isoformat()

    month = f"{month_after(on, -1):%Y-%m}"
    yield [
        _row(
            "vehicle",
            one,
            plate=f"示A{70001 + k}",
            plate_kind="小型汽车",
            kind="小型轿车",
            brand="远行牌",
            register_date=back(9 + 3 * k),
            usage="非营运",
            state="正常",
        )
        for k, one in enumerate(some(5))
    ]
    yield [
        _row(
            "market_entity",
            one,
            entity=f"示范县{one.name[0]}记便利店",
            kind="个体工商户",
            role="经营者",
            founded=back(12 + 4 * k),
            state="存续",
        )
        for k, one in enumerate(some(3))
    ]
    yield [
        _row("income_tax", one, item="工资薪金所得", month=month, income="3600.00", payer="示范县城东物业公司")
        for one in some(12)
    ]
    yield [
        _row(
            "medical_expense",
            one,
            visit="住院",
            settled=back(6 + k),
            total=f"{cost * 3}.00",
            own=f"{cost}.00",
            hospital="示范县人民医院",
        )
        for k, (one, cost) in enumerate(
            zip(some(7), (6_200, 8_400, 14_500, 19_800, 27_600, 52_300, 16_700), strict=False)
        )
    ]
    yield [
        _row(
            "disability",
            one,
            category="肢体",
            grade=grade,
            issued=back(10 + k),
            state="有效",
            cert_no=f"99010199{k:04d}",
        )
        for k, (one, grade) in enumerate(zip(some(4), ("一级", "二级", "二级", "一级"), strict=False))
    ]
    yield [
        _row("unemployment", one, kind="失业登记", event_date=back(days), reason="单位关停破产", state="登记失业")
        for one, days in zip(some(3), (20, 130, 25), strict=False)
    ]
    yield [
        _row(
            "prison",
            one,
            facility="示范监狱",
            state="在押",
            since=back(20),
            until=(on + datetime.timedelta(days=600)).isoformat(),
        )
        for one in [*some(2), *_parents(on, 2)]
    ]
    yield [
        _row("rescue", one, station="示范县救助管理站", kind="公安护送", reason="走失", came=back(4)) for one in some(1)
    ]


def _row(source: str, person: Person, **cells: object) -> Delivered:
    return Delivered(source, {"id_no": person.id_no, "name": person.name} | cells)  # type: ignore[operator]


def _covered(on: datetime.date, least: int, most: int) -> list[Person]:
    """People of these ages whom a means-tested benefit covers, in a fixed order."""
    rows = AwardMember.objects.filter(award__item_code__in=MEANS, award__state="active", person__death_date=None)
    rows = rows.filter(
        person__birth_date__range=(on.replace(year=on.year - most, day=1), on.replace(year=on.year - least, day=1))
    )
    found = {one.person_id: one.person for one in rows.select_related("person")}
    return sorted((one for one in found.values() if one), key=lambda one: (one.birth_date, one.name, one.region_code))


def _parents(on: datetime.date, count: int) -> list[Person]:
    """Heads of households with a child."""
    since = on.replace(year=on.year - 14, day=1)
    homes = HouseholdMember.objects.filter(relation="子女", person__birth_date__gte=since, household__is_demo=True)
    covered = AwardMember.objects.filter(award__item_code="assistance.dibao", award__state="active").values("person_id")
    rows = HouseholdMember.objects.filter(
        household_id__in=homes.values("household_id"), person_id__in=covered, valid_to=None
    )
    rows = rows.filter(person__birth_date__lt=on.replace(year=on.year - 24, day=1), relation__in=("本人", "户主"))
    return [one.person for one in rows.select_related("person").order_by("person__birth_date", "person__name")[:count]]
