"""The board view: figures and short lists for one actor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from minzheng.kernel.audit import services as audit
from minzheng.kernel.pages.drawing import draw, drawing_of, drawn_panels
from minzheng.kernel.parts.bodies import BoardBody
from minzheng.kernel.parts.page import Page


def board_view(page: Page) -> Callable[..., HttpResponse]:
    body = page.body
    assert isinstance(body, BoardBody)

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        drawing = drawing_of(request)
        if not page.impersonal:
            audit.record_listing(actor=drawing.actor, page=page.code, rows=0)
        return draw(
            request,
            body.template or "console/board.html",
            page,
            panels=drawn_panels(body.panels, None, drawing),
            side=drawn_panels(body.side, None, drawing, "side"),
            **(body.context(drawing, kwargs) if body.context else {}),
        )

    return view
