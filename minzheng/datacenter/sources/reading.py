"""source.yaml → SourceSpec. Everything wrong is told at once, each with file, line and a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from minzheng.datacenter.sources import validating
from minzheng.datacenter.sources.errors import SourceBroken
from minzheng.datacenter.sources.spec import Basis, Check, Column, FactRule, Monthly, Newest, SourceSpec
from minzheng.policy import yamltext
from minzheng.policy.errors import Finding, InputError, display_path, source_line
from minzheng.policy.yamltext import line_of

_YES = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
KEYS = {
    "source": ("code", "title", "department", "basis", "frequency", "delivery", "mode", "scope", "columns", "facts", "checks",
               "readme", "simulate"),
    "column": ("name", "label", "aliases", "type", "required", "personal", "values", "note", "simulate"),
    "fact": ("class", "amount", "minus", "divisor", "shared", "monthly", "newest", "on", "valid_to", "where", "title", "reference", "note"),
    "monthly": ("column", "months", "divisor"),
    "newest": ("column", "per"),
    "check": ("code", "title", "rule", "column", "other", "low", "high", "most_percent"),
    "basis": ("text", "evidence", "reference"),
}  # fmt: skip
T = TypeVar("T")
_INT = re.compile(r"-?[0-9]{1,15}")


class Told:
    """Collects what is wrong with one file."""

    def __init__(self, path: Path):
        self.path, self.findings = path, list[Finding]()

    def __call__(self, sentence: str, at: object = None, check: str = "source") -> None:
        line = at if isinstance(at, int) else line_of(at)
        self.findings.append(
            Finding(check, sentence, display_path(self.path), line, source_line(self.path, line) if line else "")
        )


def load(folder: Path) -> SourceSpec:
    """The source of one folder. Raises SourceBroken with every finding."""
    path = folder / "source.yaml"
    told = Told(path)
    try:
        raw = yamltext.load(path)
    except InputError as error:
        told(error.reason, error.line)
        raise SourceBroken(told.findings) from None
    if not isinstance(raw, dict):
        told("文件里应是“键: 值”，从 code、title 写起。")
        raise SourceBroken(told.findings)
    spec = _spec(raw, folder, told)
    if not told.findings:
        validating.check(spec, told)
    if told.findings:
        raise SourceBroken(told.findings)
    return spec


def _spec(raw: Any, folder: Path, told: Told) -> SourceSpec:
    _known(raw, "source", "数据来源", told)
    return SourceSpec(
        code=_text(raw, "code", told, "数据来源"),
        title=_text(raw, "title", told, "数据来源"),
        department=_text(raw, "department", told, "数据来源"),
        basis=tuple(_each(raw, "basis", told, _basis, "依据")),
        frequency=_text(raw, "frequency", told, "数据来源"),
        delivery=_text(raw, "delivery", told, "数据来源"),
        mode=_text(raw, "mode", told, "数据来源"),
        scope=_text(raw, "scope", told, "数据来源"),
        columns=tuple(_each(raw, "columns", told, _column, "列")),
        facts=tuple(_each(raw, "facts", told, _fact, "事实")),
        checks=tuple(_each(raw, "checks", told, _check, "检查", needed=False)),
        readme=str(raw.get("readme", "")).strip(),
        simulate=plain(raw.get("simulate", {})),
        folder=folder,
    )


def _known(raw: Any, kind: str, what: str, told: Told) -> None:
    for key in raw:
        if key not in KEYS[kind]:
            told(f"{what}没有“{key}”这一项；可以写的有：{'、'.join(KEYS[kind])}。", key)


def _text(raw: Any, key: str, told: Told, what: str, *, needed: bool = True) -> str:
    value = raw.get(key, "")
    if isinstance(value, (dict, list)):
        told(f"{what}的“{key}”应是一段文字。", value)  # the mapping or list knows its line
        return ""
    if needed and not str(value).strip():
        told(f"{what}缺少“{key}”。", value if line_of(value) else getattr(raw, "line", 0))
    return str(value).strip()


def _yes(raw: Any, key: str, told: Told) -> bool:
    value = str(raw.get(key, "false")).lower()
    if value not in _YES:
        told(f"“{key}”应写 true 或 false，写的是“{value}”。", raw[key])
    return _YES.get(value, False)


def _number(raw: Any, key: str, told: Told) -> int | None:
    if key not in raw:
        return None
    text = str(raw[key]).replace("_", "")
    if not _INT.fullmatch(text):
        told(f"“{key}”应是整数，写的是“{text}”。", raw[key])
        return None
    return int(text)


def _each(raw: Any, key: str, told: Told, make: Callable[[Any, Told], T], what: str, *, needed: bool = True) -> list[T]:
    rows = raw.get(key, [])
    if not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows):
        told(f"“{key}”应是一列“- 键: 值”。", rows)
        return []
    if needed and not rows:
        told(f"缺少“{key}”：至少要有一项{what}。", getattr(raw, "line", 0))
    return [make(row, told) for row in rows]


def _words(raw: Any, key: str, told: Told) -> tuple[str, ...]:
    value = raw.get(key, [])
    if isinstance(value, list) and not any(isinstance(one, (dict, list)) for one in value):
        return tuple(str(one).strip() for one in value)
    told(f"“{key}”应是一列文字，写成 [甲, 乙]。", value)
    return ()


def _basis(raw: Any, told: Told) -> Basis:
    _known(raw, "basis", "依据", told)
    text = _text(raw, "text", told, "依据")
    return Basis(text, _text(raw, "evidence", told, "依据"), _text(raw, "reference", told, "依据", needed=False))


def _column(raw: Any, told: Told) -> Column:
    _known(raw, "column", "列", told)
    values = raw.get("values", {})
    if not isinstance(values, dict):
        told("列的“values”应是“词: [其他写法]”。", values)
        values = {}
    return Column(
        name=_text(raw, "name", told, "列"),
        label=_text(raw, "label", told, "列"),
        type=_text(raw, "type", told, "列"),
        aliases=_words(raw, "aliases", told),
        required=_yes(raw, "required", told),
        personal=_yes(raw, "personal", told),
        values={str(word): _words(values, word, told) for word in values},
        note=_text(raw, "note", told, "列", needed=False),
        simulate=plain(raw.get("simulate", {})),
        line=getattr(raw, "line", 0),
    )


def _fact(raw: Any, told: Told) -> FactRule:
    _known(raw, "fact", "事实", told)
    return FactRule(
        class_=_text(raw, "class", told, "事实"),
        on=_text(raw, "on", told, "事实"),
        title=_text(raw, "title", told, "事实"),
        reference=_text(raw, "reference", told, "事实", needed=False),
        amount=_text(raw, "amount", told, "事实", needed=False),
        minus=_words(raw, "minus", told),
        divisor=_number(raw, "divisor", told) or 1,
        shared=_text(raw, "shared", told, "事实", needed=False),
        monthly=_monthly(raw["monthly"], told) if "monthly" in raw else None,
        newest=_newest(raw["newest"], told) if "newest" in raw else None,
        valid_to=_text(raw, "valid_to", told, "事实", needed=False),
        where=_conditions(raw.get("where", {}), told),
        note=_text(raw, "note", told, "事实", needed=False),
        line=getattr(raw, "line", 0),
    )


def _monthly(raw: Any, told: Told) -> Monthly | None:
    if not isinstance(raw, dict):
        told("“monthly”应写成 {column: 月份列, months: 12, divisor: 12}。", raw)
        return None
    _known(raw, "monthly", "按月平均", told)
    months = _number(raw, "months", told) or 12
    return Monthly(_text(raw, "column", told, "按月平均"), months, _number(raw, "divisor", told) or months)


def _newest(raw: Any, told: Told) -> Newest | None:
    if not isinstance(raw, dict):
        told("“newest”应写成 {column: 日期列, per: [列]}。", raw)
        return None
    _known(raw, "newest", "取最近一次", told)
    return Newest(_text(raw, "column", told, "取最近一次"), _words(raw, "per", told))


def _conditions(raw: Any, told: Told) -> dict[str, dict[str, Any]]:
    """`column: [词, 词]` is short for `column: {in: [词, 词]}`."""
    if not isinstance(raw, dict):
        told("“where”应是“列: [词, 词]”或“列: {min: 数}”。", raw)
        return {}
    found: dict[str, dict[str, Any]] = {}
    for column, condition in raw.items():
        if isinstance(condition, list):
            found[str(column)] = {"in": _words(raw, column, told)}
        elif isinstance(condition, dict):
            found[str(column)] = {str(key): _operand(condition, key, told) for key in condition}
        else:
            told(f"条件“{column}”应写成列表或 {{min: 数}}。", column)
    return found


def _operand(condition: Any, key: str, told: Told) -> Any:
    if key in ("in", "not"):
        return _words(condition, key, told)
    if key in ("min", "max"):
        return _number(condition, key, told) or 0
    if key in ("blank", "is"):
        return _yes(condition, key, told)
    told(f"不认识的条件“{key}”；可以写 in、not、min、max、blank、is。", key)
    return None


def _check(raw: Any, told: Told) -> Check:
    _known(raw, "check", "检查", told)
    percent = str(raw.get("most_percent", "0"))
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", percent):
        told(f"“most_percent”应是 0 到 100 之间的数，写的是“{percent}”。", raw["most_percent"])
        percent = "0"
    return Check(
        code=_text(raw, "code", told, "检查"),
        title=_text(raw, "title", told, "检查"),
        rule=_text(raw, "rule", told, "检查"),
        column=_text(raw, "column", told, "检查"),
        other=_text(raw, "other", told, "检查", needed=False),
        low=_number(raw, "low", told),
        high=_number(raw, "high", told),
        most_percent=float(percent),
        line=getattr(raw, "line", 0),
    )


def plain(value: Any) -> Any:
    """Hints of the simulator as plain Python: numbers where the text is a number, text else."""
    if isinstance(value, dict):
        return {str(key): [str(word) for word in one] if key == "choices" else plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    text = str(value)
    if _INT.fullmatch(text) and (text == "0" or not text.lstrip("-").startswith("0")):
        return int(text)
    return float(text) if re.fullmatch(r"-?[0-9]{1,9}\.[0-9]{1,6}", text) else text
