"""Who may enter which page, generated from the page register: nobody signed in, citizens among staff, staff among
citizens. Every post in every place and state is in test_proofs_scope.py.

A new page needs no new test: being in the register, it is opened here. 404 alike for what one may not see and what does
not exist; 403 without the permission; sign-in for the anonymous.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from minzheng.kernel.accounts.models import User
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.tests.conftest import ID_NO, NAME, PHONE, TOWN_A, TOWN_B
from minzheng.kernel.parts.page import CITIZEN, STAFF, Page

pytestmark = pytest.mark.django_db

PAGES = list(registry.pages().values())
STAFF_PAGES = [page for page in PAGES if page.permission not in (None, CITIZEN)]
CITIZEN_PAGES = [page for page in PAGES if page.permission == CITIZEN]
#: Pages about no place: the same for everybody who holds the permission, with the reason.
PLACELESS = {
    "regions.detail": "区划是公开信息",
    "regions.list": "区划是公开信息",
    "jobs.list": "任务属于全平台",
    "jobs.detail": "任务属于全平台",
    "system.health": "运行情况属于全平台",
    "accounts.me": "本人账号",
    "accounts.password": "本人账号",
    "accounts.history": "本人账号",
    "accounts.second_factor": "本人账号",
    "accounts.step_up": "本人账号",
    "accounts.choose_post": "本人账号",
    "accounts.sign_out_everywhere": "本人账号",
    "cases.workbench": "按本人权限显示",
    "sources.list": "数据目录是来源的说明和合计，没有个人",
    "sources.detail": "数据目录是来源的说明和合计，没有个人",
    "sources.template": "空模板",
    "sources.sample": "虚构的样例",
    "monitor.measure": "监测项和阈值是公开的规则，条数按本人范围",
    "monitor.switch_off": "监测项的表单，停用哪里按本人范围",
    "monitor.run": "一次运行只有条数和批次",
    "relief.goods": "物资目录全平台一份，没有个人",
    "indicators.months": "县里冻结的月份，本县各地都看得到，没有个人",
    "stats.shells": "表式是公开的规则，没有数字",
    "stats.shell": "表式是公开的规则，没有数字",
    "relief.goods_edit": "物资目录全平台一份，没有个人",
}
SECRETS = (NAME, ID_NO, PHONE, "990101-DB-2026-000001", "990101DB2026000001", "H990101001")


def arguments(page: Page, family: dict[str, Any]) -> dict[str, Any] | None:
    """URL arguments of the family's own object; None where this page takes something the fixtures do not have."""
    if "addresses" in family:
        return dict(family["addresses"][page.code])
    known = {
        "audit.detail": None,
        "cases.detail": family["case"].pk,
        "cases.act": family["case"].pk,
        "cases.entitled": family["case"].pk,
        "intake.form": family["draft"].pk,
        "persons.file": family["person"].pk,
        "oversight.person_reads": family["person"].pk,
        "households.file": family["household"].pk,
        "awards.detail": family["award"].pk,
        "jobs.detail": family["job"].pk,
        "documents.attachment": family["attachment"].pk,
    }
    if page.code == "regions.detail":
        return {"code": TOWN_A}
    if page.code in known and known[page.code] is not None:
        return {"pk": known[page.code], **({"act": "run_match"} if page.code == "cases.act" else {})}
    found = page.example() if page.example else None
    return dict(found) if found else None


def address(page: Page, family: dict[str, Any]) -> str:
    if not page.has_arguments:
        return reverse(page.code)
    if page.permission == CITIZEN and "addresses" not in family:
        return _citizen_address(page, family)
    found = arguments(page, family)
    if found is None:
        pytest.skip(f"{page.code} 在测试县里没有可打开的对象")
    try:
        return reverse(page.code, kwargs=found)
    except NoReverseMatch:
        pytest.fail(f"{page.code} 的 example 与地址对不上：{found}")


def test_没登录的人_去登录_看不到一个字(whole: dict[str, Any]) -> None:
    wrong = []
    for page in (one for one in PAGES if one.permission is not None):
        response = Client().get(address(page, whole))
        led = response.get("Location", "").startswith(("/login/?next=", "/m/sign-in/?next="))
        told = [secret for secret in SECRETS if secret in response.content.decode()]
        if told or not (response.status_code == 401 if page.audience == "api" else led):
            wrong.append((page.code, response.status_code, told))
    assert wrong == []


def test_会话过期时的局部刷新_整页去登录(whole: dict[str, Any]) -> None:
    wrong = []
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/console/cases/?q=1"}
    for page in (one for one in PAGES if one.permission is not None and one.audience != "api"):
        response = Client().get(address(page, whole), headers=asked)
        led = response.get("HX-Redirect", "").startswith(("/login/?next=%2Fconsole", "/m/sign-in/?next="))
        if not led or response.content != b"":
            wrong.append((page.code, response.status_code))
    assert wrong == []


def test_群众进不了工作人员的页面_工作人员进不了群众的页面(
    whole: dict[str, Any], browse: Callable[..., Client]
) -> None:
    citizen, reviewer = _citizen(whole, own=True), browse("county_reviewer")
    let_in = {page.code: citizen.get(address(page, whole)).status_code for page in STAFF_PAGES}
    let_in |= {page.code: reviewer.get(address(page, whole)).status_code for page in CITIZEN_PAGES}
    assert {code: status for code, status in let_in.items() if status != 403} == {}


def test_按身份证号和姓名查找_别的乡镇查不到(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    for text in (ID_NO, NAME, "990101-DB-2026-000001"):
        own = browse("town_clerk", TOWN_A).get(reverse("search.results"), {"q": text}).content.decode()
        other = browse("town_clerk", TOWN_B).get(reverse("search.suggest"), {"q": text}).content.decode()
        assert str(family["person"].pk) in own or str(family["case"].pk) in own
        assert str(family["person"].pk) not in other
        assert str(family["case"].pk) not in other


def test_每一页都在登记表里_地址与代码不重复() -> None:
    rows = registry.listing(examples=False)
    assert len({row["url"] for row in rows}) == len(rows) == len({row["code"] for row in rows})
    assert all(
        row["permission"] is None or row["permission"] in (CITIZEN, STAFF) or "." in row["permission"] for row in rows
    )


def _readable(body: bytes) -> str:
    """The text of a page or of an export; a workbook is unpacked, so that nothing hides in it."""
    if body[:2] != b"PK":
        return body.decode("utf-8", "ignore")
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return "".join(book.read(name).decode("utf-8", "ignore") for name in book.namelist())


def _citizen_address(page: Page, family: dict[str, Any]) -> str:
    if not page.has_arguments:
        return reverse(page.code)
    guesses: dict[str, Any] = {
        "pk": family["document"].pk
        if "document" in page.code
        else family["attachment"].pk
        if "attachment" in page.path
        else family["case"].pk,
        "item": "assistance.dibao",
        "screen": 1,
        "act": "withdraw",
        "attachment": family["attachment"].pk,
        "member": 1,
        "token": "no-such-token",
    }
    names = [part.split(">")[0].split(":")[-1] for part in page.path.split("<")[1:]]
    if not set(names) <= set(guesses):
        pytest.skip(f"{page.code} 的参数 {names} 不在测试县里")
    return reverse(page.code, kwargs={name: guesses[name] for name in names})


def _citizen(family: dict[str, Any], *, own: bool) -> Client:
    """周桂兰 herself, or a neighbour with no file."""
    user = User.objects.create_user(
        "c-own" if own else "c-other",
        None,
        name=NAME if own else "邻居",
        kind="citizen",
        person=family["person"] if own else None,
    )
    client = Client()
    client.force_login(user, backend="minzheng.kernel.accounts.backends.AccountBackend")
    return client
