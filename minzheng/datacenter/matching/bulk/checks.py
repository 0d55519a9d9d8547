"""What a run proves about itself; the proof is kept with its results, and without it nothing is published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from minzheng.datacenter.matching.bulk.errors import CheckFailed

if TYPE_CHECKING:
    import duckdb


class Proof:
    """Collects checks; ``demand`` raises CheckFailed with the first that did not hold."""

    def __init__(self) -> None:
        self._failed: list[str] = []
        self._rows: dict[str, dict[str, int]] = {}
        self._ranges: dict[str, dict[str, list[int]]] = {}
        self._canaries: dict[str, dict[str, int]] = {}
        self._engine: dict[str, Any] = {}
        self._people: dict[str, int] = {}

    def rows(self, source: str, promised: int, read: int) -> None:
        """Rows read from the files = rows of the manifest (or of the delivered file)."""
        self._rows[source] = {"promised": promised, "read": read}
        if promised != read:
            self._failed.append(f"来源 {source} 登记 {promised} 行，实际读到 {read} 行")

    def ranges(self, source: str, joined: np.ndarray, counted: np.ndarray) -> None:
        """The join found in each key range what an independent count finds."""
        self._ranges[source] = {"joined": joined.tolist(), "counted": counted.tolist()}
        if not np.array_equal(joined, counted):
            self._failed.append(f"来源 {source} 联接得到 {int(joined.sum())} 行，复算得到 {int(counted.sum())} 行")

    def canaries(self, source: str, expected: Sequence[tuple[int, int]], seen: Sequence[tuple[Any, ...]]) -> None:
        """Every planted row was found, in the way foreseen and once."""
        found = len(set(expected) & {tuple(one) for one in seen})
        self._canaries[source] = {"planted": len(expected), "found": found}
        if sorted(tuple(one) for one in seen) != sorted(expected):
            self._failed.append(f"来源 {source} 埋入 {len(expected)} 个试验人，只找到 {found} 个")

    def people(self, asked: int, reported: int) -> None:
        """Everybody asked about is in exactly one family of the report."""
        self._people = {"asked": asked, "reported": reported}
        if asked != reported:
            self._failed.append(f"核对 {asked} 人，报告里有 {reported} 人")

    def engine(self, con: duckdb.DuckDBPyConnection) -> None:
        """The engine stayed within its memory."""
        limit = con.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
        used = con.execute("SELECT coalesce(sum(memory_usage_bytes), 0) FROM duckdb_memory()").fetchall()[0][0]
        allowed = con.execute("SELECT memory_limit FROM pragma_database_size()").fetchall()[0][0]
        self._engine = {"memory_limit": limit, "used_mb": max(self._engine.get("used_mb", 0), int(used) >> 20)}
        if int(used) > _bytes(allowed):
            self._failed.append(f"引擎用了 {int(used) >> 20} MB 内存，超过上限 {limit}")

    def told(self) -> dict[str, Any]:
        """For run.json."""
        return {
            "held": not self._failed, "failed": self._failed, "rows": self._rows, "ranges": self._ranges,
            "canaries": self._canaries, "people": self._people, "engine": self._engine,
        }  # fmt: skip

    def demand(self) -> None:
        """Raises CheckFailed when anything did not hold."""
        if self._failed:
            raise CheckFailed(
                f"自检没有通过：{'；'.join(self._failed)}。结果没有发布，请核对数据文件是否在运行中被改动，再重新运行；"
                "仍然如此请联系维护人员。",
                self.told(),
            )


_UNITS = {"bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}


def _bytes(text: str) -> float:
    """ "953.6 MiB" in bytes; what cannot be read limits nothing."""
    number, _, unit = text.partition(" ")
    return float(number) * _UNITS[unit] if unit in _UNITS else float("inf")
