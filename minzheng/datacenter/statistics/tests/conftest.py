"""A county with two townships, a form of its own, and a platform whose numbers a test sets."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from minzheng.datacenter.statistics import filling, reading, reviewing, services
from minzheng.datacenter.statistics.models import StatReport
from minzheng.datacenter.statistics.tests.sheets import form
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.pages.tests.conftest import COUNTY, TOWN_A, TOWN_B, browse, bureau, places, staff  # noqa: F401

ROWS = """
- {code: homes, title: 低保户数, unit: 户, cells: assistance.dibao.households}
- {code: visits, title: 走访, unit: 户, cells: manual}
- {code: total, title: 合计, cells: = homes.n + visits.n}
- {code: beds, title: 床位, unit: 张, at: top, cells: manual}
"""
CHECKS = "- {kind: range, cell: visits.n, at_most: homes.n}\n- {kind: year, cell: homes.n}"
MONTH = "2026-10"


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch, staff: Callable[[str, str], User]) -> SimpleNamespace:  # noqa: F811
    """People, the form ``test``, and `numbers`: {place: number of the platform or None}, `frozen`."""
    shell = form(ROWS, CHECKS)
    relief = reading.shells()["relief"]
    monkeypatch.setattr(reading, "shells", lambda: {"test": shell, "relief": relief})
    told = SimpleNamespace(
        numbers={TOWN_A: "100", TOWN_B: "50", COUNTY: "150"}, frozen=True,
        a=actor_of(staff("town_clerk", TOWN_A)), b=actor_of(staff("town_clerk", TOWN_B)),
        county=actor_of(staff("policy_officer", COUNTY)), head=actor_of(staff("bureau_head", COUNTY)),
    )  # fmt: skip

    def take(cells: Any, region_code: str, period: str) -> filling.Taken:
        taken = filling.Taken()
        for cell in cells:
            text = told.numbers.get(region_code)
            source = {"version": 1, "frozen": told.frozen} if text is not None else {"why": "还没有计算"}
            taken.texts[cell.address], taken.sources[cell.address] = (
                text,
                {"how": "indicator", "code": cell.code, **source},
            )
        return taken

    monkeypatch.setattr(filling, "take", take)
    return told


@pytest.fixture
def opened(town: SimpleNamespace) -> dict[str, StatReport]:
    """The reports of October by place."""
    services.open_period(actor=town.county, shell="test", region_code=COUNTY, period=MONTH)
    return {row.region_code: row for row in StatReport.objects.all()}


def fill_in(actor: Actor, report: StatReport, visits: str = "10", **notes: str) -> StatReport:
    """Take the numbers, enter the visits, send it."""
    services.fill(actor=actor, pk=report.pk)
    services.save(actor=actor, pk=report.pk, values={"visits.n": visits}, notes=notes)
    return services.report(actor=actor, pk=report.pk)


@pytest.fixture
def sealed(town: SimpleNamespace, opened: dict[str, StatReport]) -> dict[str, StatReport]:
    """October collected and sealed."""
    for actor, place in ((town.a, TOWN_A), (town.b, TOWN_B)):
        fill_in(actor, opened[place])
        reviewing.accept(actor=town.county, pk=opened[place].pk)
    top = opened[COUNTY].pk
    reviewing.collect(actor=town.county, pk=top)
    services.save(actor=town.county, pk=top, values={"beds.n": "80"}, notes={})
    services.report(actor=town.county, pk=top)
    reviewing.seal(actor=town.head, pk=top)
    return {row.region_code: row for row in StatReport.objects.all()}
