"""Whole places at once, for jobs of the system: plain columns of many files with two round trips and no object per row.

It asks for no actor: whoever runs such a job records it once. Nothing read here is kept."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Q, QuerySet

from minzheng.kernel.crypto import sealing
from minzheng.kernel.regions import codes
from minzheng.kernel.subjects.models import HouseholdMember, Person

_CHUNK = 5000


_IDENTITIES = (
    "SELECT id, name, sex, birth_date, id_no, phone, region_code, is_demo FROM kernel_person "
    "WHERE region_code BETWEEN %s AND %s AND merged_into_id IS NULL ORDER BY id"
)


class Identity(NamedTuple):
    """What tells one person from another. `id_no` and `phone` are plain; "" when not on file."""

    pk: int
    name: str
    sex: str
    birth_date: datetime.date | None
    id_no: str
    phone: str
    region_code: str
    is_demo: bool


def identities(region_code: str) -> Iterator[Identity]:
    """Every unmerged file of a place, in order of its number."""
    low, high = codes.bounds(region_code)
    with connection.cursor() as cursor:
        cursor.execute(_IDENTITIES, [low, high])
        while rows := cursor.fetchmany(_CHUNK):
            for pk, name, sex, born, id_no, phone, region, is_demo in rows:
                yield Identity(
                    pk, name, sex, born, _open("id_no", pk, id_no), _open("phone", pk, phone), region, is_demo
                )


def _open(column: str, pk: int, stored: bytes | memoryview | None) -> str:
    if not stored:
        return ""
    return sealing.open_sealed(bytes(stored), f"{Person._meta.db_table}.{column}:{pk}".encode()).decode()


def homes_in_force(region_code: str, on: datetime.date) -> dict[int, int]:
    """{person: household} of a place on a day, as we know it now; who stands in two is given the newer one."""
    rows = _memberships(region_code, on).order_by("valid_from", "pk")
    return dict(rows.values_list("person_id", "household_id"))


def in_two_homes(region_code: str, on: datetime.date) -> dict[int, list[int]]:
    """{person: households} of those who stand in more than one household on a day."""
    rows = _memberships(region_code, on)
    twice = rows.values("person_id").annotate(n=Count("household_id", distinct=True)).filter(n__gt=1)
    found: dict[int, list[int]] = {}
    again = rows.filter(person_id__in=twice.values("person_id")).order_by("valid_from", "pk")
    for person, household in again.values_list("person_id", "household_id"):
        if household not in found.setdefault(person, []):
            found[person].append(household)
    return found


def _memberships(region_code: str, on: datetime.date) -> QuerySet[HouseholdMember]:
    known = Q(valid_to=None) | Q(valid_to__gte=on)
    place = codes.scope_q([region_code], "household__region_code")
    return HouseholdMember.objects.filter(known, place, valid_from__lte=on, superseded_at=None)
