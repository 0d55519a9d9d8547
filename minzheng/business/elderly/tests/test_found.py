"""主动发现：到龄而没有申请的老人列出来，勾选后建立申请草稿；不跳过申请。"""

from __future__ import annotations

import datetime

import pytest

from minzheng.business.elderly.old_age import found
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.ages import born_by
from minzheng.kernel.cases.errors import NotAllowed
from minzheng.kernel.cases.tests.place import APPLIED, OTHER_TOWN, VILLAGE, Kin, Place
from minzheng.kernel.subjects.services import ensure_person, record_death

from .test_old_age_item import FACTS, grandma, granted

pytestmark = pytest.mark.django_db


def person(name: str, born: datetime.date, region: str = VILLAGE):
    return ensure_person(actor=SYSTEM, name=name, id_no=Kin(name, "本人", born).number, region_code=region)


def names(actor, days: int = found.AHEAD) -> list[str]:
    return list(found.waiting(actor, days).order_by("birth_date").values_list("name", flat=True))


def test_已到龄和九十天内到龄的列出_更远的和去世的不列():
    with clock.at(APPLIED):  # 2026-11-02
        place = Place()
        person("已到龄", datetime.date(1946, 11, 2))
        person("下月到龄", datetime.date(1946, 12, 9))
        person("九十天整", datetime.date(1947, 1, 31))
        person("九十一天", datetime.date(1947, 2, 1))
        person("六十岁", datetime.date(1966, 1, 1))
        record_death(
            actor=SYSTEM,
            person=person("已去世", datetime.date(1940, 1, 1)),
            on=datetime.date(2026, 10, 1),
            reason="测试",
        )
        assert names(place.clerk) == ["已到龄", "下月到龄", "九十天整"]
        assert names(place.clerk, 0) == ["已到龄"]
        assert names(place.clerk, 60) == ["已到龄", "下月到龄"]


def test_只列自己能代为登记的地方的人():
    with clock.at(APPLIED):
        place = Place()
        person("东安的老人", datetime.date(1940, 1, 1))
        person("西宁的老人", datetime.date(1940, 1, 1), "990101002001")
        assert names(place.clerk) == ["东安的老人"]
        assert names(place.stranger) == ["西宁的老人"]
        assert names(place.reviewer) == []  # 审核确认的人不登记申请


def test_已经在领和已经申请的不再列():
    with clock.at(APPLIED):
        place = Place()
        drawing, applied = grandma(), Kin("马有田", "本人", datetime.date(1941, 1, 1))
        granted(place, drawing)
        place.personal_submitted("elderly.old_age", applied, FACTS)
        assert names(place.clerk) == []


def test_建立的是草稿_渠道是主动发现_带上档案里的信息_不再重复列出():
    with clock.at(APPLIED):
        place = Place()
        old = person("何秋生", datetime.date(1940, 3, 5))
        case = found.open_application(actor=place.clerk, person=old)
        assert (case.state, case.channel, case.region_code) == ("DRAFT", "found", VILLAGE)
        assert case.form["applicant"]["id_no"] == old.id_no
        assert [row["relation"] for row in case.form["members"]] == ["本人"]
        assert names(place.clerk) == []


def test_不在自己地方的人_不能替他建立申请():
    with clock.at(APPLIED):
        place = Place()
        old = person("西宁的老人", datetime.date(1940, 1, 1), OTHER_TOWN[:9] + "001")
        with pytest.raises(NotAllowed):
            found.open_application(actor=place.clerk, person=old)
        assert not old.cases.exists()


def test_没有公布金额的地方不列(monkeypatch):
    assert found.starting_age("990101001001", APPLIED) == 80
    assert found.starting_age("370503001001", APPLIED) is None


def test_闰日出生的_平年三月一日到龄():
    assert found.reaches(datetime.date(1948, 2, 29), 79) == datetime.date(2027, 3, 1)
    assert found.reaches(datetime.date(1948, 2, 29), 80) == datetime.date(2028, 2, 29)
    assert born_by(datetime.date(2028, 2, 29), 81) == datetime.date(1947, 2, 28)
