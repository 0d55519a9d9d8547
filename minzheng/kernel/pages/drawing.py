"""What the generic views share: the drawing context, panels drawn in order, buttons the actor may press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from minzheng.kernel import clock
from minzheng.kernel.pages import registry
from minzheng.kernel.pages.gate import allowed, ensure_actor
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import row_url
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.page import Page
from minzheng.kernel.parts.panels import Panel


@dataclass(frozen=True)
class Button:
    label: str
    url: str
    icon: str
    primary: bool
    danger: bool
    key: str


@dataclass(frozen=True)
class DrawnPanel:
    title: str
    template: str
    css: str
    anchor: str
    data: dict[str, Any]


def drawing_of(request: HttpRequest, **kwargs: Any) -> Drawing:
    return Drawing(actor=ensure_actor(request), today=clock.today(), request=request, **kwargs)


def drawn_panels(panels: Sequence[Panel], obj: Any, drawing: Drawing, prefix: str = "panel") -> list[DrawnPanel]:
    """Panels the actor may see, each with the data of its template. ``prefix`` keeps ids of two columns apart."""
    return [
        DrawnPanel(
            panel.title, panel.template, panel.css, panel.anchor or f"{prefix}-{number}", panel.draw(obj, drawing)
        )
        for number, panel in enumerate(panels, start=1)
        if panel.shown(obj, drawing)
    ]


def buttons(actions: Sequence[Action], obj: Any, drawing: Drawing) -> list[Button]:
    """Actions whose target page lets this actor in: no button leads to a refusal."""
    found = []
    for action in actions:
        page = registry.pages().get(action.page)
        if page is None or not allowed(drawing.actor, page) or (action.when and not action.when(obj)):
            continue
        if action.offered and not action.offered(drawing.actor, obj):
            continue
        url = row_url(action.page, action.args, obj)
        if url:
            found.append(Button(action.label, url, action.icon, action.primary, action.danger, action.key))
    return found


def draw(request: HttpRequest, template: str, page: Page, status: int = 200, **context: Any) -> HttpResponse:
    """Render with the shell's context; ``page`` and ``title`` are always there."""
    return render(request, template, {"page": page, "title": page.title, **context}, status=status)


def wants_fragment(request: HttpRequest, target: str) -> bool:
    """Whether htmx asks for the inside of the element with this id only (``HX-Target: div#list``)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target", "").endswith(f"#{target}")
