"""Every staff page can be seen well: those of the register, a case at each stage, a person's file, window registration;
on a computer, at phone width, in large print.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from minzheng.kernel.pages import registry
from minzheng.kernel.parts.page import STAFF, Page
from stories import staff, stage
from stories.county import FIRST_DAY
from stories.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Not web pages: PDF, images, fragments, exports; a person's file and window registration are walked separately below.
NOT_A_SCREEN = {
    "duty.bulletin_pdf",
    "duty.file",
    "summaries.file",
    "documents.pdf",
    "documents.attachment",
    "documents.printout",
    "documents.easy",
    "documents.receipt",
    "mandates.paper",
    "standards.export",
    "standards.export_files",
    "simulation.export",
    "setup.template",
    "sources.template",
    "sources.sample",
    "matching.pdf",
    "matching.json",
    "sampling.pdf",
    "sampling.workbook",
    "payruns.workbook",
    "funds.board_export",
    "stats.pdf",
    "stats.workbook",
    "stats.yearbook_pdf",
    "stats.yearbook_workbook",
    "funds.list_pdf",
    "funds.public_pdf",
    "funding.export",
    "funding.template",
    "relief.stock_pdf",
    "relief.issue_pdf",
    "relief.template",
    "projects.print",
    "projects.library_pdf",
    "projects.photo",
    "projects.template",
    "projects.rejects",
    "account_requests.paper",
    "payruns.village_pdf",
    "payruns.file",
    "registers.template",
    "registers.rejects",
    "registers.file",
    "registers.print",
    "persons.file",
    "households.file",
    "intake.form",
}
SCREENS = [
    page
    for page in registry.pages().values()
    if page.audience == "console"
    and page.kind not in ("export", "fragment")
    and page.code not in NOT_A_SCREEN
    and "GET" in getattr(page.body, "methods", ("GET",))
    and page.code != "cases.act"
]
#: A demo login that can see this page, by post.
WHO = (
    ("shenhe", "county_reviewer"),
    ("qingshi", "town_clerk"),
    ("rizhi", "audit_admin"),
    ("xitong", "sys_admin"),
    ("anquan", "sec_admin"),
    ("caiwu", "finance"),
    ("shenji", "auditor"),
    ("zhengce", "policy_officer"),
    ("hedui", "matching_officer"),
    ("juzhang", "bureau_head"),
    ("dangan", "archivist"),
    ("shuju", "data_officer"),
    ("fafang", "pay_clerk"),
    ("fuhe", "pay_reviewer"),
)


def username_for(page: Page) -> str:
    from minzheng.kernel.accounts.roles import ROLES

    return next(name for name, role in WHO if page.permission == STAFF or page.permission in ROLES[role].permissions)


@pytest.fixture(scope="module")
def signed_in(site: str, browser: Any) -> Iterator[Callable[[str], Visitor]]:
    """One person a post, signed in once for all their pages."""
    present: dict[str, Visitor] = {}

    def person(username: str) -> Visitor:
        if username not in present:
            present[username] = staff.sign_in(Visitor(browser, site, username), username)
        return present[username]

    yield person
    for visitor in present.values():
        visitor.context.close()


@pytest.mark.parametrize("page", SCREENS, ids=lambda page: page.code)
def test_登记表里的每一页(page: Page, signed_in: Callable[[str], Visitor]) -> None:
    with stage.on(FIRST_DAY):
        url = stage.aside(lambda: registry.example_url(page))
        if url is None:
            pytest.skip(f"示范县里没有“{page.title}”可打开的对象")
        visitor = signed_in(username_for(page))
        visitor.troubles.clear()
        visitor.go(url).look(page.title)
        assert not visitor.troubles, "浏览器报错：\n" + "\n".join(visitor.troubles)


def test_办件在每个环节(comes: Callable[..., Any]) -> None:
    """One case at each stage the demo county has."""
    with stage.on(FIRST_DAY):
        cases = stage.aside(_one_case_per_state)
        assert len(cases) >= 5, f"示范县的办件只在 {sorted(cases)} 这些环节"
        visitor = staff.sign_in(comes("沈清和"), "shenhe")
        for state, pk in cases.items():
            visitor.go(f"/console/cases/{pk}/").look(f"办件-{state}")


def test_经办员从查找到个人档案(comes: Callable[..., Any]) -> None:
    with stage.on(FIRST_DAY):
        lin = staff.sign_in(comes("林晓云"), "qingshi")
        lin.page.keyboard.press("/")
        lin.page.keyboard.type("周桂兰")
        lin.page.locator("#suggestions a").first.wait_for()
        lin.page.keyboard.press("ArrowDown")
        lin.look("查找建议")
        lin.page.keyboard.press("Enter")
        lin.page.wait_for_load_state()
        lin.sees("请选择这次查看的理由").look("填写查看理由")
        lin.press("调查核实").sees("周桂兰", "990101********", "查看理由：调查核实").look("个人档案")
        lin.page.locator("details.unmask").first.locator("summary").click()
        lin.page.locator("details.unmask[open] input[name=why]").fill("与本人核对证件")
        lin.press("显示").sees("99010119")
        lin.page.locator("main a[href*='/households/']").first.click()
        lin.press("调查核实").sees("现有成员").look("家庭档案")


def test_经办员在窗口登记_全用键盘(comes: Callable[..., Any]) -> None:
    with stage.on(FIRST_DAY):
        lin = staff.sign_in(comes("林晓云"), "qingshi")
        lin.page.keyboard.press("g")
        lin.page.keyboard.press("n")
        lin.page.wait_for_url("**/console/intake/")
        lin.look("窗口受理")
        lin.page.locator("#id_no").press("Enter")
        lin.page.wait_for_load_state()
        lin.sees("一起生活的家人", "授权和承诺").look("窗口登记")
        lin.press("提交申请")
        assert lin.page.locator(".error-summary a").count() > 3
        lin.look("窗口登记有错")


def test_列表用键盘走_筛选不换页_地址可以收藏(comes: Callable[..., Any]) -> None:
    with stage.on(FIRST_DAY):
        shen = staff.sign_in(comes("沈清和"), "shenhe")
        shen.go("/console/awards/")
        _filter_without_reload(shen)
        shen.page.keyboard.press("j")
        shen.page.keyboard.press("j")
        shen.page.keyboard.press("k")
        assert shen.page.locator("tr.at").count() == 1
        shen.page.keyboard.press("Enter")
        shen.page.wait_for_url("**/console/awards/*/")
        shen.page.keyboard.press("?")
        assert shen.page.locator("#keys[open]").count() == 1
        shen.look("快捷键说明")


def test_会话过期时筛选_整页去登录_不塞进列表里(comes: Callable[..., Any]) -> None:
    with stage.on(FIRST_DAY):
        shen = staff.sign_in(comes("沈清和"), "shenhe")
        shen.go("/console/awards/")
        shen.context.clear_cookies(name="minzheng")
        shen.page.select_option("#flt-state", "active")
        shen.page.wait_for_url("**/login/?next=*")
        assert "%2Fconsole%2Fawards%2F" in shen.page.url


def _filter_without_reload(visitor: Visitor) -> None:
    visitor.page.evaluate("window.sameDocument = true")
    visitor.page.select_option("#flt-state", "active")
    visitor.page.wait_for_url("**/console/awards/?state=active")
    assert visitor.page.evaluate("window.sameDocument === true")
    visitor.sees("状态：享受中").look("筛选以后")
    visitor.page.go_back()
    visitor.page.wait_for_url("**/console/awards/")
    visitor.page.locator(".chips").wait_for(state="detached")


def _one_case_per_state() -> dict[str, int]:
    from minzheng.kernel.cases.models import Case

    return dict(Case.objects.exclude(state="DRAFT").order_by("-pk").values_list("state", "pk"))
