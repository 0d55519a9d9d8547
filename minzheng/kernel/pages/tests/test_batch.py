"""Ticking rows of a list and doing one thing to all: asked again first, each row with its own result, nothing of others."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader, PdfWriter

from minzheng.kernel import clock
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.cases.models import CaseAct
from minzheng.kernel.pages.casework import print_papers
from minzheng.kernel.pages.tests.conftest import NAME, TOWN_A, TOWN_B

pytestmark = pytest.mark.django_db
PRINT = "cases.print_papers"


@pytest.fixture
def clerk(browse: Callable[..., Client]) -> Client:
    return browse("town_clerk", TOWN_A)


def _one_page(_: Any) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(out)
    return out.getvalue()


def test_列表上能勾选_按钮带着办理页的地址(clerk: Client, family: dict[str, Any]) -> None:
    page = clerk.get(reverse("cases.list")).content.decode()
    assert f'name="row" value="{family["case"].pk}"' in page
    assert f'formaction="{reverse(PRINT)}"' in page


def test_没有勾选_回到列表并说明怎么做(clerk: Client, family: dict[str, Any]) -> None:
    response = clerk.post(reverse(PRINT), {}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("cases.list")
    assert "请先在列表中勾选" in response.content.decode()


def test_先问一遍_列出勾选的各行(clerk: Client, family: dict[str, Any]) -> None:
    page = clerk.post(reverse(PRINT), {"row": [str(family["case"].pk), "x", "9" * 30]}).content.decode()
    assert NAME in page
    assert "生成 PDF（1 行）" in page
    assert not AuditEntry.objects.filter(reason="成批打印文书").exists()


def test_合成一份PDF_每份文书都记查阅(clerk: Client, family: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_papers, "pdf", _one_page)
    response = clerk.post(reverse(PRINT), {"row": str(family["case"].pk), "sent": "1", "which": "unserved"})
    assert response["Content-Type"] == "application/pdf"
    assert len(PdfReader(io.BytesIO(response.content)).pages) == 1
    assert AuditEntry.objects.filter(reason="成批打印文书", object_id=family["document"].pk).count() == 1


def test_没有可打的文书_说一句_不出空文件(clerk: Client, family: dict[str, Any]) -> None:
    family["document"].served_on = clock.today()
    family["document"].save(update_fields=["served_on"])
    response = clerk.post(reverse(PRINT), {"row": str(family["case"].pk), "sent": "1", "which": "unserved"})
    assert response.status_code == 422
    assert "没有符合条件的文书" in response.content.decode()


def test_别的乡镇_照抄行号也勾不到(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    response = browse("town_clerk", TOWN_B).post(
        reverse(PRINT), {"row": str(family["case"].pk), "sent": "1", "which": "all"}, follow=True
    )
    assert NAME not in response.content.decode()
    assert "请先在列表中勾选" in response.content.decode()


def test_上次查看以来_别人做了什么_自己做的不算(
    clerk: Client, browse: Callable[..., Client], family: dict[str, Any]
) -> None:
    case = family["case"]
    url = reverse("cases.detail", kwargs={"pk": case.pk})
    leader = browse("town_leader", TOWN_A)
    assert "自您上次查看" not in leader.get(url).content.decode()
    with clock.at(clock.now() + datetime.timedelta(days=1)):
        CaseAct.objects.create(
            case=case,
            seq=9,
            code="neighbour",
            from_state=case.state,
            to_state=case.state,
            actor=case.created_by,
            actor_name="乡镇经办员",
            role="town_clerk",
            at=clock.now(),
        )
        later = leader.get(url).content.decode()
        mine = clerk.get(url).content.decode()
    assert "自您上次查看" in later
    assert "邻里访问" in later.split("自您上次查看")[1].split("</section>")[0]
    assert "自您上次查看" not in mine


def test_一并启动调查_能办的办_不能办的说明原因(clerk: Client, family: dict[str, Any]) -> None:
    """The family's case is under investigation already: it is left out with a sentence, nothing is written."""
    url = reverse("cases.many_start")
    page = clerk.post(url, {"row": str(family["case"].pk)}).content.decode()
    assert "勾选的各行都不能办理" in page
    assert "现在不在可以“启动调查”的环节" in page
    before = CaseAct.objects.filter(case=family["case"]).count()
    clerk.post(url, {"row": str(family["case"].pk), "sent": "1"})
    assert CaseAct.objects.filter(case=family["case"]).count() == before


def test_一并启动调查_每件各办各的(clerk: Client, family: dict[str, Any]) -> None:
    case = family["case"]
    CaseAct.objects.filter(case=case, code="start").delete()
    case.state = "ACCEPTED"
    case.save(update_fields=["state"])
    page = clerk.post(reverse("cases.many_start"), {"row": str(case.pk), "sent": "1"}).content.decode()
    case.refresh_from_db()
    assert case.state == "INVESTIGATING"
    assert "已办理 <strong>1</strong> 行" in page


def test_没有开放批量确认的地方_列表上没有这个按钮(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    page = browse("county_reviewer").get(reverse("cases.list")).content.decode()
    assert reverse("cases.many_approve") not in page
