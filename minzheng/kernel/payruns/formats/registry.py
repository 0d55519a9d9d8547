"""The declared formats, read and checked once per process; and which of them a file is."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from minzheng.kernel.payruns.formats import codes as results
from minzheng.kernel.payruns.formats.spec import CONTROL_SOURCES, LINE_SOURCES, BadFormat, Column, Format, Side

FOLDER = Path(__file__).parent / "declared"
KINDS = ("fixed", "csv", "xlsx", "json")
_KEYS = {
    "title", "kind", "encoding", "line_end", "needs_confirmation", "file_name", "amount", "max_lines", "out", "back",
    "codes",
}  # fmt: skip
_SIDE_KEYS = {"head", "line", "tail", "titles"}
_COLUMN_KEYS = {"from", "title", "mark", "width", "name"}


@cache
def all() -> Mapping[str, Format]:
    """By code. Raises BadFormat for a declaration that cannot work."""
    found = {path.stem: load(path) for path in sorted(FOLDER.glob("*.yaml")) if path != results.FILE}
    if not found:
        raise BadFormat(f"{FOLDER.name} 里没有任何文件格式。")
    return found


def get(code: str) -> Format:
    """One format. Raises BadFormat naming those there are."""
    found = all().get(code)
    if found is None:
        raise BadFormat(f"没有文件格式“{code}”，现有：{'、'.join(all())}。")
    return found


def load(path: Path) -> Format:
    """A declaration from its file, checked."""
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadFormat(f"{path.name}：不是能读的 YAML 文件（{type(error).__name__}）。") from None
    return declared(path.stem, told)


def declared(code: str, told: Any) -> Format:
    """A declaration as read from YAML. Raises BadFormat with every fault of it."""
    if not isinstance(told, dict):
        raise BadFormat(f"格式 {code}：文件内容应是“名称: 值”。")
    missing = {"title", "kind", "amount", "file_name", "needs_confirmation", "out", "back", "codes"} - told.keys()
    if missing or told.keys() - _KEYS:
        raise BadFormat(f"格式 {code}：缺少 {sorted(missing)}，不认识 {sorted(told.keys() - _KEYS)}。")
    made = Format(
        code=code,
        title=str(told["title"]),
        kind=str(told["kind"]),
        encoding=str(told.get("encoding", "utf-8")),
        line_end={"crlf": "\r\n", "lf": "\n"}.get(str(told.get("line_end", "crlf")), ""),
        amount=str(told["amount"]),
        file_name=str(told["file_name"]),
        needs_confirmation=str(told["needs_confirmation"]),
        out=_side(code, "out", told["out"]),
        back=_side(code, "back", told["back"]),
        codes={str(theirs): str(ours) for theirs, ours in dict(told["codes"]).items()},
        max_lines=int(told.get("max_lines", 0)),
    )
    faults = list(_faults(made))
    if faults:
        raise BadFormat(f"格式 {code}：" + "；".join(faults) + "。")
    return made


def _side(code: str, name: str, told: Any) -> Side:
    if not isinstance(told, dict) or "line" not in told or told.keys() - _SIDE_KEYS:
        raise BadFormat(f"格式 {code} 的 {name}：应有 line，还可以有 head 或 tail、titles。")
    records = {key: tuple(_column(code, name, one) for one in told.get(key, ())) for key in ("head", "line", "tail")}
    return Side(titles=bool(told.get("titles", False)), **records)


def _column(code: str, side: str, told: Any) -> Column:
    if not isinstance(told, dict) or told.keys() - _COLUMN_KEYS or ("from" in told) == ("mark" in told):
        raise BadFormat(f"格式 {code} 的 {side}：栏目“{told}”应写 from 或 mark 之一，还可以有 title、width、name。")
    width = told.get("width", 0)
    if not isinstance(width, int) or width < 0:
        raise BadFormat(f"格式 {code} 的 {side}：栏目“{told}”的 width 应是字节数。")
    return Column(
        source=str(told.get("from", "")),
        title=str(told.get("title", "")),
        mark=str(told.get("mark", "")),
        width=width,
        name=str(told.get("name", "")),
    )


def _faults(one: Format) -> Iterator[str]:
    if one.kind not in KINDS:
        yield f"kind 应是 {'、'.join(KINDS)} 之一"
    if one.amount not in ("yuan", "fen"):
        yield "amount 应是 yuan 或 fen"
    if not one.line_end:
        yield "line_end 应是 crlf 或 lf"
    if "{batch}" not in one.file_name or "/" in one.file_name:
        yield "file_name 里要有 {batch}，不能有斜线"
    try:
        codecs.lookup(one.encoding)
    except LookupError:
        yield f"没有编码 {one.encoding}"
    for name, side, needed in (("out", one.out, _OUT), ("back", one.back, _BACK)):
        yield from _side_faults(one, name, side, needed)
    unknown = sorted(set(one.codes.values()) - results.all().keys())
    if unknown:
        yield f"代码表里的 {unknown} 不是平台的结果代码"
    unmapped = sorted(results.all().keys() - set(one.codes.values()))
    if unmapped:
        yield f"代码表里没有对应平台的 {unmapped}"


_OUT = {"seq", "holder", "account", "amount"}
_BACK = {"seq", "account", "amount", "code"}


def _side_faults(one: Format, name: str, side: Side, needed: set[str]) -> Iterator[str]:
    sources = [column.source for column in side.line if column.source]
    if bad := sorted(set(sources) - set(LINE_SOURCES)):
        yield f"{name} 的明细里不认识 {bad}"
    if missing := sorted(needed - set(sources)):
        yield f"{name} 的明细缺少 {missing}"
    if len(sources) != len(set(sources)):
        yield f"{name} 的明细里有重复的栏目"
    if bool(side.head) == bool(side.tail):
        yield f"{name} 应有一条控制记录：head 或 tail"
    controls = {column.source for column in side.control if column.source}
    if bad := sorted(controls - set(CONTROL_SOURCES)):
        yield f"{name} 的控制记录里不认识 {bad}"
    if missing := sorted({"batch", "count", "total"} - controls):
        yield f"{name} 的控制记录缺少 {missing}"
    if not side.control or not side.control[0].mark:
        yield f"{name} 的控制记录第一栏应是 mark，用来和明细区分"
    yield from _kind_faults(one, name, side)


def _kind_faults(one: Format, name: str, side: Side) -> Iterator[str]:
    columns = [*side.control, *side.line]
    if one.kind == "fixed":
        if any(not column.width for column in columns):
            yield f"{name} 每一栏都要有 width"
        if not side.line[0].mark or (side.control and side.control[0].mark == side.line[0].mark):
            yield f"{name} 的明细第一栏应是 mark，且与控制记录不同"
    if one.kind == "json":
        names = [column.name for column in side.line]
        if any(not column.name for column in columns) or len(set(names)) != len(names):
            yield f"{name} 每一栏都要有 name，且不重复"
    if one.kind in ("csv", "xlsx") and any(not column.title for column in columns if column.source):
        yield f"{name} 每一栏都要有 title"


def detect(path: Path) -> Format:
    """Which declared format a return file has, by its first records. Raises BadFormat when none or more than one fits."""
    from minzheng.kernel.payruns.formats.reading import looks_like

    fitting = [one for one in all().values() if looks_like(one, path)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise BadFormat(f"文件同时像{'、'.join(f'“{one.title}”' for one in fitting)}：请指明格式。")
    raise BadFormat(
        "认不出这份文件的格式：它不是任何一种已登记的银行回盘文件（"
        + "、".join(f"{one.title}" for one in all().values())
        + "）。请确认选对了文件，没有用表格软件另存过。"
    )
