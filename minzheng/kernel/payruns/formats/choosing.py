"""Which declared format a county's bank takes: the setting PAY_FILE_FORMAT, `rcb_fixed` for all counties or with its own
ones before it: `990101=fiscal_csv,990102=abc_xlsx,rcb_fixed`. The most exact area code counts."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from minzheng.kernel.payruns.formats import registry
from minzheng.kernel.payruns.formats.spec import BadFormat

NAME = "MINZHENG_PAY_FILE_FORMAT"


def usual(region_code: str) -> str:
    """The code of the format for a batch of this place. Raises BadFormat when the setting cannot be read."""
    found = _chosen(settings.PAY_FILE_FORMAT)
    area = next((one for one in found if region_code.startswith(one)), "")
    return found[area]


@cache
def _chosen(setting: str) -> dict[str, str]:
    """Area code → format, the longest first; "" is everywhere else."""
    found: dict[str, str] = {}
    for one in setting.replace("，", ",").split(","):
        area, _, code = one.strip().rpartition("=")
        area, code = area.strip(), code.strip()
        if code not in registry.all():
            known = "、".join(registry.all())
            raise BadFormat(f"设置 {NAME} 里的格式“{code}”没有登记；可用：{known}。")
        if area and not (area.isascii() and area.isdigit() and len(area) <= 12):
            raise BadFormat(f"设置 {NAME} 里的“{area}”不是区划代码，应写作 990101=fiscal_csv。")
        if area in found:
            raise BadFormat(f"设置 {NAME} 里{f'区划 {area}' if area else '默认的格式'}写了两次。")
        found[area] = code
    if "" not in found:
        raise BadFormat(f"设置 {NAME} 没有写其他地区的默认格式：请在最后写上，例如“…,rcb_fixed”。")
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))
