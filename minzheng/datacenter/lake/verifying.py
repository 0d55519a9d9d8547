"""``minzheng lake verify``: every batch counted and hashed again, against its manifest row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from minzheng.datacenter.lake import engine, figures, raw, reading, writing
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeBatch


@dataclass
class Verified:
    """What was looked at, and a sentence for everything that is not as it should be."""

    batches: int = 0
    rows: int = 0
    files: int = 0
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"ok": not self.problems, "batches": self.batches, "rows": self.rows, "files": self.files,
                "problems": self.problems}  # fmt: skip


def verify(no: str = "", say: Callable[[str], None] = lambda sentence: None, *, originals: bool = True) -> Verified:
    """All batches in force or superseded, or one by its number. `originals`: the delivered files as well."""
    rows = LakeBatch.objects.filter(state__in=(LakeBatch.HELD, LakeBatch.SUPERSEDED)).order_by("source", "no")
    if no:
        rows = rows.filter(no=no)
        if not rows.exists():
            raise LakeRefused(f"没有在用或已被更正的批次“{no}”，请在批次列表里核对批次号。")
    done = Verified()
    with engine.connect() as con:
        for batch in rows:
            say(f"核对 {batch.no}")
            done.batches += 1
            _files(batch, done)
            _content(con, batch, done)
            if originals:
                _original(batch, done)
    return done


def _files(batch: LakeBatch, done: Verified) -> None:
    folder = writing.folder_of(batch.source, batch.period, batch.no)
    for told in batch.files:
        path = folder / told["name"]
        done.files += 1
        if not path.is_file():
            done.problems.append(f"批次 {batch.no} 的 {told['name']} 不见了：请从备份恢复数据湖目录。")
        elif writing.sm3_of(path) != told["sm3"]:
            done.problems.append(f"批次 {batch.no} 的 {told['name']} 与登记的 SM3 不符：请报告审计员，并从备份恢复。")
        elif writing.rows_in(path) != told["rows"]:
            done.problems.append(f"批次 {batch.no} 的 {told['name']} 行数与登记的 {told['rows']} 行不符。")


def _content(con: Any, batch: LakeBatch, done: Verified) -> None:
    """Count the rows by reading them, and look for the remembered ones."""
    path = reading.files_of([batch])[0]
    if any(batch.no in problem for problem in done.problems):
        return
    rows = f"read_parquet({engine.quoted(path)})"
    count, persons = con.execute(f"SELECT count(row_no), count(DISTINCT id_token) FROM {rows}").fetchall()[0]
    done.rows += count
    if count != batch.accepted:
        done.problems.append(f"批次 {batch.no} 重新数出 {count} 行，登记的是 {batch.accepted} 行。")
    if persons != batch.report.get("persons"):
        done.problems.append(f"批次 {batch.no} 重新数出 {persons} 人，登记的是 {batch.report.get('persons')} 人。")
    lost = figures.missing(con, rows, batch.report.get("canary", []))
    if lost:
        done.problems.append(f"批次 {batch.no} 有 {lost} 个标记行找不到了：请报告审计员，并从备份恢复。")


def _original(batch: LakeBatch, done: Verified) -> None:
    try:
        if raw.digest(batch.pk, batch.raw_parts, batch.file_size) != batch.file_sha:
            done.problems.append(f"批次 {batch.no} 的原件与登记的 SM3 不符：请报告审计员，并从备份恢复。")
    except LakeRefused as error:
        done.problems.append(f"批次 {batch.no}：{error}")
