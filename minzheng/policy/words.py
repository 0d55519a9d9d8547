"""Input words: what may be said about a family, with type, range and default, each declared once.

``read_family`` turns a mapping (from YAML text, a database row or a form) into exact values: 元 as Decimal, dates as
date, yes/no as bool. An undeclared word or an impossible value is an InputError that names the field.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from minzheng.policy import yamltext
from minzheng.policy.errors import InputError
from minzheng.policy.yamltext import Scalar, line_of

#: No household amount is larger; keeps every product within 64-bit fen in the bulk targets.
MAX_YUAN = Decimal("1000000000")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]+)?", re.ASCII)
#: 是 and 否, and the words that YAML itself takes for yes and no.
_YES = {"是": True, "否": False} | {
    form: yes
    for word, yes in (("true", True), ("yes", True), ("on", True), ("false", False), ("no", False), ("off", False))
    for form in (word, word.capitalize(), word.upper())
}
TYPES = ("元", "整数", "是否", "日期", "选项", "文字", "比例")
_COLLECTIONS = {"人": "成员"}


Blanks = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Word:
    """One input word: whose it is (人, 户 or a linked collection), its type and what is possible."""

    name: str
    entity: str
    type: str
    title: str = ""
    default: Any = None
    optional: bool = False
    low: int | None = None
    high: int | None = None
    allow_negative: bool = False
    code: bool = False  # the number is a grade, not a quantity: rules may name it
    choices: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    other: str = ""
    child_when: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    #: Values of exactly this Python type need no check; None where every value must be looked at.
    python_type: Any = None


def to_decimal(value: object, places: int, what: str) -> Decimal:
    """Exact number from text, int or Decimal; at most ``places`` decimals. Raises ValueError with a Chinese reason."""
    if type(value) is Decimal and value.is_finite() and value == round(value, places):
        return value
    if isinstance(value, bool):
        raise ValueError(f"应为{what}，写的是{'是' if value else '否'}")
    if isinstance(value, int):
        return Decimal(value)
    text = repr(value) if isinstance(value, float) else str(value).strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"应为{what}，写的是“{text}”")
    number = Decimal(text)
    if number != number.quantize(Decimal(1).scaleb(-places)):
        raise ValueError(f"最多 {places} 位小数，写的是“{text}”")
    return number


def to_yes(value: object) -> bool:
    """是/否 or true/false. Raises ValueError."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip() in _YES:
        return _YES[value.strip()]
    raise ValueError(f"应为 是 或 否，写的是“{value}”")


def to_date(value: object) -> datetime.date:
    """ISO date. Raises ValueError."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    text = str(value).strip()
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        raise ValueError(f"应为“年-月-日”的日期（如 2026-11-21），写的是“{text}”")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"没有“{text}”这一天") from None


def convert(word: Word, value: object) -> Any:
    """One value by the word's declared type. Raises ValueError with a Chinese reason."""
    kind = word.type
    if isinstance(value, (list, tuple, dict)):
        raise ValueError("应只写一个值，写的是一个列表或一组词")
    if kind == "元":
        amount = to_decimal(value, 2, "金额")
        if amount < 0 and not word.allow_negative:
            raise ValueError(f"不能是负数，写的是“{value}”")
        if abs(amount) > MAX_YUAN:
            raise ValueError(f"超过了 {MAX_YUAN} 元，写的是“{value}”")
        return amount
    if kind == "是否":
        return to_yes(value)
    if kind == "整数":
        number = int(to_decimal(value, 0, "整数"))
        if (word.low is not None and number < word.low) or (word.high is not None and number > word.high):
            raise ValueError(f"应在 {word.low} 到 {word.high} 之间，写的是“{value}”")
        return number
    if kind == "日期":
        return to_date(value)
    if kind == "比例":
        return to_decimal(value, 4, "比例")
    text = str(value).strip()
    if kind == "文字":
        return text
    chosen = word.aliases.get(text) or word.other
    if not chosen:
        raise ValueError(f"只能是 {'、'.join(word.choices)}，写的是“{text}”")
    return chosen


def _declare(name: str, entity: str, spec: Any, file: Path) -> Word:
    spec = spec or {}
    choices = spec.get("choices") or {}
    aliases = {str(c): str(c) for c in choices}
    for chosen, same in choices.items():
        aliases.update({str(s): str(chosen) for s in same or ()})
    word = Word(
        name=str(name),
        entity=entity,
        type=str(spec.get("type", "")),
        title=str(spec.get("title", "")),
        optional=to_yes(spec.get("optional", "否")),
        low=int(spec["min"]) if "min" in spec else None,
        high=int(spec["max"]) if "max" in spec else None,
        allow_negative=to_yes(spec.get("allow_negative", "否")),
        code=to_yes(spec.get("code", "否")),
        choices=tuple(str(c) for c in choices),
        aliases=aliases,
        python_type={"日期": datetime.date, "是否": bool}.get(str(spec.get("type"))),
        other=str(spec.get("other", "")),
        child_when=tuple(str(w) for w in spec.get("child_when", ())),
        file=str(file),
        line=line_of(name),
    )
    if word.type not in TYPES:
        raise InputError(f"词“{name}”的类型应为 {'、'.join(TYPES)} 之一", field=file.name, line=line_of(name))
    if word.optional:
        return word
    if "default" not in spec:
        raise InputError(f"词“{name}”要么写 default，要么写 optional: 是", field=file.name, line=line_of(name))
    return Word(**{**word.__dict__, "default": convert(word, spec["default"])})


class Vocabulary:
    """All words of a rule set. ``words[name]``; names are unique over all entities."""

    def __init__(self) -> None:
        self.words: dict[str, Word] = {}
        self.collections: dict[str, str] = dict(_COLLECTIONS)  # entity → key of the family mapping
        self._keys: dict[str, str] = {}
        self._readers: dict[str, dict[str, Word]] = {}
        self.defaults: dict[str, dict[str, Any]] = {}

    def load(self, path: Path) -> None:
        """Add the words of one file. A linked collection is declared as ``赡养户: {家庭键: 赡养义务人, 词: …}``."""
        content = yamltext.load(path) or {}
        for entity, words in content.items():
            if "collection" in words:
                self.collections[str(entity)] = str(words["collection"])
                words = words.get("words") or {}
            for name, spec in words.items():
                if str(name) in self.words:
                    first = self.words[str(name)]
                    raise InputError(
                        f"词“{name}”已在 {Path(first.file).name}:{first.line} 声明过，一个词只声明一次",
                        field=path.name,
                        line=line_of(name),
                    )
                self.words[str(name)] = _declare(name, str(entity), spec, path)

    def close(self) -> Vocabulary:
        """Prepare for reading; call once after the last ``load``."""
        self._keys = {key: entity for entity, key in self.collections.items()}
        for entity in ("户", *self.collections):
            mine = {w.name: w for w in self.words.values() if w.entity == entity}
            self._readers[entity] = mine
            self.defaults[entity] = {name: word.default for name, word in mine.items()}
        return self

    def read(self, entity: str, given: dict[str, Any], where: str, blanks: Blanks) -> dict[str, Any]:
        """All words of one 户, 人 or linked row: what was given, converted, and defaults for the rest."""
        values = blanks[entity].copy()
        words = self._readers[entity]
        for name, raw in given.items():
            word = words.get(name)
            if word is None:
                raise self._unknown(entity, name, where)
            given_type = type(raw)
            if given_type is word.python_type:  # already what it should be: rows of the database, most of the time
                values[name] = raw
                continue
            if raw is None or (given_type is Scalar and raw.empty):
                continue
            try:
                values[name] = convert(word, raw)
            except ValueError as error:
                raise InputError(str(error), field=f"{where}的“{name}”", line=line_of(raw) or line_of(name)) from None
        return values

    def _unknown(self, entity: str, name: str, where: str) -> InputError:
        word = self.words.get(name)
        if word is not None:
            home = "家庭" if word.entity == "户" else self.collections[word.entity]
            return InputError(f"“{name}”是{home}的词，请移到“{home}”里", field=where, line=line_of(name))
        return InputError(f"不认识“{name}”这个词，没有福利用到它；请对照词表改正", field=where, line=line_of(name))

    def read_family(
        self, family: dict[str, Any], on: datetime.date, blanks: Blanks | None = None
    ) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
        """Household values and, by entity, the rows of 成员 and of linked collections, in input order.

        ``blanks``: what each entity starts from instead of ``self.defaults`` (the defaults with room for results).
        """
        blanks = blanks or self.defaults
        keys = self._keys
        for key in family:
            if key != "家庭" and key not in keys:
                raise InputError(f"不认识“{key}”；只能写 家庭、{'、'.join(keys)}", field="文件", line=line_of(key))
        given = family.get("家庭") or {}
        if not isinstance(given, dict):
            raise InputError("应是若干“词: 值”", field="家庭", line=line_of(given))
        household = self.read("户", given, "家庭", blanks)
        rows: dict[str, list[dict[str, Any]]] = {}
        for key, entity in keys.items():
            listed = family.get(key)
            if listed is not None and not isinstance(listed, (list, tuple)) and not getattr(listed, "empty", False):
                raise InputError("应是一个列表，每人（户）一项", field=key, line=line_of(listed))
            rows[entity] = [self._row(entity, key, i, row, on, blanks) for i, row in enumerate(listed or (), 1)]
        if not rows["人"]:
            raise InputError("至少要有一名成员", field="成员", line=line_of(family.get("成员")))
        return household, rows

    def _row(self, entity: str, key: str, i: int, given: Any, on: datetime.date, blanks: Blanks) -> dict[str, Any]:
        where = f"{key}第{i}项"
        if not isinstance(given, dict):
            raise InputError("应是若干“词: 值”", field=where, line=line_of(given))
        if given.get("姓名"):
            where = f"{where}（{given['姓名']}）"
        values = self.read(entity, given, where, blanks)
        if entity == "人":
            self._check_person(values, given, on, where)
        return values

    def _check_person(self, values: dict[str, Any], given: dict[str, Any], on: datetime.date, where: str) -> None:
        """A birthday after the event, an age over 150 or a death before birth cannot be."""
        if "出生日期" not in values:
            return
        born = values["出生日期"]
        if not given.get("出生日期"):
            if any(values.get(flag) for flag in self.words["出生日期"].child_when):
                values["出生日期"] = datetime.date(on.year - 10, 1, 1)
            return
        line = line_of(given["出生日期"])
        if born > on:
            raise InputError(f"{born} 晚于核算日期 {on}", field=f"{where}的“出生日期”", line=line)
        if on.year - born.year > 150:
            raise InputError(f"{born} 距今超过 150 年", field=f"{where}的“出生日期”", line=line)
        died = values.get("死亡日期")
        if died is not None and died < born:
            raise InputError(
                f"{died} 早于出生日期 {born}", field=f"{where}的“死亡日期”", line=line_of(given["死亡日期"])
            )
