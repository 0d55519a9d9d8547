"""Classes and tags as declared in catalogue.yaml: data that a county may extend, no literal in the code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "catalogue.yaml"


@dataclass(frozen=True)
class IncomeClass:
    """One class of low-income people; `rank` 0 comes first."""

    code: str
    title: str
    short: str
    rank: int
    items: tuple[str, ...] = ()
    source: str = ""
    fact: str = ""
    manual: bool = False


@dataclass(frozen=True)
class Tag:
    """One tag. `rule` is the name of a function of computed.py; ages are whole years, both included."""

    code: str
    title: str
    rule: str = ""
    items: tuple[str, ...] = ()
    source: str = ""
    fact: str = ""
    age_from: int | None = None
    age_to: int | None = None
    level_to: int = 0
    special: bool = False
    manual: bool = False
    reader: str = ""


@cache
def _read() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def _values(row: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if name == "items" else value for name, value in row.items()}


@cache
def classes() -> dict[str, IncomeClass]:
    """Code → class, the most important first."""
    return {
        code: IncomeClass(code, rank=rank, **_values(row))
        for rank, (code, row) in enumerate(_read()["classes"].items())
    }


@cache
def tags() -> dict[str, Tag]:
    """Code → tag, in the order of the catalogue."""
    return {code: Tag(code, **_values(row)) for code, row in _read()["tags"].items()}


def law() -> str:
    return str(_read()["law"])


def manual_months() -> int:
    """How long at most an entry by hand holds."""
    return int(_read()["manual_months"])


def class_title(code: str) -> str:
    """The short name of a class; the code of one that is no longer declared."""
    return classes()[code].short if code in classes() else code


def tag_title(code: str) -> str:
    return tags()[code].title if code in tags() else code


def class_choices() -> list[tuple[str, str]]:
    return [(one.code, one.short) for one in classes().values()]


def tag_choices() -> list[tuple[str, str]]:
    return [(one.code, one.title) for one in tags().values()]


def special_codes() -> tuple[str, ...]:
    return tuple(one.code for one in tags().values() if one.special)


def by_item() -> dict[str, str]:
    """Item code → class code."""
    return {item: one.code for one in classes().values() for item in one.items}
