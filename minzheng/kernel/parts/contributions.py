"""Panels that folders above the kernel add to a person's and a household's file (一人一档、一户一档).

A module `file_panels.py` in any folder says `contribute("person", panel, order=…)`; the kernel knows none of them."""

from __future__ import annotations

from typing import Literal

from minzheng.kernel.discovery import import_all
from minzheng.kernel.parts.panels import Panel

About = Literal["person", "household"]
_panels: dict[str, dict[str, tuple[int, Panel]]] = {"person": {}, "household": {}}


def contribute(about: About, panel: Panel, *, order: int = 100) -> None:
    """Add a panel to every file of a kind; smaller orders come first. One panel a title."""
    _panels[about][panel.title] = (order, panel)


def contributed(about: About) -> tuple[Panel, ...]:
    """The panels declared for a kind of file, in order."""
    import_all("file_panels")
    return tuple(panel for _order, panel in sorted(_panels[about].values(), key=lambda one: (one[0], one[1].title)))
