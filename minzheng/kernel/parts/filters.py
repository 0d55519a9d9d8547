"""Filters of lists. Each is one value with a name in the address, a control on the page and a condition on the rows."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from minzheng.kernel import clock
from minzheng.kernel.parts import hidden
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.plain_fields import parse_date

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Filter:
    """``apply`` narrows the rows; a value that cannot be read narrows nothing and is reported by ``problem``."""

    name: str
    label: str
    _: KW_ONLY
    field: str = ""
    by: Callable[..., Rows] | None = None

    widget: ClassVar[str] = "text"

    def names(self) -> tuple[str, ...]:
        """The names in the address that belong to this filter."""
        return (self.name,)

    def apply(self, rows: Rows, values: Mapping[str, str], drawing: Drawing) -> Rows:
        value = values.get(self.name, "").strip()
        if not value:
            return rows
        return self.by(rows, value, drawing) if self.by else self.narrow(rows, value, drawing)

    def narrow(self, rows: Rows, value: str, drawing: Drawing) -> Rows:
        return rows.filter(**{self.field or self.name: value})

    def chosen(self, values: Mapping[str, str], drawing: Drawing) -> str:
        """What is chosen, in words, for the line above the table and for the export's head; "" if nothing."""
        return values.get(self.name, "").strip()

    def options(self, drawing: Drawing) -> Sequence[tuple[str, str]]:
        return ()


@dataclass(frozen=True)
class Search(Filter):
    """Free text; ``by(rows, text, drawing)`` decides what is looked through. The text is often a name: the page sends it
    by POST, and the address carries a token that only this user's pages read (``parts.hidden``)."""

    placeholder: str = ""

    widget: ClassVar[str] = "search"
    use: ClassVar[str] = "list"

    def text(self, values: Mapping[str, str], drawing: Drawing) -> str:
        """What was typed, whether it came as text or as a token."""
        user = getattr(drawing.actor, "id", None)
        return hidden.show(values.get(self.name, "").strip()[:400], user_id=user, use=self.use).strip()[:60]

    def sealed(self, text: str, drawing: Drawing) -> str:
        """The token for the address."""
        return hidden.hide(text.strip()[:60], user_id=getattr(drawing.actor, "id", None), use=self.use)

    def apply(self, rows: Rows, values: Mapping[str, str], drawing: Drawing) -> Rows:
        return super().apply(rows, {self.name: self.text(values, drawing)}, drawing)

    def chosen(self, values: Mapping[str, str], drawing: Drawing) -> str:
        return self.text(values, drawing)


@dataclass(frozen=True)
class ByChoice(Filter):
    """One of a few options: a sequence, or a function of the drawing (whose result may depend on the actor)."""

    choices: Sequence[tuple[str, str]] | Callable[[Drawing], Sequence[tuple[str, str]]] = ()

    widget: ClassVar[str] = "select"

    def options(self, drawing: Drawing) -> Sequence[tuple[str, str]]:
        if not callable(self.choices):
            return self.choices
        # Kept under the function itself: filters of the same name on a page may offer different things.
        key = f"options:{id(self.choices)}"
        if key not in drawing.notes:
            drawing.notes[key] = (self.choices, list(self.choices(drawing)))
        return drawing.notes[key][1]

    def apply(self, rows: Rows, values: Mapping[str, str], drawing: Drawing) -> Rows:
        value = values.get(self.name, "").strip()
        if value and value not in dict(self.options(drawing)):
            return rows.none()
        return super().apply(rows, values, drawing)

    def chosen(self, values: Mapping[str, str], drawing: Drawing) -> str:
        value = values.get(self.name, "").strip()
        return dict(self.options(drawing)).get(value, value)


@dataclass(frozen=True)
class ByRegion(ByChoice):
    """A place inside the actor's scope (``permission``): its own level and the one below."""

    permission: str = "case.read"

    def options(self, drawing: Drawing) -> Sequence[tuple[str, str]]:
        from minzheng.kernel.parts.places import places_below

        key = f"places:{self.permission}"
        if key not in drawing.notes:
            drawing.notes[key] = places_below(drawing.actor.scopes(self.permission))
        return drawing.notes[key]

    def narrow(self, rows: Rows, value: str, drawing: Drawing) -> Rows:
        from minzheng.kernel.regions.codes import scope_q

        return rows.filter(scope_q([value], self.field or "region_code"))


@dataclass(frozen=True)
class DateRange(Filter):
    """From and to, both included; a moment column is compared by its day."""

    moment: bool = False

    widget: ClassVar[str] = "daterange"

    def names(self) -> tuple[str, ...]:
        return (f"{self.name}_from", f"{self.name}_to")

    def apply(self, rows: Rows, values: Mapping[str, str], drawing: Drawing) -> Rows:
        field = self.field or self.name
        start, end = (parse_date(values.get(name, "").strip()) for name in self.names())
        condition = Q()
        if start:
            condition &= Q(**{f"{field}__gte": clock.midnight(start) if self.moment else start})
        if end and self.moment and end < datetime.date.max:
            # The day is not computed from the column: an index on the moment serves the range.
            condition &= Q(**{f"{field}__lt": clock.midnight(end + datetime.timedelta(days=1))})
        elif end:
            condition &= Q(**{f"{field}__lte": end})
        return rows.filter(condition)

    def chosen(self, values: Mapping[str, str], drawing: Drawing) -> str:
        start, end = (values.get(name, "").strip() for name in self.names())
        return f"{start or '最早'} 至 {end or '今天'}" if start or end else ""


@dataclass(frozen=True)
class ByMonth(Filter):
    """One month, written 2026-11, on a column that holds the first of a month."""

    widget: ClassVar[str] = "month"

    def narrow(self, rows: Rows, value: str, drawing: Drawing) -> Rows:
        parts = re.fullmatch(r"(\d{4})-(\d{1,2})", value)
        if not parts or not 1 <= int(parts[2]) <= 12:
            return rows.none()
        return rows.filter(**{self.field or self.name: datetime.date(int(parts[1]), int(parts[2]), 1)})
