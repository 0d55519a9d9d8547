"""Fields: how every input becomes a clean value, and what is said when it is wrong."""

from __future__ import annotations

import datetime

import pytest
from django.http import QueryDict

from minzheng.kernel.parts.fields import (
    BankAccount,
    Choice,
    Count,
    Date,
    Field,
    IdNumber,
    Invalid,
    Money,
    Phone,
    Photo,
    Region,
    Text,
    Tick,
    When,
    YesNo,
    clean_fields,
)


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (Text("a", "姓名"), "  周桂兰 ", "周桂兰"),
        (Money("a", "收入"), "1,200.5", 120050),
        (Money("a", "收入"), "１２００元", 120000),
        (Money("a", "收入"), "0", 0),
        (Count("a", "人数"), "３", 3),
        (Date("a", "日期"), "2026年1月31日", datetime.date(2026, 1, 31)),
        (Date("a", "日期"), "20260131", datetime.date(2026, 1, 31)),
        (YesNo("a", "是否"), "no", False),
        (YesNo("a", "是否"), True, True),
        (Tick("a", "承诺"), "on", True),
        (Choice("a", "类别", options=(("1", "甲"),)), "1", "1"),
        (Choice("a", "类别", options=(("1", "甲"), ("2", "乙")), many=True), ["1", "2"], ["1", "2"]),
        (Phone("a", "手机"), "154 0101 0001", "15401010001"),
        (BankAccount("a", "账号"), "6217 0000 1234 5678 901", "6217000012345678901"),
        (IdNumber("a", "证号"), "99010119800418903x", "99010119800418903X"),
        (Region("a", "村"), "990101001001", "990101001001"),
    ],
)
def test_填得对_得到干净的值(field: Field, raw: object, value: object) -> None:
    assert field.clean(raw) == value


@pytest.mark.parametrize(
    ("field", "raw", "sentence"),
    [
        (Text("a", "姓名", required=True), " ", "请填写姓名。"),
        (Text("a", "姓名", max_length=2), "欧阳修", "姓名最多填写 2 个字，现在是 3 个。"),
        (Money("a", "收入"), "1.234", "收入最多保留两位小数。"),
        (Money("a", "收入"), "很少", "收入请填写数字，例如 1200 或 1200.50。"),
        (Money("a", "收入"), "NaN", "收入的数字太大，请检查。"),
        (Money("a", "收入"), "-1", "收入不能小于 0.00 元。"),
        (Count("a", "人数"), "2.5", "人数请填写整数，例如 3。"),
        (Date("a", "日期"), "2026-02-30", "日期请写成 2026-01-31 这样的日期。"),
        (Date("a", "日期", not_after=lambda: datetime.date(2026, 1, 1)), "2026-01-02", "日期不能晚于 2026-01-01。"),
        (YesNo("a", "是否有车", required=True), "", "请选择是否有车。"),
        (Tick("a", "以上属实", required=True), "", "请先勾选：以上属实。"),
        (Choice("a", "类别", options=(("1", "甲"),)), "9", "类别里没有“9”这一项，请重新选择。"),
        (Choice("a", "材料", options=(("1", "甲"),), many=True, required=True), [], "请选择材料，至少一项。"),
        (Phone("a", "手机"), "12345", "手机请填写 11 位手机号码。"),
        (BankAccount("a", "账号"), "123", "账号应为 12 到 30 位数字，现在是 3 位，请对照卡面检查。"),
        (Photo("a", "照片", required=True), [], "请拍照或上传照片。"),
        (Photo("a", "照片", max_files=1), [object(), object()], "照片最多 1 张，现在是 2 张。"),
    ],
)
def test_填得不对_一句话说清(field: Field, raw: object, sentence: str) -> None:
    with pytest.raises(Invalid) as caught:
        field.clean(raw)
    assert str(caught.value) == sentence


def test_没填且可不填_是空值_不替人作答() -> None:
    assert YesNo("a", "是否").clean("") is None
    assert Money("a", "收入").clean("") is None
    assert Choice("a", "类别", options=(("1", "甲"),)).clean("") == ""


CAR = (YesNo("car", "是否有车", required=True), Text("plate", "车牌", required=True, when=When("car", (True,))))


def test_条件字段_出现才必填_改主意就不收() -> None:
    assert clean_fields(CAR, {"car": "yes"}) == ({"car": True}, {"plate": "请填写车牌。"})
    assert clean_fields(CAR, {"car": "no", "plate": "示A12345"}) == ({"car": False}, {})


def test_条件字段_干净的数据也认得() -> None:
    assert CAR[1].applies({"car": True})
    assert not CAR[1].applies({"car": False})
    kind = Text("level", "等级", when=When("kind"))
    assert kind.applies({"kind": "视力"})
    assert not kind.applies({"kind": ""})


def test_提交的表单_多值字段取全部_前缀相符() -> None:
    post = QueryDict("1.papers=a&1.papers=b&1.name=x")
    fields = (Choice("papers", "材料", options=(("a", "甲"), ("b", "乙")), many=True), Text("name", "姓名"))
    assert clean_fields(fields, post, prefix="1.") == ({"papers": ["a", "b"], "name": "x"}, {})


def test_金额填回输入框_与显示() -> None:
    money = Money("a", "收入")
    assert money.to_input(120050) == "1200.50"
    assert money.show(123456789) == "1,234,567.89 元"
