"""Reading divisions. Names are asked for on every list row, so they are remembered for some minutes per process."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from minzheng.kernel.regions import codes
from minzheng.kernel.regions.models import Region, RegionAlias

_KEEP_SECONDS = 300
_names: dict[str, tuple[str, str]] = {}
_since = 0.0


def region_name(code: str, full: bool = False) -> str:
    """Name of a place, short ("晃州镇") or with all above it; the code itself when it is unknown, "" for ""."""
    return region_names([code], full=full).get(code, code)


def region_names(wanted: Iterable[str], full: bool = False) -> dict[str, str]:
    """Names of many places with one query at most; unknown codes are left out."""
    global _since
    if time.monotonic() - _since > _KEEP_SECONDS:
        forget()
        _since = time.monotonic()
    wanted = set(wanted) - {""}
    missing = wanted - _names.keys()
    if missing:
        # A closed place still has its name in old files: the latest row of the code speaks.
        rows = Region.objects.filter(code__in=missing).order_by("code", "valid_from")
        for code, name, full_name in rows.values_list("code", "name", "full_name"):
            _names[code] = (name, full_name or name)
    return {code: _names[code][1 if full else 0] for code in wanted if code in _names}


def forget() -> None:
    """Drop remembered names (after a load)."""
    _names.clear()


def on_day(on: date | None = None) -> QuerySet[Region]:
    """Places that hold on a day; without a day, those not closed. The first table that was loaded dates from the end
    of 2025, so that earlier days find only what was entered for them."""
    if on is None:
        return Region.objects.filter(valid_to=None)
    return Region.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)


def children(code: str, on: date | None = None) -> QuerySet[Region]:
    """Places directly below one; "" gives the provinces."""
    return on_day(on).filter(parent_code=codes.full(code) if code else "").order_by("code")


def place(code: str, on: date | None = None) -> Region | None:
    """The row of a place. Raises BadRegionCode for what is no code."""
    return on_day(on).filter(code=codes.full(code)).order_by("-valid_from").first()


def ancestors(code: str) -> list[Region]:
    """The places above one, province first; one query."""
    above = []
    one = codes.parent(code)
    while one:
        above.append(one)
        one = codes.parent(one)
    return list(on_day().filter(code__in=above).order_by("code"))


def resolve(text: str) -> list[Region]:
    """Places known under a code or a name, also under an alias of another source (统计用代码、旧名)."""
    digits = text.isascii() and text.isdigit() and len(text) in codes.WIDTHS
    code = codes.full(text) if digits else ""
    other = RegionAlias.objects.filter(Q(code=text) if digits else Q(name=text)).values("region_code")
    own = Q(code=code) if digits else Q(name=text)
    return list(on_day().filter(own | Q(code__in=other)).order_by("code"))
