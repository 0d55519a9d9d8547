"""Errors of parameter values. Each is one Chinese sentence for the screen."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class StandardRefused(Refused):
    """A value that cannot be drafted, signed or withdrawn."""
