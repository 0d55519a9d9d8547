"""The action view: GET asks (also the way without scripts), POST does one thing to one object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.inputs import inputs_of
from minzheng.kernel.pages.refusals import REFUSALS, field_errors_of, sentences_of
from minzheng.kernel.pages.views.detail import fetch
from minzheng.kernel.pages.views.form import finished
from minzheng.kernel.parts.bodies import ActionBody
from minzheng.kernel.parts.fields import clean_fields
from minzheng.kernel.parts.page import Page


def action_view(page: Page) -> Callable[..., HttpResponse]:
    body = page.body
    assert isinstance(body, ActionBody)

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        drawing = drawing_of(request)
        obj = fetch(body.get, drawing.actor, kwargs)
        fields = body.fields(drawing.actor, obj) if callable(body.fields) else body.fields
        errors: dict[str, str] = {}
        refusals: list[str] = []
        if request.method == "POST":
            values, errors = clean_fields(fields, request.POST, request.FILES)
            if not errors:
                try:
                    return finished(request, body.run(drawing.actor, obj, values))
                except REFUSALS as error:
                    refusals, errors = sentences_of(error), field_errors_of(error)
        posted = request.POST if request.method == "POST" else None
        return draw(
            request,
            "console/form.html",
            page,
            obj=obj,
            parent=body.parent,
            lead=body.question,
            submit=body.submit,
            danger=body.danger,
            inputs=inputs_of(fields, {}, errors, posted=posted),
            refusals=refusals,
            errors=errors,
            status=422 if errors or refusals else 200,
        )

    return view
