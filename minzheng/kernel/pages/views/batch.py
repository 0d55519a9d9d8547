"""The batch view: rows ticked on a list are shown again with the question, then done one by one, each with its result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.kernel.pages import registry
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.inputs import inputs_of
from minzheng.kernel.pages.refusals import REFUSALS, field_errors_of, sentences_of
from minzheng.kernel.parts.bodies import BatchBody, ListBody
from minzheng.kernel.parts.columns import row_url
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import clean_fields
from minzheng.kernel.parts.page import Page


def batch_view(page: Page) -> Callable[..., HttpResponse]:
    body = page.body
    assert isinstance(body, BatchBody)

    def view(request: HttpRequest) -> HttpResponse:
        drawing = drawing_of(request)
        listed = registry.get(body.of).body
        assert isinstance(listed, ListBody)
        rows = chosen(listed, request, drawing)
        if not rows:
            messages.add_message(request, messages.INFO, "请先在列表中勾选要办理的各行，再点下方的按钮。")
            return HttpResponseRedirect(reverse(body.of))
        refusals = (
            [f"一次最多办理 {body.limit} 行，您勾选了 {len(rows)} 行，请分次办理。"] if len(rows) > body.limit else []
        )
        fit, left = sorted_out(body, rows, drawing)
        errors: dict[str, str] = {}
        values: dict[str, Any] = dict(body.initial)
        if request.POST.get("sent") and fit and not refusals:
            values, errors = clean_fields(body.fields, request.POST, request.FILES)
            if not errors:
                try:
                    return answered(request, page, body, body.run(drawing.actor, fit, values), left)
                except REFUSALS as error:
                    refusals, errors = sentences_of(error), field_errors_of(error)
        posted = request.POST if request.POST.get("sent") else None
        return draw(
            request,
            "console/batch.html",
            page,
            body=body,
            heads=[column.label for column in listed.columns],
            lines=lines_of(listed, fit, drawing),
            left=left,
            inputs=inputs_of(body.fields, values, errors, posted=posted),
            refusals=refusals,
            errors=errors,
            status=422 if errors or refusals else 200,
        )

    return view


def chosen(listed: ListBody, request: HttpRequest, drawing: Drawing) -> list[Any]:
    """The ticked rows that this actor may see, in the list's order. Unknown and unreadable numbers are passed over."""
    asked = {int(text) for text in request.POST.getlist("row") if text.isascii() and text.isdigit() and len(text) < 20}
    if not asked:
        return []
    return list(listed.rows(drawing.actor).filter(pk__in=asked).order_by(listed.sort, "pk"))


def sorted_out(body: BatchBody, rows: list[Any], drawing: Drawing) -> tuple[list[Any], list[tuple[Any, str]]]:
    """(rows that can take part, (row, why not) of the others)."""
    fit, left = [], []
    for row in rows:
        why = body.left_out(drawing.actor, row) if body.left_out else ""
        if why:
            left.append((row, why))
        else:
            fit.append(row)
    return fit, left


def lines_of(listed: ListBody, rows: list[Any], drawing: Drawing) -> list[tuple[Any, str, list[Any]]]:
    """(key, address, cells) as the list itself draws them."""
    for column in listed.columns:
        column.prepare(rows, drawing)
    return [
        (
            row.pk,
            row_url(*listed.link, row) if listed.link else "",
            [(one.cell(row, drawing), one.classes(), one.label) for one in listed.columns],
        )
        for row in rows
    ]


def answered(request: HttpRequest, page: Page, body: BatchBody, result: Any, left: list[Any]) -> HttpResponse:
    if isinstance(result, HttpResponse):
        return result
    outcomes = list(result)
    done = [one for one in outcomes if one.done]
    return draw(
        request,
        "console/batch_done.html",
        page,
        back=reverse(body.of),
        done=done,
        refused=[one for one in outcomes if not one.done],
        left=left,
    )
