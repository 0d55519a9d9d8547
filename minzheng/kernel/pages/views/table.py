"""The list view: scope → filters → sort → one page of rows. All of its state is in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from minzheng.kernel.audit import services as audit
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.drawing import buttons, draw, drawing_of, wants_fragment
from minzheng.kernel.pages.gate import allowed
from minzheng.kernel.parts.bodies import BatchBody, ListBody
from minzheng.kernel.parts.columns import Column, Link, Masked, row_url
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.filters import Search
from minzheng.kernel.parts.page import Page

#: Counting stops here: beyond it nobody pages, one narrows the filter.
COUNT_CAP = 10_000
PER_PAGE = (20, 50, 100)


@dataclass(frozen=True)
class Head:
    """A column head; ``url`` sorts by it, ``direction`` is the aria-sort value."""

    label: str
    css: str
    url: str
    direction: str


@dataclass(frozen=True)
class Line:
    url: str
    pk: Any
    cells: list[tuple[str, str, str]]


def list_view(page: Page) -> Callable[..., HttpResponse]:
    declared = page.body
    assert isinstance(declared, ListBody)

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        drawing = drawing_of(request)
        given = request.POST if request.method == "POST" else request.GET
        body = declared.asked(drawing.actor, given)
        values = _sealed(body, given, drawing)
        if request.method == "POST" and not wants_fragment(request, "list"):
            return HttpResponseRedirect(request.path + with_values(values).rstrip("?"))
        table = table_context(page, body, values, drawing)
        if not page.impersonal:
            audit.record_listing(actor=drawing.actor, page=page.code, rows=len(table["lines"]))
        template = "console/list_body.html" if wants_fragment(request, "list") else "console/list.html"
        actions = buttons(body.actions, body.about, drawing)
        title = body.title or page.title
        response = draw(request, template, page, title=title, body=body, actions=actions, lead=body.lead, **table)
        if template.endswith("list_body.html"):
            # The address bar shows the filters in force, without the empty ones the form sends along.
            response["HX-Push-Url"] = request.path + with_values(values).rstrip("?")
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
        return response

    return view


def _sealed(body: ListBody, given: Mapping[str, str], drawing: Drawing) -> dict[str, str]:
    """The values of the address: what was typed into search boxes only as tokens."""
    values = {key: given[key] for key in given if key != "csrfmiddlewaretoken"}
    for one in body.filters:
        if isinstance(one, Search) and values.get(one.name):
            values[one.name] = one.sealed(values[one.name], drawing)
    return values


def chosen_rows(body: ListBody, values: Mapping[str, str], drawing: Drawing) -> QuerySet[Any]:
    """The rows this actor may see, narrowed by the filters and in the chosen order; also what exports write."""
    rows = body.rows(drawing.actor)
    for one in body.filters:
        rows = one.apply(rows, values, drawing)
    order = chosen_sort(body, values.get("sort", ""))
    return (
        rows.order_by(order, "-pk" if order.startswith("-") else "pk")
        if order.lstrip("-") != "pk"
        else rows.order_by(order)
    )


def chosen_sort(body: ListBody, wanted: str) -> str:
    """The ORM ordering: only columns that declare ``sort`` may be asked for."""
    known = {column.sort for column in body.columns if column.sort}
    return wanted if wanted.lstrip("-") in known else body.sort


def table_context(page: Page, body: ListBody, values: Mapping[str, str], drawing: Drawing) -> dict[str, Any]:
    """Everything the list template draws."""
    rows = chosen_rows(body, values, drawing)
    size = _size(body, values.get("size", ""))
    total = rows[: COUNT_CAP + 1].count() if rows.query.is_sliced is False else len(rows)
    last = max(1, -(-min(total, COUNT_CAP) // size))
    number = min(max(_whole(values.get("page", ""), 1), 1), last)
    shown = list(rows[(number - 1) * size : number * size])
    for column in body.columns:
        column.prepare(shown, drawing)
    return {
        "heads": [_head(column, body, values) for column in body.columns],
        "lines": [_line(row, body, drawing) for row in shown],
        "total": total,
        "summary": body.summary(rows, drawing) if body.summary and total else "",
        "total_text": f"{COUNT_CAP:,}+" if total > COUNT_CAP else f"{total:,}",
        "first": (number - 1) * size + 1 if shown else 0,
        "final": (number - 1) * size + len(shown),
        "number": number,
        "last": last,
        "pages": [(n, with_values(values, page=n)) if n else (None, "") for n in _numbers(number, last)],
        "previous": with_values(values, page=number - 1) if number > 1 else "",
        "next": with_values(values, page=number + 1) if number < last else "",
        "sizes": [(n, with_values(values, size=n, page=""), n == size) for n in PER_PAGE],
        "controls": [_control(one, values, drawing) for one in body.filters],
        "chips": _chips(body, values, drawing),
        "values": values,
        "clear": with_values({key: values[key] for key in (*body.keep, "sort", "size") if key in values})
        if values
        else "",
        "kept": [(key, values[key]) for key in body.keep if key in values],
        "sort": values.get("sort", ""),
        "size": values.get("size", ""),
        "empty": body.empty,
        "export": export_url(body, values, drawing),
        "export_full": _has_whole_numbers(body, drawing),
        "batches": batches(body, drawing),
        "here": page.code,
    }


def export_url(body: ListBody, values: Mapping[str, str], drawing: Drawing) -> str:
    """The export with the same filters; "" when the actor may not export."""
    target = registry.pages().get(body.export) if body.export else None
    if target is None or not allowed(drawing.actor, target):
        return ""
    return reverse(target.code) + with_values(values, page="", size="")


def batches(body: ListBody, drawing: Drawing) -> list[tuple[str, str, str]]:
    """(label, address, icon) of what this actor may do to several rows at once."""
    codes = body.batches(drawing) if callable(body.batches) else body.batches
    targets = [registry.pages().get(code) for code in codes]
    return [
        (target.title, reverse(target.code), target.body.icon)
        for target in targets
        if target and isinstance(target.body, BatchBody) and allowed(drawing.actor, target)
    ]


def _has_whole_numbers(body: ListBody, drawing: Drawing) -> bool:
    """Whether the export hides numbers that this actor may ask for in full."""
    target = registry.pages().get(body.export) if body.export else None
    columns = (getattr(target.body, "columns", ()) or body.columns) if target else ()
    return any(isinstance(one, Masked) for one in columns) and bool(drawing.actor.has("person.unmask"))


def with_values(values: Mapping[str, str], **changes: Any) -> str:
    """The query string with some values changed; empty values are left out. "?" alone when nothing remains."""
    merged = {key: values[key] for key in values} | {key: str(value) for key, value in changes.items()}
    return "?" + urlencode({key: value for key, value in merged.items() if value not in ("", None)})


def _head(column: Column, body: ListBody, values: Mapping[str, str]) -> Head:
    if not column.sort:
        return Head(column.label, column.classes(), "", "")
    current = chosen_sort(body, values.get("sort", ""))
    down = current == f"-{column.sort}"
    up = current == column.sort
    url = with_values(values, sort=f"-{column.sort}" if up else column.sort, page="")
    return Head(column.label, column.classes(), url, "descending" if down else "ascending" if up else "")


def _line(row: Any, body: ListBody, drawing: Drawing) -> Line:
    # A first cell that is a link already is not wrapped in another one
    url = row_url(*body.link, row) if body.link and not isinstance(body.columns[0], Link) else ""
    return Line(url, row.pk, [(one.cell(row, drawing), one.classes(), one.label) for one in body.columns])


def _control(one: Any, values: Mapping[str, str], drawing: Drawing) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "widget": one.widget,
        "value": one.text(values, drawing) if isinstance(one, Search) else values.get(one.name, ""),
        "options": one.options(drawing),
        "range": [(name, values.get(name, "")) for name in one.names()] if len(one.names()) > 1 else [],
        "placeholder": getattr(one, "placeholder", ""),
    }


def _chips(body: ListBody, values: Mapping[str, str], drawing: Drawing) -> list[tuple[str, str, str]]:
    chips = []
    for one in body.filters:
        text = one.chosen(values, drawing)
        if text:
            chips.append((one.label, text, with_values(values, page="", **dict.fromkeys(one.names(), ""))))
    return chips


def _size(body: ListBody, wanted: str) -> int:
    number = _whole(wanted, body.per_page)
    return number if number in PER_PAGE else body.per_page


def _whole(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else default


def _numbers(number: int, last: int) -> list[int]:
    """Page numbers around the current one; 0 stands for a gap."""
    near = {1, last, *range(max(1, number - 2), min(last, number + 2) + 1)}
    ordered: list[int] = []
    for n in sorted(near):
        if ordered and n - ordered[-1] > 1:
            ordered.append(0)
        ordered.append(n)
    return ordered
