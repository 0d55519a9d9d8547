"""工作台账: the overview, a book, the list of its entries, an entry, its forms, papers, imports."""

from __future__ import annotations

from typing import Any

from minzheng.business.bureau.registers import desk, files, importing_pages, listing, selectors, showing
from minzheng.business.bureau.registers.models import RegisterEntry, RegisterFile, RegisterImport
from minzheng.business.bureau.registers.reading import books
from minzheng.business.bureau.registers.selectors import READ, WRITE
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.page import ActionBody, BoardBody, Custom, DetailBody, ExportBody, FormBody, Menu, Page
from minzheng.kernel.parts.panels import Drawn, Timeline

GROUP = "计划"
NO_ONE = "台账记工作，不是个人档案：没有证件号码，姓名是工作人员的"
ABOUT = {"book": "code"}
PK = {"pk": "pk"}

_entry = first_of(RegisterEntry.objects.filter(voided_at=None).order_by("pk"))
_import = first_of(RegisterImport.objects.order_by("pk"))


def _book() -> dict[str, Any] | None:
    return {"book": next(iter(books()))}


def _file() -> dict[str, Any] | None:
    row = RegisterFile.objects.filter(removed_at=None).order_by("pk").first()
    return {"pk": row.entry_id, "attachment": row.attachment_id} if row else None


def _movable() -> dict[str, Any] | None:
    for row in RegisterEntry.objects.filter(voided_at=None).order_by("pk")[:50]:
        book = books().get(row.book)
        if book and book.state(row.state).next:
            return {"pk": row.pk}
    return None


_BOOK_PANELS = (
    Drawn("本月和现有", css="register-figures", template="registers/figures.html", context=lambda book, drawing: {"figures": showing.book_figures(book, drawing)}),
    Drawn("要求的次数", template="registers/duties.html", when=lambda book: bool(book.rhythms),
          context=lambda book, drawing: {"rows": showing.duties_of(book, drawing)}),
    Drawn("各月条数", template="registers/months.html", context=showing.months),
    Drawn("规则", template="registers/rules.html", when=lambda book: bool(showing.rules_of(book)),
          context=lambda book, drawing: {"rules": showing.rules_of(book)}),
    Drawn("栏目", template="registers/fields.html", context=lambda book, drawing: {"fields": showing.fields_told(book)}),
)  # fmt: skip

PAGES = [
    Page("registers.overview", "console/registers/", "工作台账", READ, BoardBody(
        template="registers/overview.html", context=showing.overview),
         menu=Menu(GROUP, 60, "list"), impersonal=NO_ONE),
    Page("registers.list", "console/registers/entries/", "台账记录", READ, listing.all_entries(), impersonal=NO_ONE),
    Page("registers.export", "console/registers/entries/export/", "导出台账", READ, ExportBody("registers.list"), impersonal=NO_ONE),
    Page("registers.book", "console/registers/books/<str:book>/", "台账情况", READ, DetailBody(
        selectors.named, _BOOK_PANELS, title=lambda book: book.title, subtitle=lambda book: book.about, template="registers/book.html",
        actions=(Action("登记", "registers.new", args=ABOUT, icon="plus", primary=True, offered=listing.writes),
                 Action("导入", "registers.import", args=ABOUT, icon="doc", offered=listing.writes)),
        parent="registers.overview"), example=_book),
    Page("registers.new", "console/registers/books/<str:book>/new/", "登记台账", WRITE,
         Custom(desk.new, parent="registers.book"), example=_book),
    Page("registers.import", "console/registers/books/<str:book>/import/", "导入台账", WRITE,
         Custom(importing_pages.upload, parent="registers.book"), example=_book),
    Page("registers.template", "console/registers/books/<str:book>/template/", "台账导入模板", WRITE,
         Custom(importing_pages.template, methods=("GET",), parent="registers.book"), example=_book),
    Page("registers.imported", "console/registers/imports/<int:pk>/", "导入结果", WRITE,
         Custom(importing_pages.result, methods=("GET",), parent="registers.overview"), example=_import),
    Page("registers.rejects", "console/registers/imports/<int:pk>/rejects/", "退回的行", WRITE,
         Custom(importing_pages.rejects, methods=("GET",), parent="registers.imported"), example=_import),
    Page("registers.entry", "console/registers/entries/<int:pk>/", "台账记录", READ, DetailBody(
        selectors.entry, (
            Drawn("内容", template="registers/facts.html", context=showing.facts),
            Drawn("附件", template="registers/papers.html", context=showing.papers),
        ),
        side=(Timeline("办理和更改", entries=showing.history),),
        title=lambda entry: entry.title, template="registers/entry.html", context=desk.head,
        actions=(
            Action("办理", "registers.move", args=PK, icon="check", primary=True, offered=showing.has_next),
            Action("更正", "registers.edit", args=PK, offered=showing.may_change),
            Action("添加附件", "registers.attach", args=PK, icon="doc", offered=showing.may_change),
            Action("打印", "registers.print", args=PK),
            Action("作废", "registers.void", args=PK, danger=True, offered=showing.may_change),
        ),
        parent="registers.list"), example=_entry),
    Page("registers.edit", "console/registers/entries/<int:pk>/edit/", "更正台账记录", WRITE, Custom(desk.edit, parent="registers.entry"), example=_entry),
    Page("registers.move", "console/registers/entries/<int:pk>/move/", "办理台账记录", WRITE, Custom(desk.move, parent="registers.entry"), example=_movable),
    Page("registers.attach", "console/registers/entries/<int:pk>/attach/", "添加附件", WRITE, FormBody(
        (files.FILES,), files.attach, get=desk.changeable, parent="registers.entry", submit="添加",
        lead="照片（手机可以直接拍）或 PDF，一次最多六份。"), example=_entry),
    Page("registers.void", "console/registers/entries/<int:pk>/void/", "作废台账记录", WRITE, ActionBody(
        desk.changeable, desk.void, fields=desk.REASON, submit="作废", danger=True, parent="registers.entry",
        question="记错了才作废：作废的不再列出、不再计数，内容和原因仍可查。"), example=_entry),
    Page("registers.file", "console/registers/entries/<int:pk>/files/<int:attachment>/", "台账附件", READ,
         Custom(files.show, methods=("GET",), parent="registers.entry"), example=_file),
    Page("registers.detach", "console/registers/entries/<int:pk>/files/<int:attachment>/remove/", "移除附件", WRITE, ActionBody(
        files.of_entry, files.detach, fields=desk.REASON, submit="移除", danger=True, parent="registers.entry",
        question="移除以后打不开，更改记录里留有名称和原因。"), example=_file),
    Page("registers.print", "console/registers/entries/<int:pk>/print/", "打印台账记录", READ,
         Custom(files.printed, methods=("GET",), parent="registers.entry"), example=_entry),
]  # fmt: skip
