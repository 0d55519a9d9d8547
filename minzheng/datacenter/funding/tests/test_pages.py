"""A file of allocations, the forecast on its page, in a workbook and on the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import python_calamine as calamine
import xlsxwriter
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from minzheng.datacenter.funding import importing
from minzheng.datacenter.funding.cli import funds
from minzheng.datacenter.funding.models import FundForecast
from minzheng.datacenter.funding.tests.test_forecasting import autumn, award  # noqa: F401
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.awards.models import Award
from minzheng.kernel.funds import allocations
from minzheng.kernel.funds.models import FundAllocation
from minzheng.kernel.funds.tests.conftest import COUNTY
from minzheng.kernel.pages.tests.visiting import prove

pytestmark = pytest.mark.django_db
ROWS = (
    ["示范县 2026 年指标"], [],
    ["年度", "来源", "用途", "事项", "金额（元）", "文号", "日期", "类型"],
    ["2026年", "中央", "困难群众救助补助资金", "", 1200000.1 + 0.2, "示财社〔2026〕1号", "2026-01-15", "提前下达"],
    ["", "县级财政", "", "低保", "300,000.5", "示财社〔2026〕2号", "2026/3/1", ""],
    ["", "县", "", "高龄津贴", "0", "示财社〔2026〕3号", "2026-03-01", ""],
    ["", "火星财政", "困难群众救助补助资金", "", "1", "号", "2026-03-01", ""],
    ["", "省级", "", "", "1", "号", "2026-03-01", ""],
    ["", "省级", "养老服务与老年福利资金", "低保", "1", "号", "2026-03-01", ""],
    ["", "市", "残疾人两项补贴资金", "", "10.005", "号", "三月", ""],
)  # fmt: skip


def book() -> bytes:
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = made.add_worksheet()
    for number, cells in enumerate(ROWS):
        sheet.write_row(number, 0, cells)
    made.close()
    return buffer.getvalue()


def test_导入_坏行有行号和原因_再传不重复_金额不同的不收(cashier: Actor, head: Actor) -> None:
    given = {"actor": cashier, "region_code": COUNTY, "year": 2026, "data": book(), "name": "指标.xlsx"}
    report = importing.take_in(**given)
    assert (report.entered, report.same, report.fen) == (2, 0, 1_200_000_30 + 300_000_50)
    told = {one.line: one.sentence for one in report.bad}
    assert sorted(told) == [6, 7, 8, 9, 10]
    assert "金额应大于 0" in told[6]
    assert "“火星财政”看不懂" in told[7]
    assert "不知道这笔钱管什么" in told[8]
    assert "不能用于这个事项" in told[9]
    assert "最多保留两位小数" in told[10]
    again = importing.take_in(**given)
    assert (again.entered, again.same, len(again.bad)) == (0, 2, 5)
    row = FundAllocation.objects.get(kind="advance")
    assert (row.amount_fen, row.state, row.source) == (1_200_000_30, "draft", "central")
    allocations.confirm(actor=head, pk=row.pk)
    other = (
        "来源,用途,金额,文号,文件日期,类型\n中央,困难群众救助补助资金,5,示财社〔2026〕1号,2026-01-15,提前下达\n".encode(
            "gb18030"
        )
    )
    assert "金额不同" in str(importing.take_in(**given | {"data": other, "name": "改.csv"}).bad[0])
    with pytest.raises(importing.FundsRefused, match="没有找到表头"):
        importing.take_in(**given | {"data": b"a,b\n1,2\n", "name": "x.csv"})
    assert importing.take_in(**given | {"data": importing.template(), "name": "模板.csv"}).entered == 1


def test_预测的页面_表格_命令行_说的是同一个数(
    award: Callable[..., Award], allot: Callable[..., FundAllocation], browse: Callable[..., Client], autumn: None,  # noqa: F811
    tmp_path: Path,
) -> None:  # fmt: skip
    award(100_00)
    allot("county", 250_00)
    head = browse("bureau_head")
    assert "今年还没有预测过" in head.get(reverse("funding.forecast")).content.decode()
    made = head.post(reverse("funding.forecast"), {"region": COUNTY, "trend": "no"})
    assert made.status_code == 302
    row = FundForecast.objects.get()
    shown = head.get(made["Location"]).content.decode()
    assert row.sentence in shown
    assert "<svg" in shown
    assert "没有考虑新增" in shown
    assert head.post(reverse("funding.forecast"), {"region": "990102000000"}).status_code == 422
    prove(head)
    sheets = calamine.CalamineWorkbook.from_filelike(io.BytesIO(head.get(reverse("funding.export")).content))
    months = sheets.get_sheet_by_name("按月").to_python()
    assert [line[1:] for line in months[9:13]] == [[0, 100, 0, 150], [0, 100, 0, 50], [0, 100, 50, 0], [0, 100, 100, 0]]
    upload = SimpleUploadedFile("指标.xlsx", book())
    page = browse("finance").post(reverse("funding.import"), {"file": upload, "year": "2026"}).content.decode()
    assert "录入 2 条，合计 1,500,000.80 元" in page
    run = CliRunner().invoke(funds, ["forecast", "--region", COUNTY, "--as", f"finance.{COUNTY}", "--json"])
    told = json.loads(run.output)
    assert (told["short_fen"], told["short_month"], told["level"]) == (150_00, "2026-11", "red")
    path = tmp_path / "指标.xlsx"
    path.write_bytes(book())
    run = CliRunner().invoke(funds, ["import", str(path), "--region", COUNTY, "--as", f"finance.{COUNTY}", "--json"])
    assert json.loads(run.output)["same"] == 2
    run = CliRunner().invoke(funds, ["balance", "--region", COUNTY, "--as", f"auditor.{COUNTY}"])
    assert (run.exit_code, "没有用户名" in run.output) == (2, True)
    run = CliRunner().invoke(funds, ["balance", "--region", "990102000000", "--as", f"finance.{COUNTY}"])
    assert (run.exit_code, "不能查看这个地区" in run.output) == (1, True)
