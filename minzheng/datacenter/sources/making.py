"""Values of one simulated column, all rows at once, from the hints that the source declares beside it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minzheng.datacenter.sources import inventing
from minzheng.datacenter.sources.inventing import Ints, People
from minzheng.datacenter.sources.spec import Column

PLACES = (
    "示范县青石镇",
    "示范县柳溪镇",
    "示范县文昌街道",
    "示范县河滨街道",
    "示范县南塘镇",
    "示范县枫林镇",
    "示范县石泉镇",
    "示范县双桥镇",
)
_FIRMS = ("远山", "清溪", "宏禾", "双岭", "平川", "晨风", "长河", "青禾", "安陆", "新枫", "石泉", "文昌")
_TRADES = ("商贸", "建材", "食品", "服装", "物流", "机械", "农业", "餐饮", "装饰", "家政", "电子", "运输")
_FORMS = ("有限公司", "有限公司", "厂", "经营部", "店", "合作社")
_PATTERN = re.compile(r"\{([^}]*)\}")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass
class Making:
    """The rows being made: who they are about, the last day of the period, and the columns made so far (money in fen)."""

    rng: np.random.Generator
    people: People
    last: datetime.date
    each: int = 1
    made: dict[str, pa.Array] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.people.birth)

    @property
    def last_day(self) -> int:
        """Days since 1970."""
        return int(np.datetime64(self.last).astype(np.int64))


def values(column: Column, making: Making) -> pa.Array:
    """One column: text, date32 (months too), int64 (money in fen) or bool."""
    hint = column.simulate
    made = _BY_TYPE[column.type](column, hint, making)
    blank = float(hint.get("blank", 0))
    if blank and not column.required:
        made = pc.if_else(pa.array(making.rng.random(making.rows) * 100 < blank), pa.scalar(None, made.type), made)
    if making.each > 1 and column.type != "month" and not hint.get("varies"):
        # Employer, base and account of one person are the same every month
        made = made.take(pa.array(np.arange(making.rows) // making.each * making.each))
    for other, words in hint.get("only", {}).items():
        made = pc.if_else(pc.is_in(making.made[other], pa.array(words)), made, pa.scalar(None, made.type))
    return made


def _id_no(column: Column, hint: Mapping[str, Any], making: Making) -> pa.Array:
    return making.people.id_no if column.name == "id_no" else _other_people(making).id_no


def _name(column: Column, hint: Mapping[str, Any], making: Making) -> pa.Array:
    return making.people.name if column.name == "name" else _other_people(making).name


def _other_people(making: Making) -> People:
    """A spouse, guardian or contact: somebody of about the same age, the same one for number and name of a row."""
    if "other" not in making.made:
        ages = [
            making.last.year - 1970 - int(day / 365.25)
            for day in (making.people.birth.max(), making.people.birth.min())
        ]
        low, high = max(0, ages[0]), min(110, max(ages[0] + 20, ages[1]))
        other = inventing.invent(making.rows, making.rng, (low, high), making.last)
        making.made["other"] = pa.StructArray.from_arrays([other.id_no, other.name], ["id_no", "name"])
    both = making.made["other"]
    empty = np.zeros(making.rows)
    return People(both.field("id_no"), both.field("name"), empty > 0, empty.astype(np.int64))


def _text(column: Column, hint: Mapping[str, Any], making: Making) -> pa.Array:
    if "choices" in hint or "weights" in hint:
        given = hint.get("weights") or dict.fromkeys(hint["choices"], 1)
        return _weighted(list(given), list(given.values()), making)
    if hint.get("company"):
        return _company(making)
    if hint.get("place"):
        return _weighted(list(PLACES), [1] * len(PLACES), making)
    return _pattern(str(hint.get("pattern", column.label + "{4}")), making)


def _company(making: Making) -> pa.Array:
    """An employer: few of them, so that colleagues share one."""
    firms = [f"示范县{firm}{trade}{form}" for firm in _FIRMS for trade in _TRADES for form in dict.fromkeys(_FORMS)]
    return pa.array(firms).take(pa.array(making.rng.integers(0, len(firms), making.rows)))


def _pattern(pattern: str, making: Making) -> pa.Array:
    """`{5}` five digits, `{A}` a capital letter, `{year}` one of the last ten years, `{year:column}` that of a date."""
    pieces: list[Any] = []
    at = 0
    for match in _PATTERN.finditer(pattern):
        pieces += [pattern[at : match.start()], _piece(match.group(1), making)]
        at = match.end()
    pieces.append(pattern[at:])
    whole = pa.repeat(pa.scalar(""), making.rows)
    return pc.binary_join_element_wise(whole, *(pa.scalar(one) if isinstance(one, str) else one for one in pieces), "")


def _piece(kind: str, making: Making) -> pa.Array:
    if kind == "A":
        return pa.array(list(_LETTERS)).take(pa.array(making.rng.integers(0, len(_LETTERS), making.rows)))
    if kind == "year":
        return pa.array(making.last.year - making.rng.integers(0, 10, making.rows)).cast(pa.string())
    if kind.startswith("year:"):
        return pc.fill_null(pc.year(making.made[kind.removeprefix("year:")]).cast(pa.string()), str(making.last.year))
    width = int(kind)
    return pc.utf8_lpad(pa.array(making.rng.integers(0, 10**width, making.rows)).cast(pa.string()), width, "0")


def _code(column: Column, hint: Mapping[str, Any], making: Making) -> pa.Array:
    words = list(column.values)
    if hint.get("person") == "sex":
        return pc.if_else(pa.array(making.people.male), words[0], words[1])
    weights = hint.get("weights") or dict.fromkeys(words, 1)
    return _weighted(list(weights), list(weights.values()), making)


def _weighted(words: list[Any], weights: list[Any], making: Making) -> pa.Array:
    share = np.array([float(one) for one in weights])
    index = making.rng.choice(len(words), making.rows, p=share / share.sum())
    return pa.array([str(word) for word in words]).take(pa.array(index))


def _date(column: Column, hint: Mapping[str, Any], making: Making) -> pa.Array:
    """`days: [a, b]` before the end of the period (negative: later); `after: column` counts forward from another date;
    `birth: true` is the birth date."""
    low, high = hint.get("days", [1, 3650])
    offset = making.rng.integers(low, high + 1, making.rows)
    if hint.get("birth"):
        return _days(making.people.birth)
    if "after" in hint:
        start = making.made[str(hint["after"])].cast(pa.int32())
        return pc.add(start, pa.array(offset.astype(np.int32))).cast(pa.date32())
    return _days(np.maximum(making.last_day - offset, making.people.birth))


def _days(days: Ints) -> pa.Array:
    return pa.array(days.astype(np.int32)).cast(pa.date32())


def _month(column: Column, hint: Mapping[str, Any], making: Making) -> pa.Array:
    """`months: n`: rows of one person run back from the newest month; single rows fall into any of the last n."""
    span = int(hint.get("months", 1))
    back = np.arange(making.rows) % making.each if making.each > 1 else making.rng.integers(0, span, making.rows)
    months = np.datetime64(making.last, "M") - (back % span).astype("timedelta64[M]")
    return _days(months.astype("datetime64[D]").astype(np.int64))


def _money(column: Column, hint: Mapping[str, Any], making: Making) -> pa.Array:
    """Fen. `yuan: [low, high]` with many small and few large sums; `step` 元 rounds; `of: column, percent: p` derives."""
    if "of" in hint:
        base = making.made[str(hint["of"])]
        return pc.divide(pc.add(pc.multiply(base, int(hint["percent"])), 50), 100)
    low, high = (float(one) for one in hint.get("yuan", [10, 10_000]))
    step = max(float(hint.get("step", 0.01)), 100.0 if column.type == "money_wan" else 0.01)
    drawn = making.rng.beta(1.2, 3.5, making.rows) * (high - low) + low
    return pa.array((np.round(drawn / step) * step * 100).round().astype(np.int64))


def _int(column: Column, hint: Mapping[str, Any], making: Making) -> pa.Array:
    low, high = hint.get("range", [0, 10])
    return pa.array(making.rng.integers(low, high + 1, making.rows))


def _flag(column: Column, hint: Mapping[str, Any], making: Making) -> pa.Array:
    return pa.array(making.rng.random(making.rows) * 100 < float(hint.get("share", 50)))


_BY_TYPE = {
    "id_no": _id_no, "name": _name, "text": _text, "code": _code, "date": _date, "month": _month, "int": _int, "flag": _flag,
    "money_yuan": _money, "money_wan": _money, "money_fen": _money,
}  # fmt: skip
