"""Every opening of somebody's data is a line in the log, proved over the page register: a page that shows the family
writes one, a page that writes none shows nobody, and a page that shows nobody says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from minzheng.kernel.audit.middleware import DurableReads
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.audit.services import CannotRecord
from minzheng.kernel.cases.models import Case
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.tests.conftest import COUNTY, ID_NO, NAME, TOWN_A, TOWN_ROLES
from minzheng.kernel.pages.tests.test_queries import who
from minzheng.kernel.pages.tests.test_scope import PAGES, SECRETS, _citizen, _readable, address
from minzheng.kernel.parts.page import CITIZEN, BoardBody, ListBody, Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing")]

#: What counts as the line of a reading.
LINES = ("read", "read.list", "person.search", "person.search_id", "export", "export.ask", "export.download")
#: Pages of the citizen's own matters: reading one's own papers is no reading by others. Papers fetched are recorded.
OWN = "本人的页面"
PERSONAL_KINDS = ("list", "detail", "board", "export")


def opener(page: Page) -> str:
    """A post that may open this page and sees the family's township."""
    from minzheng.kernel.accounts.roles import ROLES

    return who(page) or next((role for role in ROLES if page.permission in ROLES[role].permissions), "")


def opened(page: Page, browse: Callable[..., Client], family: dict[str, Any]) -> tuple[str, int]:
    """(the text of the page, how many lines of reading it wrote)."""
    role = opener(page)
    client = browse(role, TOWN_A if role in TOWN_ROLES else COUNTY)
    client.raise_request_exception = False
    url = address(page, family)
    before = AuditEntry.objects.filter(action__in=LINES).count()
    response = client.get(url)
    body = b"".join(response) if response.streaming else response.content
    return _readable(body), AuditEntry.objects.filter(action__in=LINES).count() - before


@pytest.mark.parametrize("page", [p for p in PAGES if p.permission not in (None, CITIZEN)], ids=lambda page: page.code)
def test_看到这家人的每一页_都留下查阅记录(page: Page, browse: Callable[..., Client], family: dict[str, Any]) -> None:
    text, lines = opened(page, browse, family)
    shown = [secret for secret in SECRETS if secret in text]
    if page.code == "persons.file" or page.code == "households.file":
        assert lines or "请选择这次查看的理由" in text
    elif shown:
        assert lines, f"{page.code} 显示了 {shown} 却没有留下查阅记录：请调用 audit.record_read 或 record_listing。"
        assert not page.impersonal, f"{page.code} 声明不含个人信息，却显示了 {shown}。"


@pytest.mark.parametrize(
    "page", [p for p in PAGES if isinstance(p.body, (ListBody, BoardBody))], ids=lambda page: page.code
)
def test_名单和看板_要么记录查阅_要么声明为什么没有个人信息(
    page: Page, browse: Callable[..., Client], family: dict[str, Any]
) -> None:
    if page.permission in (None, CITIZEN):
        pytest.skip("不是工作人员的页面")
    _text, lines = opened(page, browse, family)
    assert bool(lines) != bool(page.impersonal), f"{page.code}：要么记录，要么在 impersonal 里写明理由。"


def test_有办件在手_办件就是目的_不再询问(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    clerk = browse("town_clerk", TOWN_A)
    text = clerk.get(reverse("persons.file", kwargs={"pk": family["person"].pk})).content.decode()
    assert "查看理由：办理到期办件 990101-DB-2026-000001" in text
    line = AuditEntry.objects.get(object_type="person")
    assert line.detail == {"purpose": "deadline"}
    home = clerk.get(reverse("households.file", kwargs={"pk": family["household"].pk})).content.decode()
    assert "990101-DB-2026-000001" in home and "请选择" not in home


@pytest.mark.parametrize(("state", "purpose"), [("PUBLICITY", "publicity"), ("INVESTIGATING", "deadline")])
def test_目的由办件的环节和期限推出(
    state: str, purpose: str, browse: Callable[..., Client], family: dict[str, Any]
) -> None:
    Case.objects.filter(pk=family["case"].pk).update(state=state)
    browse("town_clerk", TOWN_A).get(reverse("cases.detail", kwargs={"pk": family["case"].pk}))
    assert AuditEntry.objects.get(object_type="case", action="read").detail["purpose"] == purpose


def test_审计人员打开办件_目的是审计(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    browse("auditor").get(reverse("cases.detail", kwargs={"pk": family["case"].pk}))
    assert AuditEntry.objects.get(object_type="case", action="read").detail["purpose"] == "audit"


@pytest.mark.parametrize("posted", [{"reason": "no-such"}, {"other": "看看"}, {}])
def test_没有说清目的_仍看不到档案(
    posted: dict[str, str], browse: Callable[..., Client], family: dict[str, Any]
) -> None:
    auditor = browse("auditor")
    url = reverse("persons.file", kwargs={"pk": family["person"].pk})
    auditor.post(reverse("files.reason"), {"file": f"person:{family['person'].pk}", **posted})
    assert "请选择这次查看的理由" in auditor.get(url).content.decode()
    assert not AuditEntry.objects.filter(object_type="person", action="read").exists()


def test_凭完整号码查找_查到查不到都是一条记录(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    clerk = browse("town_clerk", TOWN_A)
    clerk.post(reverse("search.results"), {"q": ID_NO}, follow=True)
    clerk.post(reverse("search.suggest"), {"q": "11010119900307001X"})
    hits = list(AuditEntry.objects.filter(action="person.search_id").order_by("pk").values_list("object_id", flat=True))
    assert hits[0] == family["person"].pk


def test_搜索框里的姓名和号码_不进地址栏(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    clerk = browse("town_clerk", TOWN_A)
    for url, text in (
        (reverse("search.results"), NAME),
        (reverse("search.results"), ID_NO),
        (reverse("cases.list"), NAME),
    ):
        response = clerk.post(url, {"q": text})
        assert response.status_code == 302
        assert text not in response["Location"] and "%E5" not in response["Location"]
        found = clerk.get(response["Location"]).content.decode()
        assert "990101-DB-2026-000001" in found or str(family["person"].pk) in found
        stranger = browse("county_reviewer").get(response["Location"]).content.decode()
        assert f'value="{text}"' not in stranger
    pushed = clerk.post(reverse("cases.list"), {"q": NAME}, headers={"HX-Request": "true", "HX-Target": "div#list"})
    assert pushed.status_code == 200 and "q=~" in pushed["HX-Push-Url"].replace("%7E", "~")
    assert NAME in pushed.content.decode()


def test_页面上的表单和链接_都不把搜索词放进地址(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    clerk = browse("town_clerk", TOWN_A)
    location = clerk.post(reverse("cases.list"), {"q": NAME})["Location"]
    page = clerk.get(location).content.decode()
    addresses = [part.split('"')[0] for part in page.split('href="')[1:] + page.split('hx-get="')[1:]]
    assert addresses and not any(NAME in one or "%E5%91%A8" in one for one in addresses)


def full_disk(*args: Any, **kwargs: Any) -> None:
    raise DatabaseError("could not extend file: No space left on device")


@pytest.mark.parametrize("code", ["cases.detail", "cases.list", "persons.file", "households.file"])
def test_审计写不进去_就什么也不显示(
    code: str, browse: Callable[..., Client], family: dict[str, Any], monkeypatch: Any
) -> None:
    client = browse("town_clerk", TOWN_A)
    url = address(registry.get(code), family)
    monkeypatch.setattr(AuditEntry, "save", full_disk)
    response = client.get(url)
    text = response.content.decode()
    assert response.status_code == 503 and "审计记录写不进去" in text and "系统管理员" in text
    assert not any(secret in text for secret in SECRETS)


def test_办件动作的审计写不进去_动作不办成(
    browse: Callable[..., Client], family: dict[str, Any], monkeypatch: Any
) -> None:
    client = browse("town_clerk", TOWN_A)
    client.raise_request_exception = False
    before = Case.objects.get(pk=family["case"].pk).version
    monkeypatch.setattr(AuditEntry, "save", full_disk)
    response = client.post(
        reverse("cases.act", kwargs={"pk": family["case"].pk, "act": "run_match"}), {"version": str(before)}
    )
    assert response.status_code == 503 or response.status_code == 422
    assert Case.objects.get(pk=family["case"].pk).version == before


def test_离开页面时才补写的记录写不进去_页面也不发出(monkeypatch: Any, rf: Any, db: None) -> None:
    from django.http import HttpResponse

    from minzheng.kernel.audit import services

    def view(request: Any) -> HttpResponse:
        return HttpResponse("周桂兰")

    def broken(entries: Any) -> None:
        raise CannotRecord(CannotRecord.sentence)

    monkeypatch.setattr(services, "_write_again", broken)

    def reading(request: Any) -> HttpResponse:
        services.record_listing(actor=services.SYSTEM, page="x", rows=1)
        return view(request)

    response = DurableReads(reading)(rf.get("/"))
    assert response.status_code == 503 and "周桂兰" not in response.content.decode()


def test_本人看自己的办件_不必说明理由(family: dict[str, Any]) -> None:
    client = _citizen(family, own=True)
    assert client.get(reverse("portal.case", kwargs={"pk": family["case"].pk})).status_code == 200
