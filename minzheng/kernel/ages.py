"""Full years of age (周岁): the birthday itself counts; who is born on 29 February is a year older on 1 March of a common
year. The rules of the benefits reckon likewise (minzheng.policy.rules)."""

from __future__ import annotations

import datetime


def age_on(born: datetime.date, on: datetime.date) -> int:
    """Full years on a day; negative before the birth."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def born_by(on: datetime.date, years: int) -> datetime.date:
    """The latest date of birth of somebody who is at least `years` old on a day."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:  # 29 February, and a common year
        return on.replace(year=on.year - years, day=28)
