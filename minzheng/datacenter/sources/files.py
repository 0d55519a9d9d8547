"""Delivered files: CSV (UTF-8 or GB18030) and XLSX with Chinese headers as text, Parquet with ASCII names and types."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import xlsxwriter

from minzheng.datacenter.sources.errors import SourceRefused
from minzheng.datacenter.sources.spec import Column, SourceSpec

SUFFIXES = (".csv", ".xlsx", ".parquet")
#: Rows of one worksheet below the header.
MOST_ROWS_XLSX = 1_048_575
_SCALE = {"money_yuan": (1, 2), "money_wan": (10_000, 2)}
#: Arrow types by the type of the clean column.
ARROW = {"VARCHAR": pa.string(), "DATE": pa.date32(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_()}
_PIECE = 1 << 22
#: Written into every workbook, so that the same rows give the same bytes.
FIXED = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def typed(spec: SourceSpec, table: pa.Table) -> pa.Table:
    """Columns as a Parquet delivery carries them: money as decimals in the declared unit, months as 2026-10."""
    return pa.table({column.name: _typed(column, table[column.name]) for column in spec.columns})


def _typed(column: Column, values: pa.ChunkedArray) -> pa.Array:
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if column.type == "month":
        return pc.utf8_slice_codeunits(array.cast(pa.string()), 0, 7)
    if column.type in _SCALE:
        fen, scale = _SCALE[column.type]
        whole = pc.divide(array, fen).cast(pa.decimal128(19, 0))
        # The same digits with the point moved: fen are hundredths of a 元
        return pa.Array.from_buffers(pa.decimal128(19, scale), len(whole), whole.buffers(), offset=whole.offset)
    return array


def as_text(spec: SourceSpec, table: pa.Table) -> pa.Table:
    """Every column as text, as departments write it: 12.34, 2026-10-01, 2026-10, 是; empty is null."""
    columns = {}
    for column in spec.columns:
        array = _typed(column, table[column.name])
        if column.type == "flag":
            columns[column.name] = pc.if_else(array, "是", "否")
        else:
            columns[column.name] = array.cast(pa.string())
    return pa.table(columns)


def write(spec: SourceSpec, table: pa.Table, out: Path, *, encoding: str = "utf-8") -> None:
    """Write by suffix. A table of text keeps its text in Parquet too. Raises SourceRefused for other suffixes."""
    suffix = out.suffix.lower()
    if suffix not in SUFFIXES:
        raise SourceRefused(f"不认识的文件类型“{out.suffix}”：请用 {'、'.join(SUFFIXES)} 结尾的文件名。")
    out.parent.mkdir(parents=True, exist_ok=True)
    if suffix == ".parquet":
        pq.write_table(table, out, compression="zstd")
    elif suffix == ".csv":
        _csv(spec, table, out, encoding)
    else:
        _xlsx(spec, table, out)


def labels(spec: SourceSpec) -> list[str]:
    return [column.label for column in spec.columns]


def _csv(spec: SourceSpec, table: pa.Table, out: Path, encoding: str) -> None:
    named, options = table.rename_columns(labels(spec)), pa.csv.WriteOptions(quoting_style="needed")
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        pa.csv.write_csv(named, out, write_options=options)
        return
    buffer = io.BytesIO()
    pa.csv.write_csv(named, buffer, write_options=options)
    buffer.seek(0)
    with io.TextIOWrapper(buffer, "utf-8", newline="") as text, out.open("w", encoding=encoding, newline="") as target:
        while piece := text.read(_PIECE):
            target.write(piece)


def _xlsx(spec: SourceSpec, table: pa.Table, out: Path) -> None:
    if table.num_rows > MOST_ROWS_XLSX:
        raise SourceRefused(
            f"一个工作表最多 {MOST_ROWS_XLSX} 行，要写 {table.num_rows} 行：请改用 .csv 或 .parquet，或分成几个文件。"
        )
    book = xlsxwriter.Workbook(str(out), {"constant_memory": True})
    book.set_properties({"created": FIXED})
    sheet, head = book.add_worksheet("数据"), book.add_format({"bold": True})
    for at, column in enumerate(spec.columns):
        sheet.set_column(at, at, 22 if column.type in ("id_no", "text") else 14)
        sheet.write_string(0, at, column.label, head)
    start = 1
    for batch in table.to_batches(max_chunksize=20_000):
        cells = [one.to_pylist() for one in batch.columns]
        for offset in range(batch.num_rows):
            for at, values in enumerate(cells):
                if values[offset] is not None:
                    sheet.write_string(start + offset, at, values[offset])
        start += batch.num_rows
    book.close()
