"""Refusals of statistical reports: each is one Chinese sentence for the screen."""

from __future__ import annotations

from minzheng.kernel.cases.errors import NotAllowed, Refused


class StatsRefused(Refused):
    """A report cannot be filled, sent, returned, summed, sealed or corrected; the sentence says why and what to do."""


class StatsNotAllowed(StatsRefused, NotAllowed):
    """This post may not do this with the reports of this place."""


class BadShell(ValueError):
    """A shell's file cannot be used; the sentence names the file, the place in it and what is wrong."""

    exit_code = 2


class BadPeriod(StatsRefused):
    """The text is no reporting period, or none of this form's kind."""
