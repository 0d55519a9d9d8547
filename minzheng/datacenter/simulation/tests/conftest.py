"""A county of families in pay: two townships, posts, awards that froze a family as decisions do."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases.models import Case, Evidence
from minzheng.kernel.ids import new_id
from minzheng.kernel.pages.tests.conftest import (  # noqa: F401
    COUNTY,
    TOWN_A,
    TOWN_B,
    VILLAGE,
    browse,
    bureau,
    places,
    staff,
)
from minzheng.kernel.subjects.models import Household, Person
from minzheng.policy import load_ruleset

TODAY = datetime.date(2026, 11, 21)
DIBAO, OLD = "assistance.dibao", "elderly.old_age"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def family(
    income: int, *, urban: str = "城市", births: tuple[str, ...] = ("1980-05-01",), **home: Any
) -> dict[str, Any]:
    """One earner with 转移净收入 of so many 元; further members without income."""
    members = [{"姓名": f"成员{i}", "出生日期": born, "转移净收入": "0.00"} for i, born in enumerate(births, 1)]
    members[0]["转移净收入"] = f"{income}.00"
    return {"家庭": {"城乡": urban, "金融资产": "0.00", **home}, "成员": members}


@pytest.fixture
def county(places: None) -> Callable[..., Award]:  # noqa: F811
    """county(income, …): a household of the village (or ``village``) with an award of the amount the rules give."""
    made = {"n": 0}

    def make(
        income: int, *, village: str = VILLAGE, item: str = DIBAO, file: dict[str, Any] | None = None, amount: int | None = None,
        state: str = "active", household: Household | None = None, people: list[str] | None = None, **more: Any,
    ) -> Award:  # fmt: skip
        made["n"] += 1
        number = made["n"]
        told = family(income, **more) if file is None else file
        person = Person.objects.create(
            name=f"赵某{number}", sex="1", birth_date=datetime.date(1980, 5, 1), id_no=f"99010119800501{number:03d}X",
            region_code=village,
        )  # fmt: skip
        household = household or Household.objects.create(no=f"H{number:09d}", head=person, region_code=village)
        people = people or [str(new_id()) for _ in told.get("成员", ())]
        if amount is None:
            outcome = load_ruleset().evaluate(told, region=village, on=TODAY, targets=[item])
            amount = int(sum(v or 0 for k, v in outcome.household.items() if k in ("低保金",)) * 100)
            amount += int(sum((m.get("分类施保金") or 0) + (m.get("高龄津贴") or 0) for m in outcome.members) * 100)
        frozen = {
            "benefit": item, "region": village, "on": TODAY.isoformat(), "family": told,
            "household": [{"seq": i, "in_count": True, "person": one} for i, one in enumerate(people, 1)],
        }  # fmt: skip
        return Award.objects.create(
            no=f"990101DB2026{number:06d}", item_code=item, household=household, payee=person, payee_name=person.name,
            persons=len(told.get("成员", ())) or 1, account_no="6217000012345678901", amount_fen=amount, state=state,
            first_month=datetime.date(2026, 1, 1), decided_on=TODAY, frozen=frozen if told else {"imported": {}}, region_code=village,
        )  # fmt: skip

    return make


@pytest.fixture
def refused(places: None) -> Callable[..., Case]:  # noqa: F811
    """refused(income): an application of the village that was computed and refused."""
    made = {"n": 0}

    def make(income: int, *, village: str = VILLAGE, days: int = 30, household: Household | None = None) -> Case:
        made["n"] += 1
        at = clock.now().replace(year=TODAY.year, month=TODAY.month, day=TODAY.day) - datetime.timedelta(days=days)
        case = Case.objects.create(
            no=f"990101-DB-2026-9{made['n']:05d}", item_code=DIBAO, state="REJECTED", region_code=village,
            applicant_name=f"钱某{made['n']}", household=household, submitted_at=at, accepted_at=at, decided_at=at, form={},
        )  # fmt: skip
        data = {
            "benefit": DIBAO,
            "region": village,
            "on": TODAY.isoformat(),
            "family": family(income),
            "eligible": False,
        }
        Evidence.objects.create(case=case, kind="assessment", title="核算结果", at=at, data=data)
        return case

    return make


@pytest.fixture
def officer(staff: Callable[[str, str], User]) -> Actor:  # noqa: F811
    return actor_of(staff("policy_officer", COUNTY))


__all__ = ["COUNTY", "DIBAO", "OLD", "TODAY", "TOWN_A", "TOWN_B", "VILLAGE", "family"]
