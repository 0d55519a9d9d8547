"""Story four: a clerk of another township, somebody not signed in, unrelated posts, other citizens: from no page do
they get anything of 周桂兰's family.

Every page, export and endpoint comes from the page register (the table of ``minzheng pages``), so a new page joins by
itself. Addresses hold the real objects of story one's family, fetched the way the pages' own scope tests do.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from minzheng.kernel.pages import registry
from minzheng.kernel.pages.tests.test_scope import _citizen_address, address
from minzheng.kernel.parts.page import CITIZEN, Page
from stories import citizen, staff, stage
from stories.county import FIRST_DAY
from stories.test_a_family_gets_dibao import applies
from stories.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = list(registry.pages().values())
NAME = "周桂兰"
# The list of demo logins names the demo families itself, so that visitors know whom they can sign in as
NAMES_ALLOWED = ("accounts.sign_in",)


@pytest.fixture(scope="module")
def family(site: str, browser: Any) -> dict[str, Any]:
    """The real objects of 周桂兰's family; she applies first if story one has not been played."""
    if not stage.aside(_submitted):
        zhou = Visitor(browser, site, NAME, phone=True)
        with stage.on(FIRST_DAY):
            applies(zhou)
        zhou.leave()
    return stage.aside(_family)


def _submitted() -> bool:
    from minzheng.kernel.cases.models import Case

    return Case.objects.filter(applicant_name=NAME).exclude(state="DRAFT").exists()


def _family() -> dict[str, Any]:
    from minzheng.kernel.models import Award, Case, IssuedDocument, JobRun
    from minzheng.kernel.subjects.selectors import household_of

    case = Case.objects.filter(applicant_name=NAME).exclude(state="DRAFT").latest("pk")
    person = case.applicant
    award = (
        Award.objects.filter(case=case).first()
        or Award.objects.filter(region_code__startswith=case.region_code[:9]).first()
    )
    own = [case.no, case.form["account"]["number"], "3组12号", *(m.id_no for m in case.members.all())]
    documents = IssuedDocument.objects.filter(case=case)
    return {
        "case": case,
        "draft": case,
        "person": person,
        "household": household_of(person),
        "award": award or case,
        "line": None,
        "attachment": case.attachments.first(),
        "document": documents.first() or case,
        "job": JobRun.objects.first() or case,
        "secrets": [
            *own,
            *(d.number for d in documents if d.code != "N05"),
            *([award.no] if award and award.case_id == case.pk else []),
        ],
    }


@pytest.fixture(scope="module")
def strangers(site: str, browser: Any) -> Any:
    """One sign-in each: a clerk of 南塘镇, a system administrator, a village official of 柳溪镇, another citizen, nobody."""
    people = {
        name: Visitor(browser, site, name)
        for name in ("没登录的人", "南塘镇经办员", "系统管理员", "柳溪镇村干部", "何大山")
    }
    staff.sign_in(people["南塘镇经办员"], "nantang")
    staff.sign_in(people["系统管理员"], "xitong")
    staff.sign_in(people["柳溪镇村干部"], "liuxi.cun")
    citizen.sign_in(people["何大山"].go("/m/sign-in/"), "15401010004")
    yield people
    for one in people.values():
        one.context.close()


#: Every post, place and state is tried without a browser (kernel/pages/tests/test_proofs_scope.py); here the real thing.
WHO = ("没登录的人", "南塘镇经办员", "何大山")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.code)
def test_不相干的人什么也拿不到(page: Page, strangers: dict[str, Visitor], family: dict[str, Any]) -> None:
    try:
        url = stage.aside(
            lambda: _citizen_address(page, family) if page.permission == CITIZEN else address(page, family)
        )
    except pytest.skip.Exception:
        # Nothing of this kind in the story's county; test_proofs_scope opens every page with an object of a family.
        return
    for who in WHO:
        visitor = strangers[who]
        for body in (_got(visitor, url), _posted(visitor, url) if page.has_arguments else ""):
            found = [secret for secret in family["secrets"] if secret in body]
            assert not found, f"{who}从 {url} 看到了 {found}"
            assert NAME not in body or page.code in NAMES_ALLOWED, f"{who}从 {url} 看到了姓名"


def test_试过之后_那家的办件没有动过(strangers: dict[str, Visitor], family: dict[str, Any]) -> None:
    def same() -> bool:
        version = family["case"].version
        family["case"].refresh_from_db()
        return bool(family["case"].version == version)

    assert stage.aside(same)


@pytest.mark.parametrize("text", ["case", "id_no", "name"])
def test_别的乡镇查不到这家人(text: str, strangers: dict[str, Visitor], family: dict[str, Any]) -> None:
    wanted = {"case": family["case"].no, "id_no": family["person"].id_no, "name": NAME}[text]
    for path in ("/console/search/", "/console/search/suggest/"):
        status, _url, body = strangers["南塘镇经办员"].fetch(f"{path}?q={wanted}")
        assert status == 200
        assert str(family["case"].pk) not in body and str(family["person"].pk) not in body


def _got(visitor: Visitor, url: str) -> str:
    answer = visitor.context.request.get(visitor.base + url)
    assert answer.status < 500, f"{visitor.name} 打开 {url} 出错 {answer.status}"
    return _readable(answer.body())


def _posted(visitor: Visitor, url: str) -> str:
    """Posted with the right security token: what stops it must be the permission, not the token."""
    token = next((c["value"] for c in visitor.context.cookies() if c["name"] == "csrftoken"), "")
    form: dict[str, str | float | bool] = {
        "csrfmiddlewaretoken": token,
        "version": "0",
        "reason": "想看看这个人",
        "do": "next",
        "opinion": "试试",
    }
    answer = visitor.context.request.post(visitor.base + url, form=form, headers={"Referer": visitor.base + "/"})
    assert answer.status < 500, f"{visitor.name} 提交 {url} 出错 {answer.status}"
    return _readable(answer.body())


def _readable(body: bytes) -> str:
    """The text of a page or export; spreadsheets are taken apart, for nothing may hide there either."""
    if body[:2] != b"PK":
        return body.decode("utf-8", "ignore")
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return "".join(book.read(name).decode("utf-8", "ignore") for name in book.namelist())
