"""Plan of cases of everything besides 低保: who applies among those who are entitled and draw nothing yet, and how far it goes.

Only counties of some size have them: the county of the stories stays as small and quick as it is."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from minzheng.demo.facts_of import (
    ANSWERS,
    CARE,
    DIFFICULT,
    FUNERAL,
    HOME_CARE,
    OLD_AGE,
    ORPHAN,
    TEKUN,
    TWO,
    UNATTENDED,
    days_after,
    tekun_answers,
)
from minzheng.demo.files import plain_json
from minzheng.demo.people import Home, Member
from minzheng.demo.words import application

RIGID, TEMPORARY = "assistance.rigid_expense", "assistance.temporary"
FEWEST = 2_000
YUAN = 100
#: Item, where it stands (a road of personal_playing.ROADS), how many days ago it was handed in.
TARGETS: tuple[tuple[str, str, int], ...] = (
    (OLD_AGE, "P_SUBMITTED", 1),
    (OLD_AGE, "P_APPROVED", 17),
    (OLD_AGE, "P_VERIFIED", 6),
    (TWO, "P_SUPPLEMENT", 4),
    (TWO, "P_OPINION", 12),
    (TWO, "P_ACCEPTED", 4),
    (CARE, "P_REFUSED", 22),
    (CARE, "P_SUBMITTED", 2),
    (HOME_CARE, "P_REVIEW", 14),
    (HOME_CARE, "P_ACCEPTED", 5),
    (ORPHAN, "P_VERIFIED", 8),
    (ORPHAN, "P_SUBMITTED", 2),
    (UNATTENDED, "P_REVIEW", 15),
    (UNATTENDED, "P_ACCEPTED", 5),
    (DIFFICULT, "P_OPINION", 13),
    (DIFFICULT, "P_SUBMITTED", 1),
    (TEKUN, "T_ASSESSED", 14),
    (TEKUN, "P_ACCEPTED", 5),
    (TEMPORARY, "E_ADVANCED", 4),
    (TEMPORARY, "P_REVIEW", 13),
    (FUNERAL, "P_REVIEW", 12),
    (FUNERAL, "P_SUBMITTED", 1),
    (RIGID, "R_VERIFIED", 14),
    (RIGID, "P_SUBMITTED", 2),
)


class PersonalPlans:
    """Takes applicants as they come by: one to a household, not more than four to a township."""

    def __init__(self, as_of: datetime.date, persons: int) -> None:
        self.as_of = as_of
        self._wanted = list(TARGETS) if persons >= FEWEST else []
        self._rows: list[tuple[Any, ...]] = []
        self._towns: dict[str, int] = {}
        self._homes: set[str] = set()

    def take(self, item: str, home: Home, member: Member, *, refused: bool = False) -> bool:
        """Whether this person now applies for the item. `refused`: somebody whom the rules do not give it."""
        place = next(
            (k for k, one in enumerate(self._wanted) if one[0] == item and (one[1] == "P_REFUSED") is refused), None
        )
        town = home.village.parent
        applicant = self._applicant(item, home, member)
        if place is None or applicant is None or home.no in self._homes or self._towns.get(town, 0) >= 4:
            return False
        _item, target, days = self._wanted.pop(place)
        self._towns[town] = self._towns.get(town, 0) + 1
        self._homes.add(home.no)
        day = days_after(self.as_of, -days)
        by_phone = bool(applicant.phone) and 18 <= applicant.age(self.as_of) < 78
        form = form_of(item, home, member, applicant)
        row = home.no, applicant.no, item, "phone" if by_phone else "window", target, day, plain_json(form)
        self._rows.append(row)
        return True

    def _applicant(self, item: str, home: Home, member: Member) -> Member | None:
        """The one it is about; of a household its head, of a funeral whoever arranged it. A phone is needed to be told."""
        if not any(m.phone for m in home.members if m.death_date is None):
            return None
        if item != FUNERAL:
            return member
        return next((m for m in home.members if m.death_date is None and m.age(self.as_of) >= 18 and m.phone), None)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        yield from self._rows


def form_of(item: str, home: Home, member: Member, applicant: Member) -> dict[str, Any]:
    """The filled-in form (shape of `case.form`; money in whole fen)."""
    phone = applicant.phone or next(m.phone for m in home.members if m.phone and m.death_date is None)
    whole = application(home, applicant)
    whole["applicant"]["phone"] = phone
    if item == RIGID:
        return whole | {"expenses": {"medical_annual": home.medical_annual}}
    form: dict[str, Any] = {name: whole[name] for name in ("applicant", "account", "consents")}
    if item == TEMPORARY:
        asked = ("name", "relation", "id_no", "phone", "situation")
        form["members"] = [{name: row[name] for name in asked} for row in whole["members"]]
        return form | {"need": _need(home)}
    row: dict[str, Any] = {"name": applicant.name, "relation": "本人", "id_no": applicant.id_no, "phone": phone}
    if item == TEKUN:
        form["property"] = {name: whole["property"][name] for name in ("urban", "deposits", "houses", "vehicles")}
        form["property"]["near_relative"] = False
        form |= {"support": {"has_obligor": False}, "obligors": []}
        return form | {"members": [row | tekun_answers(member)]}
    if item == FUNERAL:
        return form | {"members": [row | _funeral(applicant, member)]}
    if item == HOME_CARE:
        del form["account"]
    return form | {"members": [row | ANSWERS[item](home, member)]}


def _need(home: Home) -> dict[str, Any]:
    return {
        "kind": "急难型", "cause": home.trouble, "happened_on": "", "here": True, "urgent": True,
        "urban": "城市" if home.urban else "农村", "story": _STORIES[home.trouble],
    }  # fmt: skip


_STORIES = {
    "火灾": "前天夜里厨房起火，烧了两间屋，被褥粮食都没有了，一家人借住在邻居家。",
    "交通事故": "骑三轮车赶集时被撞，对方跑了，住院要先交钱，家里拿不出来。",
    "突发重大疾病": "突然倒下送进县医院，医生说要马上手术，押金还差一大截。",
    "其他意外": "大雨冲垮了灶房和猪圈，一家人眼下没有地方做饭。",
}


def _funeral(applicant: Member, dead: Member) -> dict[str, Any]:
    assert dead.death_date is not None
    return {
        "deceased_name": dead.name, "deceased_id": dead.id_no,
        "kinship": "spouse" if "配偶" in (dead.relation, applicant.relation) else "child",
        "died_on": dead.death_date.isoformat(), "deceased_home": "here", "waived": False, "transport_fee": 320 * YUAN,
        "keeping_fee": 160 * YUAN, "keeping_days": 2, "cremation_fee": 380 * YUAN, "burial": "格位存放",
    }  # fmt: skip


__all__ = ["FEWEST", "RIGID", "TARGETS", "TEMPORARY", "PersonalPlans", "form_of"]
