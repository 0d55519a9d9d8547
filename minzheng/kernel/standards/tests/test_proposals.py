"""测算公式：种子文件里的数、精确的算术、与现行标准的差、下限、年均增长、起草。"""

import datetime
import json
from decimal import Decimal
from fractions import Fraction

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.standards import values
from minzheng.kernel.standards.models import ParameterValue, StandardSet
from minzheng.kernel.standards.proposals.cli import propose as propose_command
from minzheng.kernel.standards.proposals.comparing import propose
from minzheng.kernel.standards.proposals.formulas import FormulaError, all_formulas, compute, read_inputs
from minzheng.kernel.standards.proposals.growth import growth
from minzheng.policy import load_ruleset
from minzheng.policy.money import ROUNDINGS

DAY, START = datetime.date(2021, 9, 1), datetime.date(2020, 1, 1)
HEKOU = {"保障标准_城市": Fraction(869), "保障标准_农村": Fraction(667)}


def amounts(code, in_force=HEKOU, rounding="", **given):
    formula = all_formulas()[code]
    done = compute(formula, read_inputs(formula, given), in_force.get, rounding)
    return {one.parameter: one.value for one in done}


def test_每个公式用的参数和单位和舍入方式都有():
    declared = load_ruleset().params.declarations
    for formula in all_formulas().values():
        assert formula.source and formula.why and formula.inputs
        for target in formula.targets:
            assert target.unit in declared[target.parameter].units
            assert target.rounding in ROUNDINGS
        assert {line.input for line in formula.at_least} <= {one.name for one in formula.inputs}
        assert set(formula.growth) <= {target.parameter for target in formula.targets}


def test_低保标准是消费支出的三成和四成():
    found = amounts("dibao_consumption", 城镇消费支出="24,000", 农村消费支出="14000")
    assert found == {"保障标准_城市": 600, "保障标准_农村": 5600}


def test_精确计算只在最后舍入一次():
    """30 % of 24 001 ÷ 12 = 600.025 元: half up to the fen gives .03, to the yuan 600."""
    given = {"城镇消费支出": "24001", "农村消费支出": "14000"}
    assert amounts("dibao_consumption", rounding="FEN_HALF_UP", **given)["保障标准_城市"] == Decimal("600.03")
    assert amounts("dibao_consumption", rounding="JIAO_UP", **given)["保障标准_城市"] == Decimal("600.10")
    assert amounts("dibao_consumption", **given)["保障标准_城市"] == 600


def test_五保标准是农村消费支出的八成():
    assert amounts("tekun_wubao", 农村消费支出="6250") == {"特困_基本生活_农村": 5000}


def test_安徽办法取高的一项():
    found = amounts("tekun_higher", 城镇消费支出="24000", 农村消费支出="14000")
    assert found == {"特困_基本生活_城市": 1200, "特困_基本生活_农村": Decimal("867.10")}
    assert amounts("tekun_higher", 城镇消费支出="20000", 农村消费支出="14000")["特困_基本生活_城市"] == Decimal(
        "1129.70"
    )


def test_河口的特困标准是低保的一点四倍护理费三档按比例():
    assert amounts("tekun_multiple", 低保倍数="1.4") == {"特困_基本生活_城市": 1217, "特困_基本生活_农村": 934}
    care = amounts("tekun_care", 全护理年标准="8404")
    assert care == {"特困_护理_全护理": 8404, "特困_护理_半护理": 4202, "特困_护理_全自理": 2522}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "城镇消费支出"), ({"城镇消费支出": "abc"}, "城镇消费支出"), ({"城镇消费支出": "0"}, "城镇消费支出"),
        ({"城镇消费支出": "-5"}, "城镇消费支出"), ({"城镇消费支出": "99999999"}, "城镇消费支出"),
        ({"城镇消费支出": "24000", "农村消费支出": "14000", "城市比例": "30"}, "城市比例"), ({"猪肉价": "1"}, "猪肉价"),
    ],
)  # fmt: skip
def test_填错的数指出是哪一个(given, field):
    with pytest.raises(FormulaError) as error:
        read_inputs(all_formulas()["dibao_consumption"], given)
    assert error.value.field == field


@pytest.mark.parametrize(
    ("first", "last", "simple", "compound"),
    [
        (240, 480, "20.00", "14.87"),
        (1110, 2800, "30.45", "20.33"),
        (480, 770, "12.08", "9.91"),
        (2800, 4000, "8.57", "7.39"),
    ],
)
def test_规划两张表的年均增长率(first, last, simple, compound):
    grown = growth(Fraction(first), Fraction(last), 5)
    assert (grown.simple, grown.compound) == (Decimal(simple), Decimal(compound))


def test_目标按两种方法各看一次而且不受舍入影响():
    assert growth(Fraction(480), Fraction(770), 5).reaches(Decimal("0.10")) == (True, False)
    exactly = growth(Fraction(100), Fraction(121), 2)
    assert exactly.reaches(Decimal("0.10")) == (True, True)
    assert growth(Fraction(100), Fraction(12099, 100), 2).reaches(Decimal("0.10")) == (True, False)
    assert growth(Fraction(500), Fraction(400), 1).compound == -20


def line_of(lines, name):
    return next(one for one in lines if one.result.parameter == name)


def proposed(region, code, valid_from=datetime.date(2022, 1, 1), today=DAY, **given):
    formula = all_formulas()[code]
    return propose(region, formula, read_inputs(formula, given), valid_from=valid_from, today=today)


@pytest.mark.django_db
class Test与现行标准比:
    def test_差多少(self):
        lines = proposed("370503", "dibao_consumption", 城镇消费支出="38000", 农村消费支出="21000")
        urban, rural = line_of(lines, "保障标准_城市"), line_of(lines, "保障标准_农村")
        assert (urban.now_amount, urban.gap) == (869, 81)
        assert (rural.result.value, rural.now_amount, rural.gap) == (8400, 8004, 396)

    def test_低于现行标准的提醒(self):
        lines = proposed("370503", "dibao_consumption", 城镇消费支出="24000", 农村消费支出="21000")
        assert "比现行标准低 269.00 元" in line_of(lines, "保障标准_城市").warnings[0]

    def test_农村低保低于扶贫线的提醒等于的符合(self):
        given = {"城镇消费支出": "38000", "农村消费支出": "21000"}
        low = line_of(proposed("370503", "dibao_consumption", 扶贫线="8401", **given), "保障标准_农村")
        even = line_of(proposed("370503", "dibao_consumption", 扶贫线="8400", **given), "保障标准_农村")
        assert "低了 1.00 元" in low.warnings[0] and not low.kept
        assert "符合" in even.kept[0] and not even.warnings

    def test_低于上级下限的不能起草(self):
        lines = proposed(
            "431227",
            "dibao_consumption",
            valid_from=datetime.date(2021, 7, 1),
            城镇消费支出="20000",
            农村消费支出="14000",
        )
        assert "最低 550" in line_of(lines, "保障标准_城市").refusals[0]
        assert not line_of(lines, "保障标准_农村").refusals

    def test_按历年标准算出年均增长(self):
        """900 in 2026 is 50 over the 850 that the demo county had at the end of 2025."""
        lines = proposed(
            "990101", "dibao_consumption", datetime.date(2027, 1, 1), datetime.date(2026, 11, 22),
            城镇消费支出="36000", 农村消费支出="24000",
        )  # fmt: skip
        urban = line_of(lines, "保障标准_城市")
        assert urban.history == ((2025, Decimal("850.00")), (2026, Decimal("880.00")))
        assert (urban.growth.years, urban.growth.simple, urban.growth.compound) == (2, Decimal("2.94"), Decimal("2.90"))
        assert urban.reached == (False, False)


# ---- the pages and the command

COUNTY = "990101000000"
FIGURES = {
    "n0": "36000",
    "n1": "24000",
    "n2": "0.30",
    "n3": "0.40",
    "n4": "",
    "valid_from": "2027-07-01",
    "rounding": "",
}
TITLES = {"title": "2027年低保标准", "source": "示民发〔2027〕3号（拟）"}


@pytest.fixture
def officers(db):
    office = Organization.objects.create(code="P", name="测算局", kind="bureau", region_code=COUNTY, valid_from=START)
    found = {}
    for role in ("policy_officer", "finance"):
        user = User.objects.create_user(role, None, name=role)
        Assignment.objects.create(user=user, role=role, organization=office, region_code=COUNTY, valid_from=START)
        found[role] = Client()
        found[role].force_login(user, backend="minzheng.kernel.accounts.backends.AccountBackend")
    with clock.at(datetime.date(2026, 11, 22)):
        yield found


def url_of(code="dibao_consumption"):
    return reverse("standards.propose_one", kwargs={"code": code})


def test_清单列出每个公式和出处(officers):
    page = officers["finance"].get(reverse("standards.propose")).content.decode()
    assert all(one.title in page and one.source in page for one in all_formulas().values())


def test_填数看结果只算不存(officers):
    page = officers["finance"].get(url_of(), FIGURES).content.decode()
    assert "36000 × 0.3 ÷ 12" in page and "+20.00" in page and "现行，元/月（县级）" in page
    assert "起草由政策科人员" in page
    assert not StandardSet.objects.exists()


def test_没填的数在自己的格子旁边说(officers):
    answer = officers["policy_officer"].get(url_of(), {**FIGURES, "n0": ""})
    assert answer.status_code == 422
    assert "有 1 处需要修改" in answer.content.decode()


def test_政策科起草成一次标准调整(officers):
    answer = officers["policy_officer"].post(url_of(), {**FIGURES, **TITLES})
    row = StandardSet.objects.get()
    assert answer.status_code == 302 and answer["Location"] == reverse("standards.set", kwargs={"pk": row.pk})
    assert (row.origin, row.state, row.region_code) == ("proposal", "draft", COUNTY)
    assert row.valid_from == datetime.date(2027, 7, 1)
    assert "上年度城镇居民人均生活消费支出 36000" in row.note
    drafted = {one.name: (one.value, one.unit, one.state) for one in row.values.all()}
    assert drafted == {
        "保障标准_城市": ("900.00", "元/月", "draft"), "保障标准_农村": ("9600.00", "元/年", "draft"),
    }  # fmt: skip


def test_没有起草权的发来也不起草(officers):
    answer = officers["finance"].post(url_of(), {**FIGURES, **TITLES})
    assert answer.status_code == 422 and "您的岗位不能确认" in answer.content.decode()
    assert not StandardSet.objects.exists()


def test_有一项不能起草的一项也不起草(officers):
    ParameterValue.objects.create(
        region_code="990000000000", name="保障标准_城市", benefit="assistance.dibao", value="950", unit="元/月", as_floor=True,
        valid_from=datetime.date(2027, 1, 1), source="示范省文件", state="signed", drafted_at=clock.now(), signed_at=clock.now(),
    )  # fmt: skip
    values.forget()
    shown = officers["policy_officer"].get(url_of(), FIGURES).content.decode()
    assert "不能起草" in shown and "最低 950" in shown
    answer = officers["policy_officer"].post(url_of(), {**FIGURES, **TITLES})
    values.forget()
    assert answer.status_code == 422
    assert not StandardSet.objects.exists()


def test_没有这个公式就是没有这一页(officers):
    assert officers["finance"].get(url_of("no_such")).status_code == 404


@pytest.mark.django_db
def test_命令给出同样的结果():
    args = [
        "990101",
        "--formula",
        "dibao_consumption",
        "--figure",
        "城镇消费支出=36000",
        "--figure",
        "农村消费支出=24000",
    ]
    with clock.at(datetime.date(2026, 11, 22)):
        told = CliRunner().invoke(propose_command, [*args, "--json"])
        said = CliRunner().invoke(propose_command, args)
        wrong = CliRunner().invoke(propose_command, ["990101", "--formula", "dibao_consumption"])
    urban = json.loads(told.output)["lines"][0]
    assert (urban["value"], urban["in_force"], urban["gap"], urban["growth"]["simple_percent"]) == (
        "900.00", "880.00", "20.00", "2.94",
    )  # fmt: skip
    assert "现行 880.00 元/月，相差 +20.00（+2.27%）" in said.output
    assert wrong.exit_code == 2 and "请填写上年度城镇居民人均生活消费支出" in wrong.output
