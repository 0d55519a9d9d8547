"""Which reports are to be there now: the newest ended period of every form, for the place of every bureau."""

from __future__ import annotations

from minzheng.datacenter.statistics import periods, reading, services
from minzheng.datacenter.statistics.errors import BadPeriod
from minzheng.datacenter.statistics.models import StatReport
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions import codes


def places() -> list[str]:
    """Places of today's bureaus that lie in no other bureau's place: what is sealed is sealed there."""
    today = clock.today()
    rows = Organization.objects.filter(kind="bureau", valid_from__lte=today).exclude(valid_to__lt=today)
    found = sorted(set(rows.values_list("region_code", flat=True)), key=lambda one: (len(codes.prefix(one)), one))
    kept: list[str] = []
    for one in found:
        if not any(codes.covers(wide, one) for wide in kept):
            kept.append(one)
    return kept


def open_newest(place: str) -> int:
    """Open what ended last; returns the number of new reports. Forms that did not exist then are left out."""
    made = 0
    for shell in reading.shells().values():
        period = periods.newest_ended(shell.periodicity, clock.today())
        if StatReport.objects.filter(shell=shell.code, period=period.text, region_code=place).exists():
            continue
        try:
            made += services.open_period(actor=SYSTEM, shell=shell.code, region_code=place, period=period.text)
        except BadPeriod:
            continue
    return made
