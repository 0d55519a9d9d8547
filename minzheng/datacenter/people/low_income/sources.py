"""Who stands in a department's register today, read from the lake by token; nothing where the lake has no such batch."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from minzheng.datacenter.people.low_income.catalogue import classes, tags


@dataclass(frozen=True)
class Standing:
    """One person in one register: since when, until when, and in which words it stands on the page."""

    since: datetime.date
    until: datetime.date | None
    title: str


def asked() -> list[str]:
    """Codes of the registers that some class or tag asks for."""
    named = [one.source for one in classes().values()] + [one.source for one in tags().values()]
    return sorted({code for code in named if code})


def standing(county: str, on: datetime.date) -> dict[str, dict[int, Standing]]:
    """{source: {person: standing}} of a county on a day."""
    return {code: {} for code in asked()}
