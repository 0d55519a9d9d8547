"""What people elsewhere see in lists and counts is the same with the family and without it: so here the county is empty at
first, and the family comes while they look."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from minzheng.kernel.accounts.models import User
from minzheng.kernel.accounts.roles import ROLES
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.pages.tests import town, town_names
from minzheng.kernel.pages.tests.test_proofs_scope import STRANGE, home, told
from minzheng.kernel.pages.tests.test_scope import PLACELESS
from minzheng.kernel.pages.tests.visiting import bare, legible, lists, permitted, visitor
from minzheng.kernel.parts.filters import Search
from minzheng.kernel.parts.page import Page

pytestmark = pytest.mark.django_db

#: Pages that list what the visitor did, and the test's own requests with it.
OWN_DOING = {
    "exports.mine": "自己的导出",
    "audit.list": "自己的每次打开都记一行",
    "audit.export": "同上",
    "oversight.findings": "同上",
    "setup.template": "空表，文件里有生成时间",
    "monitor.measures": "县里停用了一项监测，各乡镇都看得到",
    "monitor.runs": "一次监测对着全平台的数据，只列合计数",
    "leave.ask": "可以代理的同事名单：这家人的账和物资由另外几位同事经办",
    "funds.board": "县里的资金，本县各地的财务、领导都看得到合计",
    "funds.board_export": "工作簿里有生成时间",
    "relief.stock": "物资目录不分地区，装入后各处都列出",
    "relief.stock_pdf": "打印件上有时间",
    "stats.yearbook_pdf": "打印件上有时间",
    "stats.yearbook_workbook": "工作簿里有生成时间",
}


@pytest.mark.parametrize("role", ROLES)
def test_别处的人看到的名单和数字_有没有这家人都一样(
    role: str,
    bureau: Organization,
    request: pytest.FixtureRequest,
    staff: Callable[[str, str], User],
    record_property: Callable[[str, Any], None],
) -> None:
    town.neighbours()
    for code in ROLES:
        staff(code, home(code))
    clients = {place: visitor(role, place, bureau) for place in STRANGE}
    pages = [page for page in lists() if permitted(page, role) and page.code not in {*PLACELESS, *OWN_DOING}]

    def seen() -> dict[str, str]:
        return {
            f"{role}@{place} {page.code} {query}": _steady(
                page, client.get(reverse(page.code), query | ({"format": "csv"} if page.kind == "export" else {}))
            )
            for place, client in clients.items()
            for page in pages
            for query in _asked(page)
        }

    before = seen()
    request.getfixturevalue("whole")
    after = seen()
    record_property("combinations", 2 * len(before))
    found = [where for where in before if before[where] != after[where]]
    assert not found, told(found)


def _asked(page: Page) -> list[dict[str, str]]:
    """Without a question, and by the name where the page has somewhere to write it (or decides itself what it reads)."""
    finds = page.kind == "custom" or any(isinstance(one, Search) for one in getattr(page.body, "filters", ()))
    return [{}, {"q": town_names.TOKENS["name"]}] if finds or page.kind == "export" else [{}]


def _steady(page: Page, response: Any) -> str:
    """What stays the same as long as nothing is added: of an export the rows without the watermark column, which
    carries number and time."""
    body = b"".join(response) if response.streaming else response.content
    if page.kind == "export" and response.status_code == 200:
        return "\n".join(line.rpartition(",")[0] for line in legible(body).splitlines())
    # what a page says once ("请先勾选") is shown by the next one: it is not the next one's
    return re.sub(r'<div class="notes".*?</div>', "", bare(legible(body)), flags=re.S)
