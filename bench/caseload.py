"""Fill up the cases: submit one through the real process, then spread its likeness over villages and states, so that
lists and the workbench carry a normal load.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import BinaryField

from bench import applications
from minzheng.kernel import clock
from minzheng.kernel.cases.models import Case, CaseAct, CaseMember
from minzheng.kernel.ids import new_id
from minzheng.kernel.subjects.models import Household, Person

#: Rough shares of the states: of those under way most are in investigation or publicity; about half are closed.
_STATES = {
    "SUBMITTED": 8,
    "SUPPLEMENT": 4,
    "ACCEPTED": 5,
    "INVESTIGATING": 14,
    "INITIAL_OPINION": 5,
    "PUBLICITY": 9,
    "REVIEW": 6,
    "REJECTED": 15,
    "WITHDRAWN": 6,
    "NOT_ACCEPTED": 8,
    "ABORTED": 5,
    "TERMINATED": 15,
}
_BATCH = 500


def fill(wanted: int) -> dict[str, int]:
    """See that there are at least ``wanted`` cases; returns the row counts of the main tables."""
    missing = wanted - Case.objects.exclude(state="DRAFT").count()
    if missing > 0:
        _clone(_pattern(), missing)
    return {
        "persons": Person.objects.count(),
        "households": Household.objects.count(),
        "cases": Case.objects.count(),
        "acts": CaseAct.objects.count(),
    }


def _pattern() -> Case:
    """One application that was really submitted."""
    draft = applications.drafts(1)[0]
    applications.submit(draft)
    return Case.objects.get(pk=draft.case_id)


def _clone(pattern: Case, count: int) -> None:
    choose = random.Random(7)  # noqa: S311 - every measurement needs the same spread
    people = _people(choose, count)
    states = choose.choices(list(_STATES), list(_STATES.values()), k=len(people))
    acts, members = list(pattern.acts.all()), list(pattern.members.all())
    form, today = pattern.form, clock.today()
    for start in range(0, len(people), _BATCH):
        rows: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
        for number, (person, state) in enumerate(
            list(zip(people, states, strict=True))[start : start + _BATCH], start=start
        ):
            case = _copy(
                pattern,
                no=f"BENCH-{number:07d}",
                state=state,
                applicant_id=person[0],
                applicant_name=person[1],
                region_code=person[2],
                form=form,
                due_on=today + timedelta(days=choose.randint(-3, 25)),
            )
            rows[0].append(case)
            rows[1].extend(
                _copy(one, case_id=case.pk, declared=one.declared, id_no="", name=person[1]) for one in members
            )
            rows[2].extend(_copy(one, case_id=case.pk, data=one.data) for one in acts)
        with transaction.atomic():
            for model, batch in zip((Case, CaseMember, CaseAct), rows, strict=True):
                model._default_manager.bulk_create(batch)


def _people(choose: random.Random, count: int) -> list[tuple[int, str, str]]:
    """Distinct applicants without a case yet: one person may have only one case of an item under way."""
    busy = Case.objects.exclude(applicant=None).values("applicant_id")
    free = Person.objects.filter(is_demo=True, death_date=None).exclude(pk__in=busy).order_by("pk")
    return choose.sample(list(free.values_list("pk", "name", "region_code")), count)


def _copy(row: Any, **changes: Any) -> Any:
    """A copy of a row under another id. Ciphertexts and blind indexes are bound to the original id and cannot be
    copied, so ``changes`` gives the plain values.
    """
    kept = {
        field.attname: row.__dict__[field.attname]
        for field in row._meta.concrete_fields
        if field.attname in row.__dict__ and not isinstance(field, BinaryField)
    }
    return type(row)(**kept | {"id": new_id()} | changes)
