"""One Parquet file of a population: its schema checked, its statistics, its columns by row group."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.policy.bulk.columns import HOUSEHOLD, PERSON, REGION, Column, Decoder, RowError, check_schema
from minzheng.policy.errors import InputError
from minzheng.policy.words import Vocabulary


class NotSorted(Exception):
    """A file is not in the order of household_id; make a sorted copy and begin again."""


class File:
    """One Parquet file: schema checked, statistics read, columns read by row group from any thread."""

    def __init__(self, path: Path, entity: str, vocabulary: Vocabulary):
        self.path, self.entity, self.name = path, entity, path.name
        try:
            self._opened = pq.ParquetFile(path)
        except FileNotFoundError:
            raise InputError("找不到这个文件", field=str(path)) from None
        except (pa.ArrowInvalid, OSError) as error:
            raise InputError(f"不是可以读的 Parquet 文件（{str(error).splitlines()[0]}）", field=self.name) from None
        self.metadata = self._opened.metadata
        self.schema = self._opened.schema_arrow
        self.columns: dict[str, Column] = check_schema(self.schema, self.name, entity, vocabulary)
        self.starts = np.cumsum(
            [0, *(self.metadata.row_group(i).num_rows for i in range(self.metadata.num_row_groups))]
        )
        self.groups = [i for i in range(self.metadata.num_row_groups) if self.metadata.row_group(i).num_rows]
        self._places = {self.metadata.schema.column(i).path: i for i in range(self.metadata.num_columns)}
        texts = [c.name for c in self.columns.values() if c.word.type == "选项"]
        self._texts = texts + ([REGION] if entity == "户" else [])
        self._local = threading.local()

    def statistics(self, group: int, column: str) -> Any:
        """Parquet's statistics of one column in one row group, None where there are none."""
        place = self._places.get(column)
        found = self.metadata.row_group(group).column(place).statistics if place is not None else None
        return found if found is not None and found.has_min_max else None

    def key_range(self, group: int) -> tuple[int, int]:
        """Smallest and largest household_id of a row group. Raises InputError when one is empty."""
        found = self.statistics(group, HOUSEHOLD)
        if found is not None:
            return int(found.min), int(found.max)
        ids = self.read([group], [HOUSEHOLD])[HOUSEHOLD].to_numpy()
        return int(ids.min()), int(ids.max())

    def open(self) -> Any:
        """This thread's own reader. Not mapped into memory: of a province's file the pages read would all stay counted."""
        if not hasattr(self._local, "file"):
            self._local.file = pq.ParquetFile(self.path, metadata=self.metadata, read_dictionary=self._texts)
        return self._local.file

    def read(self, groups: list[int], columns: list[str]) -> pa.Table:
        """Some row groups as a table. Raises InputError when an id is empty or the file is damaged."""
        try:
            table = self.open().read_row_groups(groups, columns=columns, use_threads=False)
        except (pa.ArrowInvalid, OSError) as error:
            raise InputError(f"读不出来（{str(error).splitlines()[0]}）", field=self.name) from None
        for name in (HOUSEHOLD, PERSON):
            if name in columns and table[name].null_count:
                at = int(np.argmax(table[name].is_null().to_numpy(zero_copy_only=False)))
                row = int(self.starts[groups[0]]) + at + 1
                raise RowError("不能为空", self.name, row, name)
        return table

    def no_empty(self, name: str) -> None:
        """Raises InputError when an id column, which nobody reads, has an empty cell."""
        for group in self.groups:
            found = self.metadata.row_group(group).column(self._places[name]).statistics
            if found is None or not found.has_null_count or found.null_count:
                self.read([group], [name])

    def bounds_hold(self, column: Column, decoder: Decoder) -> bool:
        """Whether statistics alone prove that every value of a column is possible."""
        if column.word.type in ("选项", "文字", "是否"):
            return False
        low, high = decoder.bounds(column.word)
        for group in self.groups:
            found = self.statistics(group, column.name)
            if found is None:
                return False
            least, most = (_number(found.min), _number(found.max))
            if least < low or most > high:
                return False
        return True


def _number(value: Any) -> int:
    return int(value) if not hasattr(value, "toordinal") else value.toordinal() - 719163
