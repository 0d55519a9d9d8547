"""Buttons: an action is a link to another page, drawn only when the actor passes that page's gate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Action:
    """``page`` is the code of the target page; ``args`` maps its URL arguments to attribute paths of the object."""

    label: str
    page: str
    _: KW_ONLY
    args: dict[str, str] = field(default_factory=dict)
    icon: str = ""
    primary: bool = False
    danger: bool = False
    when: Callable[[Any], bool] | None = None
    offered: Callable[[Any, Any], bool] | None = None  # (actor, object): not to whoever would only be refused
    key: str = ""
