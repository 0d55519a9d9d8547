"""Exports: small ones at once, many rows or whole numbers only with somebody else's leave; every file says who took it."""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import actor_of
from minzheng.kernel.accounts.models import Assignment, User
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.awards.models import Award
from minzheng.kernel.cases.models import Case
from minzheng.kernel.exports import services
from minzheng.kernel.exports.errors import ExportRefused
from minzheng.kernel.exports.models import ExportRequest
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.jobs.worker import drain
from minzheng.kernel.pages.tests.conftest import ACCOUNT, COUNTY, TOWN_A, TOWN_B, VILLAGE

pytestmark = pytest.mark.django_db
WHY = "报县财政局核对十一月发放数据"


@pytest.fixture
def reviewer(browse: Callable[..., Client]) -> Client:
    return browse("county_reviewer")


@pytest.fixture
def head(browse: Callable[..., Client]) -> Client:
    return browse("bureau_head")


def awards(count: int) -> None:
    Award.objects.bulk_create(
        Award(
            no=f"A{n:06d}", item_code="assistance.dibao", payee_name=f"人{n}", persons=1, account_no=ACCOUNT,
            amount_fen=100 * n, first_month=datetime.date(2026, 12, 1), decided_on=datetime.date(2026, 11, 20),
            frozen={}, region_code=VILLAGE,
        )
        for n in range(count)
    )  # fmt: skip


def ask(client: Client, **given: str) -> ExportRequest:
    response = client.post(reverse("awards.export"), {"purpose": WHY, **given})
    assert response.status_code == 302, response.content.decode()
    return ExportRequest.objects.latest("asked_at")


def approve(head: Client, request: ExportRequest, verdict: str = "yes", text: str = "同意导出") -> Any:
    return head.post(reverse("exports.decide", kwargs={"pk": request.pk}), {"verdict": verdict, "text": text})


def fetched(client: Client, request: ExportRequest, part: int = 0) -> Any:
    return client.get(reverse("exports.download", kwargs={"pk": request.pk, "part": part}))


def test_小的导出当场给_行数与列表相同_每一处都有水印(reviewer: Client, family: dict[str, Any]) -> None:
    awards(7)
    listed = reviewer.get(reverse("awards.list")).context["total"]
    content = reviewer.get(reverse("awards.export")).content
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["导出说明", "待遇名册"]
    assert len(book.get_sheet_by_index(1).to_python()) - 1 == listed == 8
    request = ExportRequest.objects.get()
    note = dict(row[:2] for row in book.get_sheet_by_index(0).to_python())
    assert note["导出编号"] == request.no and note["本文件行数"] == "8" and "测试民政局" in note["单位与岗位"]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for name in ("xl/worksheets/sheet2.xml", "docProps/core.xml"):
            assert request.no in parts.read(name).decode()
    line = AuditEntry.objects.get(action="export")
    assert (line.detail["rows"], line.detail["no"], line.object_id) == (8, request.no, request.pk)


def test_CSV每一行都带编号_机器照样能读(reviewer: Client, family: dict[str, Any]) -> None:
    awards(3)
    body = reviewer.get(reverse("awards.export"), {"format": "csv"}).content
    rows = list(csv.DictReader(io.StringIO(body[3:].decode())))
    no = ExportRequest.objects.get().no
    assert len(rows) == 4 and all(row["导出编号"].startswith(no) for row in rows)
    assert {row["证号"] for row in rows} >= {"A000000", "A000002"}


def test_超过限额_改为申请_同意前没有文件(
    reviewer: Client, head: Client, family: dict[str, Any], settings: Any
) -> None:
    settings.EXPORT_APPROVAL_ROWS = 5
    awards(9)
    form = reviewer.get(reverse("awards.export"))
    assert "须由另一名有审批权限的人" in form.content.decode() and form["Content-Type"].startswith("text/html")
    request = ask(reviewer)
    assert (request.state, request.rows, request.unmasked) == ("asked", 10, False)
    assert fetched(reviewer, request).status_code == 404
    assert request.no in head.get(reverse("exports.approvals")).content.decode()
    assert approve(head, request).status_code == 302
    drain()
    request.refresh_from_db()
    assert (request.state, request.made_rows, len(request.files)) == ("made", 10, 1)
    response = fetched(reviewer, request)
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    assert len(book.get_sheet_by_index(1).to_python()) == 11
    assert ("审批人", "局领导") in [tuple(row[:2]) for row in book.get_sheet_by_index(0).to_python()]
    request.refresh_from_db()
    assert request.downloads == 1
    assert AuditEntry.objects.get(action="export.download").detail["rows"] == 10


def test_一万零一行_审批_水印_分成两个文件(reviewer: Client, head: Client, family: dict[str, Any]) -> None:
    awards(10_000)
    request = ask(reviewer, format="csv")
    assert request.rows == 10_001
    approve(head, request)
    drain()
    request.refresh_from_db()
    assert [file["rows"] for file in request.files] == [10_000, 1] and request.made_rows == 10_001
    seen = set()
    for part in range(2):
        rows = list(csv.DictReader(io.StringIO(fetched(reviewer, request, part).content[3:].decode())))
        assert all(row["导出编号"].startswith(request.no) for row in rows)
        seen |= {row["证号"] for row in rows}
    assert len(seen) == 10_001
    assert fetched(reviewer, request, 2).status_code == 404
    run = JobRun.objects.get(name=services.MAKE)
    assert run.progress == 100 and list(run.args) == ["request"]


def test_含完整号码_一行也要审批_没有权限的仍然遮盖(
    reviewer: Client, head: Client, browse: Callable[..., Client], family: dict[str, Any]
) -> None:
    request = ask(reviewer, unmask="1")
    assert (request.state, request.unmasked) == ("asked", True)
    approve(head, request)
    drain()
    assert ACCOUNT in str(CalamineWorkbook.from_filelike(io.BytesIO(fetched(reviewer, request).content))
                          .get_sheet_by_index(1).to_python())  # fmt: skip
    finance = browse("finance").post(reverse("awards.export"), {"purpose": WHY, "unmask": "1"})
    assert finance.status_code == 200 and ACCOUNT.encode() not in finance.content
    assert ExportRequest.objects.latest("asked_at").unmasked is False


@pytest.mark.parametrize("purpose", ["", "报表", "     "])
def test_用途写不清_不能申请(reviewer: Client, family: dict[str, Any], purpose: str) -> None:
    response = reviewer.post(reverse("awards.export"), {"purpose": purpose, "unmask": "1"})
    assert response.status_code == 422 and "至少 6 个字" in response.content.decode()
    assert not ExportRequest.objects.exists()


def test_不能审批自己的_不能审批两次_不同意要写理由(
    reviewer: Client, head: Client, staff: Callable[..., User], bureau: Any, family: dict[str, Any]
) -> None:
    request = ask(reviewer, unmask="1")
    user = staff("county_reviewer", COUNTY)
    Assignment.objects.create(
        user=user, role="bureau_head", organization=bureau, region_code=COUNTY, valid_from=datetime.date(2020, 1, 1)
    )
    with pytest.raises(ExportRefused, match="自己"):
        services.decide(actor=actor_of(user), pk=request.pk, approve=True, text="")
    assert approve(head, request, "no", "").status_code == 422
    assert approve(head, request, "no", "用途不清，请说明").status_code == 302
    request.refresh_from_db()
    assert (request.state, request.decided_name) == ("refused", "局领导")
    assert approve(head, request).status_code in (404, 422)
    assert not JobRun.objects.filter(name=services.MAKE).exists()


def test_别的地区的领导不能审批_别人不能下载(
    browse: Callable[..., Client], head: Client, family: dict[str, Any]
) -> None:
    clerk = browse("town_clerk", TOWN_A)
    request = ask(clerk, unmask="1")
    assert approve(browse("bureau_head", TOWN_B), request).status_code == 404
    approve(head, request)
    drain()
    assert fetched(clerk, request).status_code == 200
    for other in (head, browse("county_reviewer"), browse("town_clerk", TOWN_B)):
        assert fetched(other, request).status_code == 404
    assert browse("town_clerk", TOWN_B).get(reverse("exports.detail", kwargs={"pk": request.pk})).status_code == 404


def test_同意后失去权限的人_文件不生成_页面说明原因(
    reviewer: Client, head: Client, staff: Callable[..., User], family: dict[str, Any]
) -> None:
    request = ask(reviewer, unmask="1")
    approve(head, request)
    Assignment.objects.filter(user=staff("county_reviewer", COUNTY)).update(valid_to=datetime.date(2021, 1, 1))
    drain()
    request.refresh_from_db()
    assert request.state == "failed" and "没有这一页的导出权限" in request.error


def test_到期删除文件_没人审批的作废(reviewer: Client, head: Client, family: dict[str, Any]) -> None:
    made, waiting = ask(reviewer, unmask="1"), ask(reviewer, unmask="1")
    approve(head, made)
    drain()
    made.refresh_from_db()
    from minzheng.kernel.documents import vault

    path = vault._full(made.files[0]["path"])
    assert path.exists()
    with clock.at(clock.now() + datetime.timedelta(hours=73)):
        assert fetched(reviewer, made).status_code == 404
        assert services.expire() == 1
    assert not path.exists()
    with clock.at(clock.now() + datetime.timedelta(days=8)):
        assert services.expire() == 1
    waiting.refresh_from_db()
    assert waiting.state == "expired"


def test_文件加密存放_改动后不给下载(reviewer: Client, head: Client, family: dict[str, Any]) -> None:
    request = ask(reviewer, unmask="1")
    approve(head, request)
    drain()
    request.refresh_from_db()
    from minzheng.kernel.documents import vault

    path = vault._full(request.files[0]["path"])
    assert b"PK" not in path.read_bytes()[:4]
    path.write_bytes(path.read_bytes()[:-1] + b"0")
    reviewer.raise_request_exception = False
    assert fetched(reviewer, request).status_code >= 400


def test_导出的行与列表一样受范围限制(browse: Callable[..., Client], family: dict[str, Any]) -> None:
    awards(5)
    assert len(list(csv.reader(io.StringIO(
        browse("town_clerk", TOWN_B).get(reverse("awards.export"), {"format": "csv"}).content[3:].decode()
    )))) == 1  # fmt: skip


def test_筛选条件里的姓名不进审计明细_只进加密的申请(reviewer: Client, family: dict[str, Any]) -> None:
    Case.objects.filter(pk=family["case"].pk).update(applicant_name="周桂兰")
    reviewer.get(reverse("cases.export"), {"q": "周桂兰"})
    line = AuditEntry.objects.get(action="export")
    assert line.detail["filters"] == ["q"] and "周桂兰" not in str(line.detail)
    assert "周桂兰" in ExportRequest.objects.get().filters


def test_空的名单也能导出_说明是零行(browse: Callable[..., Client], places: None) -> None:
    body = browse("county_reviewer").get(reverse("cases.export")).content
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(1).to_python()) == 1


def test_没有导出过_页面说怎样才会有(browse: Callable[..., Client], places: None) -> None:
    assert "您还没有导出过" in browse("finance").get(reverse("exports.mine")).content.decode()
    assert "没有要审批的导出" in browse("bureau_head").get(reverse("exports.approvals")).content.decode()
