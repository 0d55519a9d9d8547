"""Result of a check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True)
class Result:
    """One check: ``state`` is ok, warn (works, but see to it) or fail; ``sentence`` says what, where and what to do."""

    name: str
    state: str
    sentence: str


@dataclass(frozen=True)
class Check:
    """Checks with ``needs_database`` are skipped when the database does not answer (its own check reports that)."""

    name: str
    run: Callable[[], list[Result]]
    needs_database: bool = False


def ok(name: str, sentence: str) -> list[Result]:
    return [Result(name, OK, sentence)]


def warn(name: str, sentence: str) -> list[Result]:
    return [Result(name, WARN, sentence)]


def fail(name: str, *sentences: str) -> list[Result]:
    return [Result(name, FAIL, sentence) for sentence in sentences]
