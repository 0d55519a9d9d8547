"""The report of ``figures`` as a workbook: one sheet a table, Chinese headings, totals as formulas over the rows above them.

Where rows are hidden a total cannot be a formula; it is then written as the number that was computed. ``dress`` marks each
sheet (watermark, print header) the way whoever hands it out must.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

Dress = Callable[[Any], None]
#: (key, heading, money?) of the columns that most sheets share.
COLUMNS = (
    ("families", "在册户数", False), ("members", "在册人数", False), ("base_households", "现行户数", False),
    ("reform_households", "假设户数", False), ("base_persons", "现行人数", False), ("reform_persons", "假设人数", False),
    ("entered", "新保户数", False), ("left", "退出户数", False), ("raised", "增发户数", False), ("lowered", "减发户数", False),
    ("same", "不变户数", False), ("entered_persons", "新保人数", False), ("left_persons", "退出人数", False),
    ("base_fen", "现行月支出（元）", True), ("reform_fen", "假设月支出（元）", True), ("more_fen", "每月增加（元）", True),
    ("less_fen", "每月减少（元）", True), ("base_horizon_fen", "现行各月合计（元）", True), ("reform_horizon_fen", "假设各月合计（元）", True),
)  # fmt: skip
WORDS = (
    ("base_households", "现行户数", False), ("base_count", "现行数", False), ("reform_households", "假设户数", False),
    ("reform_count", "假设数", False), ("entered", "新增户数", False), ("left", "减少户数", False),
    ("base_fen", "现行月金额（元）", True), ("reform_fen", "假设月金额（元）", True),
    ("base_horizon_fen", "现行各月合计（元）", True), ("reform_horizon_fen", "假设各月合计（元）", True),
)  # fmt: skip
RECEIVED = (
    ("paid_households", "在发户数", False), ("paid_fen", "在发月金额（元）", True), ("due_households", "核算应发户数", False),
    ("due_fen", "核算应发月金额（元）", True), ("agree", "一致户数", False), ("more_due", "少发户数", False),
    ("more_due_fen", "少发月金额（元）", True), ("less_due", "多发户数", False), ("less_due_fen", "多发月金额（元）", True),
    ("not_due", "在发而核算不符合户数", False), ("not_due_fen", "在发而核算不符合月金额（元）", True),
    ("not_paid", "核算符合而没有发户数", False), ("not_paid_fen", "核算符合而没有发月金额（元）", True),
)  # fmt: skip
NEAR = (
    ("base", "现行", False),
    ("base_only", "现行：只差收入", False),
    ("reform", "假设", False),
    ("reform_only", "假设：只差收入", False),
)
HIDDEN = "＊"


class Book:
    """A workbook in the making."""

    def __init__(self, dress: Dress = lambda sheet: None, properties: Mapping[str, str] | None = None) -> None:
        self._buffer, self.dress = io.BytesIO(), dress
        self.book = xlsxwriter.Workbook(
            self._buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.book.set_properties(dict(properties or {}))
        border = {"border": 1, "border_color": "#C8D3DF"}
        add = self.book.add_format
        self.head = add({"bold": True, "bg_color": "#E8F0F8", "text_wrap": True, "valign": "vcenter", **border})
        self.money, self.whole, self.text = (
            add({"num_format": "#,##0.00"}),
            add({"num_format": "#,##0"}),
            add({"text_wrap": True, "valign": "top"}),
        )
        self.sum_money, self.sum_whole = (add({"num_format": f, "bold": True, "top": 1}) for f in ("#,##0.00", "#,##0"))
        self.sum_text, self.bold = add({"bold": True, "top": 1}), add({"bold": True, "valign": "top"})

    def close(self) -> bytes:
        self.book.close()
        return self._buffer.getvalue()

    def facts(self, name: str, rows: Sequence[tuple[str, Any]]) -> None:
        """Two columns, label and text or number."""
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 80)
        for i, (label, value) in enumerate(rows):
            sheet.write_string(i, 0, label, self.bold)
            if isinstance(value, (int, float)):
                sheet.write_number(i, 1, value, self.whole)
            else:
                sheet.write_string(i, 1, str(value), self.text)
        self.dress(sheet)

    def table(
        self, name: str, labels: Sequence[str], columns: Sequence[tuple[str, str, bool]],
        rows: Sequence[tuple[Sequence[str], Mapping[str, Any]]], total: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Label columns, number columns, and a last line of sums. ``total``: the known sums; a column is summed by formula
        when its rows give exactly that sum, else the known number stands."""
        sheet = self.book.add_worksheet(name)
        for i, label in enumerate(labels):
            sheet.write_string(0, i, label, self.head)
            sheet.set_column(i, i, 22)
        for i, (_, heading, _money) in enumerate(columns, start=len(labels)):
            sheet.write_string(0, i, heading, self.head)
            sheet.set_column(i, i, 14)
        for r, (texts, numbers) in enumerate(rows, start=1):
            for i, label in enumerate(texts):
                sheet.write_string(r, i, str(label))
            for i, (key, _, money) in enumerate(columns, start=len(labels)):
                self._number(sheet, r, i, numbers.get(key), money)
        if total is not None:
            self._totals(sheet, len(labels), columns, rows, total)
        sheet.freeze_panes(1, len(labels))
        sheet.repeat_rows(0)
        self.dress(sheet)

    def _number(self, sheet: Any, row: int, column: int, value: int | None, money: bool) -> None:
        if value is None:
            sheet.write_string(row, column, HIDDEN)
        elif money:
            # Whole 分 below 2^53 are exact in a cell; the division shows them in 元.
            sheet.write_number(row, column, value / 100, self.money)
        else:
            sheet.write_number(row, column, value, self.whole)

    def _totals(self, sheet: Any, first: int, columns: Any, rows: Any, total: Mapping[str, Any]) -> None:
        at = len(rows) + 1
        sheet.write_string(at, 0, "合计", self.sum_text)
        for i in range(1, first):
            sheet.write_blank(at, i, None, self.sum_text)
        for i, (key, _, money) in enumerate(columns, start=first):
            known, style = total.get(key), self.sum_money if money else self.sum_whole
            parts = [numbers.get(key) for _, numbers in rows]
            if known is None:
                sheet.write_blank(at, i, None, style)
                continue
            shown = known / 100 if money else known
            if parts and None not in parts and sum(parts) == known:
                letter = xl_col_to_name(i)
                sheet.write_formula(at, i, f"=SUM({letter}2:{letter}{at})", style, shown)
            else:
                sheet.write_number(at, i, shown, style)


def sheets(book: Book, report: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """All tables of a report. ``names``: region code → name."""
    total = report["total"]
    months = [([row["month"] + ("（对比月）" if row["compared"] else "")], row) for row in report["months"]]
    monthly = tuple(one for one in COLUMNS if not one[0].endswith("_horizon_fen"))
    sums = {"base_fen": total["base_horizon_fen"], "reform_fen": total["reform_horizon_fen"]}
    if all(row["more_fen"] is not None for _, row in months):
        sums |= {key: sum(row[key] for _, row in months) for key in ("more_fen", "less_fen")}
    book.table("按月", ["月份"], monthly, months, sums)
    book.table(
        "按地区",
        ["区划代码", "名称"],
        COLUMNS,
        [([r["place"], names.get(r["place"], "")], r) for r in report["places"]],
        total,
    )
    for dimension in report["groups"]:
        rows = [([row["group"]], row) for row in dimension["rows"]]
        book.table(f"按{dimension['dimension']}", [dimension["dimension"]], COLUMNS, rows, total)
    titles, kinds = report.get("titles", {}), {"cash": "按月发的钱", "quota": "一次性或额度", "status": "身份资格"}
    words = [
        ([titles.get(r["benefit"], r["benefit"]), r["word"], kinds[r["kind"]], r["entity"]], r)
        for r in report["benefits"]
    ]
    book.table("按福利", ["福利", "结果", "种类", "单位（户或人）"], WORDS, words)
    deciles = [
        ([f"第 {r['decile']} 组" if r["decile"] else "没有人均收入", _span(r)], r) for r in report["deciles"]
    ]  # fmt: skip
    book.table("收入十等分", ["收入组（现行人均月收入由低到高）", "人均月收入（元）"], COLUMNS, deciles, total)
    near = report["near"]
    bands, low = [], 0
    for row in near["bands"]:
        edge = row["up_to_fen"]
        bands.append(([f"{low // 100}–{edge // 100} 元" if edge else f"{low // 100} 元以上"], row))
        low = edge or low
    book.table(
        "临界家庭",
        [f"每人每月超出（不到 {near['fen'] // 100} 元或标准的 {near['share'] / 100:g}%）"],
        NEAR,
        bands,
        near,
    )
    paid = [([titles.get(r["benefit"], r["benefit"])], r) for r in report["received"]]
    book.table("应保与在保", ["福利"], RECEIVED, paid)


def _span(row: Mapping[str, Any]) -> str:
    return "" if row["low_fen"] is None else f"{row['low_fen'] / 100:.2f}–{row['high_fen'] / 100:.2f}"
