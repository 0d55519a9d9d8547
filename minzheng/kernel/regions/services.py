"""Loading divisions. A place that is renamed, re-coded or abolished keeps its old row, closed by `valid_to` (the first
day on which it no longer holds)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from minzheng.kernel.audit import services as audit
from minzheng.kernel.regions import selectors, table
from minzheng.kernel.regions.models import Region, RegionAlias
from minzheng.kernel.regions.table import Place, Table


@dataclass(frozen=True)
class Loaded:
    """How many rows were added, closed and left as they were."""

    added: int
    closed: int
    unchanged: int


def load_shipped(*, actor: audit.ActorLike = audit.SYSTEM) -> Loaded:
    """Load the shipped table and aliases; running it again changes nothing."""
    loaded = load(data=table.shipped(), actor=actor)
    load_aliases()
    return loaded


def load(*, data: Table, actor: audit.ActorLike) -> Loaded:
    """Make the open rows of levels 1 to 4 equal to this table, within the provinces that it knows.

    Places of other provinces (the demo county) and villages are left alone."""
    provinces = {place.code[:2] for place in data.places}
    with transaction.atomic():
        open_rows = Region.objects.filter(valid_to=None, level__lte=4).values_list("pk", "code", "name", "parent_code")
        present = {code: (pk, name, parent) for pk, code, name, parent in open_rows if code[:2] in provinces}
        wanted = {place.code: place for place in data.places}
        gone = {code: pk for code, (pk, *told) in present.items() if _differs(wanted.get(code), *told)}
        new = [place for place in data.places if place.code in gone or place.code not in present]
        _close(list(gone.values()), data.as_of)
        _insert(new, data.as_of, data.source)
        if new or gone:
            detail = {"added": len(new), "closed": len(gone), "as_of": data.as_of}
            audit.record(actor=actor, action="regions.load", reason=data.source, detail=detail)
    selectors.forget()
    return Loaded(len(new), len(gone), len(present) - len(gone))


def put(*, places: Iterable[Place], valid_from: date, source: str, actor: audit.ActorLike) -> Loaded:
    """Add or rename single places (villages of a county, the demo county) without closing any other.

    A place that is already open under the same name stays as it is; under another name its row is closed on
    `valid_from` and a new one opened."""
    places = list(places)
    with transaction.atomic():
        rows = Region.objects.filter(valid_to=None, code__in=[place.code for place in places])
        present = {row.code: row for row in rows.select_for_update()}
        new = [place for place in places if place.code not in present or _differs_from(place, present[place.code])]
        closed = [present[place.code].pk for place in new if place.code in present]
        _close(closed, valid_from)
        _insert(new, valid_from, source)
        if new:
            detail = {"added": len(new), "closed": len(closed), "first": new[0].code}
            audit.record(actor=actor, action="regions.put", region_code=new[0].code, reason=source, detail=detail)
    selectors.forget()
    return Loaded(len(new), len(closed), len(places) - len(new))


def load_aliases() -> int:
    """Add the shipped aliases that are not there yet; returns how many."""
    known = set(RegionAlias.objects.values_list("region_code", "system", "code", "name"))
    new = [
        RegionAlias(**row)
        for row in table.aliases()
        if (row["region_code"], row["system"], row["code"], row["name"]) not in known
    ]
    RegionAlias.objects.bulk_create(new)
    return len(new)


def _differs(place: Place | None, name: str, parent: str) -> bool:
    return place is None or place.name != name or place.parent != parent


def _differs_from(place: Place, row: Region) -> bool:
    return _differs(place, row.name, row.parent_code) or (place.is_urban is not None and place.is_urban != row.is_urban)


def _close(keys: list[int], on: date) -> None:
    """A row opened and closed on the same day never held: it is removed, which lets a correction be loaded again."""
    rows = Region.objects.filter(pk__in=keys)
    rows.filter(valid_from__gte=on).delete()
    rows.update(valid_to=on)


def _insert(places: list[Place], valid_from: date, source: str) -> None:
    Region.objects.bulk_create(
        [
            Region(
                code=place.code,
                name=place.name,
                full_name=place.full_name,
                level=place.level,
                parent_code=place.parent,
                valid_from=valid_from,
                source=source,
                is_urban=place.is_urban,
            )
            for place in places
        ],
        batch_size=5000,
    )
