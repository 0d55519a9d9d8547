"""Reading the folders of books. A wrong declaration stops the start of the platform with a sentence that names file and place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.core.exceptions import ImproperlyConfigured

from minzheng.business.bureau.registers.declaring import (
    OWN,
    PERIODS,
    TYPES,
    Book,
    Check,
    Counted,
    FieldSpec,
    Rate,
    Reminder,
    Rhythm,
    State,
)
from minzheng.business.bureau.registers.formula import BadFormula, Formula

#: Folders whose folders are books; tests put a temporary one beside.
FOLDERS: list[Path] = [Path(__file__).parent / "books"]
FILE = "register.yaml"
_T = TypeVar("_T")
_CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
_COUNT, _PART = re.compile(r"[a-z_]+"), re.compile(r"[a-z0-9]+")  # both stand in addresses of lists
_PARTS: Mapping[str, type] = {
    "states": State,
    "checks": Check,
    "remind": Reminder,
    "rhythm": Rhythm,
    "counts": Counted,
    "rates": Rate,
}
_FORMULAS = ("derived", "test", "when")
_CONDITIONS = ("where", "when")


class Wrong(ImproperlyConfigured):
    """A declaration that cannot be used."""


@cache
def books() -> dict[str, Book]:
    """code → book, by area and title as people look for them."""
    found = [read(path) for folder in FOLDERS for path in sorted(folder.glob(f"*/{FILE}"))]
    words: dict[str, str] = {}
    for book in found:
        if words.setdefault(book.word, book.code) != book.code:
            raise Wrong(f"台账 {book.code} 与 {words[book.word]} 用了同一个编号字头“{book.word}”，请换一个。")
    return {book.code: book for book in sorted(found, key=lambda one: (_order(one.area), one.area, one.title))}


def book(code: str) -> Book | None:
    return books().get(code)


#: Areas in the order of the overview; others follow.
AREAS = ("计划与创建", "政策与法治", "安全与应急", "党建与廉政", "机关与队伍", "宣传与社会")


def _order(area: str) -> int:
    return AREAS.index(area) if area in AREAS else len(AREAS)


def read(path: Path) -> Book:
    """One declaration. Raises Wrong."""
    where = f"{path.parent.name}/{path.name}"
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _book(path.parent.name, raw)
    except (yaml.YAMLError, BadFormula) as error:
        raise Wrong(f"{where}：{error}") from error
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise Wrong(f"{where}：声明写得不对（{error}）。") from error


def _book(code: str, raw: Mapping[str, Any]) -> Book:
    raw = dict(raw)
    parts: dict[str, tuple[Any, ...]] = {
        name: tuple(_part(kind, one) for one in raw.pop(name, ())) for name, kind in _PARTS.items()
    }
    specs = tuple(_part(FieldSpec, one) for one in raw.pop("fields"))
    typed = [one for one in specs if one.type not in ("file", "long")]
    raw.setdefault("title_from", [typed[0].name])
    raw.setdefault("columns", [one.name for one in typed[:5]])
    shown = [one for one in typed if one.name in raw["columns"]]
    raw.setdefault("filters", [one.name for one in shown if one.type in ("choice", "choices", "yesno")])
    states = parts["states"] or (State("recorded", "已登记"),)
    every = Counted("entries", raw["title"], raw.pop("unit", "条"))
    counts = parts["counts"] if any(one.code == "entries" for one in parts["counts"]) else (every, *parts["counts"])
    made = _part(
        Book,
        raw
        | {"code": code, "fields": specs, "states": states, "counts": counts, "rates": parts["rates"]}
        | {"checks": parts["checks"], "reminders": parts["remind"], "rhythms": parts["rhythm"]},
    )
    _check(made)
    return made


def _part(kind: type[_T], raw: Mapping[str, Any]) -> _T:
    """The dataclass of a mapping; lists become tuples, formulas and conditions are read. Unknown keys are refused."""
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    unknown = set(raw) - known
    if unknown:
        raise ValueError(f"没有“{'、'.join(sorted(unknown))}”这一项；可以写：{'、'.join(sorted(known))}")
    needed = {one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING}  # type: ignore[arg-type]
    if needed - set(raw):
        raise ValueError(f"缺少“{'、'.join(sorted(needed - set(raw)))}”")
    return kind(**{name: _read(kind, name, value) for name, value in raw.items()})


def _read(kind: type, name: str, value: Any) -> Any:
    if name == "bands":
        return tuple(sorted(((float(least), label) for least, label in value.items()), reverse=True))
    if name == "options":
        return {str(code): str(label) for code, label in value.items()}
    if name in _CONDITIONS and isinstance(value, Mapping):
        return {key: _many(wanted) for key, wanted in value.items()}
    if name in _FORMULAS and isinstance(value, str):
        return Formula(value)
    return tuple(value) if isinstance(value, list) else value


def _many(wanted: Any) -> tuple[Any, ...]:
    """The values of a condition. YAML reads yes and no as true and false, which is what yes/no fields hold."""
    return tuple(wanted) if isinstance(wanted, list) else (wanted,)


def _check(book: Book) -> None:
    """Names that point to nothing are mistakes of the declaration."""
    names = {one.name for one in book.fields}
    states = {one.code for one in book.states}
    _known("台账代码", [book.code] if not _CODE.fullmatch(book.code) else [], ())
    _known("栏目类型", [one.type for one in book.fields], TYPES)
    _known("列", [*book.columns, *book.title_from, *book.filters], names)
    _known("状态", [code for one in book.states for code in one.next], states)
    _known("状态", [one.asked for one in book.fields if one.asked], states)
    _known("周期", [one.per for one in book.rhythms], PERIODS)
    _known("提醒的日期", [one.field for one in book.reminders], _dates(book))
    for where in [one.where for one in book.rhythms] + [one.where for one in book.counts]:
        _known("条件", where, {*names, *OWN})
    for count in book.counts:
        _known("汇总的栏目", [name for name in (count.sum, count.split) if name], names)
        _known("日期", [name for name in (count.by, count.until, count.due_by) if name], {"on", *_dates(book)})
        _known("状态", count.done, states)
        spec = book.field(count.split) if count.split else None
        parts = [code for code in (spec.options if spec else ()) if not _PART.fullmatch(code)]
        _known("计数代码或分组选项", [*parts, *([] if _COUNT.fullmatch(count.code) else [count.code])], ())
    splits = {one.split for one in book.counts if one.split}
    if len(splits) > 1:
        raise ValueError(f"一本台账的计数只能按一个栏目分组，现在是{'、'.join(sorted(splits))}")
    _known("比率", [code for one in book.rates for code in (one.part, one.whole)], {one.code for one in book.counts})
    formulas = [one.derived for one in book.fields if one.derived]
    formulas += [one for check in book.checks for one in (check.test, check.when) if one]
    for formula in formulas:
        _known(f"算式“{formula.text}”的栏目", formula.names, {*names, *OWN})
    for field in book.fields:
        _known("出现的条件", field.when, names)
        if field.type in ("choice", "choices") and not field.options:
            raise ValueError(f"“{field.label}”是选择，却没有选项")


def _dates(book: Book) -> set[str]:
    return {one.name for one in book.fields if one.type == "date"}


def _known(what: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    unknown = set(wanted) - set(known)
    if unknown:
        raise ValueError(f"{what}“{'、'.join(sorted(map(str, unknown)))}”没有声明")
