"""How many values are sealed with which key, without opening any: the number stands in the first bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from minzheng.kernel.crypto import sealing
from minzheng.kernel.crypto.fields import SealedField


def sealed_models() -> Iterator[tuple[type[models.Model], list[str]]]:
    """Every table with sealed columns, and their names."""
    for model in apps.get_models():
        names = [field.attname for field in model._meta.concrete_fields if isinstance(field, SealedField)]
        if names and model._meta.managed and not model._meta.proxy:
            yield model, names


def column_of(model: type[models.Model], name: str) -> str:
    """The column of a sealed field."""
    return str(getattr(model._meta.get_field(name), "column"))  # noqa: B009 (a field that is not a reverse relation)


def by_key() -> dict[int, int]:
    """Key number → values in the database and files in the vault sealed with it."""
    return dict(in_tables() + in_files())


def in_tables() -> Counter[int]:
    """One pass over each table, in one query; the server reads two bytes of each value."""
    query = " UNION ALL ".join(_query(model, names) for model, names in sealed_models())
    found: Counter[int] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(query)
        for number, count in cursor.fetchall():
            found[int(number)] += int(count)
    return found


def _query(model: type[models.Model], names: list[str]) -> str:
    quote = connection.ops.quote_name
    columns = [quote(column_of(model, name)) for name in names]
    parts = ", ".join(f"(substring({column} from 2 for 2))" for column in columns)
    table = quote(model._meta.db_table)
    # names of tables and columns are our own
    return (
        "SELECT get_byte(head, 0) * 256 + get_byte(head, 1), count(*) "  # noqa: S608
        f"FROM {table} CROSS JOIN LATERAL (VALUES {parts}) AS one(head) WHERE length(head) = 2 GROUP BY 1"
    )


def in_files() -> Counter[int]:
    """Every file of the vault, also those no row refers to (yet)."""
    return Counter(number for number in map(key_of_file, files()) if number is not None)


def files() -> Iterator[Path]:
    """Whole files of the vault."""
    root = Path(settings.MEDIA_ROOT)
    if root.is_dir():
        yield from (path for path in root.rglob("*") if path.is_file() and not path.name.startswith("."))


def key_of_file(path: Path) -> int | None:
    """The key number of a sealed file; None when it is gone or none of ours."""
    try:
        with path.open("rb") as source:
            head = source.read(3)
    except FileNotFoundError:
        return None
    return sealing.key_number(head) if len(head) == 3 and head[0] == sealing.VERSION else None
