"""How a bureau's columns become fields: written as YAML for the command line, chosen on a page otherwise.

layout: person            # person: one row a person; household: one row a household
region: "990101"          # county; villages are looked up inside it
columns: {姓名: name, 身份证号: id_no, 村: village, 月保障金: amount}
values: {item: {城市低保: assistance.dibao}, urban: {非农业: 城市}}
dates: {first_month: "%Y.%m"}
constants: {item: assistance.dibao, first_month: "2026-01"}
amount_per: household     # or person: then the rows are added up
as_of: "2026-11-01"       # from when the households are on file
control: [{town: 青石镇, item: 低保, households: 12, persons: 30, yuan: "12,345.00"}]
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from minzheng.kernel.exchange.caseload import fields
from minzheng.kernel.exchange.caseload.errors import BadMapping
from minzheng.kernel.exchange.caseload.sheets import Cell, Table, text_of
from minzheng.kernel.regions import codes

LAYOUTS = {"person": "一人一行", "household": "一户一行"}
AMOUNT_PER = {"household": "整户的月金额", "person": "每人的月金额（按户相加）"}
NEEDED = {"name": "姓名", "id_no": "身份证号"}
HEADER_WITHIN = 30


@dataclass(frozen=True)
class Mapping:
    """See the module's text. Immutable; `as_json` is what a batch and a template keep."""

    columns: Dict[str, str]
    layout: str = "person"
    sheet: str = ""
    region: str = ""
    values: Dict[str, Dict[str, str]] = field(default_factory=dict)
    dates: Dict[str, str] = field(default_factory=dict)
    constants: Dict[str, str] = field(default_factory=dict)
    amount_per: str = "household"
    as_of: str = ""
    control: tuple[Dict[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        told["control"] = [dict(one) for one in self.control]
        return told

    def day(self) -> datetime.date | None:
        return datetime.date.fromisoformat(self.as_of) if self.as_of else None


def from_file(path: Path) -> Mapping:
    """Raises BadMapping naming the file and what is wrong."""
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadMapping(f"对应文件 {path} 读不出来（{error.strerror}），请检查路径。") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadMapping(f"对应文件 {path} 不是能读的 YAML：{str(error).splitlines()[0]}。") from None
    return make(told)


def make(told: Any) -> Mapping:
    """From parsed YAML or JSON. Raises BadMapping with every mistake at once."""
    if not isinstance(told, dict) or not isinstance(told.get("columns"), dict):
        raise BadMapping("对应文件里要有 columns：列名到字段，例如 columns: {姓名: name, 身份证号: id_no}。")
    wrong = [f"不认识“{key}”这一项。" for key in told if key not in Mapping.__dataclass_fields__]
    columns = {str(header).strip(): str(code) for header, code in told["columns"].items() if code}
    wrong += [f"“{header}”对应的字段“{code}”不存在。" for header, code in columns.items() if not fields.known(code)]
    for name, allowed in (("layout", LAYOUTS), ("amount_per", AMOUNT_PER)):
        if str(told.get(name) or next(iter(allowed))) not in allowed:
            wrong.append(f"{name} 只能是 {'、'.join(allowed)}。")
    wrong += _misses(columns, told)
    wrong += _bad_texts(told)
    if wrong:
        raise BadMapping(wrong)
    given = {key: value for key, value in told.items() if value not in (None, "") and key != "columns"}
    for key in ("values", "dates", "constants"):
        given[key] = {str(k): _strings(v) for k, v in (given.get(key) or {}).items()}
    given["control"] = tuple(given.get("control") or ())
    for key in ("region", "as_of", "sheet"):
        given[key] = str(given.get(key) or "")
    return Mapping(columns=columns, **given)


def _strings(value: Any) -> Any:
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, dict) else str(value)


def _misses(columns: dict[str, str], told: dict[str, Any]) -> Iterator[str]:
    first = "m1." if told.get("layout") == "household" else ""
    have = set(columns.values())
    doubled = {code for code in have if list(columns.values()).count(code) > 1}
    for code in sorted(doubled):
        yield f"有两列都对应到“{fields.title(code)}”，只能留一列。"
    for code, title in NEEDED.items():
        alternatives = {first + code, {"name": "head_name", "id_no": "head_id"}[code]} if first else {code}
        if not have & alternatives:
            yield f"还没有指明哪一列是“{title}”。"
    constants = told.get("constants") or {}
    if not have & {"village", "village_code"} and "village" not in constants:
        yield "还没有指明哪一列是“村（社区）”或它的代码。"
    if "amount" in have and "item" not in have and not constants.get("item"):
        yield "有金额就要知道是哪项待遇：请指明“事项”列，或选一个固定的事项。"


def _bad_texts(told: dict[str, Any]) -> Iterator[str]:
    for key in ("values", "dates", "constants"):
        if told.get(key) is not None and not isinstance(told[key], dict):
            yield f"{key} 应写成“字段: 内容”的形式。"
    if told.get("region"):
        try:
            codes.full(str(told["region"]))
        except codes.BadRegionCode as error:
            yield str(error)
    if told.get("as_of"):
        try:
            datetime.date.fromisoformat(str(told["as_of"]))
        except ValueError:
            yield f"as_of 的日期“{told['as_of']}”写得不对，请写成 2026-11-01 的样子。"
    control = told.get("control")
    if control is not None and not (isinstance(control, list) and all(isinstance(one, dict) for one in control)):
        yield "control 应是一个列表，每项写 town、item、households、persons、yuan。"


@dataclass(frozen=True)
class Head:
    """Where the header is and which column holds which field."""

    line: int
    headers: tuple[str, ...]
    places: Dict[str, int]


def header_names(cells: list[Cell]) -> list[str]:
    """Texts of a header row; a repeated one gets #2, #3 … so that every column has its own name."""
    seen: dict[str, int] = {}
    names = []
    for cell in cells:
        text = " ".join(text_of(cell).split())
        seen[text] = seen.get(text, 0) + 1
        names.append(text if seen[text] == 1 or not text else f"{text}#{seen[text]}")
    return names


def find_head(table: Table, mapping: Mapping) -> Head:
    """The row that has every mapped column, within the first rows. Raises BadMapping naming what is missing."""
    wanted = {fields.normal(header): code for header, code in mapping.columns.items()}
    best: list[str] = list(mapping.columns)
    for number, (line, cells) in enumerate(table.rows()):
        names = header_names(cells)
        at = {fields.normal(name): place for place, name in reversed(list(enumerate(names))) if name}
        missing = [header for header in mapping.columns if fields.normal(header) not in at]
        if not missing:
            return Head(line, tuple(names), {code: at[header] for header, code in wanted.items()})
        best = min(best, missing, key=len)
        if number >= HEADER_WITHIN:
            break
    raise BadMapping(f"文件“{table.name}”的前 {HEADER_WITHIN} 行里没有找到列：{'、'.join(best)}。请核对列名。")


def guess_head(table: Table) -> tuple[int, list[str], list[tuple[int, list[Cell]]]]:
    """(line of the header, its names, some rows below it): the row with most known headings, else most texts."""
    rows = []
    for line, cells in table.rows():
        rows.append((line, cells))
        if len(rows) >= HEADER_WITHIN + 10:
            break
    if not rows:
        raise BadMapping(f"文件“{table.name}”是空的，请换一个文件。")

    def score(row: tuple[int, list[Cell]]) -> tuple[int, int]:
        names = header_names(row[1])
        return len(fields.guesses(names)), sum(1 for name in names if name and not name[0].isdigit())

    best = max(rows[:HEADER_WITHIN], key=score)
    below = [row for row in rows if row[0] > best[0] and any(text_of(cell) for cell in row[1])]
    return best[0], header_names(best[1]), below
