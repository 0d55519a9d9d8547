"""Reading organisations, narrowed to the places of a post."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from minzheng.kernel import clock
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


def visible_to(actor: Actor) -> QuerySet[Organization]:
    """Organisations of the places of a post with accounts.read."""
    rows = Organization.objects.select_related("parent")
    return rows if actor.is_system else rows.filter(actor.scope_q("accounts.read"))


def get(actor: Actor, pk: int) -> Organization | None:
    return visible_to(actor).filter(pk=pk).first()


def manageable(actor: Actor, pk: int) -> Organization | None:
    """One that this actor may change."""
    rows = Organization.objects.select_related("parent")
    return (rows if actor.is_system else rows.filter(actor.scope_q("accounts.manage"))).filter(pk=pk).first()


def organizations_in(scopes: Iterable[str]) -> list[tuple[str, str]]:
    """(id, name) of the organisations of today in these places, as choices."""
    rows = _today().filter(codes.scope_q(scopes)).order_by("region_code", "code")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def of_kinds(kinds: Iterable[str], scopes: Iterable[str] | None) -> list[Organization]:
    """The organisations of today of these kinds in these places (None: everywhere)."""
    rows = _today().filter(kind__in=tuple(kinds)).order_by("region_code", "code")
    return list(rows if scopes is None else rows.filter(codes.scope_q(scopes)))


def township_window(region: str) -> str:
    """Name of the window where people of a township or village apply; "" where none is on record. Public."""
    town = codes.full(region)[:9] + "000"
    return _today().filter(kind="township", region_code=town).values_list("name", flat=True).first() or ""


def above(scopes: Iterable[str]) -> list[tuple[str, str]]:
    """(id, name) of the organisations of today at the places above these, as choices."""
    places: set[str] = set()
    for one in scopes:
        code = codes.parent(one)
        while code:
            places.add(code)
            code = codes.parent(code)
    rows = _today().filter(region_code__in=places).order_by("region_code", "code")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def office_for(region_code: str, kinds: Iterable[str] = ("township", "bureau")) -> Organization | None:
    """The nearest office of these kinds for a place: its own, else the next one above; a township's window goes before
    a bureau of the same place."""
    places, code = [codes.full(region_code)], codes.parent(region_code)
    while code:
        places.append(codes.full(code))
        code = codes.parent(code)
    found = list(_today().filter(kind__in=tuple(kinds), region_code__in=places))
    return max(found, key=lambda one: (codes.level(one.region_code), one.kind == "township"), default=None)


def bureau_places() -> list[str]:
    """The places of today's bureaus, in the order of their codes."""
    return list(_today().filter(kind="bureau").order_by("code").values_list("region_code", flat=True))


def current(*, code: str = "", pk: int = 0) -> Organization | None:
    """The organisation of today with this code or id; None when there is none. Names of offices are no secret."""
    return _today().filter(code=code).first() if code else _today().filter(pk=pk).first()


def of_place(region_code: str) -> list[tuple[str, str]]:
    """(id, name) of today's organisations of this very place, as choices."""
    rows = _today().filter(region_code=codes.full(region_code)).order_by("code")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def one_below(region_code: str, kinds: Iterable[str]) -> list[tuple[str, str]]:
    """(id, name) of today's organisations of these kinds in the places one level below, as choices."""
    level = codes.level(region_code) + 1
    rows = _today().filter(codes.scope_q([region_code]), kind__in=tuple(kinds)).order_by("region_code", "code")
    found = rows.values_list("pk", "name", "region_code")
    return [(str(pk), name) for pk, name, place in found if codes.level(place) == level]


def abolished() -> QuerySet[Any]:
    """Ids of organisations that are no more, for a condition."""
    return Organization.objects.filter(valid_to__lt=clock.today()).values("pk")


def _today() -> QuerySet[Organization]:
    return Organization.objects.filter(Q(valid_to=None) | Q(valid_to__gte=clock.today()))


def places_of_work() -> list[str]:
    """Codes of the places that have a bureau or a township window of today."""
    rows = _today().filter(kind__in=("bureau", "township")).order_by("region_code")
    return list(rows.values_list("region_code", flat=True).distinct())
