"""Regions as an axis of the law: counties that changed their code, and a county's own version of a rule."""

from datetime import date
from decimal import Decimal

import pytest

from minzheng.policy.regions import Succession, Successions
from minzheng.policy.tests.test_fail_if import Plant, one

DAY = date(2012, 3, 1)
BASE = '@rule("户", since="2001-01-01", law="盐法", output=True)\ndef 盐钱(户收入) -> 元:\n    return 户收入\n'
OWN = (
    '@rule("户", since="2010-01-01", until="2012-12-31", law="县盐规", region="123456", output=True)\n'
    "def 盐钱(面包钱, 人口) -> 元:\n    return 面包钱 * 人口\n"
)


@pytest.fixture
def plant(tmp_path):
    return Plant(tmp_path / "toyland")


def salt(ruleset, region, on=DAY):
    family = {"家庭": {}, "成员": [{"工钱": 60}, {}]}
    return ruleset.evaluate(family, region=region, on=on, explain=True)


def test_县里自己的规定只在县里和县里的乡村用(plant):
    plant.rule(BASE + OWN)
    assert plant.found() == []
    ruleset = plant.ruleset()
    for region in ("123456", "123456001", "123456001002"):
        outcome = salt(ruleset, region)
        assert outcome.household["盐钱"] == outcome.household["面包钱"] * 2 == Decimal("300.00")
        assert outcome.explanation["nodes"]["盐钱"]["law"] == "县盐规"
    assert salt(ruleset, "129900").household["盐钱"] == Decimal("50.00")


def test_县里的规定过了日子又按共同的规则(plant):
    plant.rule(BASE + OWN)
    assert salt(plant.ruleset(), "123456", date(2013, 1, 1)).household["盐钱"] == Decimal("50.00")


def test_乡里的规定比县里的近(plant):
    town = OWN.replace("123456", "123456001000").replace("面包钱 * 人口", "面包钱").replace("人口) ->", "户收入) ->")
    plant.rule(BASE + OWN + town)
    assert salt(plant.ruleset(), "123456001002").household["盐钱"] == Decimal("150.00")
    assert salt(plant.ruleset(), "123456002").household["盐钱"] == Decimal("300.00")


def test_同一地方的两版日期重叠(plant):
    plant.rule(BASE + OWN + OWN.replace("2010", "2011"))
    assert "自 2010-01-01 与自 2011-01-01 的两版日期重叠" in one(plant, "重叠")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('region="123456"', 'region="1234"', "region 应是 6 位或 12 位区划代码"),
        (", output=True", ", monthly=True", "各版的 output、monthly、refuse 要一致"),
    ],
)
def test_县里的规定写错(plant, old, new, message):
    plant.rule(BASE + OWN.replace(old, new))
    assert message in one(plant, message)


# ---- counties that changed their code

CHANGE = Successions(
    [Succession("123400", "123499", date(2012, 2, 1)), Succession("123499", "123498", date(2015, 1, 1))]
)


@pytest.mark.parametrize(
    ("code", "on", "found"),
    [
        ("123499", date(2012, 1, 31), "123400"),
        ("123499", date(2012, 2, 1), "123499"),
        ("123400", date(2012, 2, 1), "123499"),
        ("123400", date(2015, 1, 1), "123498"),
        ("123498", date(2011, 1, 1), "123400"),
        ("123498001002", date(2013, 1, 1), "123499001002"),
        ("129900", date(2013, 1, 1), "129900"),
    ],
)
def test_按当天的代码查(code, on, found):
    assert CHANGE.code_on(code, on) == found


def test_京山市在改市以前按京山县查(ruleset):
    on = date(2015, 6, 30)
    for region in ("420882", "420882001"):
        outcome = ruleset.evaluate({"成员": [{}]}, region=region, on=on)
        used = {p["name"]: p for p in outcome.params_used}
        assert (used["保障标准_城市"]["shown"], used["保障标准_城市"]["region"]) == ("400.00 元/月", "420821")
        assert used["保障标准_农村"]["region"] == "420800"
        assert outcome.region.startswith("420882")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('- {old: "123456", new: "123457"}', "每条代码更替要写"),
        ('- {old: "1234", new: "123457", since: 2012-01-01, reference: 令, evidence: demo}', "应是县级的六位代码"),
        ('- {old: "123456", new: "123457", since: 2012, reference: 令, evidence: demo}', "since 应为日期"),
    ],
)
def test_代码更替表写错(plant, text, message):
    (plant.folder / "regions" / "successions.yaml").write_text(text + "\n", encoding="utf-8")
    assert "regions/successions.yaml:1" in one(plant, message)
