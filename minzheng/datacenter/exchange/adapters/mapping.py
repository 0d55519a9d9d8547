"""The mapping of one adapter: which rows go out as which fields, in the codes of the other side. Pure data work."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from minzheng.datacenter.exchange.errors import ExchangeRefused

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Out:
    """One field as the other side wants it. `codes`: name of a code table; `least`: smallest number that makes sense."""

    name: str
    source: str
    title: str
    required: bool = False
    personal: bool = False
    codes: str = ""
    format: str = ""
    pattern: str = ""
    least: int | None = None


@dataclass(frozen=True)
class Feed:
    """One kind of content. `rows`: name of the reader in rows.py; `every`: daily | monthly; `key`: what a row is called in
    rejects and counts; `only`: beginning of the codes of benefits that are reported."""

    code: str
    title: str
    rows: str
    every: str
    key: str
    fields: tuple[Out, ...]
    only: str = ""

    @property
    def personal(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields if one.personal)


@dataclass(frozen=True)
class Adapter:
    """`needs_confirmation`: what is still to be agreed with the other side; shown on its pages."""

    code: str
    title: str
    needs_confirmation: str
    feeds: Mapping[str, Feed]
    codes: Mapping[str, Mapping[str, str]]
    simulator: Mapping[str, Any]


class Unmappable(ValueError):
    """A row cannot be written as the other side wants it: it is not sent, and listed with this reason."""


@cache
def all() -> dict[str, Adapter]:
    """Every folder here with a mapping.yaml."""
    return {path.parent.name: _read(path) for path in sorted(FOLDER.glob("*/mapping.yaml"))}


def get(code: str) -> Adapter:
    found = all().get(code)
    if found is None:
        raise ExchangeRefused(f"没有报送接口“{code}”，现有：{'、'.join(all())}。")
    return found


def _read(path: Path) -> Adapter:
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    feeds = {}
    for code, feed in told["feeds"].items():
        fields = tuple(
            Out(name, one["from"], one["title"], **{k: v for k, v in one.items() if k not in ("from", "title")})
            for name, one in feed["fields"].items()
        )
        feeds[code] = Feed(code, feed["title"], feed["rows"], feed["every"], feed["key"], fields, feed.get("only", ""))
        unknown = {one.codes for one in fields if one.codes} - set(told["codes"])
        if unknown or feed["every"] not in ("daily", "monthly") or not isinstance(feed["key"], str):
            raise ValueError(f"{path}：{code} 用了没有的代码表 {unknown} 或周期 {feed['every']}")
    return Adapter(
        path.parent.name, told["title"], told.get("needs_confirmation", ""), feeds, told["codes"], told["simulator"]
    )


def mapped(adapter: Adapter, feed: Feed, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row in the other side's words. Raises Unmappable naming the field."""
    return {one.name: _value(adapter, one, row.get(one.source)) for one in feed.fields}


def _value(adapter: Adapter, field: Out, value: Any) -> Any:
    if value in (None, ""):
        if field.required:
            raise Unmappable(f"{field.title}为空")
        return ""
    if field.codes:
        table = adapter.codes[field.codes]
        found = table.get(str(value), table.get("*"))
        if found is None:
            raise Unmappable(f"{field.title}“{value}”在代码表里没有对应")
        return found
    if field.format and isinstance(value, datetime.date):
        return value.strftime("%Y%m" if field.format == "yyyymm" else "%Y%m%d")
    if field.pattern and not re.fullmatch(field.pattern, str(value)):
        raise Unmappable(f"{field.title}格式不对")
    if field.least is not None and int(value) < field.least:
        raise Unmappable(f"{field.title}不能小于 {field.least}")
    return value if isinstance(value, (int, str)) else str(value)
