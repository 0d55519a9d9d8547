"""Places to choose from in forms."""

from __future__ import annotations

from minzheng.kernel.regions.selectors import on_day


def villages() -> list[tuple[str, str]]:
    """(12-digit code, "东安镇 李家村") of every village in force. Two queries: the national table of townships is large,
    so only those above a village are read."""
    found = list(on_day().filter(level=5).order_by("code").values_list("code", "name"))
    above = {code[:9] + "000" for code, _ in found}
    towns = dict(on_day().filter(code__in=above).values_list("code", "name"))
    return [(code, f"{towns.get(code[:9] + '000', '')} {name}".strip()) for code, name in found]
