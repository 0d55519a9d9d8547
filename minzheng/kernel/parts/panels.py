"""Panels of detail pages and boards. A panel is a value; ``draw`` gives the context of its one small template."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar

from minzheng.kernel.parts.columns import Column
from minzheng.kernel.parts.drawing import Drawing


@dataclass(frozen=True)
class Panel:
    """``permission``: without it over the object's region the panel is left out."""

    title: str
    _: KW_ONLY
    permission: str = ""
    css: str = ""
    when: Callable[[Any], bool] | None = None
    anchor: str = ""

    template: ClassVar[str] = ""

    def shown(self, obj: Any, drawing: Drawing) -> bool:
        if self.when and not self.when(obj):
            return False
        if not self.permission:
            return True
        region = getattr(obj, "region_code", "")
        return bool(drawing.actor.can(self.permission, region) if region else drawing.actor.has(self.permission))

    def draw(self, obj: Any, drawing: Drawing) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class Facts(Panel):
    """Label and value pairs of one object."""

    items: Sequence[Column] = ()
    columns: int = 2

    template: ClassVar[str] = "parts/facts.html"

    def draw(self, obj: Any, drawing: Drawing) -> dict[str, Any]:
        pairs = [(item.label, item.cell(obj, drawing), item.align) for item in self.items]
        return {"pairs": pairs, "columns": self.columns}


@dataclass(frozen=True)
class Table(Panel):
    """A short table; ``rows(obj, drawing)`` fetches all of it. ``empty`` says what would fill it."""

    rows: Callable[[Any, Drawing], Iterable[Any]] = lambda obj, drawing: ()
    columns: Sequence[Column] = ()
    empty: str = "暂无记录。"
    more: Callable[[Any], tuple[str, str] | None] | None = None

    template: ClassVar[str] = "parts/table.html"

    def draw(self, obj: Any, drawing: Drawing) -> dict[str, Any]:
        rows = list(self.rows(obj, drawing))
        for column in self.columns:
            column.prepare(rows, drawing)
        lines = [[(one.cell(row, drawing), one.classes(), one.label) for one in self.columns] for row in rows]
        more = self.more(obj) if self.more else None
        return {"heads": self.columns, "lines": lines, "empty": self.empty, "more": more}


@dataclass(frozen=True)
class Entry:
    """One line of a timeline."""

    at: datetime.datetime | None
    title: str
    who: str = ""
    text: str = ""
    tone: str = "plain"
    note: str = ""
    href: str = ""


@dataclass(frozen=True)
class Timeline(Panel):
    """What happened, newest last."""

    entries: Callable[[Any], Sequence[Entry]] = lambda obj: ()
    empty: str = "还没有办理记录。"

    template: ClassVar[str] = "parts/timeline.html"

    def draw(self, obj: Any, drawing: Drawing) -> dict[str, Any]:
        return {"entries": list(self.entries(obj)), "empty": self.empty}


@dataclass(frozen=True)
class Figure:
    """A number that is a link to the list behind it."""

    label: str
    value: Any
    href: str = ""
    tone: str = "plain"
    note: str = ""


@dataclass(frozen=True)
class Figures(Panel):
    """A row of figures."""

    figures: Callable[[Any, Drawing], Sequence[Figure]] = lambda obj, drawing: ()

    template: ClassVar[str] = "parts/figures.html"

    def draw(self, obj: Any, drawing: Drawing) -> dict[str, Any]:
        return {"figures": list(self.figures(obj, drawing))}


@dataclass(frozen=True)
class Explanation(Panel):
    """Why this result: a tree of named values with law and parameter source (see ``parts.explanation``).

    ``lead`` is the beginning of the name of the result that comes first; ``names`` maps rows ("成员1") to people."""

    tree: Callable[[Any], dict[str, Any]] = lambda obj: {}
    lead: Callable[[Any], str] = lambda obj: ""
    names: Callable[[Any], dict[str, str]] = lambda obj: {}
    empty: str = "还没有测算。"

    template: ClassVar[str] = "parts/explanation.html"

    def draw(self, obj: Any, drawing: Drawing) -> dict[str, Any]:
        from minzheng.kernel.parts.explanation import branches, leading_roots

        graph = self.tree(obj) or {}
        return {"branches": branches(graph, leading_roots(graph, self.lead(obj)), self.names(obj)), "empty": self.empty}


@dataclass(frozen=True)
class Drawn(Panel):
    """A panel with a template of its own: ``context(obj, drawing)`` feeds it."""

    template: str = ""  # type: ignore[misc]
    context: Callable[[Any, Drawing], dict[str, Any]] = field(default=lambda obj, drawing: {})

    def draw(self, obj: Any, drawing: Drawing) -> dict[str, Any]:
        return self.context(obj, drawing)
