"""The export view. A small masked export comes at once; whole numbers, or many rows, lead to a request that somebody
else must allow. Every export is an audit line and carries its mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel.exports import services
from minzheng.kernel.exports.errors import ExportRefused
from minzheng.kernel.oversight.limits import limit
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.exporting import files, making, rows
from minzheng.kernel.parts.bodies import ListBody
from minzheng.kernel.parts.columns import Column
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.page import Page


def export_view(page: Page) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        drawing = drawing_of(request, plain=True)
        query = urlencode([(key, value) for key, value in request.GET.items() if key not in rows.OWN])
        title, table, columns = rows.parts_of(page, query, drawing)
        given = request.POST if request.method == "POST" else request.GET
        wanted = services.Wanted(
            page=page.code,
            title=title,
            query=query,
            filters=rows.filters_text(table, query, drawing),
            columns=tuple(column.label for column in columns),
            rows=rows.rows_of(table, query, drawing).count(),
            unmasked=bool(given.get("unmask") or request.GET.get("reason")) and _may_unmask(columns, drawing),
            format="csv" if given.get("format") == "csv" else "xlsx",
            purpose=given.get("purpose", ""),
        )
        asking = wanted.needs_leave or request.GET.get("ask")
        if asking and request.method != "POST":
            return _form(request, page, wanted, columns, drawing)
        try:
            entered = services.ask(
                actor=drawing.actor, wanted=wanted, post=making.posts(drawing.actor, str(page.permission))[0]
            )
        except ExportRefused as error:
            return _form(request, page, wanted, columns, drawing, error.sentences)
        if entered.state == entered.ASKED:
            messages.success(request, f"导出申请 {entered.no} 已提交，等待审批；同意后可在这里下载。")
            return HttpResponseRedirect(reverse("exports.mine"))
        return _at_once(table, columns, query, drawing, entered)

    return view


def _may_unmask(columns: Sequence[Column], drawing: Drawing) -> bool:
    return rows.has_masked(columns) and bool(drawing.actor.has("person.unmask"))


def _form(
    request: HttpRequest,
    page: Page,
    wanted: services.Wanted,
    columns: Sequence[Column],
    drawing: Drawing,
    refusals: Sequence[str] = (),
) -> HttpResponse:
    """Ask for the purpose; says why leave is needed and who gives it."""
    return draw(
        request,
        "console/export_ask.html",
        page,
        status=422 if refusals else 200,
        wanted=wanted,
        refusals=refusals,
        may_unmask=_may_unmask(columns, drawing),
        limit=limit("EXPORT_APPROVAL_ROWS"),
        hours=limit("EXPORT_KEEP_HOURS"),
        part=limit("EXPORT_PART_ROWS"),
        back=reverse(page.body.of) + (f"?{wanted.query}" if wanted.query else ""),  # type: ignore[union-attr]
    )


def _at_once(table: ListBody, columns: Sequence[Column], query: str, drawing: Drawing, entered: Any) -> HttpResponse:
    # The cap is the limit itself: rows that appear between counting and writing do not slip past it.
    found = rows.rows_of(table, query, drawing)[: limit("EXPORT_APPROVAL_ROWS")]
    lines = list(rows.lines(found, columns, drawing))
    mark = making.mark_of(entered, rows=len(lines), total=len(lines))
    content = files.made(entered.format, columns, lines, mark)
    response = HttpResponse(content, content_type=files.CONTENT_TYPES[entered.format])
    response["Content-Disposition"] = disposition(f"{entered.title}_{entered.no}.{entered.format}")
    return response


def disposition(name: str) -> str:
    """An attachment under a Chinese name, with a plain one for old programs."""
    suffix = name.rpartition(".")[2]
    return f"attachment; filename=\"export.{suffix}\"; filename*=UTF-8''{quote(name)}"
