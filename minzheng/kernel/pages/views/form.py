"""The form view: fields on one page, one service call, refusals as sentences above the form (422)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from minzheng.kernel.audit import services as audit
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.views.detail import fetch
from minzheng.kernel.pages.views.sending import send
from minzheng.kernel.parts.bodies import FormBody
from minzheng.kernel.parts.page import Page


def form_view(page: Page) -> Callable[..., HttpResponse]:
    body = page.body
    assert isinstance(body, FormBody)

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        actor = drawing_of(request).actor
        obj = fetch(body.get, actor, kwargs) if body.get else None
        if page.reads and obj is not None and request.method == "GET":
            audit.record_read(actor=actor, obj=obj, reason=page.reads)
        fields = body.fields(actor, obj) if callable(body.fields) else body.fields
        initial = body.initial(actor, obj) if body.initial else {}
        sending = send(request, fields, lambda values: body.save(actor, values, obj), initial)
        return sending.response or draw(
            request,
            "console/form.html",
            page,
            obj=obj,
            parent=body.parent,
            lead=body.lead(obj) if callable(body.lead) else body.lead,
            submit=body.submit,
            **sending.context(),
        )

    return view
