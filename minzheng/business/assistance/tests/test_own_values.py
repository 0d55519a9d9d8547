"""A place's own values: drafted by one, signed by another, dated, and never touching what was decided before."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from minzheng.business.assistance.dibao.item import RULES
from minzheng.business.assistance.dibao.procedure import procedure_params
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor, actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.standards import selectors, services, values
from minzheng.kernel.standards.errors import StandardRefused
from minzheng.kernel.standards.export import as_yaml
from minzheng.kernel.standards.models import ParameterValue
from minzheng.policy import Unconfigured
from minzheng.policy.params import read_region_file
from minzheng.policy.ruleset import load_ruleset

pytestmark = pytest.mark.django_db
COUNTY = "980101000000"
DAY = datetime.date(2026, 11, 21)
FAMILY = {
    "家庭": {"城乡": "农村"},
    "成员": [{"姓名": "甲", "与户主关系": "户主", "出生日期": "1950-01-01", "无劳动能力": True}],
}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    values.forget()
    with clock.at(DAY):
        yield
    values.forget()


@pytest.fixture
def officers() -> tuple[Actor, Actor, Actor]:
    office = Organization.objects.create(
        code="T", name="测试局", kind="bureau", region_code=COUNTY, valid_from=datetime.date(2020, 1, 1)
    )
    found = []
    for username, role in (("zc1", "policy_officer"), ("jz", "bureau_head"), ("jb", "town_clerk")):
        user = User.objects.create_user(username, "x", name=username)
        Assignment.objects.create(
            user=user, role=role, organization=office, region_code=COUNTY, valid_from=datetime.date(2020, 1, 1)
        )
        found.append(actor_of(user))
    urban = services.draft(
        actor=found[0], region_code=COUNTY, name="保障标准_城市", value="800", valid_from=datetime.date(2020, 1, 1),
        source="测民发〔2020〕1号",
    )  # fmt: skip
    services.sign(actor=found[1], pk=urban.pk)
    return found[0], found[1], found[2]


def _standard(actor: Actor, value: str = "700", since: datetime.date = datetime.date(2026, 1, 1)) -> ParameterValue:
    return services.draft(
        actor=actor, region_code=COUNTY, name="保障标准_农村", value=value, valid_from=since,
        source="测试县民政局 财政局关于公布标准的通知（测民发〔2026〕1号）",
    )  # fmt: skip


def _amount() -> int:
    frozen = {"family": FAMILY, "region": COUNTY, "on": "2026-11-01", "own_values": values.kept(COUNTY)}
    return RULES.recompute(frozen).amount_fen


def test_没有标准的地方算不了_签发后按签发的算(officers: tuple[Actor, Actor, Actor]) -> None:
    with pytest.raises(Unconfigured):
        _amount()
    row = _standard(officers[0])
    with pytest.raises(Unconfigured):
        _amount()  # a draft counts for nothing
    services.sign(actor=officers[1], pk=row.pk)
    assert _amount() == 70000


def test_起草人不能自己签发_无关岗位不能起草(officers: tuple[Actor, Actor, Actor]) -> None:
    row = _standard(officers[0])
    with pytest.raises(StandardRefused, match="起草人不能自己签发"):
        services.sign(actor=officers[0], pk=row.pk)
    with pytest.raises(StandardRefused, match="您的岗位不能确认"):
        services.draft(actor=officers[2], region_code=COUNTY, name="补正工作日", value="5", valid_from=DAY, source="无")


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [("保障标准_农村", "0.5", "不能低于"), ("保障标准_农村", "七百", "值不对"), ("公示天数", "99999", "应在")],
)
def test_写错的值说清楚错在哪里(officers: tuple[Actor, Actor, Actor], name: str, value: str, field: str) -> None:
    with pytest.raises(StandardRefused) as refused:
        services.draft(actor=officers[0], region_code=COUNTY, name=name, value=value, valid_from=DAY, source="文件")
    assert field in refused.value.fields["value"]


def test_已经作出的决定用当时的值复算_以后改了也一样(officers: tuple[Actor, Actor, Actor]) -> None:
    services.sign(actor=officers[1], pk=_standard(officers[0]).pk)
    frozen = {"family": FAMILY, "region": COUNTY, "on": "2026-11-01", "own_values": values.kept(COUNTY)}
    later = _standard(officers[0], "900", datetime.date(2026, 6, 1))
    services.sign(actor=officers[1], pk=later.pk)
    assert RULES.recompute(frozen).amount_fen == 70000
    assert _amount() == 90000  # the later value wins from its own first day
    with pytest.raises(StandardRefused, match="已经生效"):
        services.withdraw(actor=officers[0], pk=later.pk, reason="文件废止")
    services.sign(actor=officers[1], pk=_standard(officers[0], "700", datetime.date(2026, 6, 1)).pk)
    assert _amount() == 70000  # what has taken effect is corrected by a later value, from the same day if need be
    assert RULES.recompute(frozen).amount_fen == 70000


def test_办理期限也读本地签发的值(officers: tuple[Actor, Actor, Actor]) -> None:
    before = procedure_params(COUNTY, DAY).supplement_days
    row = services.draft(
        actor=officers[0], region_code=COUNTY, name="补正工作日", value=str(before + 5), valid_from=DAY, source="细则"
    )
    services.sign(actor=officers[1], pk=row.pk)
    assert procedure_params(COUNTY, DAY).supplement_days == before + 5
    assert procedure_params(COUNTY, DAY - datetime.timedelta(days=1)).supplement_days == before


def test_待确认清单_确认后不再列出_算出来也不再标记(officers: tuple[Actor, Actor, Actor]) -> None:
    rows = {row.name: row for row in selectors.in_force(COUNTY, DAY)}
    assert rows["保障标准_农村"].state == "missing" and rows["低保_车辆上限"].state == "open"
    assert rows["低保_车辆上限"].items == ("低保",) and rows["低保_车辆上限"].level == "默认"
    assert "分档比例_A类" not in rows  # not needed here: the county pays the difference
    services.sign(actor=officers[1], pk=_standard(officers[0]).pk)
    evidence = _evidence()
    assert "低保 车辆上限" in selectors.unconfirmed_in(evidence)
    car = rows["低保_车辆上限"]
    draft = services.draft(
        actor=officers[0], region_code=COUNTY, name=car.name, value=car.value, valid_from=datetime.date(2026, 1, 1),
        source="县细则第九条", confirms=True,
    )  # fmt: skip
    assert selectors.one(COUNTY, car.name, DAY).state == "pending"
    services.sign(actor=officers[1], pk=draft.pk)
    settled = selectors.one(COUNTY, car.name, DAY)
    assert settled.state == "settled" and settled.own and settled.level == "县"
    assert "低保 车辆上限" not in selectors.unconfirmed_in(_evidence())


def _evidence() -> dict:
    frozen = {"family": FAMILY, "region": COUNTY, "on": "2026-11-01", "own_values": values.kept(COUNTY)}
    return dict(RULES.recompute(frozen).evidence)


def test_导出的文件能按地区文件读回_值相同(officers: tuple[Actor, Actor, Actor], tmp_path) -> None:
    services.sign(actor=officers[1], pk=_standard(officers[0], "712.50").pk)
    path = tmp_path / "own.yaml"
    path.write_text(as_yaml(ParameterValue.objects.filter(name="保障标准_农村")), encoding="utf-8")
    rows, findings = read_region_file(path, "980101", load_ruleset().params.declarations)
    assert findings == [] and len(rows) == 1
    assert str(rows[0].value) == "712.50" and rows[0].since == datetime.date(2026, 1, 1)
