"""Villages and communities a family can choose from."""

from __future__ import annotations

from minzheng.kernel.regions.choices import villages

__all__ = ["villages"]
