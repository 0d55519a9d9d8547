"""The places a member of staff may choose from: those of the own scope and one level below."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q


def places_below(scopes: Sequence[str]) -> list[tuple[str, str]]:
    """(code, name) of every scope's children, or of the scope itself where it has none; one query."""
    from minzheng.kernel.regions.models import Region

    if not scopes:
        return []
    found = Region.objects.filter(Q(parent_code__in=scopes) | Q(code__in=scopes), valid_to=None).order_by("code")
    rows = list(found.values_list("code", "name", "parent_code"))
    parents = {parent for _code, _name, parent in rows}
    return [(code, name) for code, name, _parent in rows if code not in parents]
