"""What the pages of indicators read from their address: the place and the period, within what the person may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest

from minzheng.datacenter.indicators import periods
from minzheng.datacenter.indicators.selectors import READ
from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.parts.places import places_below
from minzheng.kernel.regions import codes
from minzheng.kernel.regions.selectors import region_name

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


@dataclass(frozen=True)
class Asked:
    """`places`: (code, name) of what may be chosen; `period` is always a valid one."""

    actor: Actor
    place: str
    places: list[tuple[str, str]]
    period: periods.Period

    @property
    def place_name(self) -> str:
        return region_name(self.place)


def places_of(actor: Actor, permission: str) -> list[tuple[str, str]]:
    """The places of a permission and those one level below, widest first; without villages."""
    scopes = [code for code in actor.scopes(permission) if codes.level(code) <= 4]
    below = [one for one in places_below(scopes) if codes.level(one[0]) <= 4]
    return list(dict.fromkeys([*((code, region_name(code)) for code in scopes), *below]))


def asked(request: HttpRequest, permission: str = READ) -> Asked:
    """Raises Http404 for a place that this person may not see, or a period that is none."""
    actor, given = actor_in(request), request.GET
    places = places_of(actor, permission)
    place = given.get("region", "") or (places[0][0] if places else "")
    try:
        place = codes.full(place) if place else ""
        period = periods.parse(given.get("period", "") or periods.of_month(clock.today()))
    except (codes.BadRegionCode, periods.BadPeriod) as error:
        raise Http404(str(error)) from None
    if place and actor.can(permission, place) is None:
        raise Http404
    if place and place not in dict(places):
        places.append((place, region_name(place)))
    return Asked(actor, place, places, period)
