"""A screen is declared: one ``Page`` value names its address, its permission and its body; six generic views draw it.

Every module named ``pages.py`` in a kernel capability, the data centre, a business folder or the online layer declares
``PAGES: list[Page]``. ``kernel/pages/registry.py`` collects them, builds all URLs from them and puts each view behind
the same gate; menu, scope tests, query budgets and pictures are computed from the same list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal

from minzheng.kernel.parts.bodies import (
    ActionBody,
    BatchBody,
    BoardBody,
    Body,
    Custom,
    DetailBody,
    Done,
    ExportBody,
    FormBody,
    ListBody,
    Outcome,
)

#: ``permission`` values that are not staff permissions: a signed-in citizen (own objects only), any member of staff.
CITIZEN = "citizen"
STAFF = "staff"

Audience = Literal["console", "portal", "public", "api"]


@dataclass(frozen=True)
class Menu:
    """An entry of the console's left navigation, shown only to those whom the page's gate lets in."""

    group: str
    order: int = 100
    icon: str = "list"
    label: str = ""


@dataclass(frozen=True)
class Page:
    """One screen, export or endpoint.

    ``code`` is also the URL name (``reverse("cases.detail", kwargs={"pk": …})``); ``path`` is written as in Django's
    ``path()`` and is the whole address. ``permission``: None = public, ``"citizen"``, ``"staff"`` or a staff
    permission. ``example`` returns URL keyword arguments of a demo object, or None when there is none yet (pages
    without arguments need no example). ``reads`` is the reason logged when a person's file is opened here. ``impersonal``:
    why a list or board shows nobody's data; without it opening one is a line in the log. ``step_up``: only after a fresh
    proof of who is asking (password or device code); a function of (actor, URL arguments) decides it by the object, and
    must itself look through the actor's eyes.
    """

    code: str
    path: str
    title: str
    permission: str | None
    body: Body
    _: KW_ONLY
    menu: Menu | None = None
    example: Callable[[], Mapping[str, Any] | None] | None = None
    audience: Audience = "console"
    reads: str | None = None
    impersonal: str = ""
    step_up: bool | Callable[[Any, Mapping[str, Any]], bool] = False

    @property
    def kind(self) -> str:
        return self.body.kind

    @property
    def has_arguments(self) -> bool:
        return "<" in self.path


__all__ = [
    "CITIZEN",
    "STAFF",
    "ActionBody",
    "Audience",
    "BatchBody",
    "BoardBody",
    "Body",
    "Custom",
    "DetailBody",
    "Done",
    "ExportBody",
    "FormBody",
    "ListBody",
    "Menu",
    "Outcome",
    "Page",
]
