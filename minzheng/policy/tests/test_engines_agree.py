"""Scalar, compiled loop and DuckDB SQL give the same fen: on every case, on random families, on the toy county."""

import datetime
import warnings
from collections import defaultdict
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minzheng.policy import load_ruleset
from minzheng.policy.bulk.need import missing
from minzheng.policy.cases import all_cases
from minzheng.policy.compile import Plan
from minzheng.policy.family import split_family

if missing("loop"):
    warnings.warn(f"没有安装 {missing('loop')}，成批计算没有测试！请运行 scripts/bootstrap.py test", stacklevel=1)
    pytest.skip(f"没有安装 {missing('loop')}", allow_module_level=True)

from minzheng.policy.population import COUNTIES, generate
from minzheng.policy.tests import bulk_helper as bulk
from minzheng.policy.tests import invented

DAY = datetime.date(2026, 9, 1)


def agree(ruleset, on, listed, folder, *, compiled=True, random=None):
    """All three engines over the same families; returns how many values were compared."""
    paths = bulk.write(ruleset, on, listed, folder, random)
    expected = bulk.scalar(ruleset, on, listed)
    assert bulk.differences(expected, bulk.by_loop(ruleset, on, paths, compiled=compiled)) == []
    assert bulk.differences(expected, bulk.by_duckdb(ruleset, on, paths)) == []
    return sum(map(len, expected.values()))


def test_每个用例三种算法相同(ruleset, tmp_path):
    """Each case's supposed values are those of an invented county; obligors are not part of bulk input."""
    by_day, places = defaultdict(list), {}
    for case in all_cases(ruleset):
        content = {k: v for k, v in case.content.items() if k in ("地区", "日期", "家庭", "成员")}
        if "赡养义务人" in case.content or "输入错误" in case.content["应得"]:
            continue
        file = split_family(content, case.file.name)
        supposed = case.content.get("参数")
        key = file.region, file.on, str(supposed)  # cases that suppose the same live in one county
        if key not in places:
            places[key] = bulk.place(ruleset, len(places), file.region, file.on, supposed)
        by_day[file.on].append((*places[key], file.family))
    compared = 0
    for on, listed in by_day.items():
        rows = {code: rows for code, rows, _ in listed}
        rules = ruleset.with_params([row for own in rows.values() for row in own])
        homes = [(code, family) for code, _, family in listed]
        compared += agree(rules, on, homes, tmp_path, compiled=False)
    assert sum(map(len, by_day.values())) >= 125
    assert compared > 2400


def listed(random, ruleset, on, codes, number):
    return [(random.choice(codes), invented.family(random, ruleset, on)) for _ in range(number)]


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), st.sampled_from([9, 12]))
def test_随机的家庭三种算法相同(tmp_path_factory, seed, month):
    """Three invented counties with supposed values of every kind, and one place where nothing can be computed."""
    random, ruleset, on = Random(seed), load_ruleset(), datetime.date(2026, month, 1)
    codes, rows = invented.counties(random, ruleset, on, 3)
    families = listed(random, ruleset, on, [*codes, "110101"], 50)
    folder = tmp_path_factory.mktemp("随机")
    agree(ruleset.with_params(rows), on, families, folder, compiled=False, random=random)


def test_各地办法都不同时编译的循环也相同(ruleset, tmp_path):
    """Twelve counties in which no choice is the same everywhere: nothing is decided before the loop runs."""
    random = Random(20260901)
    codes, rows = invented.counties(random, ruleset, DAY, 12)
    families = listed(random, ruleset, DAY, codes, 600)
    assert agree(ruleset.with_params(rows), DAY, families, tmp_path, random=random) > 20_000


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_缺少一些参数的地方三种算法相同(tmp_path_factory, seed):
    """What cannot be computed differs from county to county; nothing of it may leak into what can."""
    random, ruleset, on = Random(seed), load_ruleset(), datetime.date(2026, 9, 1)
    codes, rows = invented.counties(random, ruleset, on, 4)
    rules = ruleset.with_params(invented.without(random, rows))
    agree(
        rules,
        on,
        listed(random, ruleset, on, codes, 40),
        tmp_path_factory.mktemp("缺参数"),
        compiled=False,
        random=random,
    )


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), st.sampled_from(["2015-06-30", "2019-07-01", "2021-06-30", "2021-09-01", "2024-12-01"]))
def test_过去的日子三种算法相同(tmp_path_factory, seed, day):
    """Older versions of the rules, in the places of the recorded standards."""
    random, ruleset, on = Random(seed), load_ruleset(), datetime.date.fromisoformat(day)
    places = ["370503", "420800", "420821", "431227", "990101"]
    agree(
        ruleset,
        on,
        listed(random, ruleset, on, places, 40),
        tmp_path_factory.mktemp("过去"),
        compiled=False,
        random=random,
    )


def test_童话县三种算法相同(toyland, tmp_path):
    people = [
        {"工钱": "60.55", "手艺": "木匠", "等级": 1, "出生日期": "1930-01-01"},
        {"欠账": "-3"},
        {"车钱": "1.5", "工钱": 3},
    ]
    for on in (datetime.date(2009, 12, 1), datetime.date(2012, 3, 1), datetime.date(2012, 12, 1)):
        listed = [
            (region, {"家庭": {"住处": home, "烟囱": n}, "成员": people[: n + 1]})
            for region in ("123456", "129900", "550000") for home in ("山上", "山下") for n in range(3)
        ]  # fmt: skip
        agree(toyland, on, listed, tmp_path, compiled=False)


def test_生成的人口两种算法逐行相同(ruleset, tmp_path):
    from minzheng.policy.bulk.measure import differing, province

    rules = province(ruleset)
    persons, households = generate(20_000, tmp_path)
    engine = bulk.SqlEngine(rules, persons, households, DAY)
    engine.run()
    assert differing(rules, persons, households, engine) == 0
    paid = engine.connection.execute(
        'SELECT count_if("家庭月待遇合计" > 0), count_if("低保边缘资格"), count_if("渐退资格") FROM h_out'
    )
    assert min(paid.fetchall()[0]) > 20


def test_同一种子同一批人(tmp_path):
    first = [p.read_bytes() for p in generate(3000, tmp_path / "一")]
    again = [p.read_bytes() for p in generate(3000, tmp_path / "二")]
    other = [p.read_bytes() for p in generate(3000, tmp_path / "三", seed=2)]
    assert first == again
    assert first != other


def test_生成的人都在虚构的地区(tmp_path):
    households = bulk.pq.read_table(generate(3000, tmp_path)[1])
    assert set(households["地区"].to_pylist()) == set(COUNTIES)
    assert all(code.startswith("9901") for code in COUNTIES)


def test_编译的模块与参数的值无关(ruleset):
    """A what-if must not compile again: only rules and declarations are printed."""
    from minzheng.policy.targets.loop import source

    plan = Plan(ruleset, DAY, ["990101"])
    changed = ruleset.with_params(
        [bulk.Row(**{**r.__dict__, "value": r.value + 1}) for r in ruleset.params.rows if r.name == "保障标准_城市"]
    )
    assert source(Plan(changed, DAY, ["990101"])) == source(plan)
    assert source(Plan(ruleset, DAY, ["990101"])) == source(plan)
