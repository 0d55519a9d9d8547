"""Simulated deliveries: same seed same bytes, people given or invented, the promised share of errors; replies of a department."""

from __future__ import annotations

import csv
import datetime
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from minzheng.datacenter.sources import dirt, registry, responder, template
from minzheng.datacenter.sources.errors import SourceRefused
from minzheng.datacenter.sources.simulate import simulate
from minzheng.kernel.subjects.idcard import check, is_valid

DAY = datetime.date(2026, 10, 31)


def _csv(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def _twenty(tmp_path: Path) -> tuple[Path, pa.Table]:
    simulate("school", 20, 1, tmp_path / "people.parquet", period="2026-10")
    people = pq.read_table(tmp_path / "people.parquet", columns=["id_no", "name"])
    people = people.append_column("request_no", pa.array([f"Q{n}" for n in range(20)]))
    path = tmp_path / "request.csv"
    pa.csv.write_csv(people, path)
    return path, people


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_同样的种子写出同样的字节(tmp_path: Path, suffix: str) -> None:
    made = [
        simulate("vehicle", 50, seed, tmp_path / f"{n}{suffix}", dirty=0.2, period="2026-10")
        for n, seed in enumerate((3, 3, 4))
    ]
    first, same, other = (one.path.read_bytes() for one in made)
    assert first == same != other
    assert sum(made[0].dirtied.values()) <= 10


def test_编出来的人号码有效_各不相同_年龄在范围内(tmp_path: Path) -> None:
    simulate("school", 3000, 9, tmp_path / "s.parquet", period="2026-10")
    numbers = pq.read_table(tmp_path / "s.parquet")["id_no"].to_pylist()
    assert len(set(numbers)) == 3000
    cards = [check(number) for number in numbers]
    assert {card.area for card in cards} == {"990101"}
    ages = [(DAY - card.birth_date).days / 365.25 for card in cards]
    assert min(ages) >= 3
    assert max(ages) < 24


def test_给了人就用这些人_一轮用完再从头(tmp_path: Path) -> None:
    _, people = _twenty(tmp_path)
    simulate("disability", 50, 2, tmp_path / "d.parquet", people=people, period="2026-10")
    drawn = Counter(pq.read_table(tmp_path / "d.parquet")["id_no"].to_pylist())
    assert set(drawn) == set(people["id_no"].to_pylist())
    assert set(drawn.values()) == {2, 3}
    with pytest.raises(SourceRefused, match="人员表要有 id_no 和 name 两列"):
        simulate("disability", 5, 2, tmp_path / "d.csv", people=people.select(["id_no"]))


def test_错误的比例和种类与实测一致_没有弄脏的行不动(tmp_path: Path) -> None:
    clean = simulate("vehicle", 4000, 5, tmp_path / "a.csv", period="2026-10")
    soiled = simulate("vehicle", 4000, 5, tmp_path / "b.csv", dirty=0.25, period="2026-10")
    pairs = list(zip(_csv(clean.path), _csv(soiled.path), strict=True))
    changed = [(before, after) for before, after in pairs if before != after]
    assert len(changed) == sum(soiled.dirtied.values())
    assert 800 <= len(changed) <= 1000, "有的错误恰好没有可改的地方"
    assert soiled.dirtied["old15"] > soiled.dirtied["wrong_digit"] > soiled.dirtied["two_wrong"] > 0
    for before, after in changed:
        assert sum(before[key] != after[key] for key in before) == 1, "一行只有一个错误"
    wrong = [after["公民身份号码"] for before, after in changed if before["公民身份号码"] != after["公民身份号码"]]
    assert sum(is_valid(number) for number in wrong) >= soiled.dirtied["old15"], "15 位的和写法不同的仍然认得"
    assert not any(is_valid(number) for number in wrong if "E+" in number)
    assert set(soiled.dirtied) <= {*dirt.ID_KINDS, *dirt.NAME_KINDS, *dirt.VALUE_KINDS}


def test_国标编码的文件读得回来_行数和比例不对的说清楚(tmp_path: Path) -> None:
    simulate("rescue", 30, 1, tmp_path / "g.csv", encoding="gb18030", period="2026-10")
    assert _csv(tmp_path / "g.csv", "gb18030")[0]["救助站"].endswith("救助管理站")
    for arguments, sentence in (
        ({"rows": -1}, "行数要在 0 到"), ({"dirty": 1.5}, "比例要在 0 到 1 之间"), ({"encoding": "big5"}, "编码可以写 utf-8 或 gb18030"),
        ({"period": "2026-13"}, "月份请写成 2026-10"), ({"out": tmp_path / "x.dbf"}, "不认识的文件类型"),
        ({"code": "school", "rows": 40_000_000}, "编得出约"),
    ):  # fmt: skip
        with pytest.raises(SourceRefused, match=sentence):
            simulate(**{"code": "rescue", "rows": 5, "seed": 1, "out": tmp_path / "y.csv", **arguments})


def test_模板的工作簿有说明页_身份证列是文字格式(tmp_path: Path) -> None:
    spec = registry.get("disability")
    template.write(spec, tmp_path / "t.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    assert book.sheet_names == ["数据", "填写说明"]
    assert book.get_sheet_by_name("数据").to_python()[0] == [column.label for column in spec.columns]
    notes = book.get_sheet_by_name("填写说明").to_python()
    assert ["残疾等级", "必填", "代码", "一级、二级、三级、四级"] in [row[:4] for row in notes]


def test_部门逐人回复_查无的也回_编号原样带回(tmp_path: Path) -> None:
    request, people = _twenty(tmp_path)
    done = responder.reply(registry.get("deposit"), request, tmp_path / "r.csv", 8, last=DAY)
    rows = _csv(tmp_path / "r.csv")
    assert done.written
    assert (done.asked, done.rows) == (20, len(rows))
    by_person: dict[str, set[str]] = {}
    for row in rows:
        by_person.setdefault(row["公民身份号码"], set()).add(row["查询结果"])
    assert set(by_person) == set(people["id_no"].to_pylist())
    assert sum(answers == {"有"} for answers in by_person.values()) == done.found
    assert all((row["账户余额"] == "") == (row["查询结果"] == "无") for row in rows)
    number = dict(zip(people["id_no"].to_pylist(), people["request_no"].to_pylist(), strict=True))
    assert all(row["请求编号"] == number[row["公民身份号码"]] for row in rows)


def test_回复可以晚_缺_重复_错位_多出别人(tmp_path: Path) -> None:
    request, people = _twenty(tmp_path)
    spec, asked = registry.get("deposit"), set(people["id_no"].to_pylist())

    def answered(*faults: str) -> list[dict[str, str]]:
        responder.reply(spec, request, tmp_path / "r.csv", 8, faults, last=DAY)
        return _csv(tmp_path / "r.csv", "gb18030" if "gb18030" in faults else "utf-8")

    good = answered()
    assert not responder.reply(spec, request, tmp_path / "late.csv", 8, ["late"]).written
    assert not (tmp_path / "late.csv").exists()
    assert len({row["公民身份号码"] for row in answered("partial")}) == 14
    assert max(Counter(map(str, answered("duplicate"))).values()) == 2
    assert [row["查询结果"] for row in answered("nothing")] == ["无"] * 20
    assert {row["公民身份号码"] for row in answered("stranger")} > asked
    assert any(row["公民身份号码"] not in asked for row in answered("shifted"))
    assert len(answered("gb18030")) == len(good)
    assert responder.reply(registry.get("vehicle"), request, tmp_path / "v.csv", 8, ["nothing"], last=DAY).rows == 0
    with pytest.raises(SourceRefused, match="不认识的回复差错“slow”"):
        responder.reply(spec, request, tmp_path / "r.csv", 8, ["slow"])
