"""Linking two Parquet files into a third: what `minzheng match link` does. The result appears whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.datacenter.linkage import cascade
from minzheng.datacenter.linkage.cascade import Links
from minzheng.datacenter.linkage.sides import COLUMNS, LinkRefused

#: What the model of files without numbers looks at besides.
MODEL_COLUMNS = ("uid", "name", "county", "birth_date", "sex")


def link_files(left: Path, right: Path, out: Path, *, engine: str = "cascade", memory: str = "2GB") -> Links:
    """Link two files and write `Links.table` to `out`. Raises LinkRefused, with nothing written."""
    if not re.fullmatch(r"[1-9][0-9]{0,5}(MB|GB)", memory.upper()):
        raise LinkRefused(f"内存上限“{memory}”看不懂，请写成 1GB 或 512MB 的样子。")
    wanted = COLUMNS if engine == "cascade" else MODEL_COLUMNS
    _refuse_bad_target(out, (left, right))
    tables = _table(left, "左表", wanted), _table(right, "右表", wanted)
    with tempfile.TemporaryDirectory(prefix="link-") as spill, _engine(memory, spill) as con:
        if engine == "splink":
            from minzheng.datacenter.linkage import splink_plug

            links = splink_plug.link(*tables, con=con)
        else:
            links = cascade.link(*tables, con=con)
    _write(links.table, out)
    return links


def _engine(memory: str, spill: str) -> duckdb.DuckDBPyConnection:
    """An engine with this memory that spills into a private folder (removed afterwards) and loads nothing from
    elsewhere; therefore it cannot encrypt what it spills: TMPDIR belongs on an encrypted disk."""
    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory.upper(),
            "temp_directory": spill,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )


def _table(path: Path, label: str, wanted: tuple[str, ...]) -> pa.Table:
    """The wanted columns of a Parquet file."""
    if not path.is_file():
        raise LinkRefused(f"{label}：找不到文件 {path}，请核对路径。")
    try:
        file = pq.ParquetFile(path)
        names = file.schema_arrow.names
        missing = [name for name in wanted if name not in names]
        if missing:
            raise LinkRefused(
                f"{label}：{path.name} 缺少列“{'、'.join(missing)}”，现有的列是“{'、'.join(names)}”；"
                f"应有 {'、'.join(wanted)}。"
            )
        doubled = [name for name in wanted if names.count(name) > 1]
        if doubled:
            raise LinkRefused(f"{label}：{path.name} 的列“{'、'.join(doubled)}”出现了不止一次，请只留一列。")
        return file.read(columns=list(wanted))
    except PermissionError:
        raise LinkRefused(f"{label}：没有权限读 {path}，请检查文件权限。") from None
    except (pa.ArrowException, OSError) as error:
        reason = (str(error).splitlines() or ["原因不明"])[0][:120]
        raise LinkRefused(f"{label}：{path} 不是可以读的 Parquet 文件（{reason}），请重新导出。") from None


def _refuse_bad_target(out: Path, inputs: tuple[Path, Path]) -> None:
    if out.is_dir():
        raise LinkRefused(f"--out：{out} 是文件夹，请写出结果文件的名字。")
    if not out.absolute().parent.is_dir():
        raise LinkRefused(f"--out：文件夹 {out.absolute().parent} 不存在，请先建好。")
    if any(path.exists() and out.exists() and path.samefile(out) for path in inputs):
        raise LinkRefused(f"--out：{out} 就是输入文件，结果不能写在它上面，请换一个名字。")


def _write(table: pa.Table, out: Path) -> None:
    """Beside its place first, then moved there: a stop in between leaves the old file or the new one."""
    draft = out.with_name(f".{out.name}.{os.getpid()}.draft")
    try:
        with draft.open("wb") as file:
            pq.write_table(table, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(out)
    except OSError as error:
        raise LinkRefused(f"--out：写不进 {out}（{error.strerror}），请检查磁盘空间和权限。") from None
    finally:
        draft.unlink(missing_ok=True)
