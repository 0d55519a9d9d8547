"""What a run reads: for each source its clean files, with how many rows each has to have."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.datacenter.lake.engine import quoted
from minzheng.datacenter.sources.spec import SourceSpec

_BATCH = re.compile(r"(?:^|/)batch=([^/]+)/")


@dataclass(frozen=True)
class Opened:
    """Plain texts of some rows, in the order asked for; ``county`` "" where the file does not say."""

    id_no: list[str]
    name: list[str]
    county: list[str]


#: Row numbers → those rows in plain; they stay in memory.
Opener = Callable[[Sequence[int]], Opened]
_HIVE = "hive_partitioning = true, hive_types = {'source': VARCHAR, 'period': VARCHAR, 'batch': VARCHAR}"


@dataclass(frozen=True)
class Part:
    """One clean file under …/source=C/period=P/batch=B/. ``rows``: as the manifest (or the delivered file) says.
    ``repairs``: candidates of its invalid numbers, if there are any. ``place``: the county it is about, "" where unknown.
    ``opened``: gives plain rows; without it rows that have no valid number are compared with nobody."""

    path: Path
    rows: int
    repairs: Path | None = None
    place: str = ""
    opened: Opener | None = None

    @property
    def batch(self) -> str:
        found = _BATCH.search(self.path.as_posix())
        return found.group(1) if found else ""

    @property
    def unnumbered(self) -> int:
        """Rows without a valid number, by the footer; all rows where it does not say."""
        footer = pq.read_metadata(self.path)
        at = footer.schema.names.index("id_token")
        groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
        known = [group.column(at).statistics for group in groups]
        if any(one is None or not one.has_null_count for one in known):
            return int(footer.num_rows)
        return sum(int(one.null_count) for one in known)


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
