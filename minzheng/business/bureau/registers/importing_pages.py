"""Taking a spreadsheet into a book: template, upload (also on trial), the result, the rows given back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.business.bureau.registers import forms, importing, selectors, showing
from minzheng.business.bureau.registers.desk import named
from minzheng.business.bureau.registers.models import RegisterImport
from minzheng.business.bureau.registers.reading import book as book_of
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.documents.answers import file_response
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.pages.exporting.files import XLSX

MOST_BYTES = 20 * 1024 * 1024
SHOWN = 50


def upload(request: HttpRequest, book: str) -> HttpResponse:
    """GET the form; POST takes the file in, or with `trial` only says what would become of it."""
    declared = named(request, book)
    actor = actor_in(request)
    own = forms.entry_initial(actor, declared)[forms.ORG]
    refusals: list[str] = []
    trial: importing.Outcome | None = None
    if request.method == "POST":
        try:
            done = _taken(request, declared)
            if done.kept is not None:
                return HttpResponseRedirect(reverse("registers.imported", kwargs={"pk": done.kept.pk}))
            trial = done
        except Refused as error:
            refusals = [*error.sentences, *error.fields.values()]
    return draw(
        request, "registers/upload.html", request.page, 422 if refusals else 200, title=f"导入：{declared.title}",  # type: ignore[attr-defined]
        book=declared, offices=forms.offices(actor), chosen=request.POST.get("org", own), refusals=refusals, trial=trial,
        shown=trial.refused[:SHOWN] if trial else [], heads=importing.headings(declared), back=showing.list_url(declared),
    )  # fmt: skip


def _taken(request: HttpRequest, book: Any) -> importing.Outcome:
    file = request.FILES.get("file")
    if file is None:
        raise Refused("请选择要导入的表格。")
    if (file.size or 0) > MOST_BYTES:
        raise Refused("文件超过 20 MB：请分成几个文件导入。")
    actor = actor_in(request)
    org = forms.office_of(actor, {forms.ORG: request.POST.get("org", "")})
    return importing.take_in(
        actor=actor, book=book, org=org, data=file.read(), name=file.name or "台账.xlsx",
        trial=bool(request.POST.get("trial")),
    )  # fmt: skip


def template(request: HttpRequest, book: str) -> HttpResponse:
    declared = named(request, book)
    return file_response(importing.template(declared), XLSX, f"{declared.title}导入模板.xlsx", download=True)


def _kept(request: HttpRequest, pk: int) -> RegisterImport:
    row = selectors.imports(actor_in(request)).filter(pk=pk).first()
    if row is None:
        raise Http404("没有找到。")
    return row


def result(request: HttpRequest, pk: int) -> HttpResponse:
    row = _kept(request, pk)
    book = book_of(row.book)
    return draw(
        request, "registers/imported.html", request.page, row=row, book=book, shown=row.refused[:SHOWN],  # type: ignore[attr-defined]
        list_url=showing.list_url(book), title=f"导入结果：{book.title if book else row.book}",
        rejects=reverse("registers.rejects", kwargs={"pk": row.pk}) if row.refused and book else "",
    )  # fmt: skip


def rejects(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows given back as a table; 404 when there are none."""
    row = _kept(request, pk)
    book = book_of(row.book)
    if book is None or not row.refused:
        raise Http404("没有退回的行。")
    return file_response(importing.rejects(book, row.refused), XLSX, f"{book.title}退回的行.xlsx", download=True)
