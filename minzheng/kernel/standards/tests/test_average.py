"""月人均救助水平：合计除以人数，分城乡和地方，对照下限；每个数有名单。"""

import datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.standards.average import reckon
from minzheng.kernel.standards.average.reckon import Paid, levels
from minzheng.kernel.standards.sets import find

COUNTY, START = "990101000000", datetime.date(2020, 1, 1)
TOWNS = ("990101002000", "990101003000")
MONTH = datetime.date(2026, 11, 1)


def test_合计除以人数而不是平均每户():
    rows = [Paid(1, TOWNS[0], "城市", 1, 80_000), Paid(2, TOWNS[0], "城市", 4, 120_000)]
    whole = levels(rows, COUNTY, {})[0]
    assert (whole.households, whole.persons, whole.average) == (2, 5, Decimal("400.00"))


def test_等于下限的不算低于而差一分的算():
    rows = [Paid(1, TOWNS[0], "农村", 3, 3 * 22_900)]
    short = [Paid(1, TOWNS[0], "农村", 3, 3 * 22_900 - 1)]
    floors = {"农村": Decimal(229)}
    assert not levels(rows, COUNTY, floors)[0].under
    found = levels(short, COUNTY, floors)[0]
    assert found.average == Decimal("229.00") and found.under


def test_城乡和地方各自合计全县在前():
    rows = [
        Paid(1, TOWNS[0], "城市", 1, 50_000), Paid(2, TOWNS[1], "城市", 1, 70_000), Paid(3, TOWNS[1], "农村", 2, 60_000),
    ]  # fmt: skip
    found = [(one.place, one.area, one.average) for one in levels(rows, COUNTY, {})]
    assert found == [
        (COUNTY, "城市", 600), (COUNTY, "农村", 300), (TOWNS[0], "城市", 500), (TOWNS[1], "城市", 700), (TOWNS[1], "农村", 300),
    ]  # fmt: skip


@pytest.mark.django_db
def test_湖南2021年的下限就是种子文件的数():
    day = datetime.date(2021, 9, 1)
    assert reckon.floor("431227", "城市", day).row.value == 374
    assert reckon.floor("431227", "农村", day).row.value == 229
    assert reckon.floor("431227", "城市", datetime.date(2022, 1, 1)).row.value == 0


@pytest.mark.django_db
def test_下限在参数确认里可以确认():
    named, declaration = find("低保_月人均救助水平下限_城市")
    assert named.title == "考核指标" and declaration.unit == "元/月"


def award(number, town, area, persons, fen, *, paid=MONTH):
    made = Award.objects.create(
        no=f"低保{number}", item_code="assistance.dibao", region_code=town, payee_name=f"户{number}", account_no="6200",
        persons=persons, amount_fen=fen, first_month=MONTH, decided_on=MONTH, frozen_sha=f"{number}", ruleset_sha="r",
        frozen={"family": {"家庭": {"城乡": area}, "成员": []}} if area else {"imported": {}},
    )  # fmt: skip
    PaymentLine.objects.create(award=made, item_code=made.item_code, region_code=town, month=paid, amount_fen=fen)
    return made


@pytest.fixture
def reader(db):
    office = Organization.objects.create(code="A", name="测算局", kind="bureau", region_code=COUNTY, valid_from=START)
    user = User.objects.create_user("zc", None, name="政策")
    Assignment.objects.create(
        user=user, role="policy_officer", organization=office, region_code=COUNTY, valid_from=START
    )
    client = Client()
    client.force_login(user, backend="minzheng.kernel.accounts.backends.AccountBackend")
    with clock.at(datetime.date(2026, 11, 22)):
        yield client


def test_页面分城乡列出每个乡镇并标出低于下限的(reader):
    award(1, TOWNS[0], "城市", 2, 100_000)
    award(2, TOWNS[1], "农村", 1, 30_000)
    award(3, TOWNS[1], "", 1, 45_000)
    award(4, "990102001000", "城市", 1, 1)
    page = reader.get(reverse("standards.average"))
    text = page.content.decode()
    assert page.status_code == 200
    assert [(code, [line.area for line in lines]) for code, _, lines in page.context["rows"]] == [
        (TOWNS[0], ["城市"]), (TOWNS[1], ["农村", "未分城乡"]),
    ]  # fmt: skip
    assert page.context["under"] == 2
    assert "低于 520" in text and "低于 380" in text and "没有规定下限" in text


def test_每个数打开的名单就是它的户(reader):
    mine = award(1, TOWNS[0], "城市", 2, 100_000)
    award(2, TOWNS[0], "农村", 1, 30_000)
    award(3, TOWNS[1], "城市", 1, 30_000)
    url = reverse("standards.average_list", kwargs={"area": "城市"})
    page = reader.get(url, {"month": "2026-11", "place": TOWNS[0]})
    assert [row[0].pk for row in page.context["rows"]] == [mine.pk]
    assert "1 户、2 人，合计 1,000.00 元" in page.content.decode()
    assert reader.get(url, {"place": "990102000000"}).context["shown"].paginator.count == 0
    assert reader.get(url, {"place": "x"}).status_code == 404


def test_没有发放明细的月份说什么会填上(reader):
    award(1, TOWNS[0], "城市", 1, 50_000)
    text = reader.get(reverse("standards.average"), {"month": "2026-09"}).content.decode()
    assert "2026年9月没有低保发放明细" in text
