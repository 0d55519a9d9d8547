"""测算的合计：一户一户加起来，对得上；少的不显示，也推不出来；表格里的合计是公式。"""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minzheng.policy import load_ruleset
from minzheng.policy.figures import (
    BANDS,
    FIELDS,
    Figures,
    Frame,
    Home,
    Near,
    Result,
    Side,
    compared,
    comparison_month,
    months_from,
    move,
)
from minzheng.policy.figures_hidden import hidden
from minzheng.policy.figures_xlsx import Book, sheets
from minzheng.policy.measuring import Measure, carried, exact, near, results_of
from minzheng.policy.params import Row
from minzheng.policy.simulate import parse_change, supposed_rows

DAY = datetime.date
CASH = Result("低保金", "assistance.dibao", "户", "cash")
MONTHS = (DAY(2026, 12, 1), DAY(2027, 1, 1))
FRAME = Frame(MONTHS, 1, (CASH,), ("城乡",))


def side(fen: int, people: int = 1) -> Side:
    return Side(fen, (1 << people) - 1 if fen else 0, {"低保金": (1, fen)} if fen else {})


def home(key: int, before: int, after: int, **more: Any) -> Home:
    told = {"place": "990101001000", "members": 1, "groups": ("城市",), "income": 0} | more
    return Home(key, months=[(side(before), side(before)), (side(before), side(after))], **told)


def summed(*homes: Home) -> dict[str, Any]:
    sums = Figures(FRAME)
    for one in homes:
        sums.add(one)
    return sums.report()


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [(0, 0, "none"), (0, 1, "entered"), (1, 0, "left"), (1, 2, "raised"), (2, 1, "lowered"), (2, 2, "same")],
)
def test_一户只有一种去向(before: int, after: int, what: str) -> None:
    assert move(before, after) == what


def test_对比月是所有假设都已生效的第一个月() -> None:
    months = months_from(DAY(2026, 11, 15), 4)
    assert months == (DAY(2026, 11, 1), DAY(2026, 12, 1), DAY(2027, 1, 1), DAY(2027, 2, 1))
    assert comparison_month(months, []) == 0
    assert comparison_month(months, [DAY(2026, 12, 1), DAY(2027, 1, 1)]) == 2
    # 月中生效的，当月 1 日还没有生效，从下个月起比
    assert comparison_month(months, [DAY(2026, 12, 15)]) == 2
    # 这几个月里都不生效的，不拖住别的
    assert comparison_month(months, [DAY(2026, 12, 1), DAY(2029, 1, 1)]) == 1


def test_人数按成员数_换了人也看得出() -> None:
    before, after = Side(10, 0b011, {"低保金": (1, 10)}), Side(10, 0b110, {"低保金": (1, 10)})
    sums = Figures(FRAME)
    sums.add(Home(1, "990101001000", 3, ("城市",), 0, [(before, before), (before, after)]))
    total = sums.report()["total"]
    assert (total["same"], total["entered_persons"], total["left_persons"]) == (1, 1, 1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(0, 3), st.sampled_from(["990101001000", "990101002000", "990101003000"]),
            st.sampled_from(["城市", "农村"]), st.one_of(st.none(), st.integers(0, 5)), st.integers(1, 5),
        ),
        max_size=60,
    )
)  # fmt: skip
def test_随便什么家庭_各表的合计都等于逐户相加(rows: list[Any]) -> None:
    homes = [
        home(i, b * 100, a * 100, place=place, groups=(group,), income=income, members=members)
        for i, (b, a, place, group, income, members) in enumerate(rows)
    ]
    report = summed(*homes)
    total = report["total"]
    naive = dict.fromkeys(FIELDS, 0)
    for b, a, *_, members in rows:
        naive["families"] += 1
        naive["members"] += members
        naive["base_fen"] += b * 100
        naive["reform_fen"] += a * 100
        naive["base_households"] += b > 0
        naive["reform_households"] += a > 0
        if move(b, a) != "none":
            naive[move(b, a)] += 1
        naive["base_horizon_fen"] += 2 * b * 100
        naive["reform_horizon_fen"] += (b + a) * 100
    for name, number in naive.items():
        if number or name in ("families", "base_fen", "entered", "left", "raised", "lowered", "same"):
            assert total[name] == number, name
    for table in (report["places"], report["groups"][0]["rows"], report["deciles"]):
        for name in FIELDS:
            assert sum(row[name] for row in table) == total[name], name
    sizes = [row["families"] for row in report["deciles"] if row["decile"]]
    assert len(rows) < 10 or not sizes or max(sizes) - min(sizes) <= 1


def test_收入相同的家庭_按户号分组_先后进来都一样() -> None:
    homes = [home(i, 100, 100 + i % 2, income=500) for i in range(20)]
    one, other = summed(*homes), summed(*reversed(homes))
    assert one["deciles"] == other["deciles"]
    assert [row["families"] for row in one["deciles"]] == [2] * 10


def test_在发的与核算的相比() -> None:
    told = summed(
        home(1, 100, 100, receives={"assistance.dibao": 100}), home(2, 120, 120, receives={"assistance.dibao": 100}),
        home(3, 0, 0, receives={"assistance.dibao": 90}), home(4, 70, 70, known=frozenset({"assistance.dibao"})),
        home(5, 70, 70),
    )["received"]  # fmt: skip
    assert len(told) == 1
    row = told[0]
    assert (row["paid_households"], row["agree"], row["more_due"], row["not_due"], row["not_paid"]) == (3, 1, 1, 1, 1)
    assert (row["more_due_fen"], row["not_due_fen"], row["not_paid_fen"]) == (20, 90, 70)
    assert compared(home(3, 0, 0, receives={"assistance.dibao": 90}), side(0), "assistance.dibao", (CASH,)) == "not_due"


def test_临界的分档从小到大_合计相等() -> None:
    sums = Figures(FRAME)
    for fen in (0, 1_000, 1_001, 4_999, 5_001):
        one = side(0)
        one.near = Near(fen, 99_999, fen < 2_000)
        sums.add(Home(fen, "990101001000", 1, ("城市",), 0, [(one, one), (one, one)]))
    near_rows = sums.report()["near"]
    assert [row["base"] for row in near_rows["bands"]] == [2, 1, 1, 0, 0] and near_rows["base"] == 4
    assert near_rows["base_only"] == 3 and len(near_rows["bands"]) == len(BANDS) + 1


# ---- 少的不显示


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60))
def test_不显示少于五户的合计_也不能由减法推出(rows: list[tuple[int, int, int]]) -> None:
    report = summed(*(home(i, b * 100, a * 100, place=f"99010100{p}000") for i, (p, b, a) in enumerate(rows)))
    shown = hidden(report, 5)
    if report["total"]["families"] < 5:
        assert shown["total"]["families"] is None
        return
    for name in ("families", "base_households", "reform_households", "entered", "left", "raised", "lowered"):
        table = shown["places"]
        assert all(row[name] is None or row[name] == 0 or row[name] >= 5 for row in table), name
        missing = [i for i, row in enumerate(table) if row[name] is None]
        counted = [i for i in missing if report["places"][i][name]]
        # One hidden number alone could be had from the total; two cannot, unless there is only one row at all.
        assert len(counted) != 1 or len(missing) > 1 or len(table) == 1, name
    assert report["total"]["families"] == len(rows)  # the report itself is left alone


# ---- 表格


def test_表格的合计是公式_与合计相符() -> None:
    from python_calamine import CalamineWorkbook

    report = summed(*(home(i, 100 * i, 150 * i, place=f"99010100{1 + i % 3}000", income=i) for i in range(30)))
    book = Book()
    sheets(book, report, {"990101001000": "青石镇"})
    content = book.close()
    read = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert {"按月", "按地区", "按城乡", "按福利", "收入十等分", "临界家庭", "应保与在保"} <= set(read.sheet_names)
    rows = read.get_sheet_by_name("按地区").to_python()
    head, last = rows[0], rows[-1]
    assert last[0] == "合计" and last[head.index("在册户数")] == 30
    assert last[head.index("现行月支出（元）")] == report["total"]["base_fen"] / 100
    assert sum(row[head.index("增发户数")] for row in rows[1:-1]) == last[head.index("增发户数")] == 29
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        text = "".join(parts.read(name).decode() for name in parts.namelist() if "worksheets/" in name)
    assert "SUM(C2:C4)" in text


# ---- 一户走过几个月


def measured(
    changes: tuple[str, ...], family: dict[str, Any], first: datetime.date, number: int
) -> list[tuple[Side, Side]]:
    months = months_from(first, number)
    base = load_ruleset()
    base = base.with_params(carried(base, months))
    parsed = [parse_change(text) for text in changes]
    reform = base.with_params(supposed_rows(base, parsed))
    frame = Frame(months, 0, results_of(base, ["assistance.dibao"]))
    measure = Measure(base, reform, frame)
    return measure.sides(exact(base.vocabulary, family), "990101001001", frozenset({"assistance.dibao"}))


def test_标准降了_在保家庭渐退几个月才退出() -> None:
    family = {
        "家庭": {"城乡": "城市", "在保": "是", "原月保障金": "80.00"},
        "成员": [{"姓名": "甲", "出生日期": "1985-01-01", "转移净收入": "800"}],
    }  # fmt: skip
    sides = measured(("保障标准_城市@990101=700",), family, DAY(2026, 12, 1), 18)
    paid = [after.paid for _, after in sides]
    taper = [after.words.get("渐退保障金", (0, 0))[1] for _, after in sides]
    months = next(
        int(r.row.value) for r in [load_ruleset().params.resolve("渐退_月数", "990101", DAY(2026, 12, 1))] if r is not None
    )  # fmt: skip
    assert all(before.paid == 8_000 for before, _ in sides)
    assert taper[:months] == [8_000] * months
    assert paid[months + 1 :] == [0] * len(paid[months + 1 :])


def test_满周岁当月起变化() -> None:
    family = {
        "家庭": {"城乡": "城市"},
        "成员": [{"姓名": "甲", "出生日期": "1985-01-01"}, {"姓名": "乙", "出生日期": "2009-02-15", "与户主关系": "子女"}],
    }  # fmt: skip
    sides = measured((), family, DAY(2027, 1, 1), 4)
    tops = [before.words.get("分类施保金", (0, 0))[1] for before, _ in sides]
    # 2 月 1 日还不满 18 周岁，3 月 1 日已满
    assert tops[0] == tops[1] > 0 and tops[2] == tops[3] == 0


def test_超出多少按每人每月往上取整() -> None:
    from decimal import Decimal

    values = {
        "低保_收入符合": False, "保障人口": 3, "家庭月收入": Decimal("2650.01"), "保障线合计": Decimal("2640"),
        "低保财产符合": True,
    }  # fmt: skip
    found = near(values)
    assert found == Near(334, 38, True)  # 10.01 元 ÷ 3 人 = 3.3367 元；10.01 ÷ 2640 = 0.3792%
    assert near(values | {"低保财产符合": False}) == Near(334, 38, False)
    assert near(values | {"低保_收入符合": True}) is None
    assert near(values | {"保障人口": 0}) is None


def test_只有现在有效又没有下文的值才延用() -> None:
    base = load_ruleset()
    months = (DAY(2030, 1, 1), DAY(2030, 2, 1), DAY(2030, 3, 1))
    name = "保障标准_城市"

    def row(since: datetime.date, until: datetime.date, region: str = "990101") -> Row:
        return Row(name, region, base.params.rows[0].value, since, until, "元/月")

    ends = row(DAY(2029, 1, 1), DAY(2030, 1, 31))
    assert [(r.since, r.until) for r in carried(base.with_params([ends]), months) if r.name == name] == [
        (DAY(2030, 2, 1), DAY.max)
    ]
    followed = base.with_params([ends, row(DAY(2030, 3, 1), DAY.max)])
    assert [r for r in carried(followed, months) if r.name == name] == []
    old = base.with_params([row(DAY(2020, 1, 1), DAY(2021, 1, 1), "431227")])
    assert [r for r in carried(old, months) if r.region == "431227"] == []
