"""Columns that look up classes and tags of all rows of a page at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html_join

from minzheng.datacenter.people.low_income import selectors
from minzheng.datacenter.people.low_income.catalogue import class_title, tag_title, tags
from minzheng.kernel.ages import age_on
from minzheng.kernel.parts.columns import Column, Number, badge
from minzheng.kernel.parts.drawing import Drawing, attribute

_NOTE = "low_income:{}"


@dataclass(frozen=True)
class Several(Column):
    """Short words of a person, looked up for the page with one query; `value` is the path to the person's id."""

    what: str = "classes"

    def prepare(self, rows: Sequence[Any], drawing: Drawing) -> None:
        ids = {self.get(row) for row in rows}
        drawing.notes[_NOTE.format(self.what)] = _LOOKED_UP[self.what](ids, drawing)

    def words(self, row: Any, drawing: Drawing) -> list[tuple[str, str]]:
        return drawing.notes.get(_NOTE.format(self.what), {}).get(self.get(row), [])

    def text(self, row: Any, drawing: Drawing) -> str:
        return "、".join(word for word, _ in self.words(row, drawing))

    def cell(self, row: Any, drawing: Drawing) -> str:
        return format_html_join(" ", "{}", ((badge(word, tone),) for word, tone in self.words(row, drawing))) or "—"


def _classes(ids: set[int], drawing: Drawing) -> dict[int, list[tuple[str, str]]]:
    found = selectors.classes_of(ids, drawing.today)
    return {pk: [(class_title(code), "info") for code in held] for pk, held in found.items()}


def _tags(ids: set[int], drawing: Drawing) -> dict[int, list[tuple[str, str]]]:
    rows = selectors.tags_known_to(drawing.actor).filter(person_id__in=ids, until=None)
    found: dict[int, list[str]] = {}
    for person, code in rows.values_list("person_id", "code"):
        found.setdefault(person, []).append(code)
    order = list(tags())
    return {
        pk: [
            (tag_title(code), "wait" if code in tags() and tags()[code].special else "plain")
            for code in sorted(set(held), key=lambda c: order.index(c) if c in order else 99)
        ]
        for pk, held in found.items()
    }


_LOOKED_UP = {"classes": _classes, "tags": _tags}


@dataclass(frozen=True)
class Age(Number):
    """Whole years today; `value` is the path to the date of birth."""

    def text(self, row: Any, drawing: Drawing) -> str:
        born = attribute(row, self.key)
        return "" if born is None else str(age_on(born, drawing.today))
