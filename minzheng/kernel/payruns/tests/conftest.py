"""One county per test, on a day in April 2026 on which March can be paid and closed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from minzheng.kernel import clock
from minzheng.kernel.payruns.tests.world import World


@pytest.fixture(autouse=True)
def _april() -> Iterator[None]:
    with clock.at(datetime.date(2026, 4, 20)):
        yield


@pytest.fixture
def world(db: None) -> World:
    return World()
