"""The words of one 户 or 人 as whole numbers in a list, and back: what the printed functions of one family read."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from minzheng.policy import whole
from minzheng.policy.words import MAX_YUAN, Vocabulary, Word, convert
from minzheng.policy.yamltext import Scalar

Row = dict[str, Any]
_PARTS = {"元": 100, "比例": 10_000}
_IN_WHOLE = frozenset([*_PARTS, "日期", "选项"])


class RowReader:
    """Reads the words of one 户 or 人 as whole numbers into a list. Whatever it does not expect it refuses."""

    def __init__(self, entity: str, words: Vocabulary, codes: dict[str, int]):
        mine = [w for w in words.words.values() if w.entity == entity]
        self.slots = {w.name: i for i, w in enumerate(mine)}
        self._readers = {w.name: (i, _reader(w, codes)) for i, w in enumerate(mine)}
        self._blank = [_whole(w, w.default, codes) for w in mine]
        texts = {code: text for text, code in codes.items()}
        self._back = [(w.name, _back(w, texts)) for w in mine]
        birthday = next((w for w in mine if w.name == "出生日期"), None)
        self._born = self.slots["出生日期"] if birthday else -1
        self._died = self.slots.get("死亡日期", -1)
        self._children = [self.slots[f] for f in birthday.child_when] if birthday else []

    def read(self, given: dict[str, Any], day: int) -> list[Any]:
        """All words in their places. Raises KeyError, TypeError or ValueError."""
        row = self._blank.copy()
        readers = self._readers
        for name, raw in given.items():
            slot, convert = readers[name]
            row[slot] = convert(raw)
        if self._born >= 0:
            self._check(row, given, day)
        return row

    def _check(self, row: list[Any], given: dict[str, Any], day: int) -> None:
        born = row[self._born]
        if "出生日期" in given:
            died = row[self._died] if self._died >= 0 else None
            if born > day or day // 10000 - born // 10000 > 150 or (died is not None and died < born):
                raise ValueError("出生日期")
        elif any(row[i] for i in self._children):
            row[self._born] = (day // 10000 - 10) * 10000 + 101

    def back(self, row: list[Any]) -> Row:
        """The row as exact values by name."""
        return {name: exact(v) if v is not None else None for (name, exact), v in zip(self._back, row, strict=True)}


def _whole(word: Word, value: Any, codes: dict[str, int]) -> Any:
    """An exact value as the whole number of its type; yes/no and text as they are."""
    if value is None or word.type not in _IN_WHOLE:
        return value
    return whole.to_whole(word.type, 10_000 if word.type == "比例" else 1, value, codes)


def _reader(word: Word, codes: dict[str, int]) -> Callable[[Any], Any]:
    """What is said about a word → whole number; the usual Python types by the shortest way."""

    def any_form(raw: Any) -> Any:
        if raw is None or isinstance(raw, Scalar):
            raise ValueError(word.name)  # nothing said, or said in a file: the exact way knows where
        return _whole(word, convert(word, raw), codes)

    if word.type == "元":
        most = int(MAX_YUAN)
        return lambda raw: raw * 100 if type(raw) is int and 0 <= raw <= most else any_form(raw)
    if word.type == "是否":
        return lambda raw: raw if type(raw) is bool else any_form(raw)
    if word.type == "日期":
        return lambda raw: raw.year * 10000 + raw.month * 100 + raw.day if type(raw) is datetime.date else any_form(raw)
    if word.type == "选项":
        known = {text: codes[choice] for text, choice in word.aliases.items()}
        return lambda raw: known[raw] if type(raw) is str and raw in known else any_form(raw)
    if word.type == "文字":
        return lambda raw: raw.strip() if type(raw) is str else any_form(raw)
    return any_form


def _back(word: Word, texts: dict[int, str]) -> Callable[[int], Any]:
    if word.type == "日期":
        return day_of
    if word.type == "选项":
        return texts.__getitem__
    if word.type in _PARTS:
        parts = _PARTS[word.type]
        return lambda v: Decimal(v) / parts
    return lambda v: v


def day_of(number: int) -> datetime.date:
    return datetime.date(number // 10000, number // 100 % 100, number % 100)
