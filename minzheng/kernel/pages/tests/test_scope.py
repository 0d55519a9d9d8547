"""Who may enter which page, generated from the page register: every page × nobody signed in, every post, the same posts
of another township, citizens.

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

from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import User
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.gate import allowed
from minzheng.kernel.pages.tests.conftest import COUNTY, ID_NO, NAME, PHONE, TOWN_A, TOWN_B, TOWN_ROLES
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
}
#: A file that the fixtures name but do not put on the disk: being let in shows as an error about the file itself.
FILES = ("documents.pdf", "documents.easy", "documents.attachment")
SECRETS = (NAME, ID_NO, PHONE, "990101-DB-2026-000001", "990101DB2026000001", "H990101001")
IN = (200, 302, 405, 409, 422)


def ids(page: Page) -> str:
    return page.code


def arguments(page: Page, family: dict[str, Any]) -> dict[str, Any] | None:
    """URL arguments of the family's own object; None where this page takes something the fixtures do not have."""
    known = {
        "audit.detail": None,
        "cases.detail": family["case"].pk,
        "cases.act": family["case"].pk,
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
    if page.permission == CITIZEN:
        return _citizen_address(page, family)
    found = arguments(page, family)
    if found is None:
        pytest.skip(f"{page.code} 在测试县里没有可打开的对象")
    try:
        return reverse(page.code, kwargs=found)
    except NoReverseMatch:
        pytest.fail(f"{page.code} 的 example 与地址对不上：{found}")


def place_of(role: str, town: str = TOWN_A) -> str:
    return town if role in TOWN_ROLES else COUNTY


def status_of(client: Client, url: str) -> int:
    client.raise_request_exception = False
    return client.get(url).status_code


def entitled(user: User, page: Page) -> bool:
    return allowed(actor_of(user), page)


@pytest.mark.parametrize("page", [p for p in PAGES if p.permission is not None], ids=ids)
def test_没登录的人_去登录_看不到一个字(page: Page, browse: Callable[..., Client], family: dict[str, Any]) -> None:
    response = browse().get(address(page, family))
    if page.audience == "api":
        assert response.status_code == 401
    else:
        assert response.status_code == 302
        assert "login" in response["Location"] or "sign-in" in response["Location"]
    assert not any(secret in response.content.decode() for secret in SECRETS)


@pytest.mark.parametrize("page", [p for p in PAGES if p.permission is not None and p.audience != "api"], ids=ids)
def test_会话过期时的局部刷新_整页去登录(page: Page, browse: Callable[..., Client], family: dict[str, Any]) -> None:
    response = browse().get(
        address(page, family), headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/console/cases/?q=1"}
    )
    assert response["HX-Redirect"].startswith(("/login/?next=%2Fconsole", "/m/sign-in/?next="))
    assert response.content == b""


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", STAFF_PAGES, ids=ids)
def test_每个岗位_没有权限的是403(
    page: Page, role: str, staff: Callable[..., User], browse: Callable[..., Client], family: dict[str, Any]
) -> None:
    user = staff(role, place_of(role))
    status = status_of(browse(role, place_of(role)), address(page, family))
    if not entitled(user, page):
        assert status == 403
    elif page.permission == STAFF and page.has_arguments and page.code not in PLACELESS:
        assert status in (*IN, 404, 500) if page.code in FILES else status in (*IN, 404)
    elif page.code in FILES:
        assert status not in (302, 403, 404)
    else:
        assert status in (*IN, 404) if page.code == "intake.form" else status in IN


@pytest.mark.parametrize("role", TOWN_ROLES)
@pytest.mark.parametrize("page", [p for p in STAFF_PAGES if p.code not in PLACELESS], ids=ids)
def test_别的乡镇的同岗位_什么也看不到(
    page: Page, role: str, staff: Callable[..., User], browse: Callable[..., Client], family: dict[str, Any]
) -> None:
    user, client = staff(role, TOWN_B), browse(role, TOWN_B)
    client.raise_request_exception = False
    response = client.get(address(page, family))
    body = b"".join(response) if response.streaming else response.content
    if not entitled(user, page):
        assert response.status_code == 403
    elif page.has_arguments and page.code != "audit.detail":
        assert response.status_code == 404
    else:
        assert response.status_code in IN
    text = _readable(body)
    assert not any(secret in text for secret in SECRETS), page.code


@pytest.mark.parametrize("role", TOWN_ROLES)
@pytest.mark.parametrize("page", [p for p in STAFF_PAGES if p.code not in PLACELESS and p.has_arguments], ids=ids)
def test_别的乡镇的同岗位_提交也不行(
    page: Page, role: str, browse: Callable[..., Client], family: dict[str, Any]
) -> None:
    before = family["case"].version
    response = browse(role, TOWN_B).post(
        address(page, family), {"field": "id_no", "why": "想看看这个人", "version": "0"}
    )
    assert response.status_code in (403, 404, 405)
    family["case"].refresh_from_db()
    assert family["case"].version == before


@pytest.mark.parametrize("page", STAFF_PAGES, ids=ids)
def test_群众进不了工作人员的页面(page: Page, family: dict[str, Any]) -> None:
    client = _citizen(family, own=True)
    assert client.get(address(page, family)).status_code == 403


@pytest.mark.parametrize("page", CITIZEN_PAGES, ids=ids)
def test_工作人员进不了群众的页面(page: Page, browse: Callable[..., Client], family: dict[str, Any]) -> None:
    assert status_of(browse("county_reviewer"), address(page, family)) in (403, 302)


@pytest.mark.parametrize("page", CITIZEN_PAGES, ids=ids)
def test_别的群众_看不到这家的事(page: Page, family: dict[str, Any]) -> None:
    client = _citizen(family, own=False)
    client.raise_request_exception = False
    response = client.get(_citizen_address(page, family))
    body = b"".join(response) if response.streaming else response.content
    assert response.status_code < 500
    assert not any(secret in body.decode("utf-8", "ignore") for secret in SECRETS)


@pytest.mark.parametrize("page", [p for p in PAGES if p.permission is None], ids=ids)
def test_公开的页_不登录能看_不含这家人的信息(page: Page, family: dict[str, Any]) -> None:
    response = Client().get(address(page, family))
    assert response.status_code in (200, 302, 404, 405)
    assert not any(secret in response.content.decode("utf-8", "ignore") for secret in SECRETS)


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
