"""Columns, tags, wording of deadlines, basis of a calculation: the words and colours drawn."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.parts import columns
from minzheng.kernel.parts.deadlines import phrase
from minzheng.kernel.parts.drawing import Drawing, attribute
from minzheng.kernel.parts.explanation import branches, graph_of, leading_roots, shown
from minzheng.kernel.parts.filters import ByChoice

TODAY = datetime.date(2026, 11, 23)  # Monday


@pytest.fixture
def drawing() -> Drawing:
    return Drawing(actor=Actor(), today=TODAY)


def test_同名的两个筛选_选项各是各的_同一个函数只问一次(drawing: Drawing) -> None:
    asked: list[str] = []

    def stores(_: Drawing) -> list[tuple[str, str]]:
        asked.append("库点")
        return [("1", "县库")]

    fixed, states = ByChoice("state", "状态", choices=(("open", "在办"),)), ByChoice("state", "状态", choices=stores)
    assert [one.options(drawing) for one in (fixed, states, states)] == [
        (("open", "在办"),),
        [("1", "县库")],
        [("1", "县库")],
    ]
    assert asked == ["库点"] and fixed.chosen({"state": "1"}, drawing) == "1"


def test_标签颜色只认约定的几种(drawing: Drawing) -> None:
    row = SimpleNamespace(state="late")
    column = columns.Badge("state", "状态", names={"late": "逾期"}, tones={"late": "bad"})
    assert column.cell(row, drawing) == '<span class="badge-bad">逾期</span>'
    with pytest.raises(ValueError, match="没有“2”这种标签颜色"):
        columns.badge("逾期", "2")


def test_标签里的字不会变成网页代码(drawing: Drawing) -> None:
    column = columns.Badge("state", "状态")
    assert "<script>" not in column.cell(SimpleNamespace(state="<script>"), drawing)


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        (columns.Money("v", "金额"), 123456, "1,234.56"),
        (columns.Money("v", "金额"), None, ""),
        (columns.Date("v", "日期"), datetime.date(2026, 1, 2), "2026-01-02"),
        (columns.Month("v", "月份"), datetime.date(2026, 12, 1), "2026年12月"),
        (columns.MaskedId("v", "证号"), "99010119800418903X", "990101********903X"),
        (columns.MaskedPhone("v", "电话"), "15401010001", "154****0001"),
    ],
)
def test_各种列的文字(drawing: Drawing, column: columns.Column, value: object, text: str) -> None:
    assert column.text(SimpleNamespace(v=value, region_code="990101001001"), drawing) == text


def test_完整号码只给说明了理由又有权的人() -> None:
    class Entitled(Actor):
        def can(self, permission: str, region_code: str) -> object:  # type: ignore[override]
            return permission == "person.unmask" and region_code == "990101001001"

    row = SimpleNamespace(v="99010119800418903X", region_code="990101001001")
    column = columns.MaskedId("v", "证号")
    assert column.text(row, Drawing(actor=Entitled(), today=TODAY, unmask=True)) == row.v
    assert "*" in column.text(row, Drawing(actor=Entitled(), today=TODAY))
    assert "*" in column.text(row, Drawing(actor=Actor(), today=TODAY, unmask=True))
    elsewhere = SimpleNamespace(v=row.v, region_code="990101002001")
    assert "*" in column.text(elsewhere, Drawing(actor=Entitled(), today=TODAY, unmask=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("due", "text", "tone"),
    [
        (datetime.date(2026, 11, 26), "还剩 3 个工作日（11月26日）", "warn"),
        (datetime.date(2026, 12, 4), "还剩 9 个工作日（12月4日）", "good"),
        (TODAY, "今天到期（11月23日）", "bad"),
        (datetime.date(2026, 11, 20), "已超期 1 个工作日（11月20日）", "bad"),
        (None, "", "plain"),
    ],
)
def test_期限的说法与颜色(due: datetime.date | None, text: str, tone: str) -> None:
    assert phrase(due, TODAY) == (text, tone)


def test_取值路径_断了就是没有() -> None:
    row = SimpleNamespace(person=None, data={"name": "周桂兰"})
    assert attribute(row, "person.name") is None
    assert attribute(row, "data.name") == "周桂兰"


GRAPH = {
    "roots": ["低保金"],
    "nodes": {
        "低保金": {
            "name": "低保金",
            "value": "498.00",
            "inputs": ["低保资格", "家庭月收入"],
            "params": {},
            "law": "649号令第十二条",
        },
        "低保资格": {"name": "低保资格", "value": True, "inputs": ["家庭月收入"], "params": {}, "law": ""},
        "家庭月收入": {
            "name": "家庭月收入",
            "value": "962.00",
            "inputs": ["成员1.个人月收入"],
            "params": {},
            "law": "",
        },
        "成员1.个人月收入": {
            "name": "个人月收入",
            "value": "962.00",
            "inputs": [],
            "law": "57号",
            "params": {
                "保障标准": {
                    "value": "730.00",
                    "unit": "元/月",
                    "level": "县",
                    "region": "990101",
                    "since": "2025-07-01",
                    "reference": "细则",
                    "evidence": "needs_confirmation",
                }
            },
        },
    },
}


def test_算法依据_每个数只解释一次_在离结果最近处() -> None:
    (top,) = branches(GRAPH, names={"成员1": "周桂兰"})
    assert (top.label, top.value, top.law) == ("低保金", "498.00", "649号令第十二条")
    qualified, income = top.parts
    assert qualified.value == "是"
    assert qualified.parts[0].again
    assert income.parts[0].label == "周桂兰：个人月收入"
    parameter = income.parts[0].parameters[0]
    assert (parameter.value, parameter.place, parameter.unproved) == ("730.00", "县 990101", True)


def test_算法依据_藏在哪一层都找得到() -> None:
    assert graph_of({"outcome": {"解释": GRAPH}}) is GRAPH
    assert graph_of({"家庭": {"人数": 2}}) == {}


@pytest.mark.parametrize(
    ("value", "text"), [(True, "是"), (None, "不适用"), ("1234567.50", "1,234,567.50"), (3, "3"), ("-0.50", "-0.50")]
)
def test_依据里的值怎么写(value: object, text: str) -> None:
    assert shown(value) == text


def test_先给读者要看的结果_它的组成部分和合计不另列() -> None:
    nodes = {
        "甲补贴资格": {"name": "甲补贴资格", "value": True, "inputs": []},
        "甲补贴": {"name": "甲补贴", "value": "100.00", "inputs": ["甲补贴资格", "收入"]},
        "收入": {"name": "收入", "value": "20.00", "inputs": []},
        "另一项": {"name": "另一项", "value": "73.00", "inputs": []},
        "没有的": {"name": "没有的", "value": "0.00", "inputs": []},
        "合计": {"name": "合计", "value": "173.00", "inputs": ["甲补贴", "另一项"]},
    }
    assert leading_roots({"roots": list(nodes), "nodes": nodes}, "甲补贴") == ["甲补贴", "另一项"]
    assert leading_roots({"roots": ["收入"], "nodes": nodes}, "丙") == ["收入"]
