"""The rows of a few people straight out of the files, for somebody who waits: a statement over Parquet opens every file and
reads every footer anew, which costs more than the rows themselves. So the footers are kept, and
only the row groups in which a token can lie are read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from minzheng.datacenter.lake import reading
from minzheng.datacenter.lake.models import LakeBatch

TOKEN = "id_token"  # noqa: S105  the column of persons' tokens


@lru_cache(maxsize=512)
def _footer(path: str, written: tuple[int, int, int]) -> tuple[Any, tuple[tuple[int, int], ...]]:
    """The footer of a file, and the smallest and largest token of each row group (none of it known: everything).
    ``written``: which file it is that lies at the path now; numbers of batches that were undone come again."""
    footer = pq.read_metadata(path)
    place = footer.schema.names.index(TOKEN)
    ranges = []
    for group in range(footer.num_row_groups):
        found = footer.row_group(group).column(place).statistics
        known = found is not None and found.has_min_max
        ranges.append((found.min, found.max) if known else (-(2**63), 2**63 - 1))
    return footer, tuple(ranges)


def in_file(path: str, tokens: Sequence[int], columns: Sequence[str]) -> pa.Table | None:
    """Rows of one file that carry one of these tokens, as ``columns``; None where there are none. Raises OSError for a
    file that is gone, pyarrow.ArrowInvalid for one that cannot be read."""
    lies = os.stat(path)
    footer, ranges = _footer(path, (lies.st_ino, lies.st_mtime_ns, lies.st_size))
    groups = [n for n, (low, high) in enumerate(ranges) if any(low <= one <= high for one in tokens)]
    if not groups:
        return None
    wanted = pa.array(tokens, pa.int64())
    with pq.ParquetFile(path, metadata=footer) as file:
        there = pc.is_in(file.read_row_groups(groups, [TOKEN], use_threads=False)[TOKEN], value_set=wanted)
        mask, ends = there.combine_chunks().to_numpy(zero_copy_only=False), _ends(footer, groups)
        held = [
            (group, low, high)
            for group, low, high in zip(groups, [0, *ends], ends, strict=False)
            if mask[low:high].any()
        ]
        if not held:
            return None
        found = file.read_row_groups([group for group, _, _ in held], list(columns), use_threads=False)
        return found.filter(pa.array(np.concatenate([mask[low:high] for _, low, high in held])))


def _ends(footer: Any, groups: Sequence[int]) -> list[int]:
    """Where each of these row groups ends when they are read one after the other."""
    return list(accumulate(footer.row_group(group).num_rows for group in groups))


def rows(batches: Iterable[LakeBatch], tokens: Sequence[int], columns: Sequence[str]) -> pa.Table | None:
    """Clean rows of these people in these batches, with the column `batch`; None where there are none."""
    held = list(batches)
    return _with_batch(zip(held, reading.files_of(held), strict=True), tokens, columns)


def repairs(batches: Iterable[LakeBatch], tokens: Sequence[int], columns: Sequence[str]) -> pa.Table | None:
    """The same of the repair candidates: wrong numbers that are one slip away from one of these people's."""
    held = list(batches)
    return _with_batch(zip(held, reading.repairs_of(held), strict=True), tokens, columns)


def _with_batch(
    files: Iterable[tuple[LakeBatch, str]], tokens: Sequence[int], columns: Sequence[str]
) -> pa.Table | None:
    parts = []
    for batch, path in files:
        found = in_file(path, tokens, columns)
        if found is not None:
            parts.append(found.append_column("batch", pa.array([batch.no] * len(found), pa.string())))
    return pa.concat_tables(parts) if parts else None
