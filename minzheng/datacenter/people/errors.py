"""Refusals of this folder: sentences for the screen."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class PeopleRefused(Refused):
    """A verdict, merge, household change, class or tag that cannot be written now; says what to do."""
