"""Rows of a list as the texts of an export's cells, a portion at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from minzheng.kernel.pages import registry
from minzheng.kernel.pages.views.table import chosen_rows
from minzheng.kernel.parts.bodies import ExportBody, ListBody
from minzheng.kernel.parts.columns import Column, Masked, Number
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.page import Page

CHUNK = 500
#: What an export's address may carry besides the list's filters.
OWN = ("format", "reason", "ask", "page", "size", "csrfmiddlewaretoken", "unmask", "purpose")


def parts_of(page: Page, query: str, drawing: Drawing) -> tuple[str, ListBody, list[Column]]:
    """(title of the list, its body for what is asked, the columns of the export)."""
    body = page.body
    assert isinstance(body, ExportBody)
    source = registry.get(body.of)
    declared = source.body
    assert isinstance(declared, ListBody)
    table = declared.asked(drawing.actor, QueryDict(query))
    return table.title or source.title, table, list(body.columns or table.export_columns or table.columns)


def has_masked(columns: Sequence[Column]) -> bool:
    return any(isinstance(column, Masked) for column in columns)


def rows_of(table: ListBody, query: str, drawing: Drawing) -> QuerySet[Any]:
    """The rows of the list under these filters, as this actor may see them now."""
    return chosen_rows(table, QueryDict(query), drawing)


def filters_text(table: ListBody, query: str, drawing: Drawing) -> str:
    """The filters in words: “状态：审核确认；乡镇：青石镇”."""
    values = QueryDict(query)
    chosen = ((one.label, one.chosen(values, drawing)) for one in table.filters)
    return "；".join(f"{label}：{text}" for label, text in chosen if text) or "没有筛选"


def lines(rows: QuerySet[Any], columns: Sequence[Column], drawing: Drawing) -> Iterator[list[Any]]:
    """Texts of all cells; whole numbers stay numbers so that sums work."""
    batch: list[Any] = []
    for row in rows.iterator(CHUNK):
        batch.append(row)
        if len(batch) == CHUNK:
            yield from _batch(batch, columns, drawing)
            batch = []
    yield from _batch(batch, columns, drawing)


def _batch(batch: list[Any], columns: Sequence[Column], drawing: Drawing) -> Iterable[list[Any]]:
    for column in columns:
        column.prepare(batch, drawing)
    return [[_value(column, row, drawing) for column in columns] for row in batch]


def _value(column: Column, row: Any, drawing: Drawing) -> Any:
    return column.get(row) if isinstance(column, Number) else column.text(row, drawing)
