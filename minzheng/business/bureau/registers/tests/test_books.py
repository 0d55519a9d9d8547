"""The books that are shipped: each declaration can be used, and each rule gives what its examples say."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from minzheng.business.bureau.registers import reading
from minzheng.business.bureau.registers.formula import BadFormula, Formula
from minzheng.business.bureau.registers.reading import FOLDERS, Wrong, books
from minzheng.business.bureau.registers.services import checked
from minzheng.business.bureau.registers.typed import inputs
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.parts.fields import clean_fields

pytestmark = pytest.mark.django_db  # working days come from the calendar
DAY = datetime.date(2026, 9, 10)
FULL = {"study": 20, "meeting": 20, "dues": 10, "post": 30, "service": 20}


def worked_out(code: str, on: datetime.date = DAY, state: str = "", **values: Any) -> dict[str, Any]:
    """The values with what the book works out from them; Refused where a check does not hold."""
    book = books()[code]
    return checked(book, values, on, state or book.first_state.code)


def refused(code: str, on: datetime.date = DAY, state: str = "", **values: Any) -> dict[str, str]:
    with pytest.raises(Refused) as error:
        worked_out(code, on, state, **values)
    return error.value.fields


def test_种子里点名的台账都有_每本只是一个文件夹() -> None:
    assert len(books()) >= 25
    named = {seed for book in books().values() for seed in book.seeds}
    wanted = "9 12 13 14 15 16 17 18 26 27 29 30 31 35 37 38 39 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79 80 82 83"
    assert {f"M{number}" for number in wanted.split()} <= named
    for folder in FOLDERS[0].iterdir():
        if folder.is_dir():
            assert [one.name for one in folder.iterdir()] == ["register.yaml"]
    told = (FOLDERS[0] / "README.md").read_text("utf-8")
    assert [one.code for one in books().values() if f"`{one.code}`" not in told or one.title not in told] == []
    assert [one.code for one in books().values() if not one.about or not one.seeds] == []


@pytest.mark.parametrize(
    ("code", "given", "name", "result"),
    [
        ("receptions", {"guests": 8, "hosts": 3}, "most_hosts", 3),
        ("receptions", {"guests": 15, "hosts": 5}, "most_hosts", 5),
        ("receptions", {"guests": 16, "hosts": 5}, "most_hosts", 5),
        ("party_dues", {"base": 480_000}, "due", 4_800),
        ("party_dues", {"base": 1_000_100}, "due", 20_002),
        ("party_points", FULL | {"study": 12, "bonus": 8, "minus": 0, "veto": False, "why": "志愿"}, "grade", "优"),
        ("party_points", FULL | {"study": 8, "bonus": 15, "minus": 30, "veto": True, "why": "处分"}, "total", 73),
        ("party_points", FULL | {"study": 8, "bonus": 15, "minus": 30, "veto": True, "why": "处分"}, "grade", "不合格"),
        ("reviews", {"people": 23, "raised": False, "excellent": 4}, "most_excellent", 4),
        ("reviews", {"people": 25, "raised": False, "excellent": 5}, "most_excellent", 5),
        ("annual_leave", {"worked": "ten", "joined_on": "2026-07-01", "used": 0}, "quota", 5),
        ("annual_leave", {"worked": "five", "joined_on": "2026-10-15", "used": 0}, "quota", 1),
        ("annual_leave", {"worked": "fifteen", "used": 6}, "left_", 9),
        ("annual_leave", {"worked": "five", "sick_months": 2, "used": 0}, "quota", 0),
        ("epidemic_supplies", {"stock": 6000, "daily": 200}, "days_left", "30"),
        ("epidemic_supplies", {"stock": 6000, "daily": 200}, "level", "充足"),
        ("epidemic_supplies", {"stock": 1500, "daily": 200}, "days_left", "7.5"),
        ("epidemic_supplies", {"stock": 1500, "daily": 200}, "level", "不足，要补"),
        ("leave", {"ends_on": "2026-09-10", "days_": "1"}, "approver_level", "股室负责人"),
        ("leave", {"ends_on": "2026-09-12", "days_": "3"}, "approver_level", "分管领导"),
        ("leave", {"ends_on": "2026-09-15", "days_": "4"}, "approver_level", "局长"),
        ("policy_documents", {"kind": "formal", "issued_on": "2026-02-28"}, "expires_on", "2031-02-28"),
        ("policy_documents", {"kind": "trial", "issued_on": "2024-02-29"}, "expires_on", "2026-02-28"),
        ("proposals", {}, "due_on", "2026-12-10"),
        ("party_group", {"members": 6, "present": 6, "votes_for": 3, "votes_against": 3}, "passed", "未通过"),
        ("party_group", {"members": 7, "present": 5, "votes_for": 4, "votes_against": 1}, "passed", "通过"),
    ],
)  # fmt: skip
def test_算出来的和例子一样(code: str, given: dict[str, Any], name: str, result: Any) -> None:
    assert worked_out(code, **given)[name] == result


@pytest.mark.parametrize(
    ("code", "good", "bad", "field"),
    [
        ("receptions", {"guests": 8, "hosts": 3}, {"hosts": 4}, "hosts"),
        ("receptions", {"guests": 16, "hosts": 5}, {"hosts": 6}, "hosts"),
        ("reviews", {"people": 23, "raised": False, "excellent": 4}, {"excellent": 5}, "excellent"),
        ("reviews", {"people": 24, "raised": True, "excellent": 6}, {"excellent": 7}, "excellent"),
        ("party_life", {"kind": "congress", "members": 20, "present": 11}, {"present": 10}, "present"),
        ("party_life", {"kind": "congress", "members": 20, "present": 16, "election": True}, {"present": 15}, "present"),
        ("party_life", {"kind": "committee", "present": 3}, {"members": 2, "kind": "congress"}, "present"),
        ("party_group", {"members": 9, "present": 6, "major": True}, {"present": 5}, "present"),
        ("party_group", {"members": 8, "present": 4, "major": False}, {"present": 3}, "present"),
        ("hidden_dangers", {"grade": "major", "reported_on": "2026-09-11"}, {"reported_on": "2026-09-12"}, "reported_on"),
        ("contracts", {"amount": 1_000_000, "changed": 100_000}, {"changed": 100_001}, "changed"),
        ("contracts", {"kind": "service", "partner_kind": "social"}, {"partner_kind": "public1"}, "partner_kind"),
        ("contracts", {"kind": "service", "starts_on": "2026-01-01", "ends_on": "2027-01-01"}, {"ends_on": "2027-01-02"}, "ends_on"),
        ("leave", {"ends_on": "2026-12-31", "days_": "5"}, {"ends_on": "2027-01-04"}, "ends_on"),
        ("policy_documents", {"opinion_from": "2026-08-01", "opinion_to": "2026-08-31"}, {"opinion_to": "2026-08-30"}, "opinion_to"),
        ("policy_documents", {"opinion_from": "2026-08-01", "opinion_to": "2026-08-08", "urgent": True}, {"opinion_to": "2026-08-07"}, "opinion_to"),
    ],
)  # fmt: skip
def test_规则_差一点就不行(code: str, good: dict[str, Any], bad: dict[str, Any], field: str) -> None:
    worked_out(code, **good)
    assert field in refused(code, **(good | bad))


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("民发〔2025〕23号", True),
        ("民发[2025]023号", False),
        ("民发〔2025〕第23号", False),
        ("民发〔2025〕023号", False),
    ],
)
def test_发文字号的写法(number: str, right: bool) -> None:
    book = books()["policy_documents"]
    field = [one for one in inputs(book, book.asked_for("issued"), SYSTEM, "register.write") if one.name == "doc_no"]
    assert ("doc_no" not in clean_fields(field, {"doc_no": number})[1]) is right


def test_证件号码写不进台账() -> None:
    book = books()["talks"]
    fields = [one for one in inputs(book, book.typed, SYSTEM, "register.write") if one.name in ("person", "content")]
    _, errors = clean_fields(fields, {"person": "周某", "content": "身份证 990101195803149022 的同志"})
    assert "台账不记个人证件" in errors["content"] and "person" not in errors


@pytest.mark.parametrize(
    "text", ["__import__('os')", "a.b", "[x for x in y]", "open('x')", "a ** b", "lambda: 1", "f'{a}'", "a if", "x[0]"]
)
def test_算式只认栏目_数字和几个函数(text: str) -> None:
    with pytest.raises(BadFormula):
        Formula(text).tree  # noqa: B018


def test_算式_缺一项或除以零_就没有结果() -> None:
    assert Formula("a + b").value({"a": 1}) is None
    assert Formula("a / b").value({"a": 1, "b": 0}) is None
    assert Formula("given(b) and b > 1").value({}) is False
    assert Formula("months_after(d, 1)").value({"d": datetime.date(2026, 1, 31)}) == datetime.date(2026, 2, 28)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"fields": [{"name": "x", "label": "X", "type": "colour"}]}, "colour"),
        ({"columns": ["y"]}, "y"),
        ({"states": [{"code": "a", "label": "A", "next": ["b"]}]}, "b"),
        ({"remind": [{"field": "x", "days": 3, "say": "到期"}]}, "x"),
        ({"checks": [{"test": "z > 1", "say": "不行"}]}, "z"),
        ({"colour": "red"}, "colour"),
        ({"rates": [{"code": "r", "title": "率", "part": "p", "whole": "entries"}]}, "p"),
    ],
)
def test_声明写错_说出是哪个文件哪一项(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    import yaml

    whole = {"title": "测试", "area": "其他", "word": "CS", "about": "测试。", "fields": [{"name": "x", "label": "X"}]}
    path = tmp_path / "mine" / reading.FILE
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(whole | change, allow_unicode=True), encoding="utf-8")
    with pytest.raises(Wrong, match=said) as error:
        reading.read(path)
    assert "mine/register.yaml" in str(error.value)
