"""Refusals of oversight: each is one Chinese sentence for the screen."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class OversightRefused(Refused):
    """An emergency reading, a review or an answer that cannot be done; the sentence says why and what to do."""
