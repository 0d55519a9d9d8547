"""Villages and communities a family can choose from."""

from __future__ import annotations

from django.db.models import Q

from minzheng.kernel import clock


def villages() -> list[tuple[str, str]]:
    """(12-digit code, "示范镇 李家村") of every village in force today, one query."""
    from minzheng.kernel.regions.models import Region

    today = clock.today()
    rows = Region.objects.filter(Q(valid_to=None) | Q(valid_to__gt=today), valid_from__lte=today, level__in=(4, 5))
    names = dict(rows.filter(level=4).values_list("code", "name"))
    found = rows.filter(level=5).order_by("code").values_list("code", "name")
    return [(code, f"{names.get(code[:9] + '000', '')} {name}".strip()) for code, name in found]
