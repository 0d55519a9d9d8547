"""Sentences on the workbench, each with the page where it is dealt with. A folder above the pages adds its own:

    @noted
    def shortages(drawing: Drawing) -> Iterable[Note]: ...      # in a module named ``workbench_notes.py``

It asks the database nothing for those whom it does not concern."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from minzheng.kernel.discovery import import_all
from minzheng.kernel.parts.drawing import Drawing


@dataclass(frozen=True)
class Note:
    """One sentence with the page where it is dealt with. `tone`: info, warning or error (as the frame's notes)."""

    text: str
    url: str
    label: str
    tone: str = "info"


Teller = Callable[[Drawing], Iterable[Note]]
_tellers: dict[str, Teller] = {}


def noted(teller: Teller) -> Teller:
    """Declare who adds sentences."""
    _tellers[f"{teller.__module__}.{teller.__qualname__}"] = teller
    return teller


def told(drawing: Drawing) -> list[Note]:
    """Everybody's sentences, in the order of their modules."""
    import_all("workbench_notes")
    return [note for _, teller in sorted(_tellers.items()) for note in teller(drawing)]
