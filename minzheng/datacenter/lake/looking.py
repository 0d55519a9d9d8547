"""The rows of a few people straight out of the files, for somebody who waits: a statement over Parquet opens every file and
reads every footer anew, which costs more than the rows themselves. They are read from the file of rows beside it (rowfiles.py).

Where there is none (a batch of before, a file that was damaged, a column that rules ask for only now), they come out of the
Parquet file: footers are kept, the tokens stand in a list beside the file that is mapped into memory, and only the row groups
are read in which one of the people is. The list is made from the file, by whoever looks first, and may be deleted at any time.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import structlog

from minzheng.datacenter.lake import reading, rowfiles
from minzheng.datacenter.lake.models import LakeBatch

_log = structlog.get_logger("minzheng.lake")
TOKEN = "id_token"  # noqa: S105  the column of persons' tokens
#: Files of so few row groups need no list.
FEW_GROUPS = 2


def in_file(path: str, tokens: Sequence[int], columns: Sequence[str]) -> pa.Table | None:
    """Rows of one file that carry one of these tokens, as ``columns``; None where there are none. Raises OSError for a
    file that is gone, pyarrow.ArrowInvalid for one that cannot be read."""
    lies = os.stat(path)
    file = _opened(path, (lies.st_ino, lies.st_mtime_ns, lies.st_size))
    places = _places(file.tokens, tokens)
    if not len(places):
        return None
    groups = np.searchsorted(file.starts, places, side="right") - 1
    wanted = np.unique(groups)
    with pq.ParquetFile(path, metadata=file.footer) as opened:
        read = opened.read_row_groups(wanted.tolist(), list(columns), use_threads=False)
    # where each row group that was read begins in what was read
    sizes = file.starts[wanted + 1] - file.starts[wanted]
    begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return read.take(pa.array(places - file.starts[groups] + begins[np.searchsorted(wanted, groups)]))


@dataclass(frozen=True)
class _File:
    """`starts`: the first row of each row group and, at the end, how many rows there are; `tokens`: those of the first
    rows, ascending (rows without one stand last)."""

    footer: Any
    starts: np.ndarray
    tokens: np.ndarray


@lru_cache(maxsize=1024)
def _opened(path: str, written: tuple[int, int, int]) -> _File:
    """Footer and tokens of a file. ``written``: which file it is that lies at the path now; numbers of batches that were
    undone come again."""
    footer = pq.read_metadata(path)
    sizes = [footer.row_group(group).num_rows for group in range(footer.num_row_groups)]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    if footer.num_row_groups <= FEW_GROUPS:
        return _File(footer, starts, _tokens_in(path))
    return _File(footer, starts, _listed(path, written))


def _listed(path: str, written: tuple[int, int, int]) -> np.ndarray:
    """The tokens out of the list beside the file, which is made when it is missing or speaks of another file. A folder
    that may not be written to costs memory, nothing else."""
    beside, head = f"{path}.tokens", np.array(written, np.int64)
    try:
        kept = np.memmap(beside, np.int64, "r")
    except (OSError, ValueError):
        kept = None
    if kept is None or len(kept) < len(head) or not np.array_equal(kept[: len(head)], head):
        found = _tokens_in(path)
        draft = f"{beside}.{os.getpid()}.{threading.get_ident()}"
        try:
            np.concatenate([head, found]).tofile(draft)
            os.replace(draft, beside)
        except OSError:
            return found
        kept = np.memmap(beside, np.int64, "r")
    return kept[len(head) :]


def _tokens_in(path: str) -> np.ndarray:
    found = pq.read_table(path, columns=[TOKEN], use_threads=False)[TOKEN].drop_null()
    return np.asarray(found.combine_chunks().to_numpy(zero_copy_only=False), np.int64)


def _places(held: np.ndarray, tokens: Sequence[int]) -> np.ndarray:
    """Rows that carry one of the tokens, ascending."""
    wanted = np.unique(np.asarray(tokens, np.int64))
    first, last = np.searchsorted(held, wanted, "left"), np.searchsorted(held, wanted, "right")
    return np.concatenate([np.arange(low, high) for low, high in zip(first, last, strict=True)] or [np.empty(0, int)])


def rows(batches: Iterable[LakeBatch], tokens: Sequence[int], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Clean rows of these people in these batches as dictionaries of the columns and of `batch`."""
    held = list(batches)
    return _with_batch(zip(held, reading.files_of(held), strict=True), tokens, columns)


def repairs(batches: Iterable[LakeBatch], tokens: Sequence[int], columns: Sequence[str]) -> list[dict[str, Any]]:
    """The same of the repair candidates: wrong numbers that are one slip away from one of these people's."""
    held = list(batches)
    return _with_batch(zip(held, reading.repairs_of(held), strict=True), tokens, columns)


def _with_batch(
    files: Iterable[tuple[LakeBatch, str]], tokens: Sequence[int], columns: Sequence[str]
) -> list[dict[str, Any]]:
    rows = []
    for batch, path in files:
        for row in _found(batch, path, tokens, columns):
            row["batch"] = batch.no
            rows.append(row)
    return rows


def _found(batch: LakeBatch, path: str, tokens: Sequence[int], columns: Sequence[str]) -> list[dict[str, Any]]:
    os.stat(path)  # the rows of a file that is gone are gone
    name = os.path.basename(path)
    of = next((str(one["sm3"]) for one in batch.files if one["name"] == name), "")
    try:
        rows = rowfiles.look_up(path, of, tokens, columns) if of else None
    except rowfiles.Unusable as error:
        _log.warning(
            "the file of rows is not usable, reading the Parquet file", path=path, why=str(error.__cause__ or error)
        )
        rows = None
    if rows is None:
        table = in_file(path, tokens, columns)
        rows = [] if table is None else table.to_pylist()
    return rows
