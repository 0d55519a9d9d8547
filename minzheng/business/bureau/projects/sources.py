"""Where a project's money comes from (``sources.yaml``)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from minzheng.policy.yamltext import load

DATA = Path(__file__).with_name("sources.yaml")


@dataclass(frozen=True)
class Source:
    """`words`: other names of it in tables; `pots`: the same money's codes in kernel/funds."""

    code: str
    title: str
    words: tuple[str, ...]
    pots: tuple[str, ...]


@cache
def sources() -> dict[str, Source]:
    """Code → source, in the order of the file, which is the order of columns."""
    said = load(DATA)
    return {
        str(code): Source(str(code), str(row["title"]), tuple(map(str, row["words"])), tuple(map(str, row["pots"])))
        for code, row in said.items()
    }


def title(code: str) -> str:
    """The name of a source; its code when the file no longer knows it."""
    found = sources().get(code)
    return found.title if found else code


def choices() -> list[tuple[str, str]]:
    return [(one.code, one.title) for one in sources().values()]


@cache
def by_word() -> dict[str, str]:
    """Every name of a source → its code."""
    return {word: one.code for one in sources().values() for word in (one.title, *one.words)}
