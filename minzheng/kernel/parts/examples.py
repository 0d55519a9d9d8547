"""Rows that stand for the parameters of a page's address (`minzheng pages`, scope tests, pictures)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet


def first_of(rows: QuerySet[Any]) -> Callable[[], dict[str, Any] | None]:
    """The ``example`` of a page about one row: the first of these rows when asked, by its number alone."""

    def example() -> dict[str, Any] | None:
        pk = rows.values_list("pk", flat=True).first()
        return {"pk": pk} if pk else None

    return example
