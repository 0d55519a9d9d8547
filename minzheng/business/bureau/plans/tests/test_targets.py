"""Targets: linked by name and unit, held against indicators, told forward; the pages lead from sentence to list."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.business.bureau.plans import importing, linking, measures, targets
from minzheng.business.bureau.plans.models import PlanIndicator, PlanVersion, TargetLink
from minzheng.business.bureau.plans.parsing.growth import growth
from minzheng.business.bureau.summaries.tests.conftest import COUNTY, OTHER_TOWN, TOWN, Fill
from minzheng.business.bureau.summaries.tests.conftest import bureau as bureau
from minzheng.business.bureau.summaries.tests.conftest import fill as fill
from minzheng.business.bureau.summaries.tests.conftest import hire as hire
from minzheng.business.bureau.summaries.tests.conftest import officer as officer
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.models import User
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.orgs.models import Organization

pytestmark = pytest.mark.django_db
TEXT = """示范县民政局2026年工作要点
一、社会救助
1.应保尽保。全年临时救助200人次以上,低保人数控制在500人以内。
2.资金。发放退回率不超过2%,发放低保资金600万元。
3.基层。每个乡镇高龄津贴人数不少于10人,上半年信息核对100人次。
"""
JUNE, YEAR_END = datetime.date(2026, 6, 30), datetime.date(2026, 12, 31)


@pytest.fixture
def version(officer: Actor, bureau: Organization) -> PlanVersion:
    return importing.import_text(actor=officer, org=bureau, year=2026, text=TEXT, name="要点.txt").version


def _one(version: PlanVersion, words: str) -> PlanIndicator:
    return next(one for one in version.indicators.select_related("version__plan") if words in one.subject)


def _linked(officer: Actor, version: PlanVersion, words: str, code: str, **more: object) -> PlanIndicator:
    one = _one(version, words)
    linking.link(actor=officer, indicator=one, values=linking.defaults(one) | {"code": code, "condition": None} | more)
    return targets.targets(officer).get(pk=one.pk)


def _told(officer: Actor, one: PlanIndicator, on: datetime.date = JUNE) -> targets.Progress:
    return targets.progress(officer, [one], on)[0]


def test_增长率两种算法_印的数是哪一种_容差半个百分点() -> None:
    rows = (
        (240, 480, "20", "simple"), (1110, 2800, "30", "simple"), (480, 770, "10", "compound"), (2800, 4000, "7.5", "compound"),
        (1200, 2000, "13", "simple"), (480, 770, "11", "neither"),
    )  # fmt: skip
    for first, last, printed, method in rows:
        assert growth(Decimal(first), Decimal(last), 5).follows(Decimal(printed)) == method
    one = growth(Decimal(480), Decimal(770), 5)
    assert (one.simple, one.compound) == (Decimal("12.08"), Decimal("9.91"))
    assert growth(Decimal(0), Decimal(5), 5).simple is None and growth(None, Decimal(5), 5).follows(Decimal(1)) == ""


def test_完成率_越多越好越少越好_基数为零说不出() -> None:
    assert targets.completion(Decimal(26), Decimal(25), "up") == 104
    assert round(targets.completion(Decimal(12), Decimal(10), "down") or 0, 1) == Decimal("83.3")
    assert targets.completion(Decimal(0), Decimal(10), "down") is None
    assert measures.comparable("名", "人") and measures.comparable("万元", "元") and not measures.comparable("张", "人")


def test_逐月累加的按进度推算_存量不推算_限额超了就是超限(officer: Actor, version: PlanVersion, fill: Fill) -> None:
    some = _linked(officer, version, "临时救助", "assistance.temporary.person_times")
    fill("assistance.temporary.person_times", TOWN, "2026-03", 60)
    told = _told(officer, some)
    assert (told.actual, told.rate, told.elapsed, told.forecast, told.state) == (60, 30, 50, 120, "behind")
    fill("assistance.temporary.person_times", TOWN, "2026-06", 50)
    assert _told(officer, some).state == "on_track" and _told(officer, some).forecast == 220
    fill("assistance.temporary.person_times", TOWN, "2026-05", 90)
    assert _told(officer, some).state == "met"
    most = _linked(officer, version, "低保人数", "assistance.dibao.persons")
    assert most.target_link.direction == "down"
    fill("assistance.dibao.persons", TOWN, "2026-06", 480)
    assert (_told(officer, most).state, _told(officer, most).forecast) == ("within", None)
    fill("assistance.dibao.persons", TOWN, "2026-06", 520)
    assert _told(officer, most).state == "over"
    money = _linked(officer, version, "资金", "assistance.dibao.paid")
    fill("assistance.dibao.paid", TOWN, "2026-02", 3_300_000)
    assert (_told(officer, money).target, _told(officer, money).state) == (6_000_000, "on_track")
    assert targets.pieces("2021-2026", JUNE) == ("2021-2025", "2026H1") and targets.pieces("2027", JUNE) == ()


def test_每个乡镇都要达到的看最差的_占比数达到的(officer: Actor, version: PlanVersion, fill: Fill) -> None:
    each = _linked(officer, version, "高龄津贴", "elderly.old_age.persons", aggregate="each")
    fill("elderly.old_age.persons", TOWN, "2026-06", 30)
    fill("elderly.old_age.persons", OTHER_TOWN, "2026-06", 8)
    told = _told(officer, each)
    assert (told.actual, told.state) == (8, "running") and "柳溪镇" in told.sentence
    half = _one(version, "信息核对")
    assert linking.period_of(half) == "2026H1"
    rate = _linked(
        officer, version, "退回率", "elderly.old_age.persons", aggregate="share", condition=Decimal(10), direction="up"
    )
    assert _told(officer, rate).actual == 50


def test_关联先看单位_建议按名称_新版本带过来(officer: Actor, version: PlanVersion, bureau: Organization) -> None:
    one = _one(version, "退回率")
    assert (
        linking.proposals(one)[0].indicator.code == "payments.returned_rate"
        and linking.defaults(one)["direction"] == "down"
    )
    for wrong, said in (
        ({"code": "assistance.dibao.persons"}, "不能比较"), ({"code": "没有"}, "没有代码"), ({"period": "今年"}, "不是期间"),
        ({"aggregate": "share"}, "每地应达到多少"), ({"measured_region": "990102000000"}, "不在您负责的范围"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=said):
            linking.link(actor=officer, indicator=one, values=linking.defaults(one) | {"condition": None} | wrong)
    _linked(officer, version, "退回率", "payments.returned_rate")
    again = importing.import_text(
        actor=officer, org=bureau, year=2026, text=TEXT + "4.其他。培训护理员20名。\n", name="b.txt"
    )
    assert (
        again.version.number == 2
        and TargetLink.objects.get(indicator__version=again.version).code == "payments.returned_rate"
    )
    unlinked = targets.progress(officer, targets.targets(officer).filter(target_link=None), YEAR_END)
    assert {told.state for told in unlinked} == {"unlinked"} and len(unlinked) == 6


def test_页面_从原句三步到名单(
    officer: Actor, version: PlanVersion, fill: Fill, client: Client, hire: Callable[..., User]
) -> None:
    one = _linked(officer, version, "低保人数", "assistance.dibao.persons")
    fill("assistance.dibao.persons", TOWN, "2026-11", 320)
    client.force_login(officer.user)
    plan = client.get(reverse("plans.detail", kwargs={"pk": version.plan_id})).content.decode()
    first = targets.target_url(one)
    assert f'href="{first}"' in plan
    target = client.get(first).content.decode()
    second = (
        f"{reverse('indicators.show', kwargs={'code': 'assistance.dibao.persons'})}?region={COUNTY}&amp;period=2026"
    )
    assert second in target and "低保人数<mark>控制在500人以内</mark>" in target
    indicator = client.get(second.replace("&amp;", "&")).content.decode()
    assert reverse("awards.list") in indicator
    board = client.get(reverse("plans.targets")).content.decode()
    assert "目标完成情况" in board and "320 人" in board and "未关联（" in board
    client.force_login(hire("policy_officer", "外地", "990102000000"))
    assert (
        client.get(first).status_code == 404 and "低保人数" not in client.get(reverse("plans.targets")).content.decode()
    )
