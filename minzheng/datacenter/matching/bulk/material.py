"""What a run reads: for each source its clean files, with how many rows each has to have."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.datacenter.lake.engine import quoted
from minzheng.datacenter.sources.spec import SourceSpec

_BATCH = re.compile(r"(?:^|/)batch=([^/]+)/")
_HIVE = "hive_partitioning = true, hive_types = {'source': VARCHAR, 'period': VARCHAR, 'batch': VARCHAR}"


@dataclass(frozen=True)
class Part:
    """One clean file under …/source=C/period=P/batch=B/. ``rows``: as the manifest (or the delivered file) says.
    ``repairs``: candidates of its invalid numbers, if there are any."""

    path: Path
    rows: int
    repairs: Path | None = None

    @property
    def batch(self) -> str:
        found = _BATCH.search(self.path.as_posix())
        return found.group(1) if found else ""

    @property
    def rows_in_file(self) -> int:
        return int(pq.read_metadata(self.path).num_rows)


@dataclass
class Material:
    """The rows of one source. ``names``: batch → how people call it, where the batch is only a place in a folder.
    ``unread``: column and reason → cells that could not be read (their rows take part without them)."""

    spec: SourceSpec
    parts: list[Part]
    names: dict[str, str] = field(default_factory=dict)
    unread: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)

    def schema(self) -> pa.Schema:
        """Of the newest file."""
        return pq.read_schema(self.parts[-1].path)

    def relation(self, more: Part | None = None) -> str:
        """The clean rows with their ``batch``, ``more`` (canaries) among them."""
        return scan([part.path for part in [*self.parts, *([more] if more else [])]])

    def repairs(self, more: Part | None = None) -> str:
        """The candidates of invalid numbers with their ``batch``; "" when there are none."""
        found = [part.repairs for part in [*self.parts, *([more] if more else [])] if part.repairs is not None]
        return scan(found) if found else ""


def scan(paths: list[Path]) -> str:
    """Files of one layout as one relation, with the batch from each path."""
    listed = ", ".join(quoted(path) for path in paths)
    return f"SELECT * FROM read_parquet([{listed}], union_by_name = true, {_HIVE})"
