"""Villages by name or code inside one county; a name that is not there comes back with the nearest ones."""

from __future__ import annotations

import difflib
import re

from minzheng.kernel.exchange.caseload.errors import Bad
from minzheng.kernel.regions import codes, selectors

_TAILS = re.compile(r"(村民委员会|居民委员会|村委会|居委会|社区居委会|村|社区|居)$")
_TOWN_TAILS = re.compile(r"(人民政府|街道办事处|街道|镇|乡)$")


def plain(name: str) -> str:
    """A village's name without what people add or leave out."""
    text = "".join(name.split())
    for _ in range(2):
        text = _TAILS.sub("", text) or text
    return text


def plain_town(name: str) -> str:
    text = "".join(name.split())
    return _TOWN_TAILS.sub("", text) or text


class Places:
    """The towns and villages of a county; two queries, then memory only."""

    def __init__(self, county: str) -> None:
        self.county = codes.full(county)
        inside = selectors.on_day().filter(codes.scope_q([self.county], field="code"))
        self.towns = dict(inside.filter(level=4).values_list("code", "name"))
        self.villages: dict[str, tuple[str, bool | None]] = {}
        self._by_name: dict[str, list[str]] = {}
        for code, name, urban in inside.filter(level=5).values_list("code", "name", "is_urban"):
            self.villages[code] = (name, urban)
            self._by_name.setdefault(plain(name), []).append(code)
        self._town_names = {plain_town(name): code for code, name in self.towns.items()}

    def town(self, name: str) -> str:
        """12-digit code of a town by name; Bad with the nearest names."""
        found = self._town_names.get(plain_town(name))
        if found is None:
            near = difflib.get_close_matches(plain_town(name), self._town_names, 3, 0.4)
            known = [self.towns[self._town_names[one]] for one in near] or list(self.towns.values())[:5]
            raise Bad(f"没有“{name[:20]}”这个乡镇（街道）。", f"改成区划表里的名称，例如：{'、'.join(known)}。")
        return found

    def village(self, *, code: str, town: str, name: str) -> str:
        """12-digit code of a village. Raises Bad: unknown, in another county, or a name that two towns share."""
        if code:
            if code not in self.villages:
                raise Bad(f"村（社区）代码“{code[:20]}”不在本县的区划表里。", "对照区划表改正代码，或改填村名。")
            return code
        if not name:
            raise Bad("没有填村（社区）。", "填写村（社区）的名称。")
        within = self.town(town)[:9] if town else ""
        found = [one for one in self._by_name.get(plain(name), ()) if one.startswith(within)]
        exact = [one for one in found if self.villages[one][0] == "".join(name.split())]
        found = exact or found
        if len(found) == 1:
            return found[0]
        if found:
            towns = "、".join(self.towns.get(one[:9] + "000", one[:9]) for one in found)
            raise Bad(f"叫“{name[:20]}”的村（社区）不止一个（{towns}）。", "加一列乡镇（街道），或填 12 位代码。")
        near = self._nearest(name, within)
        told = f"最接近的是：{'、'.join(near)}。" if near else "先把这个村（社区）补进区划表。"
        raise Bad(f"区划表里没有“{name[:20]}”。", f"改成区划表里的名称，{told}")

    def _nearest(self, name: str, within: str) -> list[str]:
        pool = [one for one, held in self._by_name.items() if any(code.startswith(within) for code in held)]
        return [
            self.villages[next(code for code in self._by_name[one] if code.startswith(within))][0]
            for one in difflib.get_close_matches(plain(name), pool, 3, 0.4)
        ]
