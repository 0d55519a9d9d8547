"""检查结果。"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True)
class Result:
    """一项检查：``state`` 为 ok、warn（能用但该处理）或 fail；``sentence`` 说清什么、哪里、怎么办。"""

    name: str
    state: str
    sentence: str


@dataclass(frozen=True)
class Check:
    """``needs_database`` 的检查在数据库连不上时跳过（数据库本身那一项会报）。"""

    name: str
    run: Callable[[], list[Result]]
    needs_database: bool = False


def ok(name: str, sentence: str) -> list[Result]:
    return [Result(name, OK, sentence)]


def warn(name: str, sentence: str) -> list[Result]:
    return [Result(name, WARN, sentence)]


def fail(name: str, *sentences: str) -> list[Result]:
    return [Result(name, FAIL, sentence) for sentence in sentences]
