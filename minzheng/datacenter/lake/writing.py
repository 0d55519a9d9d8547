"""Clean rows → sorted Parquet of one batch, in a draft folder that is moved into its place as a whole.

Blocks are written as they come (tokens and sealed values only, so nothing readable touches the disk), then DuckDB sorts
them by token within its memory limit, spilling encrypted. What somebody who waits asks for is kept once more beside it
(rowfiles.py). The folder is flushed to disk before it is renamed: after a power cut it is whole, or not there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives import hashes

from minzheng.datacenter.lake import engine, places, points, rowfiles
from minzheng.datacenter.lake.checking import REPAIRS, REPAIRS_LOOKED_UP, Clean
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.kernel import disk

#: Rows of one row group: a caseload and the monitors stream past them. With 8 192 a million deposits take a quarter more to
#: read and a fifth more to write; who looks for one family reads the files of rows instead.
GROUP = 61_440
PART, REPAIRED = "part-0.parquet", "repairs.parquet"
_BLOCKS = "blocks.parquet"


class Draft:
    """The folder of a batch being written; leaving the context removes it unless it was moved into its place."""

    def __init__(self, no: str, schema: pa.Schema, looked_up: Collection[str]) -> None:
        """``looked_up``: columns that a look-up of one family asks for."""
        self.folder = places.drafts() / no
        self._schema, self._looked_up = schema, looked_up
        self._writer: Any = None
        self._repairs: list[pa.Table] = []
        self.rows = 0

    def __enter__(self) -> Draft:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        self._writer = pq.ParquetWriter(self.folder / _BLOCKS, self._schema, compression="lz4", use_dictionary=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self) -> None:
        """Forget every row added so far: the file is read again from its beginning."""
        self._writer.close()
        self._repairs, self.rows = [], 0
        self.__enter__()

    def add(self, clean: Clean) -> None:
        self._writer.write_table(clean.rows)
        self.rows += clean.rows.num_rows
        if clean.repairs.num_rows:
            self._repairs.append(clean.repairs)

    def finish(self, con: Any) -> list[dict[str, Any]]:
        """Sort and flush everything; the manifest's list of files. Raises LakeRefused when rows were lost on the way."""
        self._writer.close()
        self._writer = None
        blocks, part = self.folder / _BLOCKS, self.folder / PART
        con.execute(
            f"COPY (SELECT * FROM read_parquet({engine.quoted(blocks)}) ORDER BY id_token, row_no)"
            f" TO {engine.quoted(part)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {GROUP})"
        )
        blocks.unlink()
        repairs = pa.concat_tables([REPAIRS.empty_table(), *self._repairs]).sort_by("id_token")
        pq.write_table(repairs, self.folder / REPAIRED, compression="zstd", row_group_size=GROUP)
        points.reach("sorted")
        files = [file_of(self.folder / name) for name in (PART, REPAIRED)]
        if files[0]["rows"] != self.rows:
            raise LakeRefused(f"排序后只剩 {files[0]['rows']} 行（应为 {self.rows} 行），没有入湖：请报告系统管理员。")
        files += rows_beside(self.folder, files, self._looked_up)
        points.reach("copied")
        disk.sync(self.folder)
        return files

    def move(self, source: str, period: str, no: str) -> Path:
        """Into the place where readers look; returns it. What was left there by a killed try goes first."""
        target = folder_of(source, period, no)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.exists():
            shutil.rmtree(target)
        os.replace(self.folder, target)
        for parent in (target.parent, target.parent.parent, target.parent.parent.parent):
            disk.sync(parent)
        points.reach("renamed")
        return target


def folder_of(source: str, period: str, no: str) -> Path:
    """Where the files of a batch lie; `period` as in the manifest, 2026-11."""
    return places.clean() / f"source={source}" / f"period={period.replace('-', '')}" / f"batch={no}"


def sm3_of(path: Path) -> str:
    """SM3 of a file, hex."""
    digest = hashes.Hash(hashes.SM3())
    with path.open("rb") as content:
        while data := content.read(1 << 20):
            digest.update(data)
    return digest.finalize().hex()


def rows_beside(folder: Path, files: Iterable[Mapping[str, Any]], looked_up: Collection[str]) -> list[dict[str, Any]]:
    """Make the files of rows beside the Parquet files of a batch; the manifest's entries for them."""
    columns = {PART: looked_up, REPAIRED: REPAIRS_LOOKED_UP}
    return [
        file_of(rowfiles.write(folder / one["name"], one["sm3"], columns[one["name"]]))
        for one in files
        if one["name"] in columns
    ]


def file_of(path: Path) -> dict[str, Any]:
    """The manifest's entry for a file, which is flushed to disk."""
    path.chmod(0o600)
    disk.sync(path)
    return {"name": path.name, "rows": rows_in(path), "bytes": path.stat().st_size, "sm3": sm3_of(path)}


def rows_in(path: Path) -> int:
    """How many rows a Parquet file or a file of rows says it has. Raises rowfiles.Unusable."""
    return rowfiles.count(path) if path.suffix == rowfiles.SUFFIX else int(pq.read_metadata(path).num_rows)
