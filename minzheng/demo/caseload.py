"""Plan of cases (办件): which families are applying and how far they have come. `load` carries the plan out through the case services.

Every state of the 低保 flow gets open cases, spread over the townships; the named families' applications of the story
tests are not planned (people apply with them by hand), but 郑秋生's 单人户 application stands ready for investigation.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from random import Random
from typing import Any

from minzheng.demo.files import plain_json
from minzheng.demo.outcomes import evaluate
from minzheng.demo.people import Home
from minzheng.demo.staff import applicant_of
from minzheng.demo.words import application, policy_family

#: Where each open case stands (a road of playing.ROADS), how many of it, how many days ago it was handed in, and whether
#: the family must be eligible (True), not eligible (False) or either (None).
TARGETS: tuple[tuple[str, int, int, bool | None], ...] = (
    ("REVIEW", 5, 34, True),
    ("APPROVED", 3, 33, True),
    # Some lists still hang on the public page, some have hung out their time and wait to be sent on.
    ("PUBLICITY", 3, 15, True),
    ("PUBLICITY", 2, 19, True),
    ("REJECTED", 3, 36, False),
    ("IN_PAYMENT", 5, 95, True),
    ("SUBMITTED", 6, 1, None),
    ("INITIAL_OPINION", 4, 15, True),
    ("INVESTIGATING", 6, 12, None),
    ("ACCEPTED", 4, 4, None),
    ("STARTED", 3, 6, None),
    ("OBJECTION", 1, 22, True),
    ("SUPPLEMENT", 2, 5, None),
    ("DRAFT", 3, 1, None),
    ("RECHECK", 1, 120, True),
    ("NOT_ACCEPTED", 1, 12, None),
    ("WITHDRAWN", 1, 15, None),
    ("ABORTED", 1, 25, None),
    ("SUSPENDED", 1, 118, True),
    ("TAPERING", 1, 122, True),
    ("TERMINATED", 1, 124, True),
    ("MOVED", 1, 13, True),
)
_CHANNELS = ("phone", "phone", "window", "phone", "proxy", "window", "found")


class Planner:
    """Picks applicants among the households near the line as they come by; who applies has no award yet."""

    def __init__(self, as_of: datetime.date) -> None:
        self.as_of = as_of
        # One of each first: even a small county has a case at every state.
        self._wanted = [one for turn in range(8) for one in TARGETS if turn < one[1]]
        self._rows: list[tuple[Any, ...]] = []
        self._towns: dict[str, int] = {}

    def take(self, home: Home, rng: Random) -> bool:
        """Whether this household is now an applicant of the plan."""
        if home.story == "zheng":
            self._add(home, "INVESTIGATING", 12, "window")
            return True
        if home.story or not home.poor or not self._wanted:
            return False
        applicant = applicant_of(home)
        if applicant.age(self.as_of) < 18 or not applicant.phone or not self._room(home):
            return False
        eligible = self._eligible(home)
        place = next((k for k, one in enumerate(self._wanted) if one[3] is None or one[3] is eligible), None)
        if place is None:
            return False
        state, _n, days, _must = self._wanted.pop(place)
        self._towns[home.village.parent] = self._towns.get(home.village.parent, 0) + 1
        self._add(home, state, days, _CHANNELS[int(rng.random() * len(_CHANNELS))])
        return True

    def _room(self, home: Home) -> bool:
        """青石镇 and 柳溪镇 are the towns of the stories: their desks hold more; the others share the rest."""
        limit = 12 if home.village.parent in ("990101001000", "990101002000") else 4
        return self._towns.get(home.village.parent, 0) < limit

    def _eligible(self, home: Home) -> bool:
        """By what the departments know, and also on the day of handing in: a child born since then does not count."""
        if max(member.birth for member in home.members) > self.as_of - datetime.timedelta(days=130):
            return False
        return bool(evaluate(policy_family(home, verified=True), self.as_of).household["低保资格"])

    def _add(self, home: Home, state: str, days: int, channel: str) -> None:
        applicant = applicant_of(home)
        day = self.as_of - datetime.timedelta(days=days)
        self._rows.append(
            (home.no, applicant.no, "assistance.dibao", channel, state, day, plain_json(application(home, applicant)))
        )

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """In the order of the households; states that nobody was left for are simply missing (tiny counties)."""
        yield from self._rows
