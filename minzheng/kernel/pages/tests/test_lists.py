"""Lists and exports: filter, order and page are in the address; a partial refresh gives the part alone; exports hide
numbers, carry no formulas and are audited.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases.models import Case
from minzheng.kernel.pages.exporting.files import guarded_text
from minzheng.kernel.pages.tests.conftest import ACCOUNT, COUNTY, NAME, TOWN_A, VILLAGE

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(family: dict[str, Any]) -> None:
    for n in range(2, 32):
        Case.objects.create(
            no=f"990101-DB-2026-{n:06d}",
            item_code="assistance.dibao",
            state="REVIEW" if n % 2 else "SUBMITTED",
            region_code=VILLAGE,
            applicant_name=f"赵{n:02d}",
            submitted_at=family["case"].submitted_at,
            form={"a": n},
        )


@pytest.fixture
def clerk(browse: Callable[..., Client]) -> Client:
    return browse("town_clerk", TOWN_A)


def test_一页二十条_总数与翻页写在页上(clerk: Client, many: None) -> None:
    page = clerk.get(reverse("cases.list")).content.decode()
    assert "共 <strong>31</strong> 条，显示第 1–20 条" in page
    assert 'aria-current="page"' in page
    assert clerk.get(reverse("cases.list"), {"page": "2"}).content.decode().count("<tr data-row>") == 11
    assert clerk.get(reverse("cases.list"), {"size": "50"}).content.decode().count("<tr data-row>") == 31


def test_页码写得离谱_给最后一页或第一页(clerk: Client, many: None) -> None:
    for wanted in ("999", "-3", "甲", "99999999999999999999"):
        assert clerk.get(reverse("cases.list"), {"page": wanted}).status_code == 200


def test_只能按声明过的列排序(clerk: Client, many: None) -> None:
    up = clerk.get(reverse("cases.list"), {"sort": "no", "size": "50"}).content.decode()
    assert up.index("990101-DB-2026-000001") < up.index("990101-DB-2026-000031")
    assert 'aria-sort="ascending"' in up
    assert clerk.get(reverse("cases.list"), {"sort": "form"}).status_code == 200
    assert clerk.get(reverse("cases.list"), {"sort": "applicant__id_no"}).status_code == 200


def test_筛选_留下条件牌_可逐个去掉(clerk: Client, many: None) -> None:
    page = clerk.get(reverse("cases.list"), {"state": "REVIEW", "q": "赵03"}).content.decode()
    assert page.count("<tr data-row>") == 1
    assert "状态：县级审核确认" in page
    assert 'href="?q=~' in page and 'href="?q=%E8' not in page  # what was typed stands in no link


def test_筛选值不在选项里_什么也不显示_也不出错(clerk: Client, many: None) -> None:
    for wrong in ({"state": "'; DROP"}, {"region": "990101002000"}, {"due": "x"}, {"submitted_from": "明天"}):
        assert clerk.get(reverse("cases.list"), wrong).status_code == 200
    assert "清除筛选条件" in clerk.get(reverse("cases.list"), {"region": "990101002000"}).content.decode()


def test_局部刷新只给列表_地址栏换成干净的地址(clerk: Client, many: None) -> None:
    response = clerk.get(
        reverse("cases.list"),
        {"state": "REVIEW", "q": "", "page": ""},
        headers={"HX-Request": "true", "HX-Target": "div#list"},
    )
    assert "<html" not in response.content.decode()
    assert response["HX-Push-Url"] == reverse("cases.list") + "?state=REVIEW"
    assert "HX-Request" in response["Vary"]


def test_空列表说怎样才会有(browse: Callable[..., Client], places: None) -> None:
    assert "群众在手机上提交" in browse("town_clerk", TOWN_A).get(reverse("cases.list")).content.decode()


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@SUM(A1)", "\t=1"])
def test_导出的文字不会被当成公式(text: str) -> None:
    assert guarded_text(text) == "'" + text


def test_导出_号码遮盖_直接导出不含完整号码(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    url, client = reverse("awards.export"), browse("county_reviewer", COUNTY)
    Award.objects.filter(pk=family["award"].pk).update(payee_name="=HYPERLINK(1)")
    masked = _sheet(client.get(url).content)
    assert masked[0][:2] == ["证号", "领款人"]
    assert masked[1][1] == "=HYPERLINK(1)"
    assert masked[1][6] == 498.0
    assert ACCOUNT not in str(masked)
    assert AuditEntry.objects.get(action="export").detail["full_numbers"] is False


def test_导出_带着列表的筛选(browse: Callable[..., Client], many: None) -> None:
    rows = _sheet(browse("county_reviewer", COUNTY).get(reverse("cases.export"), {"q": NAME}).content)
    assert [row[0] for row in rows[1:2]] == ["990101-DB-2026-000001"]
    assert len([row for row in rows if str(row[0]).startswith("990101-DB")]) == 1


def test_导出CSV_有BOM_长数字保全(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    response = browse("county_reviewer", COUNTY).get(reverse("awards.export"), {"format": "csv"})
    body = response.content
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body[3:].decode())))
    assert rows[0][-1] == "导出编号" and rows[1][-1].startswith("DC990101-")
    assert response["Content-Disposition"].startswith("attachment;")


def test_个人数据的页不留在共用电脑里(clerk: Client, family: dict[str, Any]) -> None:
    assert clerk.get(reverse("cases.list"))["Cache-Control"] == "no-store, private"


def _sheet(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(1).to_python()
