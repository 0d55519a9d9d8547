"""Reading a variable as its declared kind; a wrong one is a ``BadSetting`` that names it and says how to write it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from minzheng.site.environment.network import AddressSet
from minzheng.site.environment.table import BY_NAME
from minzheng.site.errors import BadSetting

PREFIX = "MINZHENG_"


def text(name: str) -> str:
    """The value as it stands, or the declared default when that is a value (not a description)."""
    return os.environ.get(name) or _default(name)


def flag(name: str) -> bool:
    return text(name) == "1"


def days(name: str) -> int:
    found = text(name)
    problem = complaint(name, found)
    if problem:
        raise BadSetting(problem)
    return int(found)


def names(name: str) -> list[str]:
    return [part.strip() for part in text(name).split(",") if part.strip()]


def addresses(name: str) -> AddressSet:
    problem = complaint(name, text(name))
    if problem:
        raise BadSetting(problem)
    return AddressSet(names(name))


def _default(name: str) -> str:
    variable = BY_NAME[name]
    return variable.default if variable.kind in ("flag", "number", "port", "days", "addresses", "text") else ""


def unknown(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each ``MINZHENG_…`` name that the table does not know, with the nearest known one."""
    found = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in BY_NAME:
            near = get_close_matches(name, BY_NAME, n=1, cutoff=0.6)
            hint = f"是不是 {near[0]}？" if near else "设置表里没有它，请删去。"
            found.append(f"不认识环境变量 {name}，它不起作用；{hint}")
    return found


def wrong(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each known variable whose value is not of its kind."""
    found = (complaint(name, environment[name]) for name in BY_NAME if environment.get(name))
    return [sentence for sentence in found if sentence]


def complaint(name: str, value: str) -> str:
    """ "" or what is wrong with this value. Secret values are not repeated."""
    expected = _EXPECTED.get(BY_NAME[name].kind)
    if not value or expected is None or expected[0](value):
        return ""
    shown = "" if BY_NAME[name].secret else f"是 {value!r}，"
    return f"环境变量 {name} {shown}应为{expected[1]}；请改正。"


def _is_number(value: str) -> bool:
    return value.isdecimal() and int(value) > 0


def _is_port(value: str) -> bool:
    return value.isdecimal() and 0 < int(value) < 65536


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query
    except ValueError:
        return False


def _is_database(value: str) -> bool:
    return value.startswith(("postgresql://", "postgres://"))


def _are_addresses(value: str) -> bool:
    try:
        for part in value.split(","):
            if part.strip():
                ip_network(part.strip(), strict=False)
    except ValueError:
        return False
    return True


_EXPECTED = {
    "flag": (lambda value: value in ("0", "1"), " 0 或 1"),
    "number": (_is_number, "正整数"),
    "days": (_is_number, "天数（正整数）"),
    "port": (_is_port, " 1 到 65535 的端口"),
    "date": (_is_date, " 2026-11-02 这样的日期"),
    "url": (_is_url, " http:// 或 https:// 开头的网址"),
    "database": (_is_database, " postgresql:// 开头的数据库地址"),
    "addresses": (_are_addresses, "逗号分隔的 IP 地址或网段（如 10.1.0.0/16）"),
    "file": (lambda value: Path(value).is_file(), "一个存在的文件"),
}
