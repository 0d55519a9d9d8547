"""示范县的一角，供社会救助的测试使用。"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from minzheng.business.assistance.tests.world import APPLIED, World, forget
from minzheng.kernel import clock


@pytest.fixture(autouse=True)
def departments() -> Iterator[None]:
    """What departments were told is forgotten with the test."""
    yield
    forget()


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with clock.at(APPLIED):
        yield World()
