"""The context of one drawing: who looks, on which day, with names of regions and people looked up in bulk."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest


@dataclass
class Drawing:
    """Passed to every column, filter and panel of one page. ``plain`` is set for exports: no links, no markup."""

    actor: Any
    today: datetime.date
    request: HttpRequest | None = None
    plain: bool = False
    unmask: bool = False
    names: dict[str, str] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    def load_regions(self, codes: Iterable[str]) -> None:
        """Look up the names of all regions of a page with one query."""
        from minzheng.kernel.regions.selectors import region_names

        missing = {code for code in codes if code} - self.names.keys()
        if missing:
            self.names.update(dict.fromkeys(missing, "") | region_names(missing))

    def region(self, code: str) -> str:
        """A region's short name; the code itself where no name is known."""
        if code and code not in self.names:
            self.load_regions([code])
        return self.names.get(code) or code

    def may_unmask(self, region_code: str) -> bool:
        """Whether full numbers may be written here: asked for with a reason, and the right is held over this place."""
        return self.unmask and bool(self.actor.can("person.unmask", region_code))


def attribute(row: Any, path: str) -> Any:
    """The value at a dotted path of attributes or mapping keys; None as soon as a link is missing."""
    value = row
    for part in path.split("."):
        if value is None:
            return None
        value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
    return value() if callable(value) and not hasattr(value, "pk") else value
