"""Bulk writing: COPY into tables; encrypted columns and blind indexes are made while writing (each ciphertext differs,
so none can be in the CSV).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from django.db import connection, models

from minzheng.kernel.crypto import sealing
from minzheng.kernel.crypto.fields import SealedField

Row = tuple[Any, ...]


def sealer(model: type[models.Model], name: str) -> Callable[[int, Any], bytes | None]:
    """seal(row id, plain value) → the bytes the column holds, bound to table, column and row; None for empty.

    A `str` is sealed as it is: of a JSON column it must be the JSON text."""
    field = model._meta.get_field(name)
    assert isinstance(field, SealedField)
    place = f"{model._meta.db_table}.{field.column}:".encode()

    def seal(pk: int, value: Any) -> bytes | None:
        if not value or value == field.empty():
            return None
        plain = value.encode() if isinstance(value, str) else field.encode(value)
        return sealing.seal(plain, place + str(pk).encode())

    return seal


def copy(model: type[models.Model], names: tuple[str, ...], rows: Iterable[Row]) -> int:
    """COPY rows (values in the order of the field names) into the model's table; returns how many. Other columns keep
    their database default, so every column without one must be named."""
    columns = [str(cast("models.Field[Any, Any]", model._meta.get_field(name)).column) for name in names]
    quoted = ", ".join(connection.ops.quote_name(column) for column in columns)
    statement = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({quoted}) FROM STDIN"
    count = 0
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as target:
        for row in rows:
            target.write_row(row)
            count += 1
    return count
