"""Which reports are to be there now: the newest ended period of every form, for every place at the top of a bureau's area."""

from __future__ import annotations

from minzheng.datacenter.statistics import periods, reading, services, terms
from minzheng.datacenter.statistics.errors import BadPeriod
from minzheng.datacenter.statistics.models import StatReport
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.orgs.selectors import places_of_work
from minzheng.kernel.regions import codes


def places() -> list[str]:
    """Places with an office of today that lie in no other such place: what is sealed is sealed there."""
    kept: list[str] = []
    for one in sorted(places_of_work(), key=lambda one: (len(codes.prefix(one)), one)):
        if not any(codes.covers(wide, one) for wide in kept):
            kept.append(one)
    return kept


def open_newest(place: str) -> int:
    """Open what ended last; returns the number of new reports. Forms that did not exist then are left out, and of a form
    that the place never had what was due before: whoever begins with the platform begins with the next period, and has no
    pile of reports that nobody could have sent in time. (Whoever wants them all the same arranges them by hand.)"""
    made, today = 0, clock.today()
    known = set(StatReport.objects.filter(region_code=place).values_list("shell", flat=True).distinct())
    for shell in reading.shells().values():
        period = periods.newest_ended(shell.periodicity, today)
        if shell.code not in known and terms.due(period).date < today:
            continue
        if StatReport.objects.filter(shell=shell.code, period=period.text, region_code=place).exists():
            continue
        try:
            made += services.open_period(actor=SYSTEM, shell=shell.code, region_code=place, period=period.text)
        except BadPeriod:
            continue
    return made
