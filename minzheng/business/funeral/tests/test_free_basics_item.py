"""惠民殡葬减免：办丧事的人事后申领，一次发给；一位逝者一次。"""

from __future__ import annotations

import datetime

import pytest

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.cases.tests.place import APPLIED, Kin, Place, id_no

pytestmark = pytest.mark.django_db
CODE = "funeral.free_basics"
COSTS = {
    "transport_fee": "400",
    "keeping_fee": "400",
    "keeping_days": "5",
    "cremation_fee": "500",
    "burial": "墓位安葬",
}


def child(name: str = "何小明") -> Kin:
    return Kin(name, "本人", datetime.date(1975, 3, 5))


def death(number: str = "", **more: str) -> dict[str, str]:
    return {
        "deceased_name": "何秋生",
        "deceased_id": number or id_no(datetime.date(1940, 1, 1)),
        "kinship": "child",
        "died_on": "2026-10-20",
        "deceased_home": "here",
        "waived": "no",
        **more,
    }


def steps(who: dict[str, str]) -> dict:
    return {"deceased": [who]}


def forwarded(place: Place, who: Kin, dead: dict[str, str], costs=COSTS, **extra):
    return place.personal_forwarded(CODE, who, costs, steps=steps(dead), **extra)


def rejected(place: Place, case, reason: str):
    place.do(case, "opinion", place.leader, conclusion="disagree", reason_code=reason, opinion="不符合。")
    place.do(case, "forward", place.leader)
    place.do(case, "reject", place.reviewer, reason_code=reason, opinion="不符合。")
    reasons = case.evidence.filter(kind="assessment").latest("pk").data["reasons"]
    return [code for code, _ in reasons]


def test_费用在限额内的减免_超出的自付_一次发给办丧事的人():
    """接运 400 + 存放 3 天 240 + 火化 380 = 1020，示范县总限额 1200。"""
    with clock.at(APPLIED):
        place = Place()
        case = forwarded(place, child(), death())
        place.do(case, "approve", place.reviewer)
        award = case.awards.get()
        assert (award.amount_fen, award.cycle, award.payee_name) == (102000, "once", "何小明")
        assert (award.first_month, award.last_month) == (datetime.date(2026, 11, 1),) * 2
        assert list(award.lines.values_list("amount_fen", flat=True)) == [102000]
        place.do(case, "start_payment", SYSTEM)
    assert case.state == "CLOSED"


def test_逝者登记在办件里_不计入人口_批准后登记死亡():
    with clock.at(APPLIED):
        place = Place()
        case = forwarded(place, child(), death())
        row = case.members.get(relation="逝者")
        assert (row.name, row.in_count, row.person.death_date) == ("何秋生", False, None)
        place.do(case, "approve", place.reviewer)
    row.person.refresh_from_db()
    assert row.person.death_date == datetime.date(2026, 10, 20)


def test_骨灰撒海的_减免和奖补一起发():
    with clock.at(APPLIED):
        place = Place()
        case = forwarded(place, child(), death(), {**COSTS, "burial": "骨灰撒海"})
        place.do(case, "approve", place.reviewer)
    assert case.awards.get().amount_fen == 102000 + 200000


def test_同一位逝者_另一位家人不能同时再申请():
    number = id_no(datetime.date(1940, 1, 1))
    with clock.at(APPLIED):
        place = Place()
        place.personal_submitted(CODE, child(), COSTS, steps=steps(death(number)))
        with pytest.raises(Refused, match="一位逝者只减免一次"):
            place.personal_submitted(CODE, child("何小红"), COSTS, steps=steps(death(number)))


def test_同一位逝者_已经减免过的_不予确认():
    number = id_no(datetime.date(1940, 1, 1))
    with clock.at(APPLIED):
        place = Place()
        first = forwarded(place, child(), death(number))
        place.do(first, "approve", place.reviewer)
        second = place.personal_verified(CODE, child("何小红"), COSTS, steps=steps(death(number)))
        assert rejected(place, second, "R07") == ["R07"]


def test_外地户口的逝者_不在示范县的减免范围():
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_verified(CODE, child(), COSTS, steps=steps(death(deceased_home="lived")))
        assert rejected(place, case, "R01") == ["R01"]


def test_超过一年的_不予减免():
    with clock.at(APPLIED):
        place = Place()
        case = place.personal_verified(CODE, child(), COSTS, steps=steps(death(died_on="2025-10-20")))
        assert rejected(place, case, "R08") == ["R08"]


def test_经核实票据上的火化费少的_按核实的算():
    with clock.at(APPLIED):
        place = Place()
        case = forwarded(place, child(), death(), found={"cremation_fee": "300"})
        place.do(case, "approve", place.reviewer)
    assert case.awards.get().amount_fen == 94000


def test_办理人不能把自己填成逝者():
    who = child()
    with clock.at(APPLIED), pytest.raises(AssertionError, match="不是办理人的"):
        Place().personal_draft(CODE, who, COSTS, steps=steps(death(who.number)))
