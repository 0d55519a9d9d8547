"""Refusals about money: each is one Chinese sentence for the screen."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class FundsRefused(Refused):
    """Something about sources, allocations, rules or projects cannot be done; the sentence says why and what to do."""


class BadFundsData(ValueError):
    """A shipped data file cannot be read."""

    exit_code = 2
