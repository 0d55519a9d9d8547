"""Does the money last? Computed by hand for a small county, month by month."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.datacenter.funding import forecasting, jobs, raising, selectors, services
from minzheng.datacenter.funding.forecasting import Assumed
from minzheng.datacenter.funding.models import FundForecast
from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.awards.models import Award, AwardPause, PaymentLine
from minzheng.kernel.funds.models import FundAllocation
from minzheng.kernel.funds.tests.conftest import COUNTY, DIBAO, OLD, TEKUN, TODAY, TOWN_A, VILLAGE, draw
from minzheng.kernel.subjects.models import Household

pytestmark = pytest.mark.django_db
SEPTEMBER = datetime.date(2026, 9, 20)


@pytest.fixture
def award(places: None) -> Callable[..., Award]:
    made: Iterator[int] = iter(range(1, 1000))

    def make(fen: int, item: str = DIBAO, first: str = "2026-01", last: str = "", **more: Any) -> Award:
        number = next(made)
        home = more.pop("household", None) or Household.objects.create(no=f"H{number:06d}", region_code=VILLAGE)
        return Award.objects.create(
            no=f"990101DB2026{number:06d}", item_code=item, household=home, payee_name="某某", account_no="62", persons=2,
            amount_fen=fen, first_month=datetime.date.fromisoformat(f"{first}-01"), decided_on=TODAY, region_code=VILLAGE,
            last_month=datetime.date.fromisoformat(f"{last}-01") if last else None,
            state=more.pop("state", "ended" if last and last < "2026-09" else "active"), frozen=more.pop("frozen", {}), **more,
        )  # fmt: skip

    return make


@pytest.fixture
def autumn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: SEPTEMBER)


def months(figures: dict[str, Any], key: str) -> list[Any]:
    return [row[key] for row in figures["months"]]


def test_每月按在享的算_停发_暂停_起发_十二月余数_都到当月_分到来源_缺口月(
    award: Callable[..., Award],
    allot: Callable[..., FundAllocation],
    share: Callable[..., None],
    autumn: None,
) -> None:
    award(1_000_00)
    award(500_00, last="2026-10")
    award(300_00, first="2026-11")
    paused = award(200_00)
    AwardPause.objects.create(award=paused, from_month=datetime.date(2026, 9, 1), to_month=datetime.date(2026, 10, 1))
    award(100_00, item=TEKUN, frozen={"december_fen": 100_11})
    award(777_00, cycle="quota", item=OLD)
    award(70_00, item=OLD)
    for month, fen in (("2026-08", 30_00), ("2026-07", -5_00)):
        PaymentLine.objects.create(
            award=paused, region_code=VILLAGE, item_code=DIBAO, month=f"{month}-01", line_type="correction", amount_fen=fen
        )  # fmt: skip
    share({"central": 6_000, "county": 4_000}, covered_by="county")
    allot("central", 4_000_00)
    allot("county", 2_300_00)
    draw("central", DIBAO, 1_000_00, "2026-08")
    figures = forecasting.compute(TOWN_A, SEPTEMBER, Assumed(0))
    # September: 1 000 + 500 + 100 and the 25 of earlier months; October the same without; November 1 000 + 300 + 200 + 100
    relief = [1_625_00, 1_600_00, 1_600_00, 1_600_11]
    assert months(figures, "need")[8:] == [fen + 70_00 for fen in relief]
    assert months(figures, "used")[7] == 1_000_00
    assert (figures["unknown"], figures["known"]) == ([OLD], True)
    assert months(figures, "sources")[8] == {"central": 975_00, "county": 650_00}
    # 5 300 are left at first; 3 000 central and 2 300 county last to November (1 975 + … ), December misses the rest
    assert months(figures, "short")[8:] == [0, 0, 0, sum(relief) - 5_300_00]
    assert (figures["short_month"], figures["short_fen"]) == ("2026-12", sum(relief) - 5_300_00)
    assert [one["item"] for one in figures["items"] if one["short"]] == [DIBAO, TEKUN]
    assert sum(one["need"] for one in figures["items"]) == figures["need"]
    draw("central", DIBAO, 1_500_00, "2026-09")
    again = forecasting.compute(COUNTY, SEPTEMBER, Assumed(0))
    assert again["months"][8]["parts"] == {
        "base": 170_00, "december": 0, "late": 25_00, "new": 0, "gone": 0, "once": 0, "raised": 0
    }  # fmt: skip


def test_新增退出按最近几个月_衔接的不算_一次性按月平均(award: Callable[..., Award], autumn: None) -> None:
    home = award(400_00, last="2026-06").household
    award(450_00, first="2026-07", household=home)  # raised: no new case and no end
    award(120_00, first="2026-08")
    award(90_00, last="2026-07")
    once = award(60_00, item="assistance.temporary", cycle="once", first="2026-05", last="2026-05")
    PaymentLine.objects.create(
        award=once, region_code=VILLAGE, item_code=once.item_code, month="2026-05-01", amount_fen=60_00, state="paid"
    )
    figures = forecasting.compute(COUNTY, SEPTEMBER, Assumed(6))
    assert months(figures, "parts")[8:] == [
        {"base": 570_00, "december": 0, "late": 0, "new": 20_00 * k, "gone": -15_00 * k, "once": 10_00, "raised": 0}
        for k in range(4)
    ]
    assert any("低保新增 0.2 份、退出 0.2 份" in one for one in figures["assumptions"])


def test_提标按测算的每月增减_分到事项分毫不差() -> None:
    run: Any = SimulationRun(no="CS1", title="提标", figures={
        "months": [{"month": "2026-10", "base_fen": 100, "reform_fen": 201}, {"month": "2026-11", "base_fen": 100, "reform_fen": 301}],
        "benefits": [{"benefit": DIBAO, "kind": "cash", "base_fen": 100, "reform_fen": 170},
                     {"benefit": TEKUN, "kind": "cash", "base_fen": 10, "reform_fen": 40},
                     {"benefit": OLD, "kind": "quota", "base_fen": 1, "reform_fen": 900}],
    })  # fmt: skip
    found = raising.of_run(run)
    assert found.parts(datetime.date(2026, 9, 1)) == {}
    assert found.parts(datetime.date(2026, 10, 1)) == {DIBAO: 71, TEKUN: 30}
    assert sum(found.parts(datetime.date(2026, 12, 1)).values()) == 201


def test_每日预测_红黄预警在工作台_只给管资金的(
    award: Callable[..., Award],
    allot: Callable[..., FundAllocation],
    browse: Callable[..., Client],
    autumn: None,
    cashier: Actor,
) -> None:
    award(100_00)
    allot("county", 250_00)
    ctx: Any = SimpleNamespace(atomic=__import__("contextlib").nullcontext, progress=lambda percent, message: None)
    assert jobs.forecast(ctx) == {"places": 1, "warned": 1}
    assert jobs.forecast(ctx) == {"places": 1, "warned": 1}
    row = FundForecast.objects.get()
    assert (row.level, row.short_month, row.figures["short_fen"]) == ("red", datetime.date(2026, 11, 1), 150_00)
    assert "11 月起不够，到年底缺 150.00 元（低保 150.00 元）" in row.sentence
    for role in ("finance", "bureau_head"):
        assert "资金红色预警（示范县）" in browse(role).get(reverse("cases.workbench")).content.decode()
    assert "资金红色预警" not in browse("auditor").get(reverse("cases.workbench")).content.decode()
    allot("county", 100_00)
    assert services.daily(COUNTY).level == "yellow"
    allot("county", 100_00)
    assert services.daily(COUNTY).level == "none"
    assert selectors.warnings(cashier) == []
