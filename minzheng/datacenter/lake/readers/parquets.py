"""Plain Parquet files: read in blocks of rows, every column as text, so that all kinds of files are checked alike."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.readers.blocks import ROWS, BadLine, Block, Notes, without_blank_rows

#: Unpacked bytes of one row group at most: what a reader may have to hold.
MOST_GROUP = 1 << 30
MOST_UNPACKED = 64 << 30


class ParquetReader:
    """`source` opens the file anew. Raises LakeRefused for a file that is none, is encrypted or unpacks beyond reason."""

    def __init__(self, source: Callable[[], Any], name: str) -> None:
        try:
            self._file = pq.ParquetFile(pa.PythonFile(source(), mode="r"))
        except (pa.ArrowException, OSError) as error:
            raise LakeRefused(
                f"文件“{name}”不是能读的 Parquet 文件（{type(error).__name__}）：可能没有传完，请重新导出、上传。"
            ) from None
        self._name, self.head_line = name, 0
        self.bad: deque[BadLine] = deque()
        self.notes = Notes("Parquet")
        schema = self._file.schema_arrow
        nested = [field.name for field in schema if pa.types.is_nested(field.type)]
        if nested:
            raise LakeRefused(f"文件“{name}”的列 {'、'.join(nested)} 是嵌套的：请展开成普通的列再报。")
        self.headers = list(schema.names)
        self._refuse_bomb()

    def _refuse_bomb(self) -> None:
        meta = self._file.metadata
        groups = [meta.row_group(place).total_byte_size for place in range(meta.num_row_groups)]
        if sum(groups) > MOST_UNPACKED or max(groups, default=0) > MOST_GROUP:
            raise LakeRefused(
                f"文件“{self._name}”展开后有 {sum(groups) >> 20} MB，最大的行组 {max(groups) >> 20} MB，超过上限"
                f"（行组 {MOST_GROUP >> 20} MB）：请把行组设小（每组 10 万行上下）或分成几个文件。"
            )
        if not meta.num_rows:
            raise LakeRefused(f"文件“{self._name}”里一行数据也没有。请核对导出的是不是这张表。")

    def blocks(self) -> Iterator[Block]:
        """Lines are row numbers from 1. Raises LakeRefused when the file breaks off."""
        at = 1
        try:
            for batch in self._file.iter_batches(batch_size=ROWS):
                lines = np.arange(at, at + batch.num_rows, dtype=np.int64)
                at += batch.num_rows
                yield without_blank_rows([_text(column) for column in batch.columns], lines)
        except (pa.ArrowException, OSError) as error:
            raise LakeRefused(
                f"文件“{self._name}”从第 {at} 行起读不下去（{type(error).__name__}）：请重新导出、上传。"
            ) from None


def _text(column: pa.Array) -> pa.Array:
    """Days as 2026-01-31, whole numbers without decimals, everything else as Arrow writes it; an empty text is null."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_timestamp(kind):
        column = pc.cast(column, pa.date32(), safe=False)
    elif pa.types.is_floating(kind):
        whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), 1e15))
        text = pc.cast(column, pa.string())
        plain = pc.cast(pc.cast(pc.if_else(whole, column, 0.0), pa.int64()), pa.string())
        return pc.if_else(pc.fill_null(whole, False), plain, text)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        column = pc.cast(column, pa.string())
    texts = pc.cast(column, pa.string())
    return pc.if_else(pc.equal(pc.binary_length(texts), 0), pa.scalar(None, pa.string()), texts)
