"""Full years, and the latest birthday of an age: the two agree on every day, 29 February too."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from minzheng.kernel.ages import age_on, born_by
from minzheng.policy.rules import 周岁


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2004, 2, 29), date(2024, 2, 28), 19),
        (date(2004, 2, 29), date(2024, 2, 29), 20),
        (date(2004, 2, 29), date(2026, 2, 28), 21),
        (date(2004, 2, 29), date(2026, 3, 1), 22),
        (date(1958, 3, 14), date(2026, 3, 14), 68),
        (date(2026, 11, 23), date(2026, 11, 23), 0),
    ],
)
def test_周岁_与政策规则算得一样(born: date, on: date, years: int) -> None:
    assert age_on(born, on) == 周岁(born, on) == years


def test_满几岁的人最晚哪天出生() -> None:
    assert born_by(date(2024, 2, 29), 3) == date(2021, 2, 28)
    for number in range(0, 5 * 366, 7):
        on = date(2023, 2, 26) + timedelta(days=number)
        for years in (0, 16, 60, 80):
            latest = born_by(on, years)
            assert age_on(latest, on) == years
            assert age_on(latest + timedelta(days=1), on) == years - 1
