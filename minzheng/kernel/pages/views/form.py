"""The form view: fields on one page, one service call, refusals as sentences above the form (422)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.inputs import inputs_of
from minzheng.kernel.pages.refusals import REFUSALS, field_errors_of, sentences_of
from minzheng.kernel.pages.views.detail import fetch
from minzheng.kernel.parts.bodies import Done, FormBody
from minzheng.kernel.parts.fields import clean_fields
from minzheng.kernel.parts.page import Page


def form_view(page: Page) -> Callable[..., HttpResponse]:
    body = page.body
    assert isinstance(body, FormBody)

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        drawing = drawing_of(request)
        obj = fetch(body.get, drawing.actor, kwargs) if body.get else None
        fields = body.fields(drawing.actor, obj) if callable(body.fields) else body.fields
        values = body.initial(drawing.actor, obj) if body.initial else {}
        errors: dict[str, str] = {}
        refusals: list[str] = []
        if request.method == "POST":
            values, errors = clean_fields(fields, request.POST, request.FILES)
            if not errors:
                try:
                    return finished(request, body.save(drawing.actor, values, obj))
                except REFUSALS as error:
                    refusals, errors = sentences_of(error), field_errors_of(error)
        return draw(
            request,
            "console/form.html",
            page,
            obj=obj,
            parent=body.parent,
            lead=body.lead,
            submit=body.submit,
            inputs=inputs_of(fields, values, errors, posted=request.POST if request.method == "POST" else None),
            refusals=refusals,
            errors=errors,
            status=422 if errors or refusals else 200,
        )

    return view


def finished(request: HttpRequest, done: Done) -> HttpResponse:
    """Say what was done and go on; htmx follows by header, a browser by redirect."""
    messages.add_message(request, messages.SUCCESS if done.tone == "success" else messages.INFO, done.message)
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=200)
        response["HX-Redirect"] = done.url
        return response
    return HttpResponseRedirect(done.url)
