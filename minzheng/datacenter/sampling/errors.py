"""Errors of samples: Chinese sentences for the screen."""

from __future__ import annotations

from minzheng.kernel.cases.errors import Refused


class SamplingRefused(Refused):
    """A sample that cannot be published, drawn or recorded as asked."""
