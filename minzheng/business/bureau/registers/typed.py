"""Between a declared field and its value: the input of a form, what is kept as JSON, what formulas read, what people see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal as Number
from decimal import InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar

from minzheng.business.bureau.registers.declaring import Book, FieldSpec
from minzheng.kernel.parts import fields as parts
from minzheng.kernel.parts.field_base import FULLWIDTH

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: A register is no file of a person: numbers of identity cards do not belong into it.
_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
TEXT_MOST, LONG_MOST, NUMBER_MOST = 120, 4000, 999_999_999
PHOTOS = "image/jpeg,image/png,image/webp,application/pdf"


@dataclass(frozen=True)
class Decimal(parts.Field):
    """A number with at most four decimals; the value is a text such as “12.5”, exact in JSON."""

    unit: str = ""

    inputmode: ClassVar[str] = "decimal"
    widget: ClassVar[str] = "money"

    def parse(self, text: str) -> str:
        plain = text.translate(FULLWIDTH).replace(",", "")
        if not re.fullmatch(r"-?\d{1,12}(\.\d{1,4})?", plain):
            raise parts.Invalid(f"{self.label}请填数字，最多四位小数，例如 12.5。")
        return plain


@dataclass(frozen=True)
class Plain(parts.Text):
    """A text without numbers of identity cards."""

    def parse(self, text: str) -> str:
        return _no_id_number(super().parse(text), self.label)


@dataclass(frozen=True)
class Long(parts.LongText):
    """The same over several lines."""

    def parse(self, text: str) -> str:
        return _no_id_number(super().parse(text), self.label)


def _no_id_number(text: str, label: str) -> str:
    if _ID_NUMBER.search(text):
        raise parts.Invalid(f"{label}里有证件号码：台账不记个人证件，请删去号码，只写姓名。")
    return text


def inputs(book: Book, specs: Iterable[FieldSpec], actor: Actor, permission: str) -> list[parts.Field]:
    """The form fields of these specs, for an actor whose choices of places and offices are those of `permission`."""
    return [_input(book, one, actor, permission) for one in specs if one.derived is None]


def _input(book: Book, spec: FieldSpec, actor: Actor, permission: str) -> parts.Field:
    common: dict[str, Any] = {"required": spec.needs, "help": spec.help, "when": _when(book, spec)}
    name, label = spec.name, spec.label
    match spec.type:
        case "long":
            return Long(name, label, max_length=spec.most or LONG_MOST, rows=4, **common)
        case "choice" | "choices":
            return parts.Choice(name, label, options=tuple(spec.options.items()), many=spec.type == "choices", **common)
        case "date":
            return parts.Date(name, label, **common)
        case "number":
            return parts.Count(name, label, maximum=spec.most or NUMBER_MOST, unit=spec.unit, **common)
        case "decimal":
            return Decimal(name, label, unit=spec.unit, **common)
        case "money":
            return parts.Money(name, label, **common)
        case "yesno":
            return parts.YesNo(name, label, **common)
        case "region":
            return parts.Region(name, label, under=lambda: places(actor, permission), **common)
        case "organisation":
            return parts.Choice(name, label, options=lambda: offices(actor, permission), radio_up_to=0, **common)
        case "file":
            return parts.Photo(name, label, kind="register", max_files=spec.most or 6, accept=PHOTOS, **common)
        case _:
            most = spec.most or (60 if spec.type == "person" else TEXT_MOST)
            hint = spec.hint or "格式不对，请检查。"
            return Plain(name, label, max_length=most, pattern=spec.pattern, hint=hint, **common)


def _when(book: Book, spec: FieldSpec) -> parts.When | None:
    """A field may hang on one other field of the same form."""
    for other, values in spec.when.items():
        return parts.When(other, values)
    return None


def places(actor: Actor, permission: str) -> list[tuple[str, str]]:
    from minzheng.kernel.parts.places import places_below

    return places_below(actor.scopes(permission))


def offices(actor: Actor, permission: str) -> list[tuple[str, str]]:
    """Organisations by name: an entry keeps the name of its day."""
    from minzheng.kernel.orgs import selectors as orgs

    return [(name[:80], name[:80]) for _pk, name in orgs.organizations_in(actor.scopes(permission))]


def stored(specs: Iterable[FieldSpec], clean: Mapping[str, Any]) -> dict[str, Any]:
    """Clean values as they are kept: days as ISO texts, empty ones left out, files not among them."""
    kept: dict[str, Any] = {}
    for spec in specs:
        value = clean.get(spec.name)
        if spec.type != "file" and value not in (None, "", []):
            kept[spec.name] = value.isoformat() if isinstance(value, date) else value
    return kept


def readable(specs: Iterable[FieldSpec], values: Mapping[str, Any], on: date, state: str) -> dict[str, Any]:
    """Kept values as formulas read them: days as days, decimals as numbers."""
    found: dict[str, Any] = {"on": on, "state": state}
    for spec in specs:
        value = values.get(spec.name)
        if value is not None:
            found[spec.name] = as_read(spec.type, value)
    return found


def as_read(kind: str, value: Any) -> Any:
    try:
        if kind == "date":
            return date.fromisoformat(str(value))
        return Number(str(value)) if kind == "decimal" else value
    except (ValueError, InvalidOperation):
        return None


def derived(book: Book, values: Mapping[str, Any], on: date, state: str) -> dict[str, Any]:
    """What the book works out from the typed values, in the order of the declaration (later ones may use earlier ones)."""
    kept = {spec.name: values[spec.name] for spec in book.fields if spec.derived is None and spec.name in values}
    for spec in (one for one in book.fields if one.derived is not None):
        assert spec.derived is not None
        result = spec.derived.value(readable(book.fields, kept, on, state))
        if spec.bands and result is not None and not isinstance(result, str):
            result = next((label for least, label in spec.bands if result >= Number(str(least))), None)
        if result is not None:
            kept[spec.name] = _as_kept(spec.type, result)
    return kept


def _as_kept(kind: str, value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, Number):
        return value
    if kind in ("number", "money"):
        return int(value.to_integral_value())
    number = value.quantize(Number("0.0001")).normalize() if kind == "decimal" else value
    return format(number, "f")


def shown(spec: FieldSpec | Mapping[str, Any], value: Any) -> str:
    """A kept value for people; `spec` is a declared field or its old shape. Codes of regions are named by the caller."""
    shape = spec if isinstance(spec, Mapping) else spec.as_shape()
    if value in (None, "", []):
        return ""
    kind, options = shape["type"], shape.get("options") or {}
    match kind:
        case "choice" | "choices":
            many: Sequence[Any] = value if isinstance(value, list) else [value]
            return "、".join(options.get(str(one), str(one)) for one in many)
        case "yesno":
            return "是" if value else "否"
        case "money":
            return f"{parts.yuan_text(int(value))} 元" if isinstance(value, int) else str(value)
        case "number" | "decimal":
            return f"{value} {shape.get('unit') or ''}".strip()
        case _:
            return str(value)
