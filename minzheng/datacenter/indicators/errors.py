"""Refusals about indicators: each is one Chinese sentence for the screen."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class IndicatorRefused(Refused):
    """A month cannot be frozen, restated or reported; the sentence says why and what to do."""
