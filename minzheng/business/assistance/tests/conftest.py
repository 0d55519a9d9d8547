"""示范县的一角，供社会救助的测试使用。"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from minzheng.business.assistance.tests.world import APPLIED, World
from minzheng.kernel import clock


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with clock.at(APPLIED):
        yield World()
