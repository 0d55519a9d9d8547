"""One filled county for all tests of the folder, rolled back after each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from minzheng.datacenter.indicators.tests import county
from minzheng.kernel import clock
from minzheng.kernel.pages.tests.conftest import browse, bureau, places, staff

__all__ = ["browse", "bureau", "places", "staff"]


@pytest.fixture(autouse=True)
def _today(db: None) -> Iterator[None]:
    with clock.at(county.TODAY):
        yield


@pytest.fixture
def filled(places: Any) -> None:
    county.fill()
