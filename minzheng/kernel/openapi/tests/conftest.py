"""The small county of the page tests."""

from minzheng.kernel.pages.tests.conftest import browse, bureau, family, places, staff, standing, standing_whole, whole

__all__ = ["browse", "bureau", "family", "places", "staff", "standing", "standing_whole", "whole"]
