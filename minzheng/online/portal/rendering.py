"""Draw the citizens' pages: what the frame needs is filled in here; each view gives only its own content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.errors import NotFound
from minzheng.kernel.pages.shell import Shell

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

Errors = Sequence[tuple[str, str]]


def show(
    request: HttpRequest,
    template: str,
    title: str = "",
    *,
    errors: Errors = (),
    back: str = "",
    status: int = 0,
    **context: Any,
) -> HttpResponse:
    """``errors``: (sentence, control id) for the list at the top; ``back``: page code or address to return to. With
    errors the status is 422, unless ``status`` says otherwise.
    """
    page = getattr(request, "page", None)
    frame = {
        "shell": Shell(request),
        "title": title or (page.title if page else ""),
        "errors": list(errors),
        "back_url": back if back.startswith("/") else reverse(back) if back else "",
    }
    return render(request, f"portal/{template}.html", {**frame, **context}, status=status or (422 if errors else 200))


def own_case(request: HttpRequest, pk: int) -> Case:
    """One case the person may see; somebody else's is 404, just as none at all."""
    try:
        return selectors.get(actor_in(request), pk)
    except NotFound as error:
        raise Http404 from error
