"""Errors of the first set-up: one Chinese sentence each."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class SetupRefused(Refused):
    """A step of the set-up that cannot be done; on the command line bad input."""

    exit_code = 2
