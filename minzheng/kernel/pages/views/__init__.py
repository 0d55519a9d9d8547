"""The seven generic views. ``view_of(page)`` picks the one that draws the page's body."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from minzheng.kernel.pages.views.action import action_view
from minzheng.kernel.pages.views.batch import batch_view
from minzheng.kernel.pages.views.board import board_view
from minzheng.kernel.pages.views.detail import detail_view
from minzheng.kernel.pages.views.export import export_view
from minzheng.kernel.pages.views.form import form_view
from minzheng.kernel.pages.views.table import list_view
from minzheng.kernel.parts.bodies import (
    ActionBody,
    BatchBody,
    BoardBody,
    Custom,
    DetailBody,
    ExportBody,
    FormBody,
    ListBody,
)
from minzheng.kernel.parts.page import Page

_MAKERS: dict[type, Callable[[Page], Callable[..., HttpResponse]]] = {
    ListBody: list_view,
    DetailBody: detail_view,
    FormBody: form_view,
    ActionBody: action_view,
    BoardBody: board_view,
    ExportBody: export_view,
    BatchBody: batch_view,
}


def view_of(page: Page) -> Callable[..., HttpResponse]:
    if isinstance(page.body, Custom):
        return require_http_methods([*page.body.methods, "HEAD"])(page.body.view)
    return _MAKERS[type(page.body)](page)
