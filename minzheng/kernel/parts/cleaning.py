"""Clean a set of fields: settle which appear, clean each, collect the errors by field name, tell the person all at
once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from minzheng.kernel.parts.field_base import Field, Invalid, WhenRow
from minzheng.kernel.parts.special_fields import Photo


def clean_fields(
    fields: Iterable[Field], data: Mapping[str, Any], files: Mapping[str, Any] | None = None, prefix: str = ""
) -> tuple[dict[str, Any], dict[str, str]]:
    """Returns (values, error sentences). ``data``/``files`` may be a QueryDict, a MultiValueDict or a plain dict; key =
    ``prefix + field.name``.

    A field that does not appear (its ``when`` does not hold) is neither cleaned nor kept, so that nothing stays of a
    changed mind.
    """
    fields = list(fields)
    raw = {field.name: raw_value(field, data, files, prefix) for field in fields}
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for field in fields:
        if not field.applies(data if isinstance(field.when, WhenRow) else raw):
            continue
        try:
            values[field.name] = field.clean(raw[field.name])
        except Invalid as error:
            errors[field.name] = str(error)
    return values, errors


def raw_value(field: Field, data: Mapping[str, Any], files: Mapping[str, Any] | None, prefix: str = "") -> Any:
    """A field's raw value; a list for fields with many."""
    source = (files or {}) if isinstance(field, Photo) else data
    key = prefix + field.name
    if field.multiple and hasattr(source, "getlist"):
        return source.getlist(key)
    return source.get(key)
