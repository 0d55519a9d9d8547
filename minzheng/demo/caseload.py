"""办件计划：哪些人家正在申请、走到哪一步. `load` carries the plan out through the case services.

Every state of the 低保 flow gets open cases, spread over the townships; the named families' applications of the story
tests are not planned (people apply with them by hand), but 郑秋生's 单人户 application stands ready for investigation.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from random import Random
from typing import Any

from minzheng.demo.files import plain_json
from minzheng.demo.people import Home
from minzheng.demo.staff import applicant_of
from minzheng.demo.words import application

#: Where each open case stands, how many of it, how many days ago it was handed in, and what is special about it.
TARGETS: tuple[tuple[str, int, int, str], ...] = (
    ("DRAFT", 3, 0, ""),
    ("SUBMITTED", 6, 1, ""),
    ("SUPPLEMENT", 2, 4, ""),
    ("NOT_ACCEPTED", 1, 12, ""),
    ("ACCEPTED", 4, 3, ""),
    ("INVESTIGATING", 6, 8, ""),
    ("INVESTIGATING", 2, 9, "matched"),
    ("INITIAL_OPINION", 4, 14, ""),
    ("PUBLICITY", 5, 18, ""),
    ("OBJECTION", 1, 20, ""),
    ("REVIEW", 5, 28, ""),
    ("APPROVED", 3, 33, ""),
    ("REJECTED", 2, 33, ""),
    ("WITHDRAWN", 1, 15, ""),
    ("ABORTED", 1, 25, ""),
)
_CHANNELS = ("phone", "phone", "window", "phone", "proxy", "window", "found")


class Planner:
    """Picks applicants among the households near the line that have no award, as they come by."""

    def __init__(self, as_of: datetime.date) -> None:
        self.as_of = as_of
        self._wanted = [
            (state, days, variant) for state, how_many, days, variant in TARGETS for _ in range(how_many)
        ]  # fmt: skip
        self._rows: list[tuple[Any, ...]] = []
        self._towns: dict[str, int] = {}

    def offer(self, home: Home, rng: Random, *, granted: bool) -> None:
        if home.story == "zheng":
            self._add(home, "INVESTIGATING", 6, "single", "window")
            return
        if granted or not home.poor or home.story or not self._wanted:
            return
        applicant = applicant_of(home)
        if applicant.age(self.as_of) < 18 or not applicant.phone:
            return
        town = home.village.parent
        # 青石镇 and 柳溪镇 are the towns of the stories: their desks hold more; the others share the rest.
        limit = 12 if town in ("990101001000", "990101002000") else 4
        if self._towns.get(town, 0) >= limit:
            return
        self._towns[town] = self._towns.get(town, 0) + 1
        state, days, variant = self._wanted.pop(0 if rng.random() < 0.5 else int(rng.random() * len(self._wanted)))
        self._add(home, state, days, variant, _CHANNELS[int(rng.random() * len(_CHANNELS))])

    def _add(self, home: Home, state: str, days: int, variant: str, channel: str) -> None:
        applicant = applicant_of(home)
        day = self.as_of - datetime.timedelta(days=days)
        self._rows.append(
            (
                home.no, applicant.no, "assistance.dibao", channel, state, day, variant,
                plain_json(application(home, applicant)),
            )
        )  # fmt: skip

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """In the order of the households; states that nobody was left for are simply missing (tiny counties)."""
        yield from self._rows
