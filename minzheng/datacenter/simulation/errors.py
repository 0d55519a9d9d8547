"""Errors of simulations. Each is one Chinese sentence for the screen."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class SimulationRefused(Refused):
    """A simulation that cannot be asked for, or cannot be done."""
