from __future__ import annotations

from collections.abc import Iterator

import pytest

from minzheng.kernel.calendar import selectors


@pytest.fixture(autouse=True)
def no_kept_calendar() -> Iterator[None]:
    """What one test loaded must not be remembered in the next."""
    selectors.forget()
    yield
    selectors.forget()
