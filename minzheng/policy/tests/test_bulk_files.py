"""``policy run`` and ``policy simulate`` as outside callers use them: files in, files out, and every kind of bad file."""

import datetime
import json
import warnings

import pytest
from click.testing import CliRunner

from minzheng.policy.bulk.need import missing
from minzheng.policy.cli import policy

if missing("loop"):
    warnings.warn(f"没有安装 {missing('loop')}，成批计算没有测试！请运行 scripts/bootstrap.py test", stacklevel=1)
    pytest.skip(f"没有安装 {missing('loop')}", allow_module_level=True)

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.policy.bulk import blocks
from minzheng.policy.population import generate

ENGINES = ["loop", "duckdb"]
DAY = datetime.date(2026, 9, 1)
HOMES = {"household_id": [7, 3], "地区": ["990101", "990101003002"], "城乡": ["城镇", "农村"]}
PEOPLE = {
    "household_id": [7, 3, 7], "person_id": [71, 31, 72], "工资性收入_分": [50000, 0, 0],
    "出生日期": [datetime.date(1985, 1, 1), None, datetime.date(2012, 5, 1)], "残疾等级": pa.array([0, 0, 1], pa.int8()),
    "重病": [None, True, False],
}  # fmt: skip


@pytest.fixture
def files(tmp_path):
    """Write two tables, changed as asked, and give the options that name them."""

    def write(homes=None, people=None, drop=()):
        tables = {"households": HOMES | (homes or {}), "persons": PEOPLE | (people or {})}
        for name, columns in tables.items():
            pq.write_table(pa.table({k: v for k, v in columns.items() if k not in drop}), tmp_path / f"{name}.parquet")
        return [
            "--persons",
            str(tmp_path / "persons.parquet"),
            "--households",
            str(tmp_path / "households.parquet"),
            "--on",
            "2026-09-01",
        ]

    return write


def run(options, out, engine="loop"):
    return CliRunner().invoke(policy, ["run", *options, "--out", str(out), "--engine", engine])


@pytest.mark.parametrize("engine", ENGINES)
def test_没有排序的文件也能算并带着编号(files, tmp_path, engine):
    result = run(files(), tmp_path / "out", engine)
    assert result.exit_code == 0, result.stderr
    homes = {r["household_id"]: r for r in pq.read_table(tmp_path / "out/households.parquet").to_pylist()}
    people = {r["person_id"]: r for r in pq.read_table(tmp_path / "out/persons.parquet").to_pylist()}
    # 2 × 880 − (500 − 880 × 0.3) = 1524；农村一人 730
    assert (homes[7]["低保金_分"], homes[3]["低保金_分"]) == (152400, 73000)
    assert homes[7]["家庭月收入_分"] == 23600
    assert homes[7]["人均月收入_分"] == 11800
    assert homes[7]["低保资格"] is True
    assert (people[31]["household_id"], people[31]["分类施保金_分"]) == (3, 21900)  # 重病 30%
    assert people[72]["分类施保金_分"] == 17600  # 重残 20%，高于未成年 10%
    paid = [people[n]["个人月待遇合计_分"] for n in (71, 72)]
    assert homes[7]["家庭月待遇合计_分"] == 152400 + sum(paid)
    assert paid[1] > 17600


@pytest.mark.parametrize("engine", ENGINES)
def test_结果的类型(files, tmp_path, engine):
    assert run(files(), tmp_path / "out", engine).exit_code == 0
    homes, people = (pq.read_schema(tmp_path / f"out/{n}.parquet") for n in ("households", "persons"))
    assert homes.field("household_id").type == people.field("person_id").type == pa.int64()
    kinds = {f.name: str(f.type) for f in [*homes, *people]}
    assert all(kind == "int64" for name, kind in kinds.items() if name.endswith("_分"))
    assert (kinds["低保资格"], kinds["保障人口"], kinds["特困资格"]) == ("bool", "int64", "bool")


@pytest.mark.parametrize("engine", ENGINES)
def test_算不了的地方结果为空(files, tmp_path, engine):
    result = run(files({"地区": ["990101", "110101"]}), tmp_path / "out", engine)
    assert result.exit_code == 0
    assert "110101当天没有参数、未计算：assistance.dibao" in result.stderr
    homes = {r["household_id"]: r for r in pq.read_table(tmp_path / "out/households.parquet").to_pylist()}
    assert homes[3]["低保金_分"] is homes[3]["低保资格"] is homes[3]["家庭月待遇合计_分"] is None
    assert homes[7]["低保金_分"] == 152400


@pytest.mark.parametrize("engine", ENGINES)
def test_只有编号和地区的文件全取默认值(tmp_path, engine):
    pq.write_table(pa.table({"household_id": [1, 2], "地区": ["990101", "990101"]}), tmp_path / "h.parquet")
    pq.write_table(pa.table({"household_id": [1, 2, 2], "person_id": [1, 2, 3]}), tmp_path / "p.parquet")
    options = [
        "--persons",
        str(tmp_path / "p.parquet"),
        "--households",
        str(tmp_path / "h.parquet"),
        "--on",
        "2026-09-01",
    ]
    assert run(options, tmp_path / "out", engine).exit_code == 0
    homes = pq.read_table(tmp_path / "out/households.parquet").to_pylist()
    assert sorted(h["低保金_分"] for h in homes) == [88000, 176000]


@pytest.mark.parametrize("engine", ENGINES)
def test_没写生日的孤儿按十岁计(tmp_path, engine):
    pq.write_table(pa.table({"household_id": [1], "地区": ["990101"]}), tmp_path / "h.parquet")
    people = {"household_id": [1, 1], "person_id": [1, 2], "孤儿": [True, False]}
    pq.write_table(pa.table(people), tmp_path / "p.parquet")
    options = [
        "--persons",
        str(tmp_path / "p.parquet"),
        "--households",
        str(tmp_path / "h.parquet"),
        "--on",
        "2026-09-01",
    ]
    assert run(options, tmp_path / "out", engine).exit_code == 0
    assert pq.read_table(tmp_path / "out/households.parquet")["保障人口"].to_pylist() == [1]  # 孤儿另有保障


def date(*days):
    return [None if d is None else datetime.date.fromisoformat(d) for d in days]


BAD = [
    ("不认识的列", {}, {"工资": [1, 2, 3]}, (), "persons.parquet：不认识“工资”列"),
    ("金额没写单位", {}, {"经营净收入": [1, 2, 3]}, (), "persons.parquet：“经营净收入”列应写成“经营净收入_分”"),
    ("放错文件的列", {}, {"城乡": ["城市"] * 3}, (), "“城乡”列应放在户的文件里"),
    ("缺少地区", {}, {}, ("地区",), "households.parquet：缺少“地区”列"),
    ("缺少编号", {}, {}, ("person_id",), "persons.parquet：缺少“person_id”列"),
    ("金额是小数", {}, {"财产净收入_分": [1.5, 2.0, 3.0]}, (), "“财产净收入_分”列应为整数（分）"),
    ("是否写成数", {}, {"重病": [1, 0, 1]}, (), "“重病”列应为是否（bool）"),
    ("地区不是文字", {"地区": [990101, 990101]}, {}, (), "“地区”列应为文字"),
    ("区划代码不对", {"地区": ["990101", "9901"*2]}, {}, (), "households.parquet 第 2 行的“地区”：行政区划代码应为"),
    ("地区为空", {"地区": ["990101", None]}, {}, (), "households.parquet 第 2 行的“地区”：不能为空"),
    ("金额是负数", {}, {"财产净收入_分": [1, -2, 3]}, (), "persons.parquet 第 2 行的“财产净收入_分”：不能是负数，写的是 -2"),
    ("等级不可能", {}, {"残疾等级": pa.array([0, 0, 7], pa.int8())}, (), "persons.parquet 第 3 行的“残疾等级”：应在 0 到 4 之间，写的是 7"),
    ("没有用到的列也查", {}, {"自理不能项数": [0, 9, 0]}, (), "persons.parquet 第 2 行的“自理不能项数”：应在 0 到 6 之间"),
    ("选项不认识", {"城乡": ["城市", "镇上"]}, {}, (), "households.parquet 第 2 行的“城乡”：只能是 城市、农村，写的是“镇上”"),
    ("生日在后", {}, {"出生日期": date("1985-01-01", "2026-09-02", None)}, (), "第 2 行的“出生日期”：2026-09-02 晚于核算日期 2026-09-01"),
    ("生日太早", {}, {"出生日期": date("1985-01-01", "1875-12-31", None)}, (), "第 2 行的“出生日期”：1875-12-31 不是可能的日期"),
    ("先死后生", {}, {"死亡日期": date("1984-01-01", None, None)}, (), "persons.parquet 第 1 行的“死亡日期”：早于出生日期"),
    ("户出现两次", {"household_id": [3, 3]}, {"household_id": [3, 3, 3]}, (), "households.parquet 第 2 行的“household_id”：3 出现了两次"),
    ("人出现两次", {}, {"person_id": [71, 31, 71]}, (), "persons.parquet 第 3 行的“person_id”：71 出现了两次"),
    ("没有这一户", {}, {"household_id": [7, 3, 8]}, (), "persons.parquet 第 3 行的“household_id”：households.parquet 里没有"),
    ("没有成员", {}, {"household_id": [7, 7, 7]}, (), "households.parquet 第 2 行的“household_id”"),
    ("编号为空", {}, {"household_id": [7, None, 7]}, (), "persons.parquet 第 2 行的“household_id”：不能为空"),
]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("homes", "people", "drop", "message"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_写错的文件退出码为二并指出文件列行(files, tmp_path, engine, homes, people, drop, message):
    result = run(files(homes, people, drop), tmp_path / "out", engine)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


def test_只算合计也查没有用到的编号(files):
    result = simulate(files({}, {"person_id": [71, None, 31]}), "保障标准_城市@990101=960")
    assert (result.exit_code, "persons.parquet 第 2 行的“person_id”：不能为空" in result.stderr) == (2, True)


@pytest.mark.parametrize("engine", ENGINES)
def test_读不了的文件(files, tmp_path, engine):
    options = files()
    (tmp_path / "persons.parquet").write_text("household_id,person_id\n")
    assert "persons.parquet：不是可以读的 Parquet 文件" in run(options, tmp_path / "out", engine).stderr
    (tmp_path / "persons.parquet").unlink()
    result = run(options, tmp_path / "out", engine)
    assert result.exit_code == 2
    assert "persons.parquet：找不到这个文件" in result.stderr


def test_日期写错(files, tmp_path):
    options = [*files()[:-1], "2026-02-30"]
    result = run(options, tmp_path / "out")
    assert (result.exit_code, "没有“2026-02-30”这一天" in result.stderr) == (2, True)


def test_没有安装时说怎么装(files, tmp_path, monkeypatch):
    monkeypatch.setattr("minzheng.policy.bulk.need.missing", lambda engine: ["numba"])
    result = run(files(), tmp_path / "out")
    assert result.exit_code == 2
    assert "还缺 numba" in result.stderr
    assert "pip install 'minzheng[bulk]'" in result.stderr


@pytest.mark.parametrize("group", [1, 2, 7, 64, 10_000])
def test_行组怎样切都一样(tmp_path, monkeypatch, group):
    """Households that cross row groups, blocks smaller than a row group and larger than the file."""
    monkeypatch.setattr(blocks, "BLOCK", 20)
    persons, households = generate(300, tmp_path)
    options = ["--on", "2026-09-01", "--persons", str(persons), "--households", str(households)]
    assert run(options, tmp_path / "一").exit_code == 0
    for path, size in ((persons, group), (households, max(1, group // 3))):
        pq.write_table(pq.read_table(path), path, row_group_size=size)
    assert run(options, tmp_path / "二").exit_code == 0
    for name in ("persons", "households"):
        assert pq.read_table(tmp_path / f"一/{name}.parquet").equals(pq.read_table(tmp_path / f"二/{name}.parquet"))


# ---- simulation


def simulate(options, *changes):
    sets = [part for change in changes for part in ("--set", change)]
    return CliRunner().invoke(policy, ["simulate", *options, *sets, "--json"])


@pytest.fixture(scope="module")
def population(tmp_path_factory):
    persons, households = generate(30_000, tmp_path_factory.mktemp("人口"))
    return ["--persons", str(persons), "--households", str(households), "--on", "2026-09-01"]


def test_测算与两次成批计算之差相同(population, tmp_path, ruleset):
    from minzheng.policy.bulk.run import run_duckdb
    from minzheng.policy.simulate import parse_change, supposed_rows

    answer = json.loads(simulate(population, "保障标准_城市@990101=960").stdout)
    reform = ruleset.with_params(supposed_rows(ruleset, [parse_change("保障标准_城市@990101=960")]))
    totals = {}
    for name, rules in (("baseline", ruleset), ("reform", reform)):
        run_duckdb(rules, *(tmp_path.__class__(population[i]) for i in (1, 3)), DAY, tmp_path / name)
        totals[name] = (
            pq.read_table(tmp_path / name / "households.parquet")
            .sort_by("household_id")["家庭月待遇合计_分"]
            .fill_null(0)
            .to_numpy()
        )
        assert answer[name]["households"] == int((totals[name] > 0).sum())
        assert answer[name]["cost_fen"] == int(totals[name].sum())
    before, after = totals["baseline"] > 0, totals["reform"] > 0
    assert answer["entered"] == int((after & ~before).sum()) > 0
    assert answer["left"] == int((before & ~after).sum())
    assert answer["reform"]["persons"] > answer["baseline"]["persons"] > answer["baseline"]["households"] > 0
    assert answer["baseline"]["words"]["低保金_分"]["cost_fen"] <= answer["baseline"]["cost_fen"]


def test_各地之和等于合计(population):
    answer = json.loads(simulate(population, "保障标准_农村@990101=900").stdout)
    assert [r["region"] for r in answer["by_region"]] == [f"9901{n:02d}" for n in range(1, 11)]
    for side in ("baseline", "reform"):
        for key in ("households", "persons", "cost_fen"):
            assert sum(r[side][key] for r in answer["by_region"]) == answer[side][key]
    assert sum(r["entered"] for r in answer["by_region"]) == answer["entered"]
    assert answer["reform"]["cost_fen"] > answer["baseline"]["cost_fen"]


def test_没有假设时两边相同(population):
    answer = json.loads(simulate(population).stdout)
    assert answer["baseline"] == answer["reform"]
    assert (answer["entered"], answer["left"]) == (0, 0)


def test_以后才生效的值不影响这个月(population):
    result = simulate(population, "保障标准_城市@990101=2000@2026-10-01")
    answer = json.loads(result.stdout)
    assert answer["baseline"] == answer["reform"]
    assert "还没有生效" in result.stderr


def test_后写日期的值接着前一个(population):
    two = json.loads(simulate(population, "保障标准_城市@990101=2000", "保障标准_城市@990101=960@2026-09-01").stdout)
    one = json.loads(simulate(population, "保障标准_城市@990101=960").stdout)
    assert two["reform"] == one["reform"]


def test_给没有标准的地方假设标准(population):
    answer = json.loads(simulate(population, "保障标准_城市@99=500", "保障标准_农村@99=4300 元/年").stdout)
    entered = {r["region"]: r["entered"] for r in answer["by_region"]}
    assert entered["990101"] == 0
    assert all(entered[r] > 0 for r in entered if r != "990101")


def test_只算一项福利时别的不算在内(population):
    """What is paid for one benefit alone is what the whole calculation says of it."""
    whole = json.loads(simulate(population, "保障标准_城市@990101=960").stdout)
    result = CliRunner().invoke(
        policy, ["simulate", *population, "--set", "保障标准_城市@990101=960", "--benefit", "elderly.old_age", "--json"]
    )
    answer = json.loads(result.stdout)
    word = "高龄津贴_分"
    assert answer["baseline"]["words"][word] == whole["baseline"]["words"][word]
    assert answer["baseline"]["cost_fen"] == whole["baseline"]["words"][word]["cost_fen"] > 0
    assert "低保金_分" not in answer["baseline"]["words"]
    assert answer["baseline"] == answer["reform"]


def test_没有的福利和没有家庭的地方都说出来(population):
    wrong = CliRunner().invoke(policy, ["simulate", *population, "--benefit", "assistance.moon", "--json"])
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "--benefit：没有“assistance.moon”这个结果或福利" in wrong.stderr
    elsewhere = simulate(population, "保障标准_城市@370503=960")
    assert elsewhere.exit_code == 0
    assert "家庭文件里没有 370503 的家庭，保障标准_城市 的假设不影响本次测算" in elsewhere.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("保障标准@990101=900", "没有“保障标准”这个参数"),
        ("保障标准_城市=900", "应写成 参数名@区划代码=值"),
        ("保障标准_城市@9901011=900", "行政区划代码应为"),
        ("保障标准_城市@990101=很多", "应为金额"),
        ("保障标准_城市@990101=0", "不能低于 1"),
        ("保障标准_城市@990101=9000000", "不能高于 1000000"),
        ("保障标准_城市@990101=900@去年", "应为“年-月-日”的日期"),
        ("低保_舍入方式@990101=随便", "只能是 FEN_HALF_UP"),
    ],
)
def test_假设写错(population, change, message):
    result = simulate(population, change)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_测算的中文结果(population):
    result = CliRunner().invoke(policy, ["simulate", *population, "--set", "保障标准_城市@990101=960"])
    assert result.exit_code == 0
    assert "现行：" in result.stdout
    assert "新进 " in result.stdout


def test_量速度(monkeypatch):
    result = CliRunner().invoke(policy, ["bench", "--persons", "2000", "--runs", "1", "--json"])
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert (answer["persons"], answer["differing_rows"]) == (2000, 0)
    assert answer["loop"]["seconds"] > 0
    assert answer["one_family"]["all"]["evaluations_per_second"] > 0
    assert answer["one_family"]["all"]["rules"] > answer["one_family"]["study"]["rules"] > 20
    assert np.isfinite(answer["duckdb_over_loop"])
