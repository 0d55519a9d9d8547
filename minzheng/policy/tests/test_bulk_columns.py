"""What the columns of a population file may look like: every type that says the same gives the same result."""

import datetime

import pytest
from click.testing import CliRunner

from minzheng.policy.bulk.need import missing
from minzheng.policy.cli import policy

if missing("loop"):
    pytest.skip(f"没有安装 {missing('loop')}", allow_module_level=True)

import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.policy.bulk.columns import file_column

ENGINES = ["loop", "duckdb"]
HOMES = {
    "household_id": pa.array([3, 7]), "地区": pa.array(["990101", "990101003002"]), "城乡": pa.array(["农村", "城镇"]),
}  # fmt: skip
PEOPLE = {
    "household_id": pa.array([3, 7, 7]), "person_id": pa.array([31, 71, 72]), "重病": pa.array([True, False, None]),
    "工资性收入_分": pa.array([0, 50000, 0]), "残疾等级": pa.array([0, 1, None], pa.int8()),
    "出生日期": pa.array([datetime.date(1940, 1, 1), None, datetime.date(2015, 5, 5)]),
}  # fmt: skip


@pytest.fixture
def calculate(tmp_path):
    """Run both tables through an engine; returns the rows of both results, or the sentence of the error."""

    def work(engine, homes=None, people=None):
        pq.write_table(pa.table(HOMES | (homes or {})), tmp_path / "h.parquet")
        pq.write_table(pa.table(PEOPLE | (people or {})), tmp_path / "p.parquet")
        options = [
            "--persons", str(tmp_path / "p.parquet"), "--households", str(tmp_path / "h.parquet"),
            "--on", "2026-09-01", "--out", str(tmp_path / engine), "--engine", engine,
        ]  # fmt: skip
        result = CliRunner().invoke(policy, ["run", *options])
        if result.exit_code:
            assert isinstance(result.exception, SystemExit), result.exception
            return result.stderr.strip()
        return [pq.read_table(tmp_path / engine / f"{n}.parquet").to_pylist() for n in ("households", "persons")]

    return work


SAME = {
    "长文字": ({"城乡": HOMES["城乡"].cast(pa.large_string()), "地区": HOMES["地区"].cast(pa.large_string())}, {}),
    "文字视图": ({"城乡": HOMES["城乡"].cast(pa.string_view()), "地区": HOMES["地区"].cast(pa.string_view())}, {}),
    "字典文字": ({"城乡": HOMES["城乡"].dictionary_encode(), "地区": HOMES["地区"].dictionary_encode()}, {}),
    "同义的选项": ({"城乡": pa.array(["乡村", " 城市 "])}, {}),
    "空的选项取默认": ({"城乡": pa.array(["农村", None])}, {}),
    "空白的选项取默认": ({"城乡": pa.array(["农村", ""])}, {}),
    "金额较窄": ({}, {"工资性收入_分": PEOPLE["工资性收入_分"].cast(pa.int32())}),
    "金额无符号": ({}, {"工资性收入_分": PEOPLE["工资性收入_分"].cast(pa.uint64())}),
    "等级较宽": ({}, {"残疾等级": pa.array([0, 1, 0], pa.int64())}),
    "写明默认值": ({"金融资产_分": pa.array([0, 0]), "房屋套数": pa.array([1, 1])}, {"户籍在本地": pa.array([True] * 3)}),
    "全空的列": ({"金融资产_分": pa.nulls(2), "机动车辆": pa.nulls(2, pa.int32())}, {"在校": pa.nulls(3), "死亡日期": pa.nulls(3)}),
    "名字不影响结果": ({}, {"姓名": pa.array(["甲", None, ""])}),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_同样的话不同的写法结果相同(calculate, engine):
    plain = calculate(engine)
    assert [row["household_id"] for row in plain[0]] == [3, 7]
    assert plain[0][0]["低保金_分"] == 73000
    for name, changes in SAME.items():
        assert calculate(engine, *changes) == plain, name


@pytest.mark.parametrize("engine", ENGINES)
def test_只有一种选项和空格的列(calculate, engine):
    """Two empty cells are 城市 by default, though the file names 农村 alone or nothing at all."""
    for texts in ([None, None], ["", None]):
        rows = calculate(engine, {"城乡": pa.array(texts, pa.string())})[0]
        assert rows[0]["低保金_分"] == 88000, texts


@pytest.mark.parametrize("engine", ENGINES)
def test_每个词写默认值与不写相同(calculate, engine, ruleset):
    """Every declared word of 户 and 人, said outright as its default, empty, and not at all."""
    outright = [{}, {}]
    empty = [{}, {}]
    kinds = {"元": pa.int64(), "整数": pa.int32(), "是否": pa.bool_(), "日期": pa.date32(), "比例": pa.int64()}
    scales = {"元": 100, "比例": 10_000}
    for word in ruleset.vocabulary.words.values():
        if word.entity not in ("户", "人"):
            continue
        side, length = (0, 2) if word.entity == "户" else (1, 3)
        column, kind = file_column(word), kinds.get(word.type, pa.string())
        if column in (HOMES, PEOPLE)[side]:
            continue
        empty[side][column] = pa.nulls(length, kind)
        value = (
            word.default if word.type not in scales or word.default is None else int(word.default * scales[word.type])
        )
        outright[side][column] = pa.array([value] * length, kind)
    plain = calculate(engine)
    assert calculate(engine, *outright) == plain
    assert calculate(engine, *empty) == plain


REFUSED = {
    "编号不是六十四位": ({"household_id": HOMES["household_id"].cast(pa.int32())}, {}, "“household_id”列应为整数（int64），实为 int32"),
    "人的编号是文字": ({}, {"person_id": pa.array(["a", "b", "c"])}, "“person_id”列应为整数（int64），实为 string"),
    "金额是小数类型": ({}, {"工资性收入_分": PEOPLE["工资性收入_分"].cast(pa.decimal128(20, 0))}, "应为整数（分）"),
    "日期是时刻": ({}, {"出生日期": PEOPLE["出生日期"].cast(pa.timestamp("us"))}, "应为日期（date32）"),
    "金额大到不可能": ({}, {"工资性收入_分": pa.array([0, 2**63 - 1, 0])}, "第 2 行的“工资性收入_分”：应在 0 到 100000000000 之间"),
    "金额小到不可能": ({}, {"经营净收入_分": pa.array([0, 0, -(2**63)])}, "第 3 行的“经营净收入_分”：应在 -100000000000 到"),
    "可以不填的也不能是负数": ({}, {"就业成本_分": pa.array([None, -1, None])}, "第 2 行的“就业成本_分”：不能是负数，写的是 -1"),
    "日子不可能": ({}, {"死亡日期": pa.array([None, datetime.date(9999, 1, 1), None])}, "第 2 行的“死亡日期”：9999-01-01 不是可能的日期"),
    "赡养义务人不在这里": ({}, {"义务户月收入_分": pa.array([1, 2, 3])}, "“义务户月收入_分”"),
    "数不清的房子": ({"房屋套数": pa.array([1, 100])}, {}, "第 2 行的“房屋套数”：应在 0 到 99 之间，写的是 100"),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("homes", "people", "message"), REFUSED.values(), ids=REFUSED)
def test_不可能的列和值用一句话拒绝(calculate, engine, homes, people, message):
    told = calculate(engine, homes, people)
    assert isinstance(told, str), told
    assert message in told
    assert len(told.splitlines()) == 1
