"""The low-income database and the duplicates of the test county: one object a page, about 周桂兰 and a second file of hers.

These stand above the kernel, so they are fetched by name."""

from __future__ import annotations

import datetime
from importlib import import_module
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.subjects.models import Household, HouseholdMember, Person

VILLAGE = "990101001001"
START = datetime.date(2020, 1, 1)


def fill(family: dict[str, Any]) -> dict[str, Any]:
    """{"addresses", "keys", "people_rows"} of these pages."""
    models, person, household = (
        import_module("minzheng.datacenter.people.models"),
        family["person"],
        family["household"],
    )
    now = clock.now()
    second = Person.objects.create(name="周桂蓝", birth_date=person.birth_date, region_code=VILLAGE)
    other = Household.objects.create(no="H990101088", head=second, region_code=VILLAGE)
    HouseholdMember.objects.create(household=other, person=second, relation="户主", valid_from=START, recorded_at=now)
    common = {"region_code": VILLAGE, "found_at": now, "score": 900, "reasons": [["same_name", "姓名同音"]]}

    def pair(key: str, **more: Any) -> Any:
        told = {"first": person, "second": second} | common | more
        return models.DuplicatePair.objects.create(key=key, **told)

    def merge(of: Any, state: str) -> Any:
        return models.PersonMerge.objects.create(
            pair=of, region_code=VILLAGE, survivor=person, absorbed=second, survivor_name=person.name, state=state,
            reason="派出所证实", asked_at=now, changes={"rows": []},
        )  # fmt: skip

    open_pair = pair("person:1:2")
    homes = pair("household:1:2:3", kind="household", second=person, first_household=household, second_household=other)
    asked, done = merge(pair("person:3:4", state="asked"), "asked"), merge(pair("person:5:6", state="merged"), "done")
    entry = models.LowIncomeEntry.objects.create(
        person=person, region_code=VILLAGE, class_code="other", since=START, by="manual", main=True, recorded_at=now
    )
    tag = models.PersonTag.objects.create(
        person=person, region_code=VILLAGE, code="empty_nest", since=START, by="manual", recorded_at=now
    )
    change = models.HouseholdChange.objects.create(
        household=household, region_code=VILLAGE, kind="head", on=START, reason_code="other", at=now,
        people=[{"person": str(person.pk), "name": person.name, "before": "户主", "after": "户主"}],
    )  # fmt: skip
    pages: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (open_pair.pk, ("people.pair", "people.merge", "people.different", "people.later")),
        (homes.pk, ("people.keep_home",)),
        (asked.pk, ("people.decide",)),
        (done.pk, ("people.merged", "people.undo")),
        (person.pk, ("low_income.enter", "low_income.tag")),
        (entry.pk, ("low_income.leave",)),
        (tag.pk, ("low_income.untag",)),
        (household.pk, ("homes.split", "homes.join", "homes.head")),
        (change.pk, ("homes.change",)),
    )
    rows = {"open_pair": open_pair, "asked_merge": asked, "entry_row": entry, "tag_row": tag, "change": change}
    return {
        "addresses": {code: {"pk": pk} for pk, codes in pages for code in codes},
        "keys": [str(row.pk) for row in (open_pair, homes, asked, done, entry, tag, change)],
        "people_rows": rows,
    }


def more(rows: dict[str, Any], again: Any, n: int) -> None:
    """One more of each kind, about somebody else."""
    person = Person.objects.create(name=f"路人{n}", birth_date=START, region_code=VILLAGE)
    pair = again(rows["open_pair"], key=f"person:9:{n}", first=person)
    again(rows["asked_merge"], pair=pair, survivor=person)
    again(rows["entry_row"], person=person)
    again(rows["tag_row"], person=person)
    again(rows["change"])
