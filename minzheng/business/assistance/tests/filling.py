"""随意填一个动作的表单: plausible values for every declared field, so that tests can try any act of any flow."""

from __future__ import annotations

import datetime
from random import Random
from typing import Any

from minzheng.business.assistance.tests.world import VILLAGE, id_no, photo
from minzheng.kernel import clock
from minzheng.kernel.cases.flow import Act
from minzheng.kernel.cases.models import Case
from minzheng.kernel.parts import fields as f

VILLAGES = (VILLAGE, "990101002001", "990101012001")


def filled(act: Act, case: Case, rng: Random) -> dict[str, Any]:
    """{field: raw value}; required fields always, optional ones half of the time."""
    given = {field.name: _value(field, case, rng) for field in act.fields if field.required or rng.random() < 0.5}
    return given | _known(act.code, case, rng)


def _value(field: Any, case: Case, rng: Random) -> Any:
    today = clock.today()
    if isinstance(field, f.Photo):
        return [photo()]
    if isinstance(field, f.Choice):
        options = [code for code, _ in field.options] or ["没有这一项"]  # options that only a case gives
        return [rng.choice(options)] if field.many else rng.choice(options)
    if isinstance(field, f.YesNo):
        return rng.choice(["yes", "no"])
    if isinstance(field, f.Tick):
        return "yes"
    if isinstance(field, f.Date):
        return today.isoformat()
    if isinstance(field, f.Count):
        return str(rng.randint(0, 15))
    if isinstance(field, f.Money):
        return str(rng.randint(0, 900))
    if isinstance(field, f.Phone):
        return "13900000009"
    if isinstance(field, f.IdNumber):
        return id_no(datetime.date(2020, 1, 1))
    if isinstance(field, f.BankAccount):
        return "6217000010001234567"
    if isinstance(field, f.Region):
        return rng.choice(VILLAGES)
    return "情况属实"


def _known(code: str, case: Case, rng: Random) -> dict[str, Any]:
    """What only this case knows."""
    names = list(case.members.values_list("name", flat=True)) or [case.applicant_name]
    known: dict[str, dict[str, Any]] = {
        "visit": {"member_present": names[0], "second_kind": "paper", "second_name": "村干部老李"},
        "council": {"people": "13", "villagers": "7", "committee": "4", "votes_for": "9"},
        "opinion": {"conclusion": "agree"},
        "member_died": {"member_name": rng.choice(names)},
        "member_died_in_pay": {"member_name": rng.choice(names)},
        "work_offer": {"member_name": rng.choice(names), "record_no": str(rng.random())},
        "stop_share": {"member_name": rng.choice(names)},
        "restore_share": {"member_name": rng.choice(names)},
        "change_account": {"holder": names[0], "bank": "示范农商行"},
        "send_assessment": {"until": (clock.today() + datetime.timedelta(days=5)).isoformat()},
        "hang": {"until": (clock.today() + datetime.timedelta(days=3)).isoformat()},
        "register_relative": {"relative_username": ""},
        "county_visit": {"second_name": "孙科员"},
        "spot_visit": {"second_name": "孙科员"},
    }
    if code == "judge":
        report = case.evidence.filter(kind="match_report").order_by("-at", "-id").first()
        rows = report.data.get("differences", []) if report else []
        return {"key": rng.choice(rows)["key"] if rows else "无", "take": "found"}
    return known.get(code, {})
