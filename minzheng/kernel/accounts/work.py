"""在办的事由谁接: what the accounts need to know of the work itself. Cases lie above this folder, so the module that
answers is named, not imported (like the sender of login codes)."""

from __future__ import annotations

import datetime
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.accounts.models import Leave, User

DEFAULT = "minzheng.kernel.cases.handover"


class Work(Protocol):
    def open_count(self, user: User) -> int:
        """How many open pieces of work are this person's."""

    def hand_over(
        self, *, actor: Actor, from_user: User, to_user: User, reason: str, leave: Leave | None = None
    ) -> int:
        """Give all open work to somebody else; returns how many. One transaction, one audit line."""

    def hand_back(self, *, actor: Actor, leave: Leave) -> int:
        """Give back what a deputy still holds; returns how many."""

    def due_during(self, user: User, start: datetime.date, end: datetime.date) -> int:
        """How many of this person's open pieces of work fall due in these days."""


def work() -> Work:
    return cast(Work, import_module(getattr(settings, "OPEN_WORK", DEFAULT)))
