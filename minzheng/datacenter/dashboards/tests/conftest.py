"""Two towns of a county, cases in both, and indicators that count them."""

from __future__ import annotations

from minzheng.kernel.pages.tests.conftest import browse, bureau, family, places, staff

__all__ = ["browse", "bureau", "family", "places", "staff"]
