"""Parameters: numbers of the law with dates, regions and sources.

``params.yaml`` in a benefit's folder *declares* (type, unit, basis, who may set it, floor, choices, default);
``regions/<code>/<benefit>.yaml`` gives *values*, each with since, until, reference and evidence. Look-up goes village →
town → county → city → province → nation and says which level it used. In production the same rows come from the
database: ``ParamSet`` does not know the difference.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from minzheng.policy import yamltext
from minzheng.policy.errors import Finding, InputError, source_line
from minzheng.policy.money import Unrounded
from minzheng.policy.regions import LEVELS, Successions, region_level
from minzheng.policy.words import to_date, to_decimal, to_yes
from minzheng.policy.yamltext import line_of

EVIDENCE = {
    "verified": "已核对原文",
    "public_document": "公开文件所载，只作当年数据",
    "needs_confirmation": "待业务部门确认",
    "demo": "示范数据，虚构",
}
TYPES = ("元", "比例", "整数", "是否", "日期", "选项")
_YEARLY = "/年"
#: No parameter is larger (元 by its own unit): what keeps every product of bulk work within 64 bits.
LIMITS = {"元": Decimal(1_000_000), "比例": Decimal(100), "整数": Decimal(10_000)}


@dataclass(frozen=True)
class Declaration:
    """One parameter as declared by a benefit. ``scale`` is 12 where a yearly amount may be given for a monthly one."""

    name: str
    benefit: str
    type: str
    title: str = ""
    unit: str = ""
    units: tuple[str, ...] = ()
    basis: str = ""
    set_by: tuple[str, ...] = LEVELS
    floor: Decimal | None = None
    ceiling: Decimal | None = None
    choices: dict[str, str] = field(default_factory=dict)
    required_if: tuple[str, str] | None = None
    default: Row | None = None
    file: str = ""
    line: int = 0

    @property
    def scale(self) -> int:
        return 12 if any(u.endswith(_YEARLY) for u in self.units) and not self.unit.endswith(_YEARLY) else 1

    def zero(self) -> Any:
        """The value that stands in where the parameter is not required (``required_if`` not met)."""
        return {"元": Decimal(0), "比例": Decimal(0), "整数": 0, "是否": False}.get(self.type)


@dataclass(frozen=True)
class Row:
    """One value of one parameter in one region for one span of days (both ends included)."""

    name: str
    region: str
    value: Any
    since: datetime.date
    until: datetime.date
    unit: str = ""
    reference: str = ""
    evidence: str = ""
    as_floor: bool = False  # also the lowest value that regions below may set in this span
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Resolved:
    """A parameter as found for one region and day. ``amount`` is what a rule sees; ``shown`` what a reader sees."""

    declaration: Declaration
    row: Row
    level: str

    @property
    def amount(self) -> Any:
        if self.row.unit.endswith(_YEARLY) and not self.declaration.unit.endswith(_YEARLY):
            return Unrounded(self.row.value, 12)
        return self.row.value

    def as_dict(self) -> dict[str, Any]:
        """JSON form: name, value, unit, shown (as a reader sees it), region, level, since, until, reference, evidence."""
        row = self.row
        value, unit = show_value(self.declaration, row.value), row.unit or self.declaration.unit
        return {
            "name": row.name,
            "value": value,
            "unit": unit,
            "shown": _in_words(self.declaration, value, unit),
            "region": row.region,
            "level": self.level,
            "since": "" if row.since == datetime.date.min else row.since.isoformat(),
            "until": "" if row.until == datetime.date.max else row.until.isoformat(),
            "reference": row.reference,
            "evidence": row.evidence,
        }


def show_value(declaration: Declaration, value: Any) -> Any:
    """Money as text with two decimals, ratios and dates as text, the rest as it is."""
    if declaration.type == "元":
        return f"{value:.2f}"
    if declaration.type in ("比例", "日期"):
        return str(value)
    return value


def _in_words(declaration: Declaration, value: Any, unit: str) -> str:
    if declaration.type == "选项":
        return declaration.choices.get(value, value)
    if declaration.type == "是否":
        return "是" if value else "否"
    return f"{value} {unit}".strip() if unit != "比例" else str(value)


def convert_value(declaration: Declaration, raw: object) -> Any:
    """One value by declared type. Raises ValueError with a Chinese reason."""
    kind = declaration.type
    if kind == "元":
        return to_decimal(raw, 2, "金额").quantize(Decimal("0.01"))
    if kind == "比例":
        return to_decimal(raw, 4, "比例")
    if kind == "整数":
        return int(to_decimal(raw, 0, "整数"))
    if kind == "是否":
        return to_yes(raw)
    if kind == "日期":
        return to_date(raw)
    text = str(raw).strip()
    if text not in declaration.choices:
        raise ValueError(f"只能是 {'、'.join(declaration.choices)}，写的是“{text}”")
    return text


def override_row(declaration: Declaration, raw: object) -> Row:
    """A what-if value: ``900``, ``"900"`` or ``"4300 元/年"``. Raises InputError."""
    text = str(raw).strip() if not isinstance(raw, bool) else raw
    unit = declaration.unit
    if isinstance(text, str):
        for candidate in declaration.units:
            if text.endswith(candidate):
                text, unit = text[: -len(candidate)].strip(), candidate
    try:
        value = convert_value(declaration, text)
    except ValueError as error:
        raise InputError(str(error), field=f"参数“{declaration.name}”", line=line_of(raw)) from None
    return Row(declaration.name, "", value, datetime.date.min, datetime.date.max, unit, "假设值", "override")


class ParamSet:
    """Declarations and value rows. Immutable by habit: ``with_rows`` gives a changed copy."""

    def __init__(
        self, declarations: dict[str, Declaration], rows: Iterable[Row], successions: Successions | None = None
    ):
        self.declarations = declarations
        self.successions = successions or Successions()
        self.rows = list(rows)
        self._index: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            self._index.setdefault((row.name, row.region), []).append(row)

    def with_rows(self, rows: Iterable[Row]) -> ParamSet:
        """A copy in which the given rows come first (they win over rows of the same region and day)."""
        return ParamSet(self.declarations, [*rows, *self.rows], self.successions)

    def resolve(self, name: str, region: str, on: datetime.date) -> Resolved | None:
        """The value in force for that day: nearest region upwards, then the declared default, else None."""
        declaration = self.declarations[name]
        for code in self.successions.chain(region, on):
            for row in self._index.get((name, code), ()):
                if row.since <= on <= row.until:
                    return Resolved(declaration, row, region_level(code))
        if declaration.default is not None:
            return Resolved(declaration, declaration.default, "默认")
        return None

    def resolve_all(
        self, region: str, on: datetime.date, overrides: dict[str, Any] | None = None
    ) -> tuple[dict[str, Resolved], dict[str, Any]]:
        """Everything found, and stand-in zeros for parameters whose ``required_if`` is not met here."""
        found: dict[str, Resolved] = {}
        for name in self.declarations:
            resolved = self.resolve(name, region, on)
            if resolved is not None:
                found[name] = resolved
        for name, raw in (overrides or {}).items():
            if name not in self.declarations:
                raise InputError(f"没有“{name}”这个参数", field="参数", line=line_of(name))
            found[name] = Resolved(self.declarations[name], override_row(self.declarations[name], raw), "假设")
        idle: dict[str, Any] = {}
        for name, declaration in self.declarations.items():
            if name in found or declaration.required_if is None:
                continue
            other, needed = declaration.required_if
            if other in found and str(found[other].row.value) != needed:
                idle[name] = declaration.zero()
        return found, idle


# ---- reading the files ---------------------------------------------------------------------------------------------


def _dates(spec: Any) -> tuple[datetime.date, datetime.date]:
    since = to_date(spec["since"]) if spec.get("since") else datetime.date.min
    until = to_date(spec["until"]) if spec.get("until") else datetime.date.max
    return since, until


def read_declarations(path: Path, benefit: str) -> tuple[dict[str, Declaration], list[Finding]]:
    """All parameters a benefit declares, and what is wrong with the declarations."""
    declared: dict[str, Declaration] = {}
    findings: list[Finding] = []

    def wrong(check: str, message: str, line: int) -> None:
        findings.append(Finding(check, message, str(path), line, source_line(path, line)))

    for name, spec in (yamltext.load(path) or {}).items():
        if not isinstance(spec, dict) or spec.get("type") not in TYPES:
            wrong("parameter_type", f"参数“{name}”要写 type：{'、'.join(TYPES)} 之一", line_of(name))
            continue
        declaration = _declaration(name, benefit, spec, path)
        if "default" in spec:
            try:
                row = _default_row(declaration, spec["default"], path)
                declaration = Declaration(**{**declaration.__dict__, "default": row})
            except (ValueError, TypeError, KeyError) as error:
                wrong(
                    "parameter_value",
                    f"参数“{name}”的 default 写错了：{error}",
                    line_of(spec["default"]) or line_of(name),
                )
        declared[str(name)] = declaration
    return declared, findings


def _declaration(name: str, benefit: str, spec: Any, path: Path) -> Declaration:
    required = spec.get("required_if")
    choices = spec.get("choices") or {}
    unit = str(spec.get("unit", ""))
    return Declaration(
        name=str(name),
        benefit=benefit,
        type=str(spec["type"]),
        title=str(spec.get("title", name)),
        unit=unit,
        units=tuple(str(u) for u in spec.get("units", ())) or ((unit,) if unit else ()),
        basis=str(spec.get("basis", "")),
        set_by=tuple(str(level) for level in spec.get("set_by", LEVELS)),
        floor=Decimal(spec["floor"]) if "floor" in spec else None,
        ceiling=Decimal(spec["ceiling"]) if "ceiling" in spec else None,
        choices={str(k): str(v) for k, v in choices.items()},
        required_if=next(((str(k), str(v)) for k, v in required.items()), None) if required else None,
        file=str(path),
        line=line_of(name),
    )


def _default_row(declaration: Declaration, spec: Any, path: Path) -> Row:
    return Row(
        declaration.name,
        "",
        convert_value(declaration, spec["value"]),
        datetime.date.min,
        datetime.date.max,
        str(spec.get("unit", declaration.unit)),
        str(spec.get("reference", "")),
        str(spec.get("evidence", "")),
        file=str(path),
        line=line_of(spec["value"]),
    )


def read_region_file(path: Path, region: str, declared: dict[str, Declaration]) -> tuple[list[Row], list[Finding]]:
    """All value rows of one region file, and what is wrong with them."""
    rows: list[Row] = []
    findings: list[Finding] = []

    def wrong(check: str, message: str, line: int) -> None:
        findings.append(Finding(check, message, str(path), line, source_line(path, line)))

    for name, series in (yamltext.load(path) or {}).items():
        declaration = declared.get(str(name))
        if declaration is None:
            wrong("unknown_parameter", f"没有哪项福利声明过参数“{name}”，请核对名字", line_of(name))
            continue
        if not isinstance(series, list):
            wrong("parameter_value", f"参数“{name}”的值应是一个列表，每段日期一项", line_of(name))
            continue
        for spec in series:
            line = line_of(spec.get("value") or spec) if isinstance(spec, dict) else line_of(name)
            try:
                rows.append(_row(declaration, region, spec, path, line))
            except KeyError as error:
                wrong("parameter_value", f"参数“{name}”缺少 {error.args[0]}", line_of(spec))
            except (ValueError, TypeError, AttributeError) as error:
                wrong("parameter_value", f"参数“{name}”：{error}", line)
    return rows, findings


def _row(declaration: Declaration, region: str, spec: Any, path: Path, line: int) -> Row:
    since, until = _dates({**spec, "since": spec["since"]})
    return Row(
        declaration.name,
        region,
        convert_value(declaration, spec["value"]),
        since,
        until,
        str(spec.get("unit", declaration.unit)),
        str(spec.get("reference", "")).strip(),
        str(spec.get("evidence", "")),
        to_yes(spec.get("as_floor", "否")),
        str(path),
        line,
    )
