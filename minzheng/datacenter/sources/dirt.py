"""The errors that real files carry, put into simulated ones: one per soiled row, in the shares that were measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minzheng.datacenter.sources.inventing import GIVEN, SURNAMES, Ints
from minzheng.datacenter.sources.spec import Column, SourceSpec

#: Kind → weight among the soiled rows. `*_style` are unusual but readable and must be accepted; `bad_*` are not.
ID_KINDS = {
    "old15": 3.7, "wrong_digit": 2.2, "swapped": 0.9, "no_check": 0.7, "dropped": 0.5, "letter_o": 0.5, "two_wrong": 0.5,
    "no_id": 0.9, "id_style": 0.9, "scientific": 0.2,
}  # fmt: skip
NAME_KINDS = {
    "homophone": 2.0,
    "traditional": 2.0,
    "wrong_char": 0.6,
    "missing_char": 0.5,
    "name_style": 0.4,
    "masked": 0.2,
}
VALUE_KINDS = {
    "date_style": 1.0,
    "money_style": 0.5,
    "code_style": 0.8,
    "bad_date": 0.2,
    "bad_money": 0.2,
    "bad_code": 0.2,
}
#: What a careful department may still do: every one of these must be read without a reject.
HARMLESS = ("old15", "id_style", "name_style", "date_style", "money_style", "code_style")
_TRADITIONAL = dict(
    zip(
        "华国丽云军红兰龙马刘张陈杨赵黄吴孙强伟晓贾邓冯卢叶萧苏谢韩邹陆钱汤罗郑",
        "華國麗雲軍紅蘭龍馬劉張陳楊趙黃吳孫強偉曉賈鄧馮盧葉蕭蘇謝韓鄒陸錢湯羅鄭",
        strict=True,
    )
)
Edit = Callable[[str, np.random.Generator], str | None]


def soil(
    spec: SourceSpec, table: pa.Table, share: float, rng: np.random.Generator, only: Sequence[str] = ()
) -> tuple[pa.Table, Mapping[str, int]]:
    """`share` of the rows of a table of text with one error each (of the kinds in `only`); and how many rows got which."""
    rows = (
        np.sort(rng.choice(table.num_rows, round(table.num_rows * share), replace=False))
        if share
        else np.zeros(0, np.int64)
    )
    kinds = {kind: weight for kind, weight in _kinds(spec).items() if not only or kind in only}
    weights = np.array(list(kinds.values()))
    drawn = rng.choice(len(kinds), len(rows), p=weights / weights.sum())
    counts: dict[str, int] = {}
    for at, kind in enumerate(kinds):
        chosen = rows[drawn == at]
        if len(chosen):
            table, counts[kind] = _apply(spec, table, kind, chosen, rng)
    return table, counts


def _kinds(spec: SourceSpec) -> dict[str, float]:
    kinds = ID_KINDS | NAME_KINDS
    return kinds | {kind: weight for kind, weight in VALUE_KINDS.items() if _targets(spec, kind)}


def _targets(spec: SourceSpec, kind: str) -> list[str]:
    """Columns that an error of this kind can sit in."""
    if kind in ID_KINDS:
        return ["id_no"]
    if kind in NAME_KINDS:
        return ["name"]
    word = kind.partition("_")[2] if kind.startswith("bad_") else kind.partition("_")[0]
    fits = {"date": lambda c: c.type == "date", "money": lambda c: c.is_money, "code": lambda c: c.type == "code"}[word]
    return [column.name for column in spec.columns if fits(column)]


def _apply(spec: SourceSpec, table: pa.Table, kind: str, rows: Ints, rng: np.random.Generator) -> tuple[pa.Table, int]:
    targets = _targets(spec, kind)
    name = targets[int(rng.integers(len(targets)))]
    column = table[name].combine_chunks()
    old = column.take(pa.array(rows)).to_pylist()
    edit = _other_spelling(spec.column(name)) if kind == "code_style" else _EDITS[kind]
    new = [None if text is None else edit(text, rng) for text in old]
    mask = np.zeros(table.num_rows, bool)
    mask[rows] = True
    changed = pc.replace_with_mask(column, pa.array(mask), pa.array(new, pa.string()))
    return table.set_column(table.column_names.index(name), name, changed), sum(
        a != b for a, b in zip(old, new, strict=True)
    )


def _other_digit(digit: str, rng: np.random.Generator) -> str:
    return str((int(digit) + int(rng.integers(1, 10))) % 10) if digit.isdigit() else digit


def _wrong_digit(text: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(0, min(17, len(text))))
    return text[:at] + _other_digit(text[at], rng) + text[at + 1 :]


def _swapped(text: str, rng: np.random.Generator) -> str:
    places = [at for at in range(min(16, len(text) - 1)) if text[at] != text[at + 1]]
    if not places:
        return text
    at = places[int(rng.integers(len(places)))]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _letter_o(text: str, rng: np.random.Generator) -> str:
    return text.replace("0", "O", 1) if "0" in text else text.replace("1", "l", 1)


def _id_style(text: str, rng: np.random.Generator) -> str:
    return text.lower() if text.endswith("X") else f" {text[:6]} {text[6:14]} {text[14:]}"


def _dropped(text: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(0, len(text)))
    return text[:at] + text[at + 1 :]


def _scientific(text: str, rng: np.random.Generator) -> str:
    return f"{text[0]}.{text[1:6]}E+17"


def _homophone(text: str, rng: np.random.Generator) -> str:
    at = int(rng.integers(len(text)))
    others = [char for char in _homophones().get(text[at], "") if char != text[at]]
    return text[:at] + others[int(rng.integers(len(others)))] + text[at + 1 :] if others else text


@cache
def _homophones() -> dict[str, str]:
    from pypinyin import lazy_pinyin

    groups: dict[str, str] = defaultdict(str)
    alphabet = "".join(dict.fromkeys(SURNAMES + GIVEN))
    sounds = [lazy_pinyin(char)[0] for char in alphabet]
    for char, sound in zip(alphabet, sounds, strict=True):
        groups[sound] += char
    return {char: groups[sound] for char, sound in zip(alphabet, sounds, strict=True)}


def _wrong_char(text: str, rng: np.random.Generator) -> str:
    return text[:-1] + GIVEN[int(rng.integers(len(GIVEN)))]


def _other_spelling(column: Column) -> Edit:
    """A department's own code or word in the place of ours."""

    def edit(text: str, rng: np.random.Generator) -> str:
        others = column.values.get(text) or (text,)
        return others[int(rng.integers(len(others)))]

    return edit


def _date_style(text: str, rng: np.random.Generator) -> str:
    year, month, day = text.split("-")
    styles = (
        f"{year}{month}{day}",
        f"{year}/{int(month)}/{int(day)}",
        f"{year}年{int(month)}月{int(day)}日",
        f"{year}.{month}.{day}",
    )
    return styles[int(rng.integers(len(styles)))]


_EDITS: dict[str, Edit] = {
    "old15": lambda text, rng: text[:6] + text[8:17] if text[6:8] == "19" else text,
    "wrong_digit": _wrong_digit,
    "swapped": _swapped,
    "no_check": lambda text, rng: text[:17],
    "dropped": _dropped,
    "letter_o": _letter_o,
    "two_wrong": lambda text, rng: _wrong_digit(_wrong_digit(text, rng), rng),
    "no_id": lambda text, rng: None,
    "id_style": _id_style,
    "scientific": _scientific,
    "homophone": _homophone,
    "traditional": lambda text, rng: "".join(_TRADITIONAL.get(char, char) for char in text),
    "wrong_char": _wrong_char,
    "missing_char": lambda text, rng: text[:-1] if len(text) > 2 else text,
    "name_style": lambda text, rng: f"{text[0]}　{text[1:]}",
    "masked": lambda text, rng: text[:-1] + "*",
    "date_style": _date_style,
    "money_style": lambda text, rng: f"{float(text):,.2f}",
    "bad_date": lambda text, rng: f"{text[:4]}-02-30",
    "bad_money": lambda text, rng: f"约{text}元左右",
    "bad_code": lambda text, rng: f"{text}?",
}
