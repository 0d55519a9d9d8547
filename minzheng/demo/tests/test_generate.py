"""Generating: the same options give the same bytes; invented people and households are plausible."""

from __future__ import annotations

import csv
import datetime
import json
import os
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from minzheng.demo.caseload import TARGETS
from minzheng.demo.errors import DemoError
from minzheng.demo.families import named_families
from minzheng.demo.files import SOURCES, TABLES
from minzheng.demo.generate import generate
from minzheng.demo.outcomes import DIBAO, EDGE, Granter, default_as_of, evaluate
from minzheng.demo.people import Home, Numbers
from minzheng.demo.places import place, places, townships, villages
from minzheng.demo.playing import ROADS
from minzheng.demo.staff import staff
from minzheng.demo.stories import story_grants, tapers
from minzheng.demo.words import policy_family
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.subjects import idcard

from .conftest import AS_OF

LAST_MONTH = AS_OF.replace(day=1) - datetime.timedelta(days=1)


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with open(folder / f"{table}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def test_另一个进程_另一种哈希次序_另一个时区_得到相同的字节(folder: Path, tmp_path: Path) -> None:
    code = (
        "import os, django, datetime, pathlib; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'minzheng.site.settings');"
        "django.setup(); from minzheng.demo.generate import generate;"
        f"generate(persons=3000, seed=1, as_of=datetime.date(2026, 11, 21), out=pathlib.Path({str(tmp_path)!r}))"
    )
    env = os.environ | {"PYTHONHASHSEED": "4711", "TZ": "America/Lima", "LC_ALL": "C", "MINZHENG_TODAY": "2026-11-20"}
    subprocess.run([sys.executable, "-c", code], check=True, env=env)
    assert digests(tmp_path) == digests(folder)
    assert set(digests(folder)) == {f"{name}.csv" for name in TABLES} | {"meta.json"}


def test_种子或日期不同_人就不同_区划和工作人员不变(folder: Path, tmp_path: Path) -> None:
    generate(persons=3000, seed=2, as_of=AS_OF, out=tmp_path)
    mine, other = digests(folder), digests(tmp_path)
    assert mine["persons.csv"] != other["persons.csv"]
    assert all(mine[f"{name}.csv"] == other[f"{name}.csv"] for name in ("regions", "organizations"))


def test_人数正好_证件号全部有效且唯一_地区码都是未分配的990101(folder: Path) -> None:
    people = rows(folder, "persons")
    assert len(people) == 3000
    for person in people:
        card = idcard.check(person["id_no"])
        assert (card.area, card.birth_date.isoformat(), card.sex) == ("990101", person["birth_date"], person["sex"])
        assert datetime.date.fromisoformat(person["birth_date"]) <= AS_OF
        assert person["region_code"].startswith("990101")
        assert person["phone"] == "" or (person["phone"].startswith("154") and len(person["phone"]) == 11)
    assert len({person["id_no"] for person in people}) == 3000
    phones = [person["phone"] for person in people if person["phone"]]
    assert len(set(phones)) == len(phones)


def test_区划_12个乡镇_150个村社区_代码未分配_名称在同一乡镇不重复() -> None:
    assert len(townships()) == 12 and len(villages()) == 150
    assert all(one.code.startswith("99") and len(one.code) == 12 for one in places())
    assert len({(one.parent, one.name) for one in places()}) == len({one.code for one in places()}) == len(places())
    assert all(place(one.parent).level == one.level - 1 for one in places() if one.level > 1)
    assert [one.code for one in townships()] == [f"990101{n:03d}000" for n in range(1, 13)]


def test_每个岗位都有人_每个乡镇两名经办员一名负责人一名村居人员() -> None:
    roles = Counter((login.role, login.region) for login in staff())
    assert {role for role, _ in roles} == set(ROLES)
    for town in townships():
        assert roles["town_clerk", town.code] == 2 and roles["town_leader", town.code] == 1
    assert sum(count for (role, _), count in roles.items() if role == "village_worker") == 12
    assert roles["county_reviewer", "990101000000"] == 2
    assert len({login.username for login in staff()}) == len({login.name for login in staff()}) == 15 + 48


def test_家庭结构像一个县(folder: Path) -> None:
    people, members, households = (rows(folder, name) for name in ("persons", "members", "households"))
    sizes = Counter(Counter(row["household_no"] for row in members).values())
    assert 2.3 < 3000 / len(households) < 3.0 and sizes[1] > 0.1 * len(households) and max(sizes) <= 7
    ages = [AS_OF.year - int(person["birth_date"][:4]) for person in people]
    assert 0.12 < sum(age < 18 for age in ages) / 3000 < 0.3
    assert 0.12 < sum(age >= 65 for age in ages) / 3000 < 0.3
    disabled = sum("disability_kind" in person["health"] for person in people)
    assert 0.03 < disabled / 3000 < 0.1
    heads = {row["head_no"] for row in households}
    assert {row["person_no"] for row in members if row["relation"] == "户主"} == heads
    born = {person["no"]: person["birth_date"] for person in people}
    assert all(row["valid_from"] >= born[row["person_no"]] for row in members)


def test_在保人数约占百分之三四(tmp_path: Path) -> None:
    generate(persons=20_000, seed=1, as_of=AS_OF, out=tmp_path)
    awards = rows(tmp_path, "awards")
    covered = sum(len(json.loads(row["covered"])) for row in awards if row["item_code"] == "assistance.dibao")
    assert 0.03 < covered / 20_000 < 0.04
    assert sum(row["item_code"] == "assistance.dibao_edge" for row in awards) > 10


def test_待遇金额就是规则算出来的(folder: Path) -> None:
    awards = [row for row in rows(folder, "awards") if row["item_code"] in (DIBAO, EDGE)]
    assert len(awards) > 8
    for row in awards:
        outcome = evaluate(json.loads(row["family"]), AS_OF)
        amount = outcome.household["低保金"] + sum(member["分类施保金"] for member in outcome.members)
        assert int(amount * 100) == int(row["amount_fen"])
        assert outcome.household["低保资格" if row["amount_fen"] != "0" else "低保边缘资格"]
    assert len({row["no"] for row in awards}) == len(awards)
    assert len({row["household_no"] for row in awards}) == len(awards)


def test_每种状态都有计划办件_申请的人家没有待遇(folder: Path) -> None:
    cases, awarded = rows(folder, "cases"), {row["household_no"] for row in rows(folder, "awards")}
    cases = [row for row in cases if row["item_code"] == DIBAO]
    assert {state for state, *_ in TARGETS} <= set(ROADS)
    assert {row["target"] for row in cases} >= {state for state, *_ in TARGETS if state not in ("ABORTED",)}
    both = [row["household_no"] for row in cases if row["household_no"] in awarded]
    assert both == ["H0000003"], "只有郑家：低保边缘家庭里的人单独申请"


def test_外部数据多数与申报一致_少数不一致(folder: Path) -> None:
    numbers = {person["id_no"] for person in rows(folder, "persons")}
    strange = 0
    for code in SOURCES:
        delivered = rows(folder, f"sources/{code}")
        assert delivered or code == "cremation", f"{code} 没有一行"
        strange += sum(row["id_no"] not in numbers for row in delivered)
    assert 0 < strange < len(rows(folder, "households")) // 30, "只有个别证件号码写错或没有写，用来演示复核"
    wages = [row for row in rows(folder, "sources/income_tax") if row["month"] == f"{LAST_MONTH:%Y-%m}"]
    assert wages and all(Decimal(row["income"]) > 0 for row in wages)


@pytest.fixture(scope="module")
def stories() -> dict[str, Home]:
    return {home.story: home for home in named_families(Numbers())}


def amounts(home: Home, verified: bool = False) -> tuple[bool, bool, str]:
    outcome = evaluate(policy_family(home, verified=verified), AS_OF)
    total = outcome.household["低保金"] + sum(member["分类施保金"] for member in outcome.members)
    return outcome.household["低保资格"], outcome.household["低保边缘资格"], f"{total:.2f}"


def test_周桂兰家每月1588元(stories: dict[str, Home]) -> None:
    assert amounts(stories["zhou"]) == amounts(stories["zhou"], verified=True) == (True, False, "1588.00")


def test_吴建国家按申报够条件_核对出车后不够_但低保边缘够(stories: dict[str, Home]) -> None:
    assert amounts(stories["wu"])[0] is True
    assert amounts(stories["wu"], verified=True) == (False, True, "0.00")
    outcome = evaluate(policy_family(stories["wu"], verified=True), AS_OF)
    assert [r["code"] for r in outcome.reasons if r["benefit"] == "assistance.dibao"] == ["R02"]


def test_郑秋生家是低保边缘_他单独申请每月704元(stories: dict[str, Home]) -> None:
    home = stories["zheng"]
    assert amounts(home)[:2] == (False, True)
    son = home.members[2]
    assert son.single_claim
    row = evaluate(policy_family(home), AS_OF).members[2]
    assert row["单人户资格"] and row["单人户低保金"] + row["分类施保金"] == 704


def test_何大山家长子服刑不计入_女儿上学计入_原额渐退(stories: dict[str, Home]) -> None:
    granter, home = Granter(AS_OF), stories["he"]
    (grant,) = story_grants(granter, home)
    assert (grant.state, grant.amount) == ("tapering", 159_000)
    assert [member.name for member, _ in grant.covered] == ["何大山", "田桂芳", "何静"]
    assert tapers(granter, home, grant.amount)
    assert not amounts(home)[0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"persons": 13}, "--persons"),
        ({"persons": 10**8}, "--persons"),
        ({"seed": -1}, "--seed"),
        ({"as_of": datetime.date(2019, 1, 1)}, "--as-of"),
        ({"out": Path("/proc/nowhere")}, "--out"),
    ],
)
def test_参数不对_一句中文说出是哪个(change: dict[str, object], says: str, tmp_path: Path) -> None:
    given = {"persons": 20, "seed": 1, "as_of": AS_OF, "out": tmp_path} | change
    with pytest.raises(DemoError, match=says) as refused:
        generate(**given)  # type: ignore[arg-type]
    assert refused.value.exit_code == 2


def test_最小的县只有四户人家(tmp_path: Path) -> None:
    meta = generate(persons=14, seed=0, as_of=AS_OF, out=tmp_path)
    assert meta["rows"]["households"] == 4 and meta["rows"]["persons"] == 14


def test_标准到期以后_默认以最后有标准的一天为准() -> None:
    assert default_as_of(AS_OF) == AS_OF
    assert default_as_of(datetime.date(2031, 5, 1)) == datetime.date(2027, 6, 30)
