"""Steps in whole months: over the year's end, into short months, and the midnights between which a month lies in China."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from minzheng.kernel import clock
from minzheng.kernel.months import month_after, month_end, same_day_after
from minzheng.kernel.parts.behind import within


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2026, 1, 31), 1, date(2026, 2, 1)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2026, 12, 1), -12, date(2025, 12, 1)),
        (date(2026, 11, 23), 0, date(2026, 11, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 1)),
    ],
)
def test_几个月以后的一日(day: date, months: int, expected: date) -> None:
    assert month_after(day, months) == expected


def test_不写月数就是下个月() -> None:
    assert month_after(date(2026, 12, 5)) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 2, 1), date(2024, 2, 29)),
        (date(2026, 2, 28), date(2026, 2, 28)),
        (date(2100, 2, 10), date(2100, 2, 28)),
        (date(2026, 12, 1), date(2026, 12, 31)),
        (date(9999, 12, 1), date(9999, 12, 31)),
    ],
)
def test_月末(day: date, expected: date) -> None:
    assert month_end(day) == expected


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 10, 31), 2, date(2026, 12, 31)),
        (date(2026, 1, 31), -2, date(2025, 11, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_几个月以后的同一日_没有这一日就是月末(day: date, months: int, expected: date) -> None:
    assert same_day_after(day, months) == expected


def test_三种走法互相对得上() -> None:
    for number in range(0, 4 * 366, 13):
        day = date(2023, 1, 31) + timedelta(days=number)
        for months in (-25, -12, -1, 0, 1, 2, 11, 14):
            first = month_after(day, months)
            assert month_after(first, -months) == day.replace(day=1)
            assert month_end(first) + timedelta(days=1) == month_after(day, months + 1)
            assert first <= same_day_after(day, months) <= month_end(first)


def test_一天从北京时间零点开始() -> None:
    assert clock.midnight(date(2024, 3, 1)) == datetime(2024, 2, 29, 16, tzinfo=UTC)
    assert clock.last_second(date(2024, 2, 29)) == clock.midnight(date(2024, 3, 1)) - timedelta(seconds=1)


def test_月内的条件从零点到下月零点之前() -> None:
    told = dict(within("decided_at", date(2026, 12, 1)).children)
    assert told == {
        "decided_at__gte": datetime(2026, 11, 30, 16, tzinfo=UTC),
        "decided_at__lt": datetime(2026, 12, 31, 16, tzinfo=UTC),
    }
