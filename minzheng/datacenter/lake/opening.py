"""From a delivered file in the vault to a reader with its mapping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minzheng.datacenter.lake import raw
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.lake.readers import heads
from minzheng.datacenter.lake.readers.blocks import Reader
from minzheng.datacenter.lake.readers.csvs import CsvReader
from minzheng.datacenter.lake.readers.encodings import Sniffed
from minzheng.datacenter.lake.readers.parquets import ParquetReader
from minzheng.datacenter.lake.readers.workbooks import WorkbookReader
from minzheng.datacenter.sources.spec import Column, SourceSpec

#: Kind of content → kind of batch.
KINDS = {"text": "csv", "xlsx": "xlsx", "xls": "xlsx", "parquet": "parquet"}


@dataclass(frozen=True)
class Opened:
    """A file ready to be read, and which of its columns is which."""

    reader: Reader
    mapping: heads.Mapping
    columns: list[Column | None]


def opened(batch: LakeBatch, spec: SourceSpec, *, quoting: bool = True) -> Opened:
    """Raises LakeRefused when the file is empty, no table, a bomb, or lacks required columns."""
    if "sniffed" not in batch.report:
        raise LakeRefused("这一批没有留下上传的文件，不能接着试读：请重新上传这个文件，或者选“不要这一批”。")
    sniffed = Sniffed(**batch.report["sniffed"])
    if not batch.file_size:
        raise LakeRefused("文件是空的：没有表头，也没有数据。请核对导出的是不是这张表。")

    def source() -> Any:
        return raw.Reader(batch.pk, batch.raw_parts, batch.file_size)

    reader: Reader
    if sniffed.kind == "parquet":
        reader = ParquetReader(source, batch.file_name)
    elif sniffed.kind in ("xlsx", "xls"):
        reader = WorkbookReader(source, batch.file_name, spec, sniffed.kind)
    else:
        reader = CsvReader(source, sniffed, spec, quoting=quoting)
    mapping = heads.mapping(spec, reader.headers)
    columns: list[Column | None] = [None] * len(reader.headers)
    for name, places in mapping.places.items():
        for place in places:
            columns[place] = spec.column(name)
    return Opened(reader, mapping, columns)
