"""A family file: 地区, 日期, 家庭, 成员 (and linked collections such as 赡养义务人), read from YAML as text."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from minzheng.policy import yamltext
from minzheng.policy.errors import InputError
from minzheng.policy.regions import normalize_region
from minzheng.policy.words import to_date
from minzheng.policy.yamltext import line_of


@dataclass(frozen=True)
class FamilyFile:
    """Where and when, and the family mapping that ``Ruleset.evaluate`` takes."""

    region: str
    on: datetime.date
    family: dict[str, Any]


def split_family(content: Any, name: str) -> FamilyFile:
    """Take 地区 and 日期 out of a mapping; the rest is the family. Raises InputError."""
    if not isinstance(content, dict):
        raise InputError("应写 地区、日期、家庭、成员 四项", field=name, line=line_of(content))
    for key in ("地区", "日期"):
        given = content.get(key)
        if not given or getattr(given, "empty", False):
            raise InputError(f"缺少“{key}”", field=name, line=line_of(content))
    try:
        on = to_date(content["日期"])
    except ValueError as error:
        raise InputError(str(error), field="日期", line=line_of(content["日期"])) from None
    if not 1949 <= on.year <= 2100:
        raise InputError(f"{on} 不在 1949 到 2100 年之间", field="日期", line=line_of(content["日期"]))
    rest = {key: value for key, value in content.items() if key not in ("地区", "日期")}
    return FamilyFile(normalize_region(content["地区"]), on, rest)


def read_family_file(path: str | Path) -> FamilyFile:
    """Read one family file. Raises InputError with file and line."""
    return split_family(yamltext.load(path, aliases=True), Path(path).name)
