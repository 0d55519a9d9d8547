"""An empty installation becomes a county's own: repeatable, honest about what is missing, never on top of a demonstration."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.contrib.auth import get_user_model
from django.test import Client, override_settings

from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.exchange.tests import rolls
from minzheng.kernel.orgs import founding as org_services
from minzheng.kernel.orgs import founding as orgs
from minzheng.kernel.regions import services as regions
from minzheng.kernel.regions.table import Table, arrange
from minzheng.site.setup import cli, staff, state
from minzheng.site.setup.errors import SetupRefused

pytestmark = pytest.mark.django_db
ADMINS = ["--sys", "zhang:张可靠", "--sec", "li:李安全", "--audit", "wang:王有据"]
#: A new county that no shipped table knows, in a province that no place has.
REGION_FILE = "代码,名称\n98,云省\n9801,云州市\n980101,云上县\n980101001,云岭镇\n980101002,溪口乡\n"
VILLAGES = "代码,名称,城乡\n980101001001,石板村,乡村\n980101001003,城关社区,城镇\n980101009001,没有这个乡的村,乡村\n"


@pytest.fixture(autouse=True)
def _small_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the nation's 44 000 places is not what these tests are about."""
    import datetime

    small = Table(
        datetime.date(2025, 12, 31), "测试", tuple(arrange([("42", "湖北省"), ("4208", "荆门市"), ("420821", "某县")]))
    )
    monkeypatch.setattr("minzheng.kernel.regions.table.shipped", lambda: small)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "region.csv").write_text(REGION_FILE, encoding="utf-8")
    (tmp_path / "villages.csv").write_text(VILLAGES, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> tuple[int, Any]:
    done = CliRunner().invoke(cli.init, [*arguments, "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout)


def test_从空库到三员_坏行退回_第二次只补缺的(files: Path) -> None:
    first = ["--region", "980101", "--name", "云上县民政局", "--region-file", str(files / "region.csv")]
    code, told = run(*first, "--villages", str(files / "villages.csv"), *ADMINS)
    assert code == 1  # one village row is bad
    assert [one["username"] for one in told["admins"]] == ["zhang", "li", "wang"]
    bureau = orgs.own_bureau()
    assert bureau is not None and bureau.name == "云上县民政局"
    assert orgs.within(bureau.region_code).count() == 4  # bureau, centre, two windows
    assert (files / "villages.rejected.csv").read_text("utf-8-sig").splitlines()[1].startswith("4,")
    by_code = {step["code"]: step for step in told["steps"]}
    assert by_code["region"]["state"] == by_code["admins"]["state"] == "done"
    assert by_code["parameters"]["state"] == "open" and not told["ready"]
    user = get_user_model().objects.get(username="zhang")
    assert user.check_password(told["admins"][0]["password"]) and user.must_change_password and not user.is_demo
    assert actor_of(user).has("setup.manage") and not actor_of(user).has("accounts.grant")
    again, told = run("--region", "980101", "--name", "另一个名字", *ADMINS)
    assert again == 0 and told["admins"] == []
    assert "机构新建 0 个，已有 4 个。" in told["done"]
    bureau.refresh_from_db()
    assert bureau.name == "云上县民政局" and get_user_model().objects.count() == 3


def test_区划表里的县_直接用(files: Path) -> None:
    code, told = run("--region", "420821")
    assert code == 0 and "某县" in {step["code"]: step for step in told["steps"]}["region"]["told"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--region", "420899"], "没有 420899.*420821 某县"),
        (["--region", "4208"], "请给出县"),
        (["--region", "42082"], "写得不对"),
        ([], "请用 --region"),
        (["--region", "420821", "--sys", "a1:张三", "--sec", "b1:张三", "--audit", "c1:李四"], "三个不同的人"),
        (["--region", "420821", "--sys", "张三"], "应写成 用户名:姓名"),
    ],
)
def test_写错了_说清楚(arguments: list[str], sentence: str) -> None:
    with pytest.raises(SetupRefused, match=sentence):
        run(*arguments)


def test_装着示范县_不让设置() -> None:
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.subjects.selectors import DEMO_BUREAU

    org_services.ensure(
        actor=SYSTEM, code=DEMO_BUREAU, name="示范县民政局", kind="bureau", region_code="990101", valid_from=rolls.START
    )
    with pytest.raises(SetupRefused, match="minzheng demo unload"):
        run("--region", "420821")


def test_口令写到只有本人能读的文件_不覆盖旧文件(tmp_path: Path) -> None:
    target = tmp_path / "口令.txt"
    _code, told = run("--region", "420821", *ADMINS, "--password-file", str(target))
    assert all("password" not in one for one in told["admins"])
    assert stat.S_IMODE(target.stat().st_mode) == 0o600 and "张可靠" in target.read_text(encoding="utf-8")
    with pytest.raises(SetupRefused, match="不覆盖"):
        run("--password-file", str(target))


def test_还没有设置时_每一页都说怎么设置() -> None:
    with override_settings(ASK_FOR_SETUP=True):
        client = Client()
        page = client.get("/login/")
        assert page.status_code == 503 and "minzheng init" in page.content.decode()
        get_user_model().objects.create_user("x", None, name="某人")
        assert client.get("/login/").status_code == 200


@pytest.fixture
def county(files: Path) -> str:
    run("--region", "980101", "--region-file", str(files / "region.csv"), *ADMINS)
    regions.selectors.forget()
    return "980101000000"


def _actor(username: str) -> Any:
    return actor_of(get_user_model().objects.get(username=username))


TABLE = [
    ["姓名", "用户名", "机构", "岗位", "自", "至", "手机"],
    ["林小云", "lin", "云岭镇", "乡镇经办员", "2026-01-01", "", ""],
    ["高一远", "gao", "云岭镇", "乡镇负责人", "", "", ""],
    ["没机构", "mei", "不存在的镇", "乡镇经办员", "", "", ""],
    ["", "kong", "云岭镇", "乡镇经办员", "", "", ""],
]


def test_成批建账号和岗位_两个人各办一半_坏行退回(county: str) -> None:
    content = rolls.as_xlsx(TABLE[1:], headers=TABLE[0])
    accounts = staff.create_accounts(actor=_actor("zhang"), region_code=county, name="人员.xlsx", content=content)
    assert (accounts.made, accounts.rejected) == (3, 1)
    refused = staff.grant_posts(actor=_actor("zhang"), region_code=county, name="人员.xlsx", content=content)
    assert refused.made == 0  # the system administrator makes accounts and grants nothing
    granted = staff.grant_posts(actor=_actor("li"), region_code=county, name="人员.xlsx", content=content)
    assert (granted.made, granted.rejected) == (2, 2)
    assert granted.rejects is not None and any("找不到机构" in row[-2] for row in granted.rejects.rows)
    assert _actor("lin").can("case.accept", "980101001001") and not _actor("lin").can("case.accept", "980101002000")
    again = staff.grant_posts(actor=_actor("li"), region_code=county, name="人员.xlsx", content=content)
    assert (again.made, again.there) == (0, 2)
    people = {step.code: step for step in state.steps()}["people"]
    assert people.state == "part" and "县级审核确认人员" in people.todo[0]
