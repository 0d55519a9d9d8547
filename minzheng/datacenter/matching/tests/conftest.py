"""A family of the corner whose departments deliver to the lake, and a matching officer of the county."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from minzheng.datacenter.lake.ingest import ingest
from minzheng.datacenter.matching import asking
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.cases import services
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.tests.place import APPLIED, COUNTY, VILLAGE, Kin, Place

ON = datetime.date(2026, 11, 2)


class Corner(Place):
    """Applies for 低保 with a husband and a daughter of twelve."""

    item = "assistance.dibao"

    def __init__(self) -> None:
        super().__init__()
        self.officer = self.staff("officer", "核对员甲", "matching_officer", COUNTY, self.bureau)
        self.second = self.staff("second", "核对员乙", "matching_officer", COUNTY, self.bureau)
        self.family = [
            Kin("刘桂芳", "本人", datetime.date(1980, 3, 5), extra={"no_labour": "yes"}),
            Kin("周建国", "配偶", datetime.date(1978, 7, 1), extra={"wage": "1200"}),
            Kin("周小雨", "子女", datetime.date(2014, 6, 9), extra={"student": "below"}),
        ]

    def started(self) -> Case:
        """Handed in, accepted, investigation begun."""
        citizen = self.citizen(self.family[0])
        case = services.start_draft(item_code=self.item, actor=citizen)
        for step, raw in self._answers().items():
            result = services.save_step(case_id=case.pk, step=step, raw=raw, actor=citizen)
            assert not result.errors, result.errors
        case.refresh_from_db()
        self.sign_all(case, citizen)
        services.submit(case_id=case.pk, actor=citizen, data={"promise": "yes"})
        case.refresh_from_db()
        self.do(case, "accept", self.clerk)
        self.do(case, "start", self.clerk)
        return case

    def _answers(self) -> dict[str, Any]:
        money = ("wage", "business", "property_income", "transfer", "not_counted", "employment_cost", "single")
        head = self.family[0]
        return {
            "applicant": {
                "name": head.name, "id_no": head.number, "phone": "13800000001", "region": VILLAGE,
                "address": "李家村 3 组 12 号", "hukou": "here",
            },
            "members": [
                {"name": k.name, "relation": k.relation, "id_no": k.number, "situation": k.situation}
                | {n: v for n, v in k.extra.items() if n not in money}
                for k in self.family
            ],
            "income": [{n: k.extra.get(n, "") for n in money} for k in self.family],
            "home": {
                "urban": "农村", "deposits": "3000", "houses": "1", "vehicles": "0", "market_entity": "no",
                "near_relative": "no",
            },
            "account": {"holder": head.name, "number": "6217000010001234567", "bank": "示范农商行"},
        }  # fmt: skip


@pytest.fixture
def corner(db: None) -> Iterator[Corner]:
    with clock.at(APPLIED):
        yield Corner()
    asking.SOURCES.clear()


@pytest.fixture
def deliver(tmp_path: Path) -> Callable[..., Any]:
    """``deliver("vehicle", rows, basis=…)``: a department's file into the lake, as of today."""
    made = 0

    def put(source: str, rows: list[dict[str, Any]], **more: Any) -> Any:
        nonlocal made
        made += 1
        path = tmp_path / f"{source}{made}.csv"
        lines = [",".join(rows[0])] + [",".join(str(v) for v in row.values()) for row in rows]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return ingest(SYSTEM, source, path, f"{clock.today():%Y-%m}", region=COUNTY, **more)

    return put
