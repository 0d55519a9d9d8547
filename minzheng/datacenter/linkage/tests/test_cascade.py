"""Two tables linked: codes, what is accepted, traps, densities, odd input."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest

from minzheng.datacenter.linkage import codes, invented, traps
from minzheng.datacenter.linkage.cascade import Links, link
from minzheng.datacenter.linkage.invented import Lists
from minzheng.datacenter.linkage.sides import LinkRefused
from minzheng.datacenter.linkage.tests import same_number
from minzheng.kernel.subjects import idcard

NUMBER = idcard.make("990101", datetime.date(1962, 3, 4), 101)
OLD = NUMBER[:6] + NUMBER[8:17]
SLIP = NUMBER[:8] + "8" + NUMBER[9:]  # 第 9 位
TWO_SLIPS = NUMBER[:2] + "5" + NUMBER[3:4] + "7" + NUMBER[5:]
OTHER = idcard.make("990102", datetime.date(1970, 5, 6), 33)


def table(*rows: tuple[object, ...]) -> pa.Table:
    """Rows of uid, id_no, name, county."""
    columns = list(zip(*rows, strict=True)) if rows else [[], [], [], []]
    kinds = [None if rows else pa.int64(), pa.string(), pa.string(), pa.string()]
    return pa.table({
        name: pa.array(column, kind) for name, column, kind in zip(("uid", "id_no", "name", "county"), columns, kinds, strict=True)
    })  # fmt: skip


def linked(left: tuple[object, ...], right: tuple[object, ...]) -> list[tuple[str, float, bool]]:
    found = link(table((1, *left)), table((2, *right))).table
    return [(row["code"], row["score"], row["auto"]) for row in found.to_pylist()]


@pytest.mark.parametrize(
    ("left", "right", "code", "auto"),
    [
        ((NUMBER, "王建国"), (NUMBER, "王建國"), "E1", True),
        ((NUMBER, "王建国"), (NUMBER.replace("0", "O"), "王健国"), "E1", True),
        ((NUMBER, "王建国"), (NUMBER, None), "E1", True),
        ((NUMBER, "王建国"), (NUMBER, "王*"), "E1", True),
        ((NUMBER, "王建国"), (OLD, "王建国"), "E1", True),
        ((OLD, "王建国"), (OLD, "王健国"), "E1", True),
        ((NUMBER, "王建国"), (OLD, "王*"), "E1", False),
        ((NUMBER, "王建国"), (OLD, ""), "E1", False),
        ((NUMBER, "王建国"), (NUMBER, "王国"), "E2", True),
        ((NUMBER, "王建国"), (NUMBER, "王爱国"), "E2", True),
        ((NUMBER, "王建国"), (NUMBER, "王建军"), "E2", False),
        ((NUMBER, "王建国"), (NUMBER, "李兰"), "E2", False),
        ((NUMBER, "王建国"), (OLD, "王国"), "E2", False),
        ((NUMBER, "王建国"), (SLIP, "王建国"), "R1", True),
        ((SLIP, "王建国"), (NUMBER, "王建国"), "R1", True),
        ((NUMBER, "王建国"), (NUMBER[:17], "王建国"), "R1", True),
        ((NUMBER, "王建国"), (NUMBER[:5] + NUMBER[6:], "王建国"), "R1", True),
        ((NUMBER, "王建国"), (NUMBER[:5] + "1" + NUMBER[5:], "王建国"), "R1", True),
        ((NUMBER, "王建国"), (SLIP, "王健国"), "R1", False),
        ((NUMBER, "王建国"), (SLIP, "王*"), "R1", False),
        ((NUMBER, "王建国"), (SLIP, None), "R1", False),
        ((NUMBER, "王建国"), (TWO_SLIPS, "王建国"), "Q1", False),
        ((NUMBER, "王建国"), (NUMBER[:15] + "000", "王健国"), "Q1", False),
        ((SLIP, "王建国"), (SLIP, "王建国"), "Q1", False),
        ((NUMBER, "王建国"), ("", "王建国"), "Q2", False),
        (("无", "王建国"), (NUMBER, "王建國"), "Q2", False),
        ((None, "王建国"), (None, "王建国"), "Q2", False),
    ],
)  # fmt: skip
def test_每种情形一个代码(left: tuple[object, object], right: tuple[object, object], code: str, auto: bool) -> None:
    assert [(c, a) for c, _, a in linked((*left, "甲县"), (*right, "甲县"))] == [(code, auto)]


@pytest.mark.parametrize(("name", "old", "code", "auto"), same_number.CASES)
def test_同一号码两个姓名_与批量和逐件核对同一规则(name: str, old: bool, code: str, auto: bool) -> None:
    [(found, _, accepted)] = linked((NUMBER, same_number.OURS, "甲县"), (OLD if old else NUMBER, name, "甲县"))
    assert (found, accepted) == (code, auto)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((NUMBER, "王建国", "甲县"), (OTHER, "王建国", "甲县")),
        ((NUMBER, "王建国", "甲县"), (SLIP, "李兰", "甲县")),
        ((NUMBER, "王建国", "甲县"), ("", "王建国", "乙县")),
        ((NUMBER, "王建国", None), ("", "王建国", None)),
        ((NUMBER, "王*", "甲县"), ("", "王*", "甲县")),
        (("", "", "甲县"), ("", "", "甲县")),
        ((None, None, None), (None, None, None)),
    ],
)
def test_没有依据的不列(left: tuple[object, ...], right: tuple[object, ...]) -> None:
    assert linked(left, right) == []


def test_分数随证据增减_认定的都在线上_复核的都在线下() -> None:
    for scores in (codes.WHOLE, codes.OLD, codes.REPAIRED):
        in_order = [scores[agreement] for agreement in sorted(scores)]
        assert in_order == sorted(in_order)
        assert all(codes.WHOLE[agreement] >= scores[agreement] for agreement in scores)
    strongest_first = [*codes.SLIPS.values(), codes.ALONE, codes.OF_SEVERAL]
    assert strongest_first == sorted(strongest_first, reverse=True)
    found = [
        linked((NUMBER, "王建国", "甲县"), (number, "王建国", "甲县"))[0][1]
        for number in (NUMBER, OLD, SLIP, TWO_SLIPS, "")
    ]
    assert found == sorted(found, reverse=True)
    assert found[0] == 1.0


def test_同号多行逐对列出_uid类型照旧_顺序固定() -> None:
    left = table((7, NUMBER, "王建国", "甲县"), (3, OLD, "王建国", "甲县"))
    right = table(("b", NUMBER, "王建国", "甲县"), ("a", OLD, "王建国", "甲县"), ("a", NUMBER, "王建国", "乙县"))
    links = link(left, right)
    assert links.table.schema.types == [pa.int64(), pa.string(), pa.string(), pa.float64(), pa.bool_()]
    assert links.table.column_names == ["left_uid", "right_uid", "code", "score", "auto"]
    pairs = list(zip(links.table["left_uid"].to_pylist(), links.table["right_uid"].to_pylist(), strict=True))
    assert pairs == [(7, "b"), (7, "a"), (7, "a"), (3, "b"), (3, "a"), (3, "a")]
    assert (links.left, links.right, links.auto, links.review) == (2, 3, 6, 0)
    assert len(links.notes) == 1 and "右表有 1 行的 uid 与别的行重复" in links.notes[0]


def test_空表与一侧为空() -> None:
    full = table((1, NUMBER, "王建国", "甲县"), (2, SLIP, "李兰", "甲县"), (3, "", "张三", "甲县"))
    for left, right in ((table(), full), (full, table()), (table(), table())):
        links = link(left, right)
        assert links.table.num_rows == 0 and (links.auto, links.review) == (0, 0)
        assert links.table.schema.field("auto").type == pa.bool_()


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("uid", pa.array([1, None]), "第 2 行的 uid 是空的"), ("uid", pa.array([1.5, 2.0]), "uid 应是整数或文字"),
        ("id_no", pa.array([9.9e17, 1.0]), "末几位已丢失"), ("name", pa.array([1, 2]), "name 应是文字"),
        ("county", pa.array([1.5, 2.5]), "county 应是文字"), ("county", None, "缺少列“county”"),
    ],
)  # fmt: skip
def test_列不对时说清哪一侧哪一列(column: str, values: pa.Array | None, said: str) -> None:
    good = table((1, NUMBER, "王建国", "甲县"), (2, OTHER, "李兰", "乙县"))
    place = good.column_names.index(column)
    bad = good.remove_column(place) if values is None else good.set_column(place, column, values)
    with pytest.raises(LinkRefused, match=said) as refused:
        link(good, bad)
    assert str(refused.value).startswith("右表")


def test_号码与县存成整数_全空列_类别列照常匹配() -> None:
    left = pa.table(
        {
            "uid": ["x"],
            "id_no": pa.array([int(NUMBER)]),
            "name": pa.array(["王建国"]).dictionary_encode(),
            "county": [990101],
        }
    )
    right = pa.table({"uid": pa.array([9], pa.int32()), "id_no": [NUMBER], "name": pa.nulls(1), "county": pa.nulls(1)})
    found = link(left, right).table
    assert found["code"].to_pylist() == ["E1"] and found.schema.field("right_uid").type == pa.int32()


def test_同名的人太多时不列_但说出来() -> None:
    placeholder = NUMBER[:14] + "9999"
    crowd = table(*((n, placeholder, "王伟", "甲县") for n in range(150)))
    links = link(crowd, crowd)
    assert links.table.num_rows == 0
    assert "左表有 300 行" in links.notes[0] and "代用值" in links.notes[0]
    left = table(*((n, "", "王伟", "甲县") for n in range(6)))
    right = table(*((n, "", "王伟", "甲县") for n in range(5)), (9, "", "王伟", "乙县"))
    links = link(left, right)
    assert links.table.num_rows == 0
    assert "右表有 5 行没有证件号码" in links.notes[0]


def wrong_pairs(links: Links, lists: Lists, *, auto: bool) -> list[tuple[object, ...]]:
    """Pairs of different people (of the accepted ones, or of all), with what was done to them."""
    left, right = (dict(zip(t["uid"].to_pylist(), t.to_pylist(), strict=True)) for t in (lists.left, lists.right))
    rows = [row for row in links.table.to_pylist() if row["auto"] or not auto]
    return [
        (row["code"], right[row["right_uid"]]["spoilt"]) for row in rows
        if left[row["left_uid"]]["pid"] != right[row["right_uid"]]["pid"]
    ]  # fmt: skip


def true_share(links: Links, lists: Lists, *, auto: bool) -> float:
    """Recall: the share of true pairs that was found."""
    left, right = (
        dict(zip(t["uid"].to_pylist(), t["pid"].to_pylist(), strict=True)) for t in (lists.left, lists.right)
    )
    by_person: dict[int, int] = {}
    for person in right.values():
        by_person[person] = by_person.get(person, 0) + 1
    truth = sum(by_person.get(person, 0) for person in left.values())
    rows = [row for row in links.table.to_pylist() if row["auto"] or not auto]
    return sum(left[row["left_uid"]] == right[row["right_uid"]] for row in rows) / truth


def test_形似而不是同一个人的_一对也不自动认定() -> None:
    for seed in (1, 2):
        lists = traps.traps(15, seed)
        links = link(lists.left, lists.right)
        assert wrong_pairs(links, lists, auto=True) == []
        turned = Lists(lists.right, lists.left)
        assert wrong_pairs(link(*(turned.left, turned.right)), turned, auto=True) == []
        assert true_share(links, lists, auto=False) == 1.0, "真的那些没有因此漏掉"
        found = {row["right_uid"] for row in links.table.to_pylist() if row["auto"]}
        plain = [row["uid"] for row in lists.right.to_pylist() if row["spoilt"] == "同一个人差一处"]
        assert set(plain) <= found, "没有陷阱的一处之差照常修复"


@pytest.mark.parametrize(("per_day", "again", "seed"), [(0.4, 0.0, 7), (30.0, 0.0, 8), (300.0, 0.3, 9)])
def test_稀疏与稠密的人口里都够准够全(per_day: float, again: float, seed: int) -> None:
    lists = invented.lists(4_000, 12_000, per_day=per_day, again=again, seed=seed)
    links = link(lists.left, lists.right)
    assert wrong_pairs(links, lists, auto=True) == []
    assert true_share(links, lists, auto=True) > 0.97
    assert true_share(links, lists, auto=False) > 0.985
    again_linked = link(lists.left, lists.right).table
    assert again_linked.equals(links.table), "同样的输入，同样的行，同样的顺序"
    keys = list(zip(*(links.table[name].to_pylist() for name in ("left_uid", "right_uid")), strict=True))
    assert len(set(keys)) == len(keys) and keys == sorted(keys)
