"""Counting the hits a second time, without DuckDB: the tokens of every file are read once more and looked up by NumPy in
the sorted tokens of the people, in eight ranges of the key. The join has to agree in every range."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from minzheng.datacenter.matching.bulk.material import Material

Ints = npt.NDArray[np.int64]
RANGES = 8
#: Rows looked up at a time.
_BATCH = 1 << 20


def sorted_keys(keys: Path) -> Ints:
    """The distinct tokens of people with a valid number, ascending."""
    table = pq.read_table(keys, columns=["key", "exact"])
    found = table["key"].filter(table["exact"])
    return np.unique(found.to_numpy())


@dataclass
class Counted:
    """Rows that are in the files, and those whose token is somebody's, by range of the key."""

    rows: int
    hits: Ints


def by_range(material: Material, keys: Ints) -> Counted:
    """Read the tokens of every file of a source anew."""
    counted = Counted(0, np.zeros(RANGES, np.int64))
    for part in material.parts:
        for batch in pq.ParquetFile(part.path).iter_batches(_BATCH, columns=["id_token"], use_threads=False):
            counted.rows += len(batch)
            _add(counted.hits, batch.column(0), keys)
    return counted


def _add(counts: Ints, column: pa.Array, keys: Ints) -> None:
    tokens = column.drop_null().to_numpy()
    if not len(tokens) or not len(keys):
        return
    if np.all(tokens[1:] >= tokens[:-1]):
        # Sorted, as the lake writes: look up the few people of this stretch instead of the many rows.
        mine = keys[np.searchsorted(keys, tokens[0]) : np.searchsorted(keys, tokens[-1], "right")]
        times = np.searchsorted(tokens, mine, "right") - np.searchsorted(tokens, mine, "left")
        counts += np.bincount(place(mine), weights=times, minlength=RANGES).astype(np.int64)
        return
    at = np.minimum(np.searchsorted(keys, tokens), len(keys) - 1)
    counts += np.bincount(place(tokens[keys[at] == tokens]), minlength=RANGES)


def place(keys: Ints) -> Ints:
    """The range of each key, 0 for the smallest."""
    return ((keys.view(np.uint64) ^ np.uint64(1 << 63)) >> np.uint64(61)).astype(np.int64)


#: The same in SQL, over the column ``key``.
PLACE_SQL = "(key >> 61) + 4"


def joined(con: duckdb.DuckDBPyConnection, rows: str) -> Ints:
    """What the join found, by range: ``rows`` is a relation of distinct source rows with their ``key``."""
    counts = np.zeros(RANGES, np.int64)
    query = f"SELECT {PLACE_SQL} AS place, count(*) FROM {rows} WHERE key IS NOT NULL GROUP BY place"
    for at, number in con.execute(query).fetchall():
        counts[at] = number
    return counts
