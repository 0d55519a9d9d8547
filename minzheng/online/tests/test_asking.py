"""Drawing: the form of any item can be drawn; conditional questions, errors and family cards all fit."""

from __future__ import annotations

import pytest

from minzheng.kernel.items.forms import Form, Step
from minzheng.kernel.parts.fields import Choice, IdNumber, Money, Photo, Text, When, YesNo
from minzheng.online.portal import asking, words
from minzheng.online.portal.screens import screen_of_number, screen_of_step, screens_of

WHO = Step(
    "who",
    "谁",
    (
        Text("name", "姓名", required=True),
        YesNo("ill", "有病吗"),
        Text("what", "什么病", required=True, when=When("ill", (True,))),
    ),
)
FAMILY = Step(
    "family",
    "家人",
    (Text("name", "姓名", required=True), Choice("relation", "关系", options=(("子女", "子女"), ("配偶", "配偶")))),
    repeat="members",
)
MONEY = Step(
    "money",
    "收入",
    (Money("wage", "工资"), Money("cost", "花费", when=When("wage"))),
    repeat="members",
    fixed_rows=True,
)
BANK = Step("bank", "账户", (Text("account", "账号"),))
PHOTOS = Step("photos", "照片", (Photo("card", "证件", kind="identity"),), kind="photos")
SIGN, REVIEW = Step("sign", "签字", (), kind="consents"), Step("review", "检查", (), kind="review")
FORM = Form((WHO, FAMILY, MONEY, BANK, PHOTOS, SIGN, REVIEW))


def test_相邻的小步同屏_签字与检查同屏() -> None:
    assert [[step.code for step in screen.steps] for screen in screens_of(FORM)] == [
        ["who"],
        ["family"],
        ["money"],
        ["bank", "photos"],
        ["sign", "review"],
    ]
    assert screens_of(FORM)[-1].is_last


def test_每一步都找得到它的屏_超出范围取最近的() -> None:
    assert screen_of_step(FORM, "photos").number == 4
    assert screen_of_number(FORM, 99).number == 5
    assert screen_of_number(FORM, 0).number == 1


def test_字段重名的两步不同屏() -> None:
    same = Step("photos", "照片", (Photo("account", "证件"),), kind="photos")
    assert len(screens_of(Form((BANK, same)))) == 2


def test_条件没满足的问题收起_满足了就出现() -> None:
    hidden = asking.sheet(WHO, {"name": "甲", "ill": "no"}).questions[2]
    shown = asking.sheet(WHO, {"name": "甲", "ill": "yes"}).questions[2]
    assert not hidden.shown and shown.shown
    assert (shown.depends_on, shown.depends_values) == ("ill", "yes")


def test_错误按页面次序列在页首_链接到控件() -> None:
    sheet = asking.sheet(WHO, {}, {"ill": "请选择有病吗。", "name": "请填写姓名。"})
    assert sheet.errors == [("请填写姓名。", "q-name"), ("请选择有病吗。", "q-ill-0")]


def test_整步的错误排在最前() -> None:
    sheet = asking.sheet(FAMILY, [{"name": "甲"}], {"0.relation": "请选择关系。", "": "要有本人。"})
    assert sheet.errors == [("要有本人。", ""), ("请选择关系。", "q-0-relation-0")]


def test_几位家人的错误带上名字() -> None:
    sheet = asking.sheet(FAMILY, [{"name": "甲"}, {"name": "乙"}], {"1.relation": "请选择关系。"})
    assert sheet.errors == [("乙：请选择关系。", "q-1-relation-0")]
    assert [row.open for row in sheet.rows] == [False, True]


def test_没有家人时先给一张空卡片_点再加一位又多一张() -> None:
    assert [row.title for row in asking.sheet(FAMILY, []).rows] == ["新加一位家人"]
    assert len(asking.sheet(FAMILY, [{"name": "甲"}], blank=True).rows) == 2
    assert len(asking.sheet(MONEY, [{}], blank=True, names=[{"name": "甲"}]).rows) == 1, "给定行的步不能加人"


@pytest.mark.parametrize(("id_no", "opened"), [("990101201405309025", False), ("990101195803149022", True)])
def test_孩子的收入卡片收起_大人的展开(id_no: str, opened: bool) -> None:
    family = [{"name": "甲", "id_no": id_no}, {"name": "乙", "id_no": "990101195803149022"}]
    rows = asking.sheet(MONEY, [{"wage": ""}, {"wage": ""}], names=family).rows
    assert rows[0].open is opened


def test_只有一位的不用展开() -> None:
    assert asking.sheet(MONEY, [{"wage": ""}], names=[{"name": "甲", "id_no": "990101201405309025"}]).rows[0].open


def test_可填可不填的金额先问有没有_必填的直接填() -> None:
    optional, depending = asking.sheet(MONEY, [{"wage": "1500.00"}], names=[{"name": "甲"}]).rows[0].questions
    required = asking.sheet(Step("m", "m", (Money("d", "存款", required=True),)), {}).questions[0]
    assert optional.opens and optional.has_amount
    assert not depending.opens and depending.shown
    assert not required.opens


def test_身份证号读出生日性别_金额读成大白话() -> None:
    number = asking.sheet(Step("s", "s", (IdNumber("id", "号码"),)), {"id": "990101195803149022"}).questions[0]
    assert number.back.startswith("1958年3月14日出生，女，")
    wrong = asking.sheet(Step("s", "s", (IdNumber("id", "号码"),)), {"id": "990101195803149023"}).questions[0]
    assert wrong.back == ""


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1200", "一千二百元"),
        ("10", "十元"),
        ("15,000", "一万五千元"),
        ("0", "零元"),
        ("0.5", "五角"),
        ("1200.05", "一千二百元零五分"),
        ("100000", "十万元"),
        ("8600.00", "八千六百元"),
        ("abc", ""),
        ("-3", ""),
        ("", ""),
        ("999999999999", ""),
    ],
)
def test_金额的读法(text: str, read: str) -> None:
    assert words.money_words(text) == read
