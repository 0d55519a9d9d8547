"""Columns of the clean rows that the lake keeps of a source, as Arrow types."""

from __future__ import annotations

import pyarrow as pa

from minzheng.datacenter.sources.spec import Column, SourceSpec

#: What stands before the source's own columns: tokens instead of the ID number and the name.
FIRST = pa.schema(
    [
        ("id_token", pa.int64()),
        ("id_state", pa.string()),
        ("name_token", pa.int64()),
        ("pinyin_token", pa.int64()),
        ("surname_token", pa.int64()),
        ("row_no", pa.int64()),
    ]
)
_ARROW = {"VARCHAR": pa.string(), "DATE": pa.date32(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_()}


def arrow_type(column: Column) -> pa.DataType:
    """The type before sealing."""
    return _ARROW[column.clean_type]


def clean_schema(spec: SourceSpec) -> pa.Schema:
    """Clean rows of one source: tokens, then its columns by ASCII name; personal ones are sealed bytes, the ID number and
    the name only together in `sealed`."""
    fields = [pa.field(name, FIRST.field(name).type) for name in FIRST.names]
    for column in spec.columns:
        if column.name not in ("id_no", "name"):
            fields.append(pa.field(column.name, pa.binary() if column.personal else arrow_type(column)))
    return pa.schema([*fields, pa.field("sealed", pa.binary())])
