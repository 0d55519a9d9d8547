"""What may be looked at: places of one's posts and those one level below, and periods until now."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.datacenter.dashboards.declaring import READ, Screen, screens
from minzheng.datacenter.indicators import periods
from minzheng.kernel.months import month_after
from minzheng.kernel.parts.places import places_below
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_names

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

MONTHS, QUARTERS, HALVES, YEARS = 13, 4, 2, 2
TOWN = 4


def screens_for(actor: Actor) -> list[Screen]:
    """Screens that one of this person's posts opens somewhere."""
    return [one for one in screens().values() if actor.has(one.permission)]


def places(actor: Actor, permission: str = READ) -> list[tuple[str, str]]:
    """(code, name) of one's own places, and of the parts of those that have numbers (down to towns). Two queries."""
    own = actor.scopes(permission)
    wide = [code for code in own if codes.level(code) < TOWN]
    names = region_names(own)
    found = {code: names.get(code, code) for code in own}
    for code, name in places_below(wide):
        found.setdefault(code, name)
    return list(found.items())


def period_options(today: datetime.date) -> list[tuple[str, str]]:
    """(text, title): months back to the same one of last year, newest first; then quarters, halves and years begun."""
    this = today.replace(day=1)
    texts = [periods.of_month(month_after(this, -n)) for n in range(MONTHS)]
    for back, count in (("Q", QUARTERS), ("H", HALVES)):
        size = 3 if back == "Q" else 6
        first = (this.month - 1) // size
        for n in range(count):
            turn = this.year * (12 // size) + first - n
            texts.append(f"{turn // (12 // size)}{back}{turn % (12 // size) + 1}")
    texts += [str(this.year - n) for n in range(YEARS)]
    return [(text, periods.parse(text).title) for text in texts]


def usual_period(today: datetime.date) -> str:
    """The month that ended last."""
    return periods.of_month(month_after(today, -1))
