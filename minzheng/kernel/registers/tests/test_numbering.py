"""No gap, no double, also when many ask at once and some fail."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from minzheng.kernel.registers.models import NumberSeries
from minzheng.kernel.registers.numbering import NotInTransaction, next_number, reserve

TOWN = "990101001000"


def test_按系列地区年度各自连续(db: None) -> None:
    taken = [next_number("case", region_code=TOWN, year=2026) for _ in range(3)]
    assert taken == [1, 2, 3]
    assert next_number("case", region_code=TOWN, year=2027) == 1
    assert next_number("case", region_code="990101002000", year=2026) == 1
    assert next_number("N06", region_code=TOWN, year=2026) == 1
    assert next_number("case", region_code=TOWN, year=2026) == 4


def test_回滚不跳号(db: None) -> None:
    next_number("case", region_code=TOWN, year=2026)
    try:
        with transaction.atomic():
            assert next_number("case", region_code=TOWN, year=2026) == 2
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert next_number("case", region_code=TOWN, year=2026) == 2


def test_批量取号连续(db: None) -> None:
    assert reserve("case", region_code=TOWN, year=2026, count=500) == range(1, 501)
    assert next_number("case", region_code=TOWN, year=2026) == 501
    with pytest.raises(ValueError, match="一次至少取一个编号"):
        reserve("case", region_code=TOWN, year=2026, count=0)


@pytest.mark.django_db(transaction=True)
def test_事务之外拒绝取号() -> None:
    with pytest.raises(NotInTransaction, match="必须在事务中"):
        next_number("case", region_code=TOWN, year=2026)


@pytest.mark.django_db(transaction=True)
def test_多人同时取号且部分失败_仍不重不跳() -> None:
    kept: list[int] = []
    start = threading.Barrier(8)

    def clerk(number: int) -> None:
        start.wait()
        for attempt in range(12):
            try:
                with transaction.atomic():
                    taken = next_number("case", region_code=TOWN, year=2026)
                    if (number + attempt) % 4 == 0:
                        raise ZeroDivisionError
                kept.append(taken)
            except ZeroDivisionError:
                pass
        connection.close()

    clerks = [threading.Thread(target=clerk, args=(n,)) for n in range(8)]
    for one in clerks:
        one.start()
    for one in clerks:
        one.join()
    assert sorted(kept) == list(range(1, len(kept) + 1))
    assert len(kept) == 72
    assert NumberSeries.objects.get().last == 72
