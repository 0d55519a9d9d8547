"""Forms of summaries are declared in YAML (``forms/<code>.yaml``): parts, items, points, sentences with their cases.

A sentence names the indicator it is about (``of``) and what it is compared with; which of its cases is written follows
from the numbers alone::

    - of: assistance.dibao.persons        # dims: {urban: "城市"}    compare: last_year | last_period
      more: 城乡低保对象{value}，比去年同期增加{change}。
      less: 城乡低保对象{value}，比去年同期减少{change}。
      same: …                             # better / worse instead of more / less where the indicator has a good direction
      first: 城乡低保对象{value}。          # nothing to compare with
      none: 低保对象人数尚无数据。           # no value; without this case the sentence is dropped and that is recorded

``always`` stands for a sentence that is about no change. Marks: ``{value}`` ``{change}`` ``{rate}`` ``{before}`` of ``of``;
``{other.code}`` and ``{other.code:change}`` of any other indicator; ``{fact:name}`` of facts.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent / "forms"
CASES = ("better", "worse", "more", "less", "same", "first", "none", "always")
ASPECTS = ("value", "change", "rate", "before")
#: ``{assistance.dibao.persons:change}``, ``{value}``, ``{fact:targets.met}``.
MARK = re.compile(r"\{(?P<name>fact:[a-z_.]+|[a-z][a-z0-9_.]*)(?::(?P<aspect>change|rate|before))?\}")


class BadForm(ValueError):
    """A declaration that cannot be: the sentence says which file and where."""


@dataclass(frozen=True)
class Sentence:
    key: str
    cases: Mapping[str, str]
    of: str = ""
    dims: Mapping[str, str] = field(default_factory=dict)
    compare: str = "last_year"

    def codes(self) -> set[str]:
        """Indicators whose values this sentence may ask for."""
        named = {match["name"] for text in self.cases.values() for match in MARK.finditer(text)}
        return {name for name in named if "." in name and not name.startswith("fact:")} | ({self.of} - {""})


@dataclass(frozen=True)
class Item:
    title: str
    points: tuple[tuple[Sentence, ...], ...]


@dataclass(frozen=True)
class Part:
    """``fill``: "" for declared items, ``next_steps`` for what is open in plans, ``tables`` for the tables of five years."""

    title: str
    items: tuple[Item, ...] = ()
    fill: str = ""


@dataclass(frozen=True)
class TableRow:
    code: str
    name: str = ""
    dims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """``periods``: kinds of period it is for (half, year, span). ``rows``: what its table of actual values lists."""

    code: str
    name: str
    title: str
    periods: tuple[str, ...]
    preamble: tuple[Sentence, ...]
    parts: tuple[Part, ...]
    rows: tuple[TableRow, ...] = ()

    def sentences(self) -> Iterator[Sentence]:
        yield from self.preamble
        for part in self.parts:
            for item in part.items:
                for point in item.points:
                    yield from point


@cache
def forms() -> dict[str, Form]:
    """All declared forms by code. Raises BadForm."""
    return {path.stem: _form(path) for path in sorted(FOLDER.glob("*.yaml"))}


def for_period(kind: str) -> Form | None:
    """The form for a kind of period (half, year, span)."""
    return next((form for form in forms().values() if kind in form.periods), None)


def _form(path: Path) -> Form:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if raw.get("code") != path.stem:
        raise BadForm(f"{path.name}：code 应与文件名相同。")
    return Form(
        code=raw["code"],
        name=raw["name"],
        title=raw["title"],
        periods=tuple(raw["periods"]),
        preamble=tuple(_sentence(path, f"p{n}", one) for n, one in enumerate(raw.get("preamble", []), start=1)),
        parts=tuple(_part(path, n, one) for n, one in enumerate(raw["parts"], start=1)),
        rows=tuple(
            TableRow(one["code"], one.get("name", ""), dict(one.get("dims", {}))) for one in raw.get("rows", [])
        ),
    )


def _part(path: Path, order: int, raw: Mapping[str, Any]) -> Part:
    items = []
    for number, item in enumerate(raw.get("items", []), start=1):
        points = []
        for place, point in enumerate(item["points"], start=1):
            key = f"{order}.{number}.{place}"
            points.append(tuple(_sentence(path, f"{key}.{n}", one) for n, one in enumerate(point, start=1)))
        items.append(Item(item["title"], tuple(points)))
    return Part(raw["title"], tuple(items), raw.get("fill", ""))


def _sentence(path: Path, key: str, raw: Mapping[str, Any]) -> Sentence:
    unknown = set(raw) - {*CASES, "of", "dims", "compare"}
    cases = {case: str(raw[case]) for case in CASES if case in raw}
    if unknown or not cases:
        raise BadForm(f"{path.name} 第 {key} 句：有不认识的项 {'、'.join(sorted(unknown))}，或者没有写任何情形。")
    if "always" not in cases and not ("of" in raw and "first" in cases):
        raise BadForm(f"{path.name} 第 {key} 句：写变化的句子要有 of 和 first（没有可比数据时怎么写）。")
    for case, text in cases.items():
        if re.search(r"\d", MARK.sub("", text)):
            raise BadForm(f"{path.name} 第 {key} 句 {case}：句中不能写死数字，请用指标记号。")
        if any(match["name"] in ASPECTS and "of" not in raw for match in MARK.finditer(text)):
            raise BadForm(f"{path.name} 第 {key} 句 {case}：用了 value、change 等记号，但没有写 of。")
    return Sentence(key, cases, raw.get("of", ""), dict(raw.get("dims", {})), raw.get("compare", "last_year"))
