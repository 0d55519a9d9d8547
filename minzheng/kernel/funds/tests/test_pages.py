"""The screens: entered by one, confirmed by another, read by the auditor, published for everybody."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import python_calamine as calamine
from django.test import Client
from django.urls import reverse

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.funds import projects, publishing
from minzheng.kernel.funds.models import FundAllocation, FundReturn, FundRule, WelfareEntry, WelfareProject
from minzheng.kernel.funds.tests.conftest import COUNTY, DIBAO, TODAY, VILLAGE, draw
from minzheng.kernel.funds.tests.test_welfare import GIVEN
from minzheng.kernel.pages.tests.visiting import prove

pytestmark = pytest.mark.django_db


def post(client: Client, page: str, data: dict[str, object], **arguments: object) -> str:
    """The address it leads to; a refusal fails with what the page says."""
    response = client.post(reverse(page, kwargs=arguments), data)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def confirm(client: Client, row: FundAllocation | FundRule | FundReturn | WelfareEntry | WelfareProject) -> None:
    post(client, "funds.confirm", {}, kind=row.word, pk=row.pk)
    row.refresh_from_db()
    assert row.state == "confirmed"


def test_指标_录入_确认_看余额_导出(browse: Callable[..., Client]) -> None:
    cashier, head, auditor = browse("finance"), browse("bureau_head"), browse("auditor")
    given = {"region": COUNTY, "year": "2026", "source": "central", "purpose": "relief", "kind": "initial",
             "amount": "1000000.50", "document_no": "示财社〔2026〕3号", "document_on": "2026-01-15"}  # fmt: skip
    wrong = cashier.post(reverse("funds.allocate"), given | {"amount": "0", "source": ""})
    assert wrong.status_code == 422
    where = post(cashier, "funds.allocate", given)
    row = FundAllocation.objects.get()
    assert "示财社〔2026〕3号" in cashier.get(where).content.decode()
    own = cashier.post(reverse("funds.confirm", kwargs={"kind": "allocation", "pk": row.pk}))
    assert (own.status_code, "录入人不能自己确认" in own.content.decode()) == (422, True)
    assert "有 1 条指标等您确认" in head.get(reverse("funds.board")).content.decode()
    confirm(head, row)
    draw("central", DIBAO, 400_000_50, "2026-03")
    shown = auditor.get(reverse("funds.board")).content.decode()
    assert "1,000,000.50" in shown
    assert "600,000.00" in shown
    assert "支出进度 40%" in shown
    for page in ("funds.allocate", "funds.share_new"):
        assert auditor.get(reverse(page)).status_code == 403
    prove(auditor)
    book = auditor.get(reverse("funds.board_export"))
    sheets = calamine.CalamineWorkbook.from_filelike(io.BytesIO(book.content))
    rows = sheets.get_sheet_by_name("按资金来源").to_python()
    assert rows[1] == ["中央财政", 1_000_000.5, 400_000.5, 0.0, 0.0, 600_000.0]
    assert sheets.get_sheet_by_name("按事项和月份（中央财政）").to_python()[1][3] == 400_000.5
    post(cashier, "funds.adjust", {"amount": "-600000", "document_no": "调1", "document_on": "2026-11-01"}, pk=row.pk)
    less = row.adjustments.get()
    ticked = head.post(reverse("funds.confirm_allocations"), {"row": [less.pk], "sent": "1"}).content.decode()
    assert "已确认" in ticked
    assert auditor.get(reverse("funds.board") + f"?region={VILLAGE}").status_code == 404


def test_规则和退回_两个人办(browse: Callable[..., Client]) -> None:
    cashier, head = browse("finance"), browse("bureau_head")
    given = {
        "region": COUNTY,
        "item_code": "",
        "covered_by": "county",
        "valid_from": "2026-01-01",
        "document": "示财〔2025〕9号",
    }
    short = cashier.post(reverse("funds.share_new"), given | {"share_central": "60", "share_county": "39.5"})
    assert "现在是 99.5%" in short.content.decode()
    post(cashier, "funds.share_new", given | {"share_central": "60", "share_county": "40"})
    confirm(head, FundRule.objects.get(kind="share"))
    assert "中央财政 60%、县级财政 40%" in cashier.get(reverse("funds.rules")).content.decode()
    listed = cashier.get(reverse("funds.order_new")).content.decode()
    assert "低保\n特困供养" in listed
    order = {"region": COUNTY, "order": "特困供养\n低报", "valid_from": "2026-01-01", "document": "示民〔2026〕1号"}
    assert "不认识“低报”" in cashier.post(reverse("funds.order_new"), order).content.decode()
    post(cashier, "funds.order_new", order | {"order": "1. 特困供养\n2. 低保"})
    rule = FundRule.objects.get(kind="order")
    assert rule.value == ["assistance.tekun", DIBAO]
    post(cashier, "funds.withdraw", {"reason": "另定"}, kind="rule", pk=rule.pk)
    draw("central", DIBAO, 500)
    back = {"region": COUNTY, "year": "2026", "source": "central", "item_code": DIBAO, "amount": "5", "reason": "unclaimed",
            "voucher": "缴0001", "returned_on": "2026-11-20"}  # fmt: skip
    post(cashier, "funds.return_new", back)
    confirm(head, FundReturn.objects.get())
    assert "缴0001" in head.get(reverse("funds.returns")).content.decode()


def test_公益金_从立项到社会公布(
    browse: Callable[..., Client], cashier: Actor, head: Actor, allot: Callable[..., FundAllocation]
) -> None:
    allot("lottery", 100_000_00, "welfare")
    one, other, anybody = browse("finance"), browse("bureau_head"), Client()
    given = {key: value for key, value in GIVEN.items() if key != "region_code"}
    where = post(one, "funds.project_new", given | {"region": COUNTY, "name": "适老化改造", "budget": "80000"})
    row = WelfareProject.objects.get()
    confirm(other, row)
    post(
        one,
        "funds.project_book",
        {"kind": "spend", "amount": "1234.5", "occurred_on": "2026-11-01", "voucher": "记7"},
        pk=row.pk,
    )
    confirm(other, WelfareEntry.objects.get())
    post(one, "funds.project_report", {"result": "改造 18 户", "score": "90", "open": "yes"}, pk=row.pk)
    shown = one.get(where).content.decode()
    assert "1,234.50" in shown
    assert "78,765.50" in shown
    assert "还没有公布过" in anybody.get(reverse("funds.public")).content.decode()
    post(one, "funds.list_new", {"region": COUNTY, "year": "2026"})
    made = publishing.WelfareList.objects.get()
    assert anybody.get(reverse("funds.public_one", kwargs={"region": COUNTY, "year": 2026})).status_code == 404
    confirm(other, made)
    told = anybody.get(reverse("funds.public_one", kwargs={"region": COUNTY, "year": 2026})).content.decode()
    assert "改造 18 户" in told
    assert "1,234.50 元（1.5%）" in told
    paper = anybody.get(reverse("funds.public_pdf", kwargs={"region": COUNTY, "year": 2026}))
    assert paper.content.startswith(b"%PDF")
    assert projects.sums(row) == (80_000_00, 1_234_50)
    assert TODAY.year == made.year
