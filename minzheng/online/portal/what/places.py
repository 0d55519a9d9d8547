"""Townships to choose from, by name: those that have a village or community on the table of this installation."""

from __future__ import annotations

import time

from minzheng.kernel.regions.selectors import on_day

_KEEP_SECONDS = 300
_kept: tuple[float, list[tuple[str, str]]] = (float("-inf"), [])


def places() -> list[tuple[str, str]]:
    """(12-digit code, "示范县 青石镇"), by code. Two queries, remembered for some minutes: the page is open to everybody."""
    global _kept
    if time.monotonic() - _kept[0] > _KEEP_SECONDS:
        above = {code[:9] + "000" for code in on_day().filter(level=5).values_list("code", flat=True)}
        towns = list(on_day().filter(code__in=above).order_by("code").values_list("code", "name"))
        counties = {code[:6] + "000000" for code, _ in towns}
        names = dict(on_day().filter(code__in=counties).values_list("code", "name"))
        _kept = (
            time.monotonic(),
            [(code, f"{names.get(code[:6] + '000000', '')} {name}".strip()) for code, name in towns],
        )
    return _kept[1]


def forget() -> None:
    """Read the table again (tests, after a load)."""
    global _kept
    _kept = (float("-inf"), [])
