"""一项待遇的规定: who gets it, how much, on what conditions, by which article; a worked example. Public, nobody's data."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from minzheng.kernel import clock
from minzheng.kernel.items import registry
from minzheng.kernel.orgs.selectors import bureau_places
from minzheng.kernel.regions.selectors import region_name
from minzheng.kernel.standards import reference
from minzheng.online.portal.rendering import show
from minzheng.policy.errors import InputError

#: Types of parameters that a citizen asks for: how much, from which age.
AMOUNTS = ("元", "周岁", "倍", "个月")


def policy(request: HttpRequest, code: str) -> HttpResponse:
    """`?place=`: a region code; without it the place of this installation's bureau."""
    places = bureau_places()
    place = request.GET.get("place") or (places[0] if places else "")
    try:
        told = reference.of(code, place, clock.today())
    except InputError:
        raise Http404 from None
    if told is None:
        raise Http404
    values = [p for p in told.params if p["value"] and any(unit in p["value"]["shown"] for unit in AMOUNTS)]
    refusals = [(rule.condition.partition(" ")[2], rule.summary) for rule in told.conditions]
    item = next((one for one in registry.portal_items() if code in one.grants), None)
    return show(
        request, "policy", told.title, told=told, values=values, refusals=refusals, item=item, back="portal.home", on=clock.today(),
        place=region_name(place) if place else "",
    )  # fmt: skip
