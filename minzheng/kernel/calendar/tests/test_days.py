"""计日规则: the worked examples of the law reference, and properties that hold for every calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minzheng.kernel.calendar import days
from minzheng.kernel.calendar.days import Calendar, Deadline, Pause
from minzheng.kernel.calendar.notices import shipped

NOTICES = shipped()
SHIPPED = Calendar(
    years=frozenset(notice.year for notice in NOTICES),
    off=frozenset(day for notice in NOTICES for day, works, _ in notice.days if not works),
    on=frozenset(day for notice in NOTICES for day, works, _ in notice.days if works),
)
DATES = st.dates(date(2005, 1, 1), date(2026, 6, 30))


def d(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2026-11-02", 3, "2026-11-05"),  # start of the investigation
        ("2026-11-02", 10, "2026-11-16"),
        ("2026-11-02", 30, "2026-12-14"),
        ("2026-09-21", 20, "2026-10-26"),  # weekends alone would give 10-19
        ("2026-09-24", 20, "2026-10-29"),
        ("2026-02-09", 20, "2026-03-13"),
        ("2026-09-29", 5, "2026-10-12"),  # 10-10 is a working Saturday, 10-11 a Sunday off
        ("2026-04-30", 20, "2026-06-01"),  # 5-09 is a working Saturday
    ],
)
def test_工作日(start: str, n: int, end: str) -> None:
    assert days.working(d(start), n, SHIPPED) == Deadline(d(end))


def test_只按周末推算会算错() -> None:
    assert days.working(d("2026-09-21"), 20, Calendar()).date == d("2026-10-19")


@pytest.mark.parametrize(
    ("start", "n", "raw", "end"),
    [
        ("2026-03-17", 60, "2026-05-16", "2026-05-18"),
        ("2026-11-02", 7, "2026-11-09", "2026-11-09"),
        ("2026-09-28", 7, "2026-10-05", "2026-10-08"),
        ("2026-03-02", 15, "2026-03-17", "2026-03-17"),
        ("2026-05-16", 30, "2026-06-15", "2026-06-15"),
        ("2026-08-31", 30, "2026-09-30", "2026-09-30"),
        ("2026-09-01", 60, "2026-10-31", "2026-11-02"),
    ],
)
def test_自然日与顺延(start: str, n: int, raw: str, end: str) -> None:
    assert days.natural(d(start), n, SHIPPED, roll=False) == Deadline(d(raw))
    assert days.natural(d(start), n, SHIPPED) == Deadline(d(end))


def test_公示七天两种计日方式() -> None:
    assert days.publicity(d("2026-11-02"), 7, SHIPPED).date == d("2026-11-09")
    assert days.publicity(d("2026-09-28"), 7, SHIPPED).date == d("2026-10-08")
    # 11-08 is a Sunday
    assert days.publicity(d("2026-11-02"), 7, SHIPPED, days.POSTING_DAY_IS_DAY1).date == d("2026-11-09")
    assert days.publicity(d("2026-11-03"), 7, SHIPPED, days.POSTING_DAY_IS_DAY1).date == d("2026-11-09")
    assert days.publicity(d("2026-11-04"), 7, SHIPPED, days.POSTING_DAY_IS_DAY1).date == d("2026-11-10")
    with pytest.raises(ValueError, match="公示计日方式“7天”不认识"):
        days.publicity(d("2026-11-02"), 7, SHIPPED, "7天")


def test_周末可以不顺延_节日仍顺延() -> None:
    assert days.natural(d("2026-03-17"), 60, SHIPPED, roll_weekend=False).date == d("2026-05-16")
    assert days.natural(d("2026-09-28"), 7, SHIPPED, roll_weekend=False).date == d("2026-10-08")


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),  # no such day: the month's last; 2-28 is a working Saturday
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-12-15", 2, "2026-02-24"),  # 2-15: put off by the Spring Festival
        ("2026-05-06", 6, "2026-11-06"),
        ("2026-05-31", 12, "2027-05-31"),
    ],
)
def test_按月计算(start: str, n: int, end: str) -> None:
    assert days.months(d(start), n, SHIPPED).date == d(end)


def test_按年计算_闰日取月末() -> None:
    assert days.years(d("2024-02-29"), 1, SHIPPED).date == d("2025-02-28")


def test_停表期间的工作日不计() -> None:
    pause = Pause(d("2026-10-12"), d("2026-10-16"), "补正")
    assert days.working_with_pauses(d("2026-09-24"), 20, [pause], SHIPPED) == Deadline(d("2026-11-05"))
    twice = [pause, Pause(d("2026-10-14"), d("2026-10-19"), "公示")]  # an overlap is deducted once
    assert days.working_with_pauses(d("2026-09-24"), 20, twice, SHIPPED).date == d("2026-11-06")
    assert days.working_with_pauses(d("2026-09-24"), 20, [], SHIPPED).date == d("2026-10-29")


def test_停表未结束时截止日随今天后移() -> None:
    pause = [Pause(d("2026-10-12"))]
    for today, end in (("2026-10-16", "2026-11-05"), ("2026-10-19", "2026-11-06")):
        assert days.working_with_pauses(d("2026-09-24"), 20, pause, SHIPPED, today=d(today)).date == d(end)
    with pytest.raises(ValueError, match="停表尚未结束"):
        days.working_with_pauses(d("2026-09-24"), 20, pause, SHIPPED)


def test_剩余工作日() -> None:
    assert days.workdays_between(d("2026-11-02"), d("2026-11-05"), SHIPPED) == 3
    assert days.workdays_between(d("2026-11-05"), d("2026-11-05"), SHIPPED) == 0
    assert days.workdays_between(d("2026-11-06"), d("2026-11-05"), SHIPPED) == -1
    assert days.workdays_between(d("2026-09-30"), d("2026-10-10"), SHIPPED) == 3


def test_未装入年度的期限为暂定() -> None:
    assert days.working(d("2026-12-28"), 3, SHIPPED) == Deadline(d("2026-12-31"))
    assert days.working(d("2026-12-28"), 10, SHIPPED) == Deadline(d("2027-01-11"), provisional=True)
    assert days.natural(d("2026-12-28"), 10, SHIPPED).provisional
    assert not days.natural(d("2026-12-28"), 10, SHIPPED, roll=False).provisional
    assert not days.working(d("2027-03-01"), 0, SHIPPED).provisional


def test_天数为负时拒绝() -> None:
    for count in (days.working, days.natural, days.months):
        with pytest.raises(ValueError, match="不能是负数"):
            count(d("2026-11-02"), -1, SHIPPED)


def test_各年工作日总数与公布的一致() -> None:
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert sum(map(SHIPPED.is_workday, year)) == 248
    for text in ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"):
        assert SHIPPED.is_workday(d(text))
    for text in ("2026-01-01", "2026-02-23", "2026-04-06", "2026-05-05", "2026-06-21", "2026-09-25", "2026-10-07"):
        assert not SHIPPED.is_workday(d(text))
    assert SHIPPED.is_workday(d("2018-12-29"))  # the notice of 2019 governs up to the end of the year before
    assert not SHIPPED.is_workday(d("2018-12-31"))
    assert SHIPPED.years == frozenset(range(2004, 2027))


@given(DATES, st.integers(1, 120))
def test_截止日是工作日且恰好数到(start: date, n: int) -> None:
    end = days.working(start, n, SHIPPED).date
    assert SHIPPED.is_workday(end)
    assert days.workdays_between(start, end, SHIPPED) == n


@given(DATES, st.integers(0, 60), st.integers(0, 60))
def test_先数几天再数几天等于一次数完(start: date, m: int, n: int) -> None:
    middle = days.working(start, m, SHIPPED).date
    assert days.working(middle, n, SHIPPED).date == days.working(start, m + n, SHIPPED).date


@given(DATES, st.integers(0, 200))
def test_顺延只向后且到最近的工作日(start: date, n: int) -> None:
    raw, end = start + timedelta(days=n), days.natural(start, n, SHIPPED).date
    assert raw <= end
    assert SHIPPED.is_workday(end)
    assert not any(SHIPPED.is_workday(raw + timedelta(days=k)) for k in range((end - raw).days))


@given(DATES, st.integers(0, 40), st.lists(st.tuples(st.integers(-5, 60), st.integers(0, 20)), max_size=3))
def test_停表推迟的正好是停表中的工作日(start: date, n: int, gaps: list[tuple[int, int]]) -> None:
    pauses = [Pause(start + timedelta(days=a), start + timedelta(days=a + b)) for a, b in gaps]
    end = days.working_with_pauses(start, n, pauses, SHIPPED).date
    counted = [start + timedelta(days=k) for k in range(1, (end - start).days + 1)]
    free = [
        day for day in counted if SHIPPED.is_workday(day) and not any(p.start <= day <= p.end for p in pauses if p.end)
    ]
    assert len(free) == n
    assert end >= days.working(start, n, SHIPPED).date


@given(DATES, st.integers(0, 36))
def test_按月的到期日同日或月末(start: date, n: int) -> None:
    end = days.months(start, n, SHIPPED, roll=False).date
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == n
    assert end.day == start.day or (end + timedelta(days=1)).day == 1
