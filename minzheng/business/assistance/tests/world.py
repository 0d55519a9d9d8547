"""示范县的一角，加上低保的一家人: the driver that walks a family's case through its acts."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from minzheng.datacenter.lake import tokens
from minzheng.datacenter.matching.asking import SOURCES
from minzheng.datacenter.matching.interface import CLASSES, CODES, Asked, Fact
from minzheng.datacenter.sources.classes import DEPARTMENT_TITLES
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.cases import services
from minzheng.kernel.cases.models import Case, CaseAct
from minzheng.kernel.cases.tests.place import (
    APPLIED,
    COUNTY,
    DELEGATED_TOWN,
    DELEGATED_VILLAGE,
    OTHER_TOWN,
    PHOTO,
    TOWN,
    VILLAGE,
    Kin,
    Place,
    id_no,
    photo,
)

__all__ = [
    "APPLIED", "COUNTY", "DELEGATED_TOWN", "DELEGATED_VILLAGE", "OTHER_TOWN", "PHOTO", "TOWN", "VILLAGE", "Kin", "World",
    "couple", "id_no", "photo",
]  # fmt: skip


class Told:
    """One department as this test has it: a live adapter that knows what `World.fact` was told."""

    def __init__(self, code: str) -> None:
        self.code, self.title = code, DEPARTMENT_TITLES.get(code, code)
        self.known: list[tuple[int | None, Fact]] = []

    def facts(self, people: Sequence[Asked], on: datetime.date) -> dict[int, list[Fact]]:
        found: dict[int, list[Fact]] = {}
        for token, fact in self.known:
            for one in people:
                if one.id_token == token and fact.on <= on:
                    found.setdefault(one.member_id, []).append(fact)
        return found


def forget() -> None:
    """No department knows anything any more."""
    for code in [code for code, make in SOURCES.items() if isinstance(make(), Told)]:
        del SOURCES[code]


def couple(**husband: Any) -> list[Kin]:
    """刘桂芳 with her husband and a daughter of twelve: three people, one wage."""
    return [
        Kin("刘桂芳", "本人", datetime.date(1980, 3, 5), extra={"no_labour": "yes"}),
        Kin("周建国", "配偶", datetime.date(1978, 7, 1), extra={"wage": "1200", **husband}),
        Kin("周小雨", "子女", datetime.date(2014, 6, 9), extra={"student": "below"}),
    ]


class World(Place):
    """The corner with families that apply for 低保; `to_…` does the ordinary acts up to a state."""

    item = "assistance.dibao"

    # ---- the application ----

    def draft(
        self, family: Sequence[Kin], region: str = VILLAGE, home: dict[str, Any] | None = None, **applicant: Any
    ) -> Case:
        """A draft with every step filled in and every consent signed."""
        citizen = self.citizen(family[0], region)
        case = services.start_draft(item_code=self.item, actor=citizen)
        for step, raw in self.answers(family, region, home or {}, applicant).items():
            result = services.save_step(case_id=case.pk, step=step, raw=raw, actor=citizen)
            assert not result.errors, result.errors
        case.refresh_from_db()
        self.sign_all(case, citizen)
        return case

    def answers(
        self, family: Sequence[Kin], region: str, home: dict[str, Any], applicant: dict[str, Any]
    ) -> dict[str, Any]:
        head = family[0]
        # What the income step asks of each member.
        money = ("wage", "business", "property_income", "transfer", "not_counted", "employment_cost", "single")
        return {
            "applicant": {
                "name": head.name,
                "id_no": head.number,
                "phone": "13800000001",
                "region": region,
                "address": "李家村 3 组 12 号",
                "hukou": "here",
            }
            | applicant,
            "members": [
                {
                    "name": k.name,
                    "relation": k.relation,
                    "id_no": k.number,
                    "situation": k.situation,
                    **{n: v for n, v in k.extra.items() if n not in money},
                }
                for k in family
            ],
            "income": [{n: k.extra.get(n, "") for n in money} for k in family],
            "home": {
                "urban": "农村",
                "deposits": "3000",
                "houses": "1",
                "vehicles": "0",
                "market_entity": "no",
                "near_relative": "no",
            }
            | home,
            "account": {"holder": head.name, "number": "6217000010001234567", "bank": "示范农商行"},
        }

    def fact(
        self,
        kin: Kin,
        source: str,
        class_code: str,
        amount: int | None = None,
        title: str = "",
        on: datetime.date = datetime.date(2026, 9, 30),
    ) -> None:
        """What a department answers about a person. `amount` in fen."""
        adapter = SOURCES[source]() if source in SOURCES else Told(source)
        assert isinstance(adapter, Told)
        reference = f"{source}-{class_code}"
        fact = Fact(source, CLASSES[class_code][2], class_code, amount, on, reference, CODES["E1"], title)
        adapter.known.append((tokens.of(kin.number), fact))
        SOURCES[source] = lambda: adapter

    # ---- acts ----

    def visit(self, case: Case, actor: Actor | None = None, present: str = "", **extra: Any) -> CaseAct:
        data = {
            "visited_on": clock.today().isoformat(),
            "member_present": present or case.applicant_name,
            "second_kind": "paper",
            "second_name": "村干部老李",
            "second_signature": PHOTO,
            "matches": "yes",
            "findings": "土坯房三间，家中无大件电器。",
        }
        return self.do(case, "visit", actor or self.clerk, **(data | extra))

    def to_accepted(self, family: Sequence[Kin], region: str = VILLAGE, **extra: Any) -> Case:
        case = self.draft(family, region, **extra)
        services.submit(case_id=case.pk, actor=self.citizen(family[0], region), data={"promise": "yes"})
        case.refresh_from_db()
        self.do(case, "accept", self.town(case)[0])
        return case

    def to_checked(self, family: Sequence[Kin], region: str = VILLAGE, **extra: Any) -> Case:
        """Matched and visited, every difference judged by what was found."""
        case = self.to_accepted(family, region, **extra)
        clerk = self.town(case)[0]
        self.do(case, "start", clerk)
        self.do(case, "run_match", clerk)
        for row in case.evidence.filter(kind="match_report").latest("at").data["differences"]:
            if row["needs_explanation"]:
                take = "declared" if row["found"] is None else "found"
                self.do(case, "judge", clerk, key=row["key"], take=take, reason="以部门数据为准")
        self.visit(case, clerk)
        return case

    def to_posted(self, family: Sequence[Kin], region: str = VILLAGE, **extra: Any) -> Case:
        case = self.to_checked(family, region, **extra)
        clerk, leader = self.town(case)
        self.do(case, "opinion", leader, conclusion="agree", opinion="符合条件，拟同意。")
        self.do(case, "post", clerk, place="村务公开栏", photo=PHOTO)
        return case

    def to_review(self, family: Sequence[Kin], region: str = VILLAGE, **extra: Any) -> Case:
        """Publicity over without objection: REVIEW, or TOWN_CONFIRM where delegated. The clock stands after its end."""
        case = self.to_posted(family, region, **extra)
        with clock.at(case.publicities.get().ends_on + datetime.timedelta(days=1)):
            self.do(case, "publicity_end", self.town(case)[0], photo=PHOTO)
        return case
