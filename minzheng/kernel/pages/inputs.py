"""Fields made ready for templates: one ``Input`` per field, with its text, its error and its ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from minzheng.kernel.parts.fields import Field, LongText, Money, Text


@dataclass(frozen=True)
class Input:
    """What ``parts/input.html`` draws. ``value`` is text, or a list of texts for many-of choices."""

    field: Field
    name: str
    id: str
    value: Any
    error: str
    template: str
    choices: list[tuple[str, str, bool]]
    when: str
    hidden: bool
    described_by: str

    @property
    def label(self) -> str:
        return self.field.label

    @property
    def unit(self) -> str:
        return str(getattr(self.field, "unit", ""))

    @property
    def max_length(self) -> int | None:
        return self.field.max_length if isinstance(self.field, Text) else None

    @property
    def rows(self) -> int:
        return self.field.rows if isinstance(self.field, LongText) else 3


_TEMPLATES = {
    "textarea": "parts/input_textarea.html",
    "select": "parts/input_select.html",
    "radios": "parts/input_radios.html",
    "checkboxes": "parts/input_radios.html",
    "tick": "parts/input_tick.html",
    "photo": "parts/input_photo.html",
}


def inputs_of(
    fields: Iterable[Field],
    values: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    posted: Mapping[str, Any] | None = None,
    prefix: str = "",
    id_prefix: str = "f-",
) -> list[Input]:
    """Inputs in order. ``posted`` (the raw request) wins over ``values``: nothing that was typed is lost.

    ``values`` may hold clean values or texts; names and ids are ``prefix + field.name``."""
    fields = [field for field in fields if field.asked_of(values)]
    texts = {field.name: _shown(field, values, posted, prefix) for field in fields}
    return [_input(field, texts, errors.get(field.name, ""), prefix, id_prefix) for field in fields]


def _input(field: Field, texts: Mapping[str, Any], error: str, prefix: str, id_prefix: str) -> Input:
    name = prefix + field.name
    id_ = f"{id_prefix}{name}".replace(".", "-")
    value = texts[field.name]
    picked = set(value) if isinstance(value, list) else {value}
    options = field.choices() if hasattr(field, "choices") else []
    when = ""
    if field.when and field.when.field:
        wanted = ",".join("yes" if v is True else "no" if v is False else str(v) for v in field.when.values)
        when = f"{prefix}{field.when.field}={wanted}"
    notes = " ".join(filter(None, (f"{id_}-help" if field.help else "", f"{id_}-error" if error else "")))
    return Input(
        field=field,
        name=name,
        id=id_,
        value=value,
        error=error,
        template=_TEMPLATES.get(field.widget, "parts/input_line.html"),
        choices=[(code, label, code in picked) for code, label in options],
        when=when,
        hidden=not field.applies(texts),
        described_by=notes,
    )


def _shown(field: Field, values: Mapping[str, Any], posted: Mapping[str, Any] | None, prefix: str) -> Any:
    if posted is not None:
        if field.multiple and hasattr(posted, "getlist"):
            return posted.getlist(prefix + field.name)
        return posted.get(prefix + field.name, "")
    value = values.get(field.name)
    # Money that is already text (kept because it did not clean) goes back as it was typed.
    return value if isinstance(field, Money) and isinstance(value, str) else field.to_input(value)
