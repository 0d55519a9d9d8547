"""福彩公益金: projects within the money, spending in the ledger, a yearly list that ties to the fen."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.funds import papers, projects, publishing, reminders, selectors
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.models import FundAllocation, WelfareList, WelfareProject
from minzheng.kernel.funds.tests.conftest import COUNTY, TODAY, draw
from minzheng.kernel.ledger.proofs import verify
from minzheng.kernel.ledger.services import reverse
from minzheng.kernel.models import LedgerTransaction

pytestmark = pytest.mark.django_db
GIVEN: dict[str, Any] = {
    "region_code": COUNTY, "year": 2026, "category": "old", "executor": "示范县社会福利院", "content": "适老化改造 20 户",
    "goal": "改造 20 户", "document_no": "示民〔2026〕8号",
}  # fmt: skip


@pytest.fixture
def project(cashier: Actor, head: Actor, allot: Callable[..., FundAllocation]) -> WelfareProject:
    allot("lottery", 100_000, "welfare")
    row = projects.enter(actor=cashier, name="适老化改造", budget_fen=80_000, **GIVEN)
    with pytest.raises(FundsRefused, match="录入人不能自己确认"):
        projects.approve(actor=cashier, pk=row.pk)
    return projects.approve(actor=head, pk=row.pk)


def spend(cashier: Actor, head: Actor, project: WelfareProject, fen: int, voucher: str, kind: str = "spend") -> Any:
    row = projects.book(actor=cashier, pk=project.pk, kind=kind, amount_fen=fen, occurred_on=TODAY, voucher=voucher)
    return projects.confirm_entry(actor=head, pk=row.pk)


def test_项目预算不超过公益金指标_支出不超过预算_每笔都在账上(
    project: WelfareProject, cashier: Actor, head: Actor
) -> None:
    more = projects.enter(actor=cashier, name="另一个项目", budget_fen=20_001, **GIVEN)
    with pytest.raises(FundsRefused, match=r"还能安排 200\.00 元"):
        projects.approve(actor=head, pk=more.pk)
    entry = spend(cashier, head, project, 30_000, "记001")
    with pytest.raises(FundsRefused, match="支出不能超过预算"):
        spend(cashier, head, project, 50_001, "记002")
    spend(cashier, head, project, -1_000, "退001")
    spend(cashier, head, project, 20_000, "示民〔2026〕9号", "budget")
    with pytest.raises(FundsRefused, match="不要重复登记"):
        projects.book(actor=cashier, pk=project.pk, kind="spend", amount_fen=5, occurred_on=TODAY, voucher="记001")
    assert projects.sums(project) == (100_000, 29_000)
    assert selectors.balance(COUNTY, 2026).purposes["welfare"]["lottery"].left == 71_000
    with pytest.raises(DatabaseError, match="不能修改"), transaction.atomic():
        type(entry).objects.filter(pk=entry.pk).update(amount_fen=1)
    report = verify()
    assert report.ok, report.errors


def test_公告_没有结果的不公告_对不上账的不公告_编制后变了要重来(
    project: WelfareProject, cashier: Actor, head: Actor
) -> None:
    entry = spend(cashier, head, project, 30_000, "记001")
    draw("lottery", "children.orphan", 12_345)
    with pytest.raises(FundsRefused, match="还没有登记执行结果"):
        publishing.draft(actor=cashier, region_code=COUNTY, year=2026)
    projects.report(actor=cashier, pk=project.pk, result="完成 18 户", performance="良好", score=88, finished_on=None)
    row = publishing.draft(actor=cashier, region_code=COUNTY, year=2026)
    totals = row.figures["totals"]
    assert (totals["spent"], totals["benefits"], totals["used"], totals["ledger"]) == (30_000, 12_345, 42_345, 42_345)
    spend(cashier, head, project, 1_000, "记002")
    with pytest.raises(FundsRefused, match="请重新编制"):
        publishing.publish(actor=head, pk=row.pk)
    row = publishing.draft(actor=cashier, region_code=COUNTY, year=2026)
    assert publishing.newest(COUNTY, 2026) is None
    publishing.publish(actor=head, pk=row.pk)
    assert publishing.newest(COUNTY, 2026) == row
    assert WelfareList.objects.filter(state="draft").count() == 0
    pdf = papers.welfare_list(row)
    assert pdf.startswith(b"%PDF")
    reverse(of=LedgerTransaction.objects.get(pk=entry.booked_id), actor=head, reason="记错科目", occurred_on=TODAY)
    with pytest.raises(FundsRefused, match=r"相差 -300\.00 元"):
        publishing.draft(actor=cashier, region_code=COUNTY, year=2026)


def test_提醒_支出慢_上年没公布_公布了就不提(project: WelfareProject, cashier: Actor, head: Actor) -> None:
    spend(cashier, head, project, 47_999, "记001")
    day = datetime.date
    assert reminders.of(cashier, day(2026, 9, 30)) == []
    ((sentence, page),) = reminders.of(cashier, day(2026, 10, 1))
    assert (page, "支出进度 59%，低于 9 月底应达到的 60%" in sentence) == ("funds.projects", True)
    spend(cashier, head, project, 1, "记002")
    assert reminders.of(cashier, day(2026, 10, 1)) == []
    assert reminders.of(cashier, day(2027, 4, 30)) == []
    assert "最迟 6 月底前" in reminders.of(cashier, day(2027, 6, 1))[0][0]
    assert "已经过期" in reminders.of(cashier, day(2027, 7, 1))[0][0]
    assert reminders.of(head, day(2027, 7, 1)) == []
    projects.report(actor=cashier, pk=project.pk, result="完成", performance="", score=None, finished_on=None)
    publishing.publish(actor=head, pk=publishing.draft(actor=cashier, region_code=COUNTY, year=2026).pk)
    assert reminders.of(cashier, day(2027, 7, 1)) == []
