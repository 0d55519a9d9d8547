"""Reading forms from YAML: one file a form, ``shells/<code>.yaml`` here or in the ``shells`` folder of ``VAR_DIR`` (forms
of the installation's own).

.. code-block:: yaml

    code: relief                    # also the file's name
    title: 社会救助月报
    number: 民统01表
    periodicity: month              # month, quarter, year
    basis: 民政事业统计调查制度
    versions:
      - since: 2026-01              # until: the last month, when a newer version follows
        columns:
          - {code: persons, title: 人数, unit: 人}
          - {code: paid, title: 支出, unit: 元, decimals: 2}
        rows:
          - {code: urban, title: 城市低保, cells: assistance.dibao.* urban=1}
          - {code: all, title: 低保合计, cells: = urban.* + rural.*}
          - {code: visits, title: 走访, cells: {persons: manual}}
        checks:
          - {kind: range, cell: all.persons, at_least: urban.persons}

A row's ``cells`` is one text for all columns (``*`` stands for the column's code) or a text a column: ``manual``, ``= formula``
(see expressions.py) or an indicator's code with dimensions. A row may have ``unit``, ``decimals``, ``indent``, ``gather``,
``note`` and ``at: top``. In a check ``row.*`` stands for every cell of the row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from minzheng.datacenter.statistics import expressions
from minzheng.datacenter.statistics.declaring import (
    CHECKS,
    FORMULA,
    GATHERS,
    INDICATOR,
    MANUAL,
    SUM,
    Cell,
    Check,
    Column,
    Row,
    Shell,
    Version,
    operands_of,
)
from minzheng.datacenter.statistics.errors import BadShell
from minzheng.datacenter.statistics.periods import KINDS

FOLDER = Path(__file__).with_name("shells")
#: Units of cells that count people: small numbers of these are hidden from the public.
PEOPLE = ("人", "户", "人次", "名", "对", "例")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MONTH = re.compile(r"\d{4}-\d{2}")


@cache
def shells() -> dict[str, Shell]:
    """Every form by code, in the order of the list. Raises BadShell."""
    found: dict[str, Shell] = {}
    for folder in (FOLDER, Path(settings.VAR_DIR) / "shells"):
        for file in sorted(folder.glob("*.yaml")):
            one = read(file.read_text(encoding="utf-8"), file.name)
            if one.code in found or one.code != file.stem:
                raise BadShell(f"表式文件 {file.name}：代码“{one.code}”应与文件名相同，且不能与别的表重复。")
            found[one.code] = one
    return dict(sorted(found.items(), key=lambda pair: (pair[1].order, pair[0])))


def shell(code: str) -> Shell | None:
    return shells().get(code)


def read(text: str, name: str) -> Shell:
    """One form. Raises BadShell naming file and place."""
    try:
        raw = yaml.safe_load(text)
        _known(raw, {"code", "title", "number", "periodicity", "basis", "versions", "order", "lead"}, "表")
        if raw["periodicity"] not in KINDS:
            raise ValueError(f"periodicity 只能是 {'、'.join(KINDS)}")
        versions = tuple(_version(n, one) for n, one in enumerate(raw["versions"], start=1))
        _follow(versions)
        return Shell(
            _code(raw["code"]), raw["title"], raw["number"], raw["periodicity"], raw["basis"], versions,
            int(raw.get("order", 100)), raw.get("lead", ""),
        )  # fmt: skip
    except KeyError as error:
        raise BadShell(f"表式文件 {name}：缺少 {error.args[0]}，请补上。") from error
    except (yaml.YAMLError, ValueError, TypeError, ArithmeticError, AttributeError) as error:
        raise BadShell(f"表式文件 {name}：{error}") from error


def _known(raw: Mapping[str, Any], names: set[str], what: str) -> None:
    strange = set(raw) - names
    if strange:
        raise ValueError(f"{what}里不认识 {'、'.join(sorted(strange))}，可以用 {'、'.join(sorted(names))}。")


def _code(text: Any) -> str:
    if not _CODE.fullmatch(str(text)):
        raise ValueError(f"代码“{text}”应是小写字母、数字和下划线，以字母开头。")
    return str(text)


def _version(number: int, raw: Mapping[str, Any]) -> Version:
    _known(raw, {"since", "until", "columns", "rows", "checks", "why"}, f"第 {number} 版")
    since, until = str(raw["since"]), str(raw.get("until") or "")
    if not _MONTH.fullmatch(since) or (until and not _MONTH.fullmatch(until)):
        raise ValueError(f"第 {number} 版的 since、until 请写成 2026-01 的样子。")
    columns = tuple(
        Column(_code(one["code"]), one["title"], one["unit"], int(one.get("decimals", 0))) for one in raw["columns"]
    )
    rows, cells = [], dict[str, Cell]()
    for one in raw["rows"]:
        row = _row(one)
        rows.append(row)
        for cell in _cells(row, one, columns):
            if cell.address in cells:
                raise ValueError(f"行 {row.code} 出现了两次。")
            cells[cell.address] = cell
    checks = tuple(check for one in raw.get("checks", ()) for check in _checks(one, cells))
    made = Version(number, since, until, columns, tuple(rows), cells, checks, raw.get("why", ""))
    _refer(made)
    return made


def _row(raw: Mapping[str, Any]) -> Row:
    _known(raw, {"code", "title", "indent", "at", "note", "cells", "unit", "decimals", "gather", "people"}, "行")
    if raw.get("at", "top") != "top" or raw.get("gather", SUM) not in GATHERS:
        raise ValueError(f"行 {raw['code']}：at 只能是 top，gather 只能是 {'、'.join(GATHERS)}。")
    return Row(_code(raw["code"]), raw["title"], int(raw.get("indent", 0)), raw.get("at") == "top", raw.get("note", ""))


def _cells(row: Row, raw: Mapping[str, Any], columns: Iterable[Column]) -> Iterable[Cell]:
    told = raw["cells"]
    known = [column.code for column in columns]
    if isinstance(told, dict) and set(told) - set(known):
        raise ValueError(f"行 {row.code} 写了没有的列 {'、'.join(set(told) - set(known))}。")
    for column in columns:
        text = (
            str(told.get(column.code, "-") if isinstance(told, dict) else told).strip().replace(".*", f".{column.code}")
        )
        if text == "-":
            continue
        unit, decimals = raw.get("unit", column.unit), int(raw.get("decimals", column.decimals))
        # What stands in the top report alone is asked for there, not summed.
        gather = "own" if row.at_top else raw.get("gather", SUM)
        given: dict[str, Any] = {
            "row": row, "column": column, "unit": unit, "decimals": decimals, "gather": gather,
            "people": bool(raw.get("people", unit in PEOPLE)), "alone": len(known) == 1,
        }  # fmt: skip
        yield _filled(text, given)


def _filled(text: str, given: dict[str, Any]) -> Cell:
    if text == MANUAL:
        return Cell(kind=MANUAL, **given)
    if text.startswith("="):
        return Cell(kind=FORMULA, formula=text[1:].strip(), **given)
    code, *dims = text.split()
    if any("=" not in one for one in dims):
        raise ValueError(f"“{text}”看不懂：应是 manual、= 公式，或者指标代码后面跟“维度=值”。")
    return Cell(kind=INDICATOR, code=code, dims=dict(one.split("=", 1) for one in dims), **given)


def _checks(raw: Mapping[str, Any], cells: Mapping[str, Cell]) -> Iterable[Check]:
    _known(raw, {"kind", "cell", "equals", "at_least", "at_most", "least", "most", "tolerance", "advice"}, "核对")
    kind, target = raw["kind"], str(raw["cell"])
    if kind not in CHECKS:
        raise ValueError(f"核对种类“{kind}”不认识：可以用 {'、'.join(CHECKS)}。")
    found = [a for a in cells if _matches(a, target)]
    if not found:
        raise ValueError(f"核对的单元格“{target}”不在表里。")
    for address in found:
        column = address.partition(".")[2]
        words: dict[str, Any] = {
            name: str(raw.get(name, "")).replace(".*", f".{column}") for name in ("equals", "at_least", "at_most")
        }
        limits: dict[str, Any] = {
            name: Decimal(str(raw[name])) for name in ("least", "most", "tolerance") if name in raw
        }
        yield Check(kind=kind, cell=address, advice=raw.get("advice", ""), **words, **limits)


def _matches(address: str, target: str) -> bool:
    row, _, column = target.partition(".")
    return (row in ("*", address.partition(".")[0])) and (column in ("*", "", address.partition(".")[2]))


def _refer(made: Version) -> None:
    """Every cell that a formula or check names is there, and formulas do not go in circles."""
    for cell in made.cells.values():
        if cell.kind == FORMULA:
            for kind, *names in expressions.operands(cell.formula):
                if kind != expressions.CELL or names[0] not in made.cells:
                    raise ValueError(f"{cell.title}的公式只能用本表的单元格，“{names[0]}”不是。")
            if cell.row.at_top is False and any(made.cells[a].row.at_top for a in operands_of(cell)):
                raise ValueError(f"{cell.title}的公式用了只在汇总表里有的单元格。")
    tuple(made.formulas)  # raises ValueError when formulas go in circles
    for check in made.checks:
        for formula in check.formulas:
            for kind, *names in expressions.operands(formula):
                own = kind in (expressions.CELL, expressions.PREVIOUS, expressions.YEAR_AGO)
                if own and names[0] not in made.cells:
                    raise ValueError(f"核对“{check.kind} {check.cell}”里的“{names[0]}”不在表里。")


def _follow(versions: tuple[Version, ...]) -> None:
    for one, after in pairwise(versions):
        if not one.until or one.until >= after.since:
            raise ValueError(f"第 {one.number} 版的 until 应在第 {after.number} 版的 since 之前。")
