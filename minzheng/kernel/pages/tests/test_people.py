"""账号、岗位、机构、休假、移交的页面: who sees which buttons, what a form does, what another township gets (nothing)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from minzheng.kernel import clock
from minzheng.kernel.accounts import leave as leaves
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import Leave, User
from minzheng.kernel.accounts.proof import PROVED
from minzheng.kernel.cases.models import Case
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.pages.tests.conftest import COUNTY, NAME, PASSWORD, TOWN_A, TOWN_B, VILLAGE

pytestmark = pytest.mark.django_db
Browse = Callable[..., Client]
StaffOf = Callable[[str, str], User]


@pytest.fixture
def clerk(staff: StaffOf, family: dict[str, Any]) -> User:
    """The clerk of TOWN_A with the family's case in hand; another clerk of the same township stands by."""
    user = staff("town_clerk", TOWN_A)
    Case.objects.filter(pk=family["case"].pk).update(assignee=user, due_on=clock.today())
    return user


@pytest.fixture
def colleague(bureau: Organization) -> User:
    from minzheng.kernel.accounts.models import Assignment

    user = User.objects.create_user("second", PASSWORD, name="丁宁")
    Assignment.objects.create(
        user=user, role="town_clerk", organization=bureau, region_code=TOWN_A, valid_from=datetime.date(2020, 1, 1)
    )
    return user


def text(client: Client, code: str, **arguments: Any) -> str:
    response = client.get(reverse(code, kwargs=arguments))
    assert response.status_code == 200, code
    return response.content.decode()


def test_三员各见各的按钮_谁也不能一个人办完(browse: Browse, clerk: User) -> None:
    expected = {
        "sys_admin": ({"重置口令", "解除锁定", "停用账号"}, {"授予岗位", "结束岗位"}),
        "sec_admin": ({"授予岗位", "结束岗位"}, {"重置口令", "停用账号"}),
        "audit_admin": (set(), {"授予岗位", "重置口令", "停用账号"}),
    }
    for role, (seen, hidden) in expected.items():
        page = text(browse(role), "accounts.detail", pk=clerk.pk)
        assert all(f"{one}</a>" in page for one in seen), role
        assert not any(f"{one}</a>" in page for one in hidden), role


def test_系统管理员建账号_安全管理员授岗_人才能办事(browse: Browse, bureau: Organization) -> None:
    answers = {
        "name": "新来", "username": "xinlai", "region": TOWN_A, "phone": "", "password": "Xin-lai-de-2026",
        "again": "Xin-lai-de-2026",
    }  # fmt: skip
    system, security = browse("sys_admin"), browse("sec_admin")
    bad = system.post(reverse("accounts.create"), {**answers, "password": "short", "again": "short"})
    assert bad.status_code == 422 and "至少 12 位" in bad.content.decode()
    assert system.post(reverse("accounts.create"), answers).status_code == 302
    user = User.objects.get(username="xinlai")
    grant = {
        "kind": "own", "role": "town_clerk", "organization": str(bureau.pk), "region": TOWN_A,
        "start": clock.today().isoformat(), "end": "", "reason": "任命",
    }  # fmt: skip
    url = reverse("accounts.grant", kwargs={"pk": user.pk})
    assert system.post(url, grant).status_code == 403
    assert security.post(url, grant).status_code == 302
    assert actor_of(user).can("case.accept", TOWN_A)
    again = security.post(url, {**grant, "role": "county_reviewer", "region": ""})
    assert again.status_code == 422 and "调查人不得审核确认" in again.content.decode()
    loan = security.post(url, {**grant, "kind": "loan", "role": "auditor"})
    assert loan.status_code == 422 and "借出机构" in loan.content.decode()


def test_按姓名岗位地区状态筛选_别的县看不到(browse: Browse, staff: StaffOf, clerk: User) -> None:
    staff("town_clerk", TOWN_B)
    client = browse("sys_admin")
    page = client.get(reverse("accounts.list"), {"region": TOWN_A, "role": "town_clerk"}).content.decode()
    assert clerk.username in page and f"town_clerk.{TOWN_B}" not in page
    assert clerk.username not in client.get(reverse("accounts.list"), {"state": "off"}).content.decode()
    assert clerk.username not in client.get(reverse("accounts.list"), {"state": "none"}).content.decode()
    elsewhere = browse("sys_admin", TOWN_B)
    assert clerk.username not in elsewhere.get(reverse("accounts.list")).content.decode()
    for code in ("accounts.detail", "accounts.logins", "accounts.reset_password", "accounts.active"):
        assert elsewhere.get(reverse(code, kwargs={"pk": clerk.pk})).status_code == 404, code


def test_名下有在办件_停用被拒并说明找谁_重置口令后旧会话退出(browse: Browse, clerk: User) -> None:
    system = browse("sys_admin")
    url = reverse("accounts.active", kwargs={"pk": clerk.pk})
    refused = system.post(url, {"reason": "调离"})
    assert refused.status_code == 422 and "还有 2 件在办" in refused.content.decode()
    theirs = browse("town_clerk", TOWN_A)
    reset = reverse("accounts.reset_password", kwargs={"pk": clerk.pk})
    system.post(reset, {"password": "Lin-shi-kl-2026", "again": "Lin-shi-kl-2026", "reason": "忘记"})
    assert theirs.get(reverse("cases.workbench")).status_code == 302


def test_负责人移交_选件_一次提交_别的乡镇打不开(
    browse: Browse, clerk: User, colleague: User, family: dict[str, Any]
) -> None:
    leader = browse("town_leader", TOWN_A)
    assert clerk.name in text(leader, "handover.people")
    page = text(leader, "handover.form", pk=clerk.pk)
    assert NAME in page and "今天到期" in page and "丁宁" in page
    url = reverse("handover.form", kwargs={"pk": clerk.pk})
    missing = leader.post(url, {"case": [str(family["case"].pk)], "to": "", "reason": "调整"})
    assert missing.status_code == 422 and "请选择接手人" in missing.content.decode()
    done = leader.post(url, {"case": [str(family["case"].pk)], "to": str(colleague.pk), "reason": "工作调整"})
    assert done.status_code == 302
    family["case"].refresh_from_db()
    assert family["case"].assignee_id == colleague.pk
    other = browse("town_leader", TOWN_B)
    assert other.get(url).status_code == 404
    assert NAME not in text(other, "handover.people") and clerk.name not in text(other, "handover.people")
    clerks = browse("town_clerk", TOWN_A)
    assert clerks.get(reverse("handover.people")).status_code == 403


def test_休假从申请到销假_各人看到该看到的(
    browse: Browse, clerk: User, colleague: User, family: dict[str, Any]
) -> None:
    today = clock.today()
    mine = browse("town_clerk", TOWN_A)
    asked = mine.post(
        reverse("leave.ask"),
        {"deputy": str(colleague.pk), "start": today.isoformat(), "end": today.isoformat(), "reason": "事假"},
    )
    leave = Leave.objects.get()
    url = reverse("leave.detail", kwargs={"pk": leave.pk})
    assert asked["Location"] == url and leave.state == "asked"
    assert "确认休假和代理" not in mine.get(url).content.decode() and "撤回申请" in mine.get(url).content.decode()
    assert browse("town_clerk", TOWN_B).get(url).status_code == 404
    leader = browse("town_leader", TOWN_A)
    assert "有 1 个休假等您确认" in text(leader, "cases.workbench")
    empty = leader.post(url, {"do": "refuse", "answer": ""})
    assert empty.status_code == 422 and "写明不同意的原因" in empty.content.decode()
    assert mine.post(url, {"do": "confirm"}).status_code == 422
    assert leader.post(url, {"do": "confirm"}).status_code == 302
    family["case"].refresh_from_db()
    assert family["case"].assignee_id == colleague.pk
    theirs = Client()
    theirs.force_login(colleague, backend="minzheng.kernel.accounts.backends.AccountBackend")
    assert "您正在代理" in text(theirs, "cases.workbench")
    assert NAME in theirs.get(reverse("cases.list"), {"scope": "held"}).content.decode()
    assert mine.post(url, {"do": "end"}).status_code == 302
    family["case"].refresh_from_db()
    assert family["case"].assignee_id == clerk.pk


def test_负责人替经办员登记休假_当即生效(browse: Browse, clerk: User, colleague: User) -> None:
    today = clock.today().isoformat()
    leader = browse("town_leader", TOWN_A)
    page = text(leader, "leave.ask")
    assert "谁休假" in page and clerk.name in page
    answers = {"user": str(clerk.pk), "deputy": str(colleague.pk), "start": today, "end": today, "reason": "病假"}
    leader.post(reverse("leave.ask"), answers)
    assert Leave.objects.get().state == "approved"
    other = browse("town_leader", TOWN_B)
    refused = other.post(reverse("leave.ask"), {**answers, "deputy": str(clerk.pk)})
    assert refused.status_code == 422


def test_机构_建立_修改_撤销_有人任职不能撤销(browse: Browse, clerk: User, bureau: Organization) -> None:
    client = browse("sys_admin")
    made = client.post(
        reverse("orgs.create"),
        {"code": "t-qs", "kind": "township", "region": TOWN_A, "name": "青石镇窗口", "parent": str(bureau.pk),
         "prefix": "示青民"},
    )  # fmt: skip
    office = Organization.objects.get(code="T-QS")
    assert made["Location"] == reverse("orgs.detail", kwargs={"pk": office.pk}) and office.parent_id == bureau.pk
    assert "青石镇窗口" in text(browse("audit_admin"), "orgs.list")
    change = reverse("orgs.change", kwargs={"pk": office.pk})
    client.post(change, {"name": "青石镇民政窗口", "parent": str(bureau.pk), "prefix": "示青民"})
    office.refresh_from_db()
    assert office.name == "青石镇民政窗口"
    loop = client.post(reverse("orgs.change", kwargs={"pk": bureau.pk}), {"name": "局", "parent": str(office.pk)})
    assert loop.status_code == 422
    close = {"on": clock.today().isoformat(), "reason": "机构改革"}
    refused = client.post(reverse("orgs.close", kwargs={"pk": bureau.pk}), close)
    assert refused.status_code == 422 and "任职" in refused.content.decode()
    assert client.post(reverse("orgs.close", kwargs={"pk": office.pk}), close).status_code == 302
    assert browse("sys_admin", TOWN_B).get(reverse("orgs.detail", kwargs={"pk": bureau.pk})).status_code == 404
    assert browse("sec_admin").get(change).status_code == 403


def test_儿童的档案须再次验证_成人的不用_别的乡镇仍是404(browse: Browse, family: dict[str, Any]) -> None:
    from minzheng.kernel.subjects.models import Person

    child = Person.objects.create(
        name="周小满", sex="2", birth_date=clock.today() - datetime.timedelta(days=13 * 365), region_code=VILLAGE
    )
    for place, expected in ((TOWN_A, 302), (TOWN_B, 404)):
        client = browse("town_clerk", place)
        client.get(reverse("cases.workbench"))
        session = client.session
        session[PROVED] = 0
        session.save()
        assert client.get(reverse("persons.file", kwargs={"pk": child.pk})).status_code == expected
        adult = client.get(reverse("persons.file", kwargs={"pk": family["person"].pk}))
        assert adult.status_code == (200 if place == TOWN_A else 404)


def test_更换发放账户_过了验证时间要在原表单里再输口令_填的不丢(browse: Browse, family: dict[str, Any]) -> None:
    case = family["case"]
    client = browse("town_clerk", TOWN_A)
    client.get(reverse("cases.workbench"))
    detail, act = (
        reverse("cases.detail", kwargs={"pk": case.pk}),
        reverse("cases.act", kwargs={"pk": case.pk, "act": "change_account"}),
    )
    assert 'name="proof"' not in client.get(detail).content.decode()
    session = client.session
    session[PROVED] = 0
    session.save()
    assert 'name="proof"' in client.get(detail).content.decode()
    answers = {"holder": "周桂兰", "number": "6217000010001239999", "bank": "示范农商行", "version": str(case.version)}
    refused = client.post(act, answers)
    assert refused.status_code == 422 and "6217000010001239999" in refused.content.decode()
    assert "请填写口令或动态码" in refused.content.decode()
    assert client.post(act, {**answers, "proof": "wrong"}).status_code == 422
    good = client.post(act, {**answers, "proof": PASSWORD})
    assert "口令或动态码不对" not in good.content.decode()
    assert client.session[PROVED] > 0


def test_休假的意见只有能确认的人写得了(clerk: User, colleague: User, staff: StaffOf) -> None:
    leave = leaves.take_leave(
        actor=actor_of(clerk),
        user=clerk,
        deputy=colleague,
        starts_on=clock.today(),
        ends_on=clock.today(),
        reason="事假",
    )
    assert leaves.may_settle(actor_of(staff("town_leader", TOWN_A)), leave)
    assert leaves.may_settle(actor_of(staff("sec_admin", COUNTY)), leave)
    for role, place in (("town_leader", TOWN_B), ("county_reviewer", COUNTY), ("sys_admin", COUNTY)):
        assert not leaves.may_settle(actor_of(staff(role, place)), leave), role
