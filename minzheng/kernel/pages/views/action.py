"""The action view: GET asks (also the way without scripts), POST does one thing to one object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from minzheng.kernel.audit import services as audit
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.views.detail import fetch
from minzheng.kernel.pages.views.sending import send
from minzheng.kernel.parts.bodies import ActionBody
from minzheng.kernel.parts.page import Page


def action_view(page: Page) -> Callable[..., HttpResponse]:
    body = page.body
    assert isinstance(body, ActionBody)

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        actor = drawing_of(request).actor
        obj = fetch(body.get, actor, kwargs)
        if page.reads and request.method == "GET":
            audit.record_read(actor=actor, obj=obj, reason=page.reads)
        fields = body.fields(actor, obj) if callable(body.fields) else body.fields
        sending = send(request, fields, lambda values: body.run(actor, obj, values))
        return sending.response or draw(
            request,
            "console/form.html",
            page,
            obj=obj,
            parent=body.parent,
            about=body.about(obj) if body.about else "",
            lead=body.question(obj) if callable(body.question) else body.question,
            submit=body.submit,
            danger=body.danger,
            **sending.context(),
        )

    return view
