"""Who answers requests of other bureaus. A folder declares it in a module named `received.py`:

    @received("entrusted_check")
    def check(request: Incoming) -> dict[str, list[dict]] | None: ...

and gives the rows for each person by `ref`, or None when a person will answer later (`asking.answer`). This module imports
nothing of the exchange, so that folders below it may use it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minzheng.kernel.discovery import import_all

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Asked:
    """One person of a request, as the partner named them."""

    ref: str
    name: str
    id_no: str


@dataclass(frozen=True)
class Incoming:
    """A request of another bureau. `pk`: the row of 交换记录, by which it is answered; `consents`: [{"ref", "until"}]."""

    pk: int
    no: str
    partner: str
    partner_title: str
    region_code: str
    source: str
    purpose: str
    basis: str
    consents: tuple[Mapping[str, str], ...]
    people: tuple[Asked, ...]
    expires_at: datetime.datetime
    is_demo: bool


Handler = Callable[[Incoming], Rows | None]
_handlers: dict[str, Handler] = {}


def received(purpose: str) -> Callable[[Handler], Handler]:
    """Declare who answers requests with this purpose."""

    def declare(function: Handler) -> Handler:
        _handlers[purpose] = function
        return function

    return declare


def handler(purpose: str) -> Handler | None:
    import_all("received")
    return _handlers.get(purpose)
