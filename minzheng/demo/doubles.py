"""A dozen invented duplicates: second files of people of the demo county as they come about (a slipped digit, an import
without numbers, a number of the first generation, another spelling), and people who stand in two households."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.datacenter.people.low_income.refresh import refresh
from minzheng.datacenter.people.resolution.finding import note
from minzheng.demo.places import AREA
from minzheng.kernel import clock
from minzheng.kernel.awards.models import AwardMember
from minzheng.kernel.ids import new_id
from minzheng.kernel.subjects import idcard
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person, PersonNameChar
from minzheng.kernel.subjects.names import name_characters

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

COUNT = 12
#: Of these so many are second files; the rest stand in two households.
SECOND_FILES = COUNT - COUNT // 6
#: In a county of a few families a dozen doubles would be no exception.
LEAST_PERSONS = 1000
#: Other characters of the same sound.
_SOUNDS = dict(zip("兰国英芳伟华明平军秀玉建文", "蓝果瑛方玮桦铭萍君绣钰健雯", strict=True))


def load_doubles(loader: Loader) -> int:
    """Second files and their pairs, entered without a search over the county; returns how many pairs."""
    if len(loader.names) < LEAST_PERSONS:
        return 0
    with clock.at(loader.as_of):
        chosen = _originals()
        couples = []
        for place, original in enumerate(chosen):
            if place % 6 == 5:
                _in_two_homes(original, loader)
            else:
                couples.append((original.pk, _second_file(original, place % 6, loader).pk))
        return note(AREA, couples)


def load_low_income(loader: Loader) -> int:
    """Classes and tags as the nightly refresh computes them; returns how many people."""
    with clock.at(loader.as_of):
        return refresh(AREA).people


def _originals() -> list[Person]:
    """Living grown-ups in one household each, every third of them with 低保."""
    today = clock.today()
    grown = Person.objects.filter(
        is_demo=True, death_date=None, merged_into=None, birth_date__lt=today - datetime.timedelta(days=19 * 365)
    ).order_by("region_code", "pk")
    drawing = AwardMember.objects.filter(
        award__item_code="assistance.dibao", award__state="active", award__is_demo=True
    )
    poor = list(grown.filter(pk__in=drawing.values("person_id")).values_list("pk", flat=True)[: COUNT * 4])[::12]
    everybody = list(grown.values_list("pk", flat=True))
    others = everybody[:: max(len(everybody) // (COUNT + 2), 1)]
    chosen = list(dict.fromkeys([*poor, *others]))[:COUNT]
    return list(Person.objects.filter(pk__in=chosen).order_by("pk"))


def _second_file(original: Person, kind: int, loader: Loader) -> Person:
    born = original.birth_date or loader.as_of
    name, number, phone = original.name, "", ""
    if kind == 0:
        number = _other_number(original.id_no, born)
    elif kind == 1:
        phone = original.phone
    elif kind == 2:
        name, phone = _other_spelling(name), original.phone
    elif kind == 3:
        number = original.id_no[:6] + original.id_no[8:17]
    else:
        born = _slipped(born)
        number = idcard.make(AREA, born, int(original.id_no[14:17]))
        number = number if not _taken(number) else ""
    row = Person(
        id=new_id(), name=name, sex=original.sex, birth_date=born, id_no=number, phone=phone, is_demo=True,
        region_code=original.region_code, hukou_region=original.region_code, address=original.address,
    )  # fmt: skip
    row.save(force_insert=True)
    PersonNameChar.objects.bulk_create(
        PersonNameChar(char=char, person=row, region_code=row.region_code) for char in name_characters(name)
    )
    return row


def _other_number(number: str, born: datetime.date) -> str:
    """The same number with one other digit in the running part (and the check character that follows from it)."""
    serial = int(number[14:17])
    for step in (2, 4, 6, 8, 20, 40):
        other = idcard.make(AREA, born, serial - step if serial > step else serial + step)
        if not _taken(other):
            return other
    return ""


def _taken(number: str) -> bool:
    from minzheng.kernel.crypto.fields import BlindIndex

    return Person.objects.filter(id_index=BlindIndex.of_value("id_no", number)).exists()


def _slipped(day: datetime.date) -> datetime.date:
    """One digit of the day written otherwise."""
    return day.replace(day=day.day + 1 if day.day % 10 < 8 and day.day < 28 else day.day - 1)


def _other_spelling(name: str) -> str:
    for place in range(len(name) - 1, 0, -1):
        if name[place] in _SOUNDS:
            return name[:place] + _SOUNDS[name[place]] + name[place + 1 :]
    return name


def _in_two_homes(person: Person, loader: Loader) -> None:
    """A membership that a former import wrote beside the one there was."""
    own = HouseholdMember.objects.filter(person=person, superseded_at=None).values("household_id")
    other = (
        Household.objects.filter(region_code=person.region_code, is_demo=True)
        .exclude(pk__in=own)
        .order_by("pk")
        .first()
    )
    if other is not None:
        HouseholdMember.objects.create(
            household=other, person=person, relation="家庭成员", valid_from=loader.as_of - datetime.timedelta(days=400),
            recorded_at=loader.now, reason="存量导入",
        )  # fmt: skip
