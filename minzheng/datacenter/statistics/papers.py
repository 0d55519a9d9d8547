"""Reports and the yearbook on paper (typst) and as workbooks. Sums only: no person is in them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst
from django.conf import settings

from minzheng.datacenter.statistics import periods, reckoning, selectors, showing, yearbook
from minzheng.datacenter.statistics.models import StatReport
from minzheng.kernel.documents.typesetting.rendering import one_at_a_time
from minzheng.kernel.exports import services as exports
from minzheng.kernel.oversight.papers import agency, stamp_line
from minzheng.kernel.pages.exporting import files, making
from minzheng.kernel.regions.selectors import region_name
from minzheng.policy.figures_xlsx import Book

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.parts.drawing import Drawing

XLSX = files.XLSX
LAYOUTS = Path(__file__).resolve().parent / "typst"
HIDDEN_NOTE = "公开的表里，人数、户数太少的格以＊代替（防止认出具体的人），能由合计减出来的一并隐去。"


@cache
def _compiler() -> Any:
    return typst.Compiler(root=str(LAYOUTS), font_paths=[str(settings.FONT_DIR)], ignore_system_fonts=True)


def _typeset(layout: str, data: dict[str, Any]) -> bytes:
    with one_at_a_time:
        made = _compiler().compile(
            input=str(LAYOUTS / f"{layout}.typ"), format="pdf", sys_inputs={"d": json.dumps(data, ensure_ascii=False)}
        )
    return bytes(made)


# ---- one report ----


def facts(report: StatReport) -> list[tuple[str, str]]:
    """Head and foot of the printed form."""
    shell = selectors.shell_of(report)
    told = [
        ("表号", shell.number), ("填报单位", region_name(report.region_code, full=True)), ("报告期", periods.parse(report.period).title),
        ("制定依据", shell.basis), ("状态", showing.STATES[report.state]), ("填报人", report.reported_name), ("审核人", report.reviewed_name),
        ("封存人", report.sealed_name),
        ("上报日期", f"{report.reported_at:%Y-%m-%d}{'（迟报）' if report.late else ''}" if report.reported_at else ""),
        ("封存", f"第 {report.edition} 版 {report.sealed_at:%Y-%m-%d}" if report.sealed_at else ""), ("摘要（SM3）", report.sha),
    ]  # fmt: skip
    return [(label, text) for label, text in told if text]


def _notes(report: StatReport) -> list[tuple[str, str]]:
    titles = selectors.version_of(report).titles
    return [(titles.get(address, "整张表"), text) for address, text in report.notes.items()]


def report_pdf(report: StatReport, actor: Actor) -> bytes:
    """The form as it is filed. About half a second."""
    lines = [
        [line.title, line.indent, ["" if box is None else box.text for box in line.boxes]]
        for line in showing.grid(report)
    ]
    data = {
        "agency": agency(), "stamp": stamp_line(actor), "title": selectors.shell_of(report).title, "facts": facts(report),
        "heads": showing.heads(selectors.version_of(report)), "lines": lines, "notes": _notes(report),
    }  # fmt: skip
    return _typeset("report", data)


def report_workbook(report: StatReport, drawing: Drawing) -> bytes:
    """The same as a workbook, entered as an export."""
    version = selectors.version_of(report)
    numbers = [
        yearbook.Line(
            line.title, line.indent,
            [
                yearbook.Entry(
                    reckoning.number(report.values, box.cell.address) if box else None, box.cell.decimals if box else 0
                )
                for box in line.boxes
            ],
        )
        for line in showing.grid(report)
    ]  # fmt: skip
    table = yearbook.Table(selectors.shell_of(report).title, showing.heads(version), numbers)
    first = [*facts(report), *_notes(report)]
    return _workbook(
        drawing,
        "stats.workbook",
        f"{showing.title_of(report)} {region_name(report.region_code)}",
        f"?pk={report.pk}",
        first,
        [table],
    )


# ---- the yearbook ----


def yearbook_pdf(book: yearbook.Yearbook, actor: Actor) -> bytes:
    chapters = [
        {
            "title": one.shell.title, "number": one.shell.number, "basis": one.shell.basis, "lead": one.shell.lead,
            "missing": "、".join(one.missing), "tables": [_printed(table) for table in one.tables],
        }
        for one in book.chapters
    ]  # fmt: skip
    data = {
        "agency": agency(), "stamp": "" if book.public else stamp_line(actor), "title": book.title, "chapters": chapters,
        "note": HIDDEN_NOTE if book.public else "本年鉴供工作使用，未经脱密处理不得公开。",
    }  # fmt: skip
    return _typeset("yearbook", data)


def _printed(table: yearbook.Table) -> dict[str, Any]:
    return {
        "title": table.title, "heads": table.heads,
        "lines": [[line.label, line.indent, [entry.text for entry in line.entries]] for line in table.lines],
    }  # fmt: skip


def yearbook_workbook(book: yearbook.Yearbook, drawing: Drawing) -> bytes:
    """One sheet a table, entered as an export."""
    tables = [table for one in book.chapters for table in one.tables]
    query = f"?region={book.region_code}&year={book.year}{'&public=1' if book.public else ''}"
    return _workbook(drawing, "stats.yearbook_workbook", book.title, query, about(book), tables)


def about(book: yearbook.Yearbook) -> list[tuple[str, str]]:
    """The first sheet: what it is, what is missing in it."""
    told = [("名称", book.title), *((one.shell.title, _stand(one)) for one in book.chapters)]
    return [*told, ("说明", HIDDEN_NOTE)] if book.public else told


def _stand(chapter: yearbook.Chapter) -> str:
    return f"没有封存的报告期：{'、'.join(chapter.missing)}" if chapter.missing else "全年都已封存"


def _workbook(
    drawing: Drawing, page: str, title: str, query: str, first: list[tuple[str, str]], tables: list[yearbook.Table]
) -> bytes:  # fmt: skip
    rows = sum(len(table.lines) for table in tables)
    wanted = exports.Wanted(
        page=page, title=title, query=query, filters=title, columns=tuple(table.title for table in tables) or ("没有表",),
        rows=rows, unmasked=False, format="xlsx", purpose="统计报表",
    )  # fmt: skip
    entered = exports.ask(actor=drawing.actor, wanted=wanted, post=making.posts(drawing.actor, selectors.READ)[0])
    mark = making.mark_of(entered, rows=rows, total=rows)
    return book_of(title, first, tables, mark)


def book_of(
    title: str, first: list[tuple[str, str]], tables: list[yearbook.Table], mark: files.Mark | None = None
) -> bytes:
    """The workbook. `mark`: who took it out and why; None for a command, which has no export slip."""
    book = Book(
        (lambda sheet: files.print_marks(sheet, mark)) if mark else (lambda sheet: None),
        {"title": title, "author": mark.who, "company": mark.post, "keywords": mark.no, "comments": mark.line}
        if mark
        else {"title": title},
    )
    if mark:
        files.note_sheet(book.book, mark)
    book.facts("说明", first)
    names = set[str]()
    formats: dict[int, Any] = {}
    for table in tables:
        _sheet(book, _name(table.title, names), table, formats)
    return book.close()


def _name(title: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 characters, none twice."""
    short = title[:28]
    name, n = short, 2
    while name in taken:
        name, n = f"{short[:26]}_{n}", n + 1
    taken.add(name)
    return name


def _sheet(book: Book, name: str, table: yearbook.Table, formats: dict[int, Any]) -> None:
    sheet = book.book.add_worksheet(name)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(table.heads), 14)
    sheet.write_string(0, 0, "项目", book.head)
    for column, head in enumerate(table.heads, start=1):
        sheet.write_string(0, column, head, book.head)
    for row, line in enumerate(table.lines, start=1):
        sheet.write_string(row, 0, "　" * line.indent + line.label)
        for column, entry in enumerate(line.entries, start=1):
            if entry.hidden or entry.value is None:
                sheet.write_string(row, column, entry.text if entry.hidden else "")
                continue
            style = formats.setdefault(
                entry.decimals,
                book.book.add_format({"num_format": "#,##0" + ("." + "0" * entry.decimals if entry.decimals else "")}),
            )
            sheet.write_number(row, column, float(entry.value), style)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    book.dress(sheet)
