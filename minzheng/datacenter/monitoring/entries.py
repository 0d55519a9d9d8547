"""What a monitor is given and what it gives back: plain values, no database."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

RED, ORANGE, YELLOW, BLUE = "red", "orange", "yellow", "blue"
#: Most urgent first.
LEVELS = (RED, ORANGE, YELLOW, BLUE)
SELF = "self"
#: Roles of the parents of a child, in no order.
PARENTS = ("parent1", "parent2", "parent3")


def more_urgent(one: str, other: str) -> bool:
    """Whether `one` is a more urgent level than `other`."""
    return LEVELS.index(one) < LEVELS.index(other)


@dataclass(frozen=True)
class Watched:
    """One person as the snapshot of the day has them. Item codes: `benefits` in force that cover this person,
    `household_benefits` in force in the household, `payee_of` paid to this person, `ended` stopped lately (`ended_on`
    the last of these days), `low_income`: classes of the low-income database in force. `housemates`: living members of the
    household with this person, 0 without a household; `parents`: how many parents of this child are watched; `decided_on`:
    the newest decision about the household, without one the day of entering the low-income database; `holder`: "" or the
    account holder's name that is nobody's in the household; `first_of_home`: whom an alert about the whole household names."""

    person_id: int
    region_code: str
    household_id: int | None = None
    birth_date: datetime.date | None = None
    age: int | None = None
    dead: bool = False
    benefits: tuple[str, ...] = ()
    household_benefits: tuple[str, ...] = ()
    payee_of: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    ended_on: datetime.date | None = None
    decided_on: datetime.date | None = None
    housemates: int = 0
    parents: int = 0
    urban: bool = False
    holder: str = ""
    low_income: tuple[str, ...] = ()
    first_of_home: bool = True

    def draws(self, items: Iterable[str]) -> tuple[str, ...]:
        """Those of these items that cover this person now."""
        return tuple(one for one in items if one in self.benefits)


@dataclass(frozen=True)
class Fact:
    """One thing a department knows. `amount_fen`: a month for incomes, the sum for others; `role`: whose it is, the
    watched person's own (self) or one parent's; `code`: how the person was found (E1, E2, E2?, R1, Q2).
    E2: the name differs by a slip of the pen; E2?: it is another name."""

    source: str
    class_: str
    on: datetime.date | None
    title: str = ""
    amount_fen: int | None = None
    valid_to: datetime.date | None = None
    reference: str = ""
    code: str = "E1"
    role: str = SELF
    batch: str = ""

    @property
    def in_doubt(self) -> bool:
        """Found under another name, by a repaired number or by the name alone: a person has to confirm who is meant."""
        return self.code not in ("E1", "E2")


@dataclass(frozen=True)
class Entry:
    """One watched person with what is new. `news`: facts not known at the last run; `before`: facts known then; both only
    of the classes and roles that the monitor asked for, oldest first. `value(name)`: a threshold in force for the
    person's place today."""

    person: Watched
    today: datetime.date
    news: tuple[Fact, ...] = ()
    before: tuple[Fact, ...] = ()
    value: Callable[[str], Any] = field(default=lambda name: None)

    def of(self, *classes: str) -> tuple[Fact, ...]:
        """News of these classes."""
        return tuple(one for one in self.news if one.class_ in classes)

    def had(self, *classes: str, since: datetime.date | None = None) -> tuple[Fact, ...]:
        """What was known of these classes, from a day on."""
        return tuple(
            one for one in self.before if one.class_ in classes and (since is None or (one.on is not None and one.on >= since))
        )  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What a monitor found: one Chinese sentence why, the facts it rests on, and the level where it differs from the
    monitor's own."""

    sentence: str
    facts: tuple[Fact, ...] = ()
    level: str = ""
