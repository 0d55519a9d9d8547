"""Sending a form: clean the fields, make the one service call, keep refusals as sentences. Forms and actions share it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from minzheng.kernel.pages.inputs import Input, inputs_of
from minzheng.kernel.pages.refusals import REFUSALS, field_errors_of, sentences_of
from minzheng.kernel.parts.bodies import Done
from minzheng.kernel.parts.fields import Field, clean_fields


@dataclass
class Sending:
    """What became of one request: ``response`` when the call was made, otherwise what the form shows again."""

    fields: Sequence[Field]
    values: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    posted: Any = None
    response: HttpResponse | None = None

    @property
    def status(self) -> int:
        return 422 if self.errors or self.refusals else 200

    def inputs(self) -> list[Input]:
        return inputs_of(self.fields, self.values, self.errors, posted=self.posted)

    def context(self) -> dict[str, Any]:
        """What ``console/form.html`` needs besides its words."""
        return {
            "inputs": self.inputs(),
            "refusals": self.refusals,
            "errors": self.errors,
            "status": self.status,
        }


def send(
    request: HttpRequest,
    fields: Sequence[Field],
    call: Callable[[dict[str, Any]], Done],
    initial: dict[str, Any] | None = None,
) -> Sending:
    """On POST clean and call; on GET only the initial values. Refusals never break the page: they are shown on it."""
    sending = Sending(fields, initial or {})
    if request.method != "POST":
        return sending
    sending.posted = request.POST
    sending.values, sending.errors = clean_fields(fields, request.POST, request.FILES)
    if not sending.errors:
        try:
            sending.response = finished(request, call(sending.values))
        except REFUSALS as error:
            sending.refusals, sending.errors = sentences_of(error), field_errors_of(error)
    return sending


def finished(request: HttpRequest, done: Done) -> HttpResponse:
    """Say what was done and go on; htmx follows by header, a browser by redirect."""
    messages.add_message(request, messages.SUCCESS if done.tone == "success" else messages.INFO, done.message)
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=200)
        response["HX-Redirect"] = done.url
        return response
    return HttpResponseRedirect(done.url)
