"""一组字段的清洗：先定哪些字段出现，再逐个清洗，错误按字段名收齐，一次全部告诉填表人。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from minzheng.kernel.parts.field_base import Field, Invalid, WhenRow
from minzheng.kernel.parts.special_fields import Photo


def clean_fields(
    fields: Iterable[Field], data: Mapping[str, Any], files: Mapping[str, Any] | None = None, prefix: str = ""
) -> tuple[dict[str, Any], dict[str, str]]:
    """返回 (值, 错误句)。``data``/``files`` 可以是 QueryDict、MultiValueDict 或普通字典；键 = ``prefix + field.name``。

    不出现的字段（``when`` 不成立）不清洗、不收值，免得留下已改主意的旧内容。
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
    """字段的原始值；多值字段取列表。"""
    source = (files or {}) if isinstance(field, Photo) else data
    key = prefix + field.name
    if field.multiple and hasattr(source, "getlist"):
        return source.getlist(key)
    return source.get(key)
