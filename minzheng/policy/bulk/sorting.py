"""Sorted copies of files that are not in the order of household_id, and checks that need the whole file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from minzheng.policy.bulk.columns import HOUSEHOLD, RowError
from minzheng.policy.bulk.sql import connect, relation
from minzheng.policy.errors import InputError
from minzheng.policy.targets.sql_text import quote, text


def sorted_copy(path: Path, folder: Path) -> Path:
    """A copy of a Parquet file in the order of household_id, rows of one household in the order they had."""
    copy = folder / path.name
    query = (
        f"COPY (SELECT * FROM {relation(path)} ORDER BY {HOUSEHOLD}, file_row_number) "
        f"TO {text(str(copy))} (FORMAT parquet, ROW_GROUP_SIZE 250000)"
    )
    try:
        connection = connect()
        connection.execute(f"SET temp_directory = {text(str(folder))}")
        connection.execute("SET memory_limit = '1GB'")
        connection.execute(query).fetchall()
    except duckdb.Error as error:
        raise InputError(f"不能按 {HOUSEHOLD} 排序（{str(error).splitlines()[0]}）", field=path.name) from None
    return copy


def original_row(error: RowError, path: Path) -> RowError:
    """The same error with the row's number in the file before it was sorted."""
    query = f"SELECT file_row_number FROM {relation(path)} ORDER BY {HOUSEHOLD}, file_row_number LIMIT 1 OFFSET {error.row - 1}"
    found = connect().execute(query).fetchall()
    return RowError(error.reason, path.name, found[0][0] + 1, error.column)


def no_duplicates(path: Path, column: str) -> None:
    """Raise RowError when a number occurs twice in a column that should be a key."""
    name = quote(column)
    twice: list[Any] = (
        connect()
        .execute(
            f"SELECT {name}, max(file_row_number) FROM {relation(path)} GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 LIMIT 1"
        )
        .fetchall()
    )
    if twice:
        raise RowError(f"{twice[0][0]} 出现了两次", path.name, twice[0][1] + 1, column)
