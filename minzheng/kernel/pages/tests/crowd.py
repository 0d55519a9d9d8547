"""Fifteen more of everything the family has, so that a list of one can be compared with a list of many."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto.fields import BlindIndex
from minzheng.kernel.exchange.models import ImportLink
from minzheng.kernel.ids import new_id
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.pages.tests import (
    crowd_centre,
    town_duty,
    town_indicators,
    town_pay,
    town_people,
    town_plans,
    town_projects,
    town_registers,
    town_relief,
    town_stats,
    town_summaries,
)
from minzheng.kernel.pages.tests.town_names import TOWN_A
from minzheng.kernel.regions.models import Region

MANY = 15


def again(row: models.Model, **changes: Any) -> Any:
    """A second row like this one. Indexes of sealed values are made anew when it is saved."""
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not isinstance(field, BlindIndex)
    }
    for name in changes:
        values.pop(f"{name}_id", None)
    made = type(row)(**(values | {"id": new_id()} | changes))
    made.save(force_insert=True)
    return made


def crowd(family: dict[str, Any], bureau: Organization, many: int = MANY) -> None:
    """`many` more of each kind, with places, people and cases of their own where a list looks at them."""
    for n in range(many):
        case = again(family["case"], no=f"990101-DB-2026-9{n:05d}", applicant=None, applicant_name=f"人{n}")
        closed = again(family["closed"], no=f"990101-DB-2025-9{n:05d}", applicant=None)
        again(family["supplement"], no=f"990101-BY-2026-9{n:05d}", applicant=None)
        again(family["own_draft"], applicant=None)
        _of_case(family, case, n)
        volume = again(family["volume"], no=f"DA-{n}", case=closed)
        again(family["entry"], volume=volume, seq=n + 2)
        _of_county(family, case, n)
        _people(family, bureau, n)
        town_people.more(family["people_rows"], again, n)
        crowd_centre.more(again, n)
        town_pay.more(family["pay_rows"], again, n)
        town_relief.more(family["relief_rows"], again, n)
        town_plans.more(family["plan_rows"], again, n)
        town_summaries.more(family["summary_rows"], again, n)
        town_duty.more(family["duty_rows"], again, n)
        town_projects.more(family["project_rows"], again, n)
        town_stats.more(family["stat_rows"], again, n)
        town_registers.more(family["register_rows"], again, n)
        town_indicators.more(family["indicator_rows"], again, n)
        audit.record(actor=audit.SYSTEM, action="test", detail={"n": n})


def _of_case(family: dict[str, Any], case: Any, n: int) -> None:
    posted = again(family["posted"], case=case)
    again(family["objection"], case=case, publicity=posted, code=f"YY-{n}", content_sha=f"{n:064d}")
    again(family["escalation"], case=case)
    again(family["move"], case=case)
    again(family["document"], case=case, number=f"示民受〔2026〕9{n}号", verify_code=f"V-{n}")
    for name in ("message", "letter"):
        again(family[name], case=case, key=None)
    for name in ("mandate", "offered", "running"):
        again(family[name], case=case)
    award = again(family["award"], no=f"A-{n}", case=case)
    again(family["line"], award=award)
    imported = again(family["imported"], no=f"I-{n}")
    ImportLink.objects.create(batch=family["batch"], kind="A", object_id=imported.pk, line=n + 3)


def _of_county(family: dict[str, Any], case: Any, n: int) -> None:
    draw = again(family["draw"], no=f"CC-9-{n}")
    again(family["waiting_draw"], no=f"CC-8-{n}")
    again(family["task"], draw=draw, case=case)
    for name in ("glass", "question", "value", "batch"):
        again(family[name])
    again(family["destruction"], no=f"XH-9-{n}")
    again(family["export"], no=f"DC-9-{n}")
    again(family["asked"], no=f"DC-8-{n}")
    again(family["organization"], code=f"T-{n}", name=f"机构{n}")
    JobRun.objects.create(name="notices.deliver", key=f"crowd-{n}", run_after=clock.now())
    Region.objects.create(
        code=f"9901010015{n:02d}", name=f"村{n}", full_name=f"村{n}", level=5, parent_code=TOWN_A, source="测试",
        valid_from=datetime.date(2020, 1, 1),
    )  # fmt: skip


def _people(family: dict[str, Any], bureau: Organization, n: int) -> None:
    user = User.objects.create_user(f"crowd{n}", "x", name=f"员{n}")
    Assignment.objects.create(
        user=user, role="town_clerk", organization=bureau, region_code=TOWN_A, valid_from=datetime.date(2020, 1, 1)
    )
    again(family["leave"], user=user)
