"""The clock can be frozen for demos and tests, and nothing else."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from minzheng.kernel import clock


def test_平时就是北京时间(monkeypatch: Any) -> None:
    monkeypatch.delenv("MINZHENG_TODAY", raising=False)
    assert abs(clock.now() - timezone.now()) < timedelta(seconds=2)
    assert clock.now().utcoffset() == timedelta(hours=8)
    assert clock.shift() == timedelta(0)


def test_环境变量冻结日期_时刻照走(monkeypatch: Any) -> None:
    monkeypatch.setenv("MINZHENG_TODAY", "2026-11-02")
    assert clock.today() == date(2026, 11, 2)
    first = clock.now()
    assert first.date() == date(2026, 11, 2)
    assert clock.now() >= first
    assert abs(timezone.now() + clock.shift() - clock.now()) < timedelta(seconds=2)


def test_写错的环境变量说中文(monkeypatch: Any) -> None:
    monkeypatch.setenv("MINZHENG_TODAY", "2026-13-02")
    with pytest.raises(clock.BadClockSetting, match="MINZHENG_TODAY=2026-13-02 不是日期"):
        clock.today()


def test_冻结优先于环境变量且可嵌套(monkeypatch: Any) -> None:
    monkeypatch.setenv("MINZHENG_TODAY", "2026-11-02")
    with clock.at(date(2026, 9, 21)):
        assert clock.today() == date(2026, 9, 21)
        with clock.at(datetime(2026, 9, 22, 9, 30)):  # taken as Beijing time
            assert clock.now().isoformat() == "2026-09-22T09:30:00+08:00"
        assert clock.today() == date(2026, 9, 21)
    assert clock.today() == date(2026, 11, 2)
