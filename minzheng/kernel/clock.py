"""The platform's clock: every "today" and "now" of the business comes from here.

A demo or a test freezes the day with the environment variable ``MINZHENG_TODAY=2026-11-02`` or with ``clock.at(...)``.
A frozen day keeps the real time of day, so that rows still come out in order. Leases and heartbeats of background
work use the database's real time instead (kernel/jobs): a frozen day must not freeze the workers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VARIABLE = "MINZHENG_TODAY"
#: The one time zone of the platform (settings.TIME_ZONE): the clock also runs where Django is not set up.
CHINA = ZoneInfo("Asia/Shanghai")
_frozen: ContextVar[date | datetime | None] = ContextVar("frozen_clock", default=None)


class BadClockSetting(ValueError):
    """``MINZHENG_TODAY`` is not a date."""


def now() -> datetime:
    """The present moment, time zone aware (Asia/Shanghai)."""
    real = datetime.now(CHINA)
    frozen = _frozen.get() or _from_environment()
    if frozen is None:
        return real
    if isinstance(frozen, datetime):
        return frozen
    return datetime.combine(frozen, real.timetz())


def today() -> date:
    """The present day in China."""
    return now().astimezone(CHINA).date()


def midnight(day: date) -> datetime:
    """The moment at which a day begins in China."""
    return datetime.combine(day, time.min, CHINA)


def last_second(day: date) -> datetime:
    """23:59:59 of a day in China: until then a deadline on that day is kept."""
    return datetime.combine(day, time(23, 59, 59), CHINA)


def shift() -> timedelta:
    """How far the frozen clock stands from the real one (zero when it is not frozen)."""
    if _frozen.get() is None and not os.environ.get(VARIABLE):
        return timedelta(0)
    return now() - datetime.now(CHINA)


@contextmanager
def at(moment: date | datetime) -> Iterator[None]:
    """Freeze the clock of this thread on a day (time of day keeps running) or on one exact moment."""
    if isinstance(moment, datetime) and moment.tzinfo is None:
        moment = moment.replace(tzinfo=CHINA)
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)


def _from_environment() -> date | None:
    text = os.environ.get(VARIABLE, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadClockSetting(f"环境变量 {VARIABLE}={text} 不是日期：请写成 2026-11-02 的样子，或去掉它。") from None
