"""The detail view: one object fetched through a selector, drawn by panels in two columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from minzheng.kernel.audit import services as audit
from minzheng.kernel.pages.drawing import buttons, draw, drawing_of, drawn_panels
from minzheng.kernel.parts.bodies import DetailBody
from minzheng.kernel.parts.page import Page


def detail_view(page: Page) -> Callable[..., HttpResponse]:
    body = page.body
    assert isinstance(body, DetailBody)

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        drawing = drawing_of(request)
        obj = fetch(body.get, drawing.actor, kwargs)
        if page.reads:
            audit.record_read(actor=drawing.actor, obj=obj, reason=page.reads)
        return draw(
            request,
            body.template or "console/detail.html",
            page,
            obj=obj,
            title=body.title(obj) if body.title else page.title,
            subtitle=body.subtitle(obj) if body.subtitle else "",
            parent=body.parent,
            actions=buttons(body.actions, obj, drawing),
            panels=drawn_panels(body.panels, obj, drawing),
            side=drawn_panels(body.side, obj, drawing, "side"),
            **(body.context(obj, drawing) if body.context else {}),
        )

    return view


def fetch(get: Callable[..., Any], actor: Any, kwargs: dict[str, Any]) -> Any:
    """The object, or 404 both for what does not exist and for what this actor may not know of."""
    from minzheng.kernel.cases.errors import NotFound

    try:
        obj = get(actor, **kwargs)
    except NotFound as error:
        raise Http404("没有找到。") from error
    if obj is None:
        raise Http404("没有找到。")
    return obj
