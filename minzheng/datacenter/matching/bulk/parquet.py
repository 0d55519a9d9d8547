"""Reading a Parquet file that somebody hands in: every fault is a sentence that names the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.datacenter.matching.bulk.errors import MatchRefused

#: Rows held in memory at once: a row group of the lake.
BATCH = 122_880


class File:
    """One Parquet file, opened and checked to be one; ``label`` is how the person who named it calls it."""

    def __init__(self, path: Path, label: str):
        self.path, self.label = path, label
        try:
            if path.is_dir():
                raise MatchRefused(f"{label}：{path} 是文件夹，请给一个 Parquet 文件。")
            if path.exists() and path.stat().st_size == 0:
                raise MatchRefused(f"{label}：{path} 是空文件（0 字节），请重新导出。")
            self._opened = pq.ParquetFile(path)
        except FileNotFoundError:
            raise MatchRefused(f"{label}：找不到 {path}，请核对路径。") from None
        except PermissionError:
            raise MatchRefused(f"{label}：没有权限读 {path}，请检查文件权限。") from None
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise MatchRefused(
                f"{label}：{path} 不是可以读的 Parquet 文件（{_first_line(error)}），请重新导出。"
            ) from None
        self.schema: pa.Schema = self._opened.schema_arrow
        self.rows: int = self._opened.metadata.num_rows

    def require(self, names: Sequence[str]) -> None:
        """Raises MatchRefused naming every missing and every doubled column."""
        missing = [name for name in names if name not in self.schema.names]
        if missing:
            raise MatchRefused(
                f"{self.label}：{self.path.name} 缺少列“{'、'.join(missing)}”，现有的列是“{'、'.join(self.schema.names)}”。"
            )
        doubled = [name for name in names if self.schema.names.count(name) > 1]
        if doubled:
            raise MatchRefused(f"{self.label}：{self.path.name} 的列“{'、'.join(doubled)}”出现了不止一次，请只留一列。")

    def refuse_empty(self, what: str) -> None:
        if self.rows == 0:
            raise MatchRefused(f"{self.label}：{self.path.name} 里没有一行{what}，请核对是否导出完整。")

    def batches(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The rows in order, so many at a time, only these columns."""
        try:
            yield from self._opened.iter_batches(BATCH, columns=list(names), use_threads=False)
        except (pa.ArrowInvalid, OSError) as error:
            raise MatchRefused(
                f"{self.label}：{self.path.name} 读到一半出错（{_first_line(error)}），文件可能没有传完，请重新导出。"
            ) from None


def is_text(kind: pa.DataType) -> bool:
    """Texts as Parquet files of many makers have them, dictionaries included."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(
        pa.types.is_string(value)
        or pa.types.is_large_string(value)
        or pa.types.is_string_view(value)
        or pa.types.is_null(value)
    )


def as_text(array: pa.Array) -> pa.Array:
    """One kind of text for everything that follows."""
    return array if array.type == pa.string() else array.cast(pa.string())


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or ["原因不明"])[0][:160]
