"""The pages of an import, clicked through: upload, columns, trial, submit, approve, result, reject file."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from minzheng.kernel.awards.models import Award
from minzheng.kernel.exchange.models import ImportBatch, MappingTemplate
from minzheng.kernel.exchange.tests import rolls

pytestmark = pytest.mark.django_db


@pytest.fixture
def browsers() -> dict[str, Client]:
    found = {}
    for role in ("data_officer", "county_reviewer", "town_clerk"):
        actor = rolls.people(role)[0]
        actor.user.second_factor_at = actor.user.created_at
        actor.user.save()
        found[role] = Client()
        found[role].force_login(actor.user, backend="minzheng.kernel.accounts.backends.AccountBackend")
    return found


def _upload(client: Client, content: bytes, name: str = "花名册.xlsx") -> ImportBatch:
    response = client.post(reverse("caseload.upload"), {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302, response.content.decode()[:2000]
    return ImportBatch.objects.latest("pk")


def _posted(client: Client, batch: ImportBatch, **changes: Any) -> dict[str, Any]:
    """The mapping page's own choices, as a browser would send them back."""
    page = client.get(reverse("caseload.mapping", kwargs={"pk": batch.pk}))
    form = page.context["form"]
    told = {column.input: column.field for column in form.columns}
    return {**told, "layout": form.layout, "item": "assistance.dibao", "amount_per": "household", **changes}


def test_从上传到入库_两个人(browsers: dict[str, Client]) -> None:
    officer, reviewer = browsers["data_officer"], browsers["county_reviewer"]
    batch = _upload(officer, rolls.as_xlsx(rolls.roll(4), title="花名册"))
    posted = _posted(officer, batch, control=',,4,8,"1462"'.replace('"', ""), template="低保花名册")
    assert posted["col-4"] == "id_no" and posted["col-9"] == "amount"  # guessed from the headings
    response = officer.post(reverse("caseload.mapping", kwargs={"pk": batch.pk}), posted)
    assert response.status_code == 302, response.content.decode()
    report = officer.get(reverse("caseload.detail", kwargs={"pk": batch.pk})).content.decode()
    assert "与对照数相符" in report and "新增待遇" in report and rolls.name_of(10) not in report
    assert MappingTemplate.objects.get().name == "低保花名册"
    assert officer.post(reverse("caseload.submit", kwargs={"pk": batch.pk}), {}).status_code == 302
    assert officer.post(reverse("caseload.approve", kwargs={"pk": batch.pk}), {}).status_code == 403
    assert reviewer.post(reverse("caseload.approve", kwargs={"pk": batch.pk}), {}).status_code == 302
    assert Award.objects.count() == 4
    assert "已入库" in reviewer.get(reverse("caseload.list")).content.decode()
    award = Award.objects.first()
    assert award is not None
    clerk = browsers["town_clerk"]
    page = clerk.get(reverse("awards.detail", kwargs={"pk": award.pk})).content.decode()
    assert "不是本系统测算的" in page and "启动复核" in page
    done = clerk.post(reverse("caseload.recheck", kwargs={"pk": award.pk}), {"why": "change", "opinion": "变化"})
    assert done.status_code == 302
    award.refresh_from_db()
    assert award.case is not None and award.case.state == "RECHECK"


def test_样例隐去个人信息(browsers: dict[str, Client]) -> None:
    batch = _upload(browsers["data_officer"], rolls.as_xlsx(rolls.roll(2)))
    page = browsers["data_officer"].get(reverse("caseload.mapping", kwargs={"pk": batch.pk})).content.decode()
    assert rolls.name_of(10) not in page and rolls.id_no(10) not in page and "石" in page


def test_退回文件能下载_别的岗位不能(browsers: dict[str, Client]) -> None:
    rows = rolls.roll(2)
    rows[0][1] = "石拱桥村"
    batch = _upload(browsers["data_officer"], rolls.as_xlsx(rows))
    url = reverse("caseload.mapping", kwargs={"pk": batch.pk})
    browsers["data_officer"].post(url, _posted(browsers["data_officer"], batch))
    rejects = reverse("caseload.rejects", kwargs={"pk": batch.pk})
    content = browsers["data_officer"].get(rejects).content
    table = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert "石桥村" in table[1][-1]
    assert browsers["county_reviewer"].get(rejects).status_code == 403
    assert browsers["town_clerk"].get(rejects).status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [("说明.docx", b"x", "只能导入"), ("空.csv", b"", "文件是空的"), ("坏.xlsx", b"PK\x03\x04broken", "已损坏")],
)
def test_读不了的文件_一句话说清(browsers: dict[str, Client], name: str, content: bytes, sentence: str) -> None:
    client = browsers["data_officer"]
    response = client.post(reverse("caseload.upload"), {"file": SimpleUploadedFile(name, content)})
    if response.status_code == 302:
        response = client.get(response["Location"])
    assert response.status_code == 422 and sentence in response.content.decode()


def test_对照数写错_页面说第几行(browsers: dict[str, Client]) -> None:
    client = browsers["data_officer"]
    batch = _upload(client, rolls.as_xlsx(rolls.roll(1)))
    url = reverse("caseload.mapping", kwargs={"pk": batch.pk})
    response = client.post(url, _posted(client, batch, control="没有的镇,低保,1,2,3"))
    assert response.status_code == 422 and "没有“没有的镇”" in response.content.decode()
    response = client.post(url, _posted(client, batch, control="云岭镇,低保"))
    assert response.status_code == 422 and "应有五项" in response.content.decode()
