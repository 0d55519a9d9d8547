"""The rows of a sorted Parquet file once more, in small blocks that need no decoding, for somebody who waits: out of Parquet
a look-up of one person decodes thousands of rows of others.

``part-0.rows`` beside ``part-0.parquet`` is an Arrow stream (any Arrow reader opens it) of blocks in the order of the tokens,
then an index: first token, place and check sum of each block. Numbers are kept as narrow as the file allows, words that
recur as their numbers. What is sealed stays out of it, and so do rows without a token. It names the Parquet file that it
was made from by its SM3; whoever finds it missing, of another file or damaged reads the Parquet file instead.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

SUFFIX = ".rows"
TOKEN = "id_token"  # noqa: S105  the column of persons' tokens
#: Rows of a block: what one look-up of a person reads, some 15 kB.
BLOCK = 256
_AT_A_TIME = 1 << 16
#: Magic, SM3 of the Parquet file, blocks, place of the index, rows; then the check sum of all that is no block.
_TRAILER = struct.Struct("<8s64sqqq")
_SUM = struct.Struct("<q")
_MAGIC = b"MZROWS01"
#: How an Arrow stream ends.
_END = b"\xff\xff\xff\xff\x00\x00\x00\x00"
_INTS = (pa.int8(), pa.int16(), pa.int32())


class Unusable(ValueError):
    """The file of rows is not what it should be; the Parquet file has the same rows."""


def beside(path: str | os.PathLike[str]) -> Path:
    """Where the rows of a Parquet file lie."""
    return Path(path).with_suffix(SUFFIX)


# ---- writing ----


def write(path: Path, of: str, columns: Collection[str]) -> Path:
    """Make the file of rows of a Parquet file that is sorted by token: those of the ``columns`` that it has and that are not
    sealed. ``of``: its SM3. Raises ValueError when it is not sorted."""
    target, plain = beside(path), set[str]()
    while True:
        try:
            _written(path, target, of, columns, plain)
            return target
        except _TooMany as error:  # a column that looked like one of few words is not
            plain.add(str(error))


class _TooMany(Exception):
    """More different words in this column than its first rows let expect."""


def _written(path: Path, target: Path, of: str, columns: Collection[str], plain: Collection[str]) -> None:
    coded = _coded_columns(path, columns, plain)
    index: list[tuple[int, int, int]] = []  # first token, place, check sum
    with pq.ParquetFile(path, read_dictionary=list(coded)) as file, target.open("wb") as out:
        schema = _narrowed(file, columns, coded)
        head = schema.serialize().to_pybytes()
        out.write(head)
        rows = 0
        words: dict[str, dict[str, int]] = {name: {} for name in coded}
        for block in _blocks(file, schema, words):
            message = block.serialize()
            index.append((block[TOKEN][0].as_py(), out.tell(), zlib.crc32(message)))
            out.write(message)
            rows += len(block)
        firsts, places, sums = (np.array([one[at] for one in index], np.int64) for at in range(3))
        places = np.append(places, out.tell())
        out.write(_END)
        place, said = out.tell(), json.dumps({name: list(found) for name, found in words.items()}).encode()
        trailer = _TRAILER.pack(_MAGIC, of.encode(), len(index), place, rows)
        end = b"".join([firsts.tobytes(), places.tobytes(), sums.tobytes(), said, trailer])
        out.write(end + _SUM.pack(zlib.crc32(head + end)))


def _coded_columns(path: Path, columns: Collection[str], plain: Collection[str]) -> dict[str, pa.DataType]:
    """Columns of text in which few words recur, judged by the first rows (which are any rows: tokens are in no order that
    means something), and the type of the words' numbers."""
    with pq.ParquetFile(path) as file:
        texts = [one.name for one in file.schema_arrow if pa.types.is_string(one.type) and one.name in columns]
        texts = [name for name in texts if name not in plain]
        if not texts or not file.metadata.num_rows:
            return {}
        some = file.read_row_group(0, columns=texts, use_threads=False)
    different = {name: pc.count_distinct(some[name]).as_py() for name in texts}
    return {
        name: pa.uint8() if count <= 128 else pa.uint16()
        for name, count in different.items()
        if count <= max(128, min(len(some) // 4, 8192))
    }


def _narrowed(file: Any, columns: Collection[str], coded: Mapping[str, pa.DataType]) -> pa.Schema:
    """What is kept of each column, as what."""
    fields = []
    for place, field in enumerate(file.schema_arrow):
        kind = coded.get(field.name, field.type)
        if field.name not in columns or pa.types.is_binary(kind):
            continue
        if pa.types.is_int64(kind) and field.name != TOKEN:
            kind = _narrowest(file.metadata, place)
        fields.append(pa.field(field.name, kind))
    return pa.schema(fields)


def _narrowest(footer: Any, place: int) -> pa.DataType:
    """The smallest type that holds a column of whole numbers, by what the footer says of it."""
    low = high = 0
    for group in range(footer.num_row_groups):
        column = footer.row_group(group).column(place)
        told = column.statistics
        if told is None or not told.has_min_max:
            if told is not None and told.has_null_count and told.null_count == column.num_values:
                continue
            return pa.int64()
        low, high = min(low, told.min), max(high, told.max)
    return next(
        (one for one in _INTS if -(1 << one.bit_width - 1) <= low and high < 1 << one.bit_width - 1), pa.int64()
    )


def _blocks(file: Any, schema: pa.Schema, words: Mapping[str, dict[str, int]]) -> Iterator[pa.RecordBatch]:
    """Rows with a token, BLOCK at a time, checked to be in order; `words` grows with what is met."""
    last, waiting = np.iinfo(np.int64).min, schema.empty_table()
    for batch in file.iter_batches(_AT_A_TIME, columns=schema.names, use_threads=False):
        if batch[TOKEN].null_count:
            batch = batch.filter(pc.is_valid(batch[TOKEN]))
        ids = batch[TOKEN].to_numpy()
        if len(ids):
            if ids[0] < last or (ids[1:] < ids[:-1]).any():
                raise ValueError("the file is not sorted by token")
            last = ids[-1]
        table = pa.concat_tables([waiting, _encoded(batch, schema, words)]).combine_chunks()
        whole = len(table) // BLOCK * BLOCK
        yield from table.slice(0, whole).to_batches(max_chunksize=BLOCK)
        waiting = table.slice(whole)
    yield from waiting.to_batches(max_chunksize=BLOCK)


def _encoded(batch: pa.RecordBatch, schema: pa.Schema, words: Mapping[str, dict[str, int]]) -> pa.Table:
    columns = []
    for field in schema:
        values = batch[field.name]
        if field.name in words:
            known = words[field.name]
            numbers = [
                None if one is None else known.setdefault(one, len(known)) for one in values.dictionary.to_pylist()
            ]
            if len(known) > 1 << field.type.bit_width:
                raise _TooMany(field.name)
            values = pa.array(numbers, field.type).take(values.indices)
        columns.append(values.cast(field.type))
    return pa.table(columns, schema=schema)


# ---- reading ----


@dataclass(frozen=True)
class Index:
    """`firsts`: the first token of each block; `places`: where each begins and the last one ends; `words`: of a column
    whose values are numbers of words."""

    of: str
    rows: int
    schema: pa.Schema
    words: dict[str, list[str]]
    firsts: np.ndarray
    places: np.ndarray
    sums: np.ndarray

    def holding(self, tokens: np.ndarray) -> np.ndarray:
        """Blocks in which one of these tokens may stand, ascending."""
        low = np.maximum(np.searchsorted(self.firsts, tokens, "left") - 1, 0)
        high = np.searchsorted(self.firsts, tokens, "right")
        spans = [np.arange(one, other) for one, other in zip(low, high, strict=True) if one < other]
        return np.unique(np.concatenate(spans)) if spans else np.empty(0, np.int64)


def look_up(path: str, of: str, tokens: Sequence[int], columns: Sequence[str]) -> list[dict[str, Any]] | None:
    """Rows of a Parquet file that carry one of these tokens, as ``columns``, in its order; ``of``: its SM3. None where its
    rows are not kept apart, or not these columns of them. Raises Unusable."""
    try:
        handle = os.open(beside(path), os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unusable(path) from error
    try:
        lies = os.fstat(handle)
        index = _index(str(beside(path)), (lies.st_ino, lies.st_mtime_ns, lies.st_size))
        if index.of != of:
            raise Unusable(path)
        if not set(columns) <= set(index.schema.names):
            return None
        wanted = np.unique(np.asarray(tokens, np.int64))
        rows: list[dict[str, Any]] = []
        for block in index.holding(wanted):
            rows += _in_block(_block(handle, index, int(block)), index, wanted, columns)
        return rows
    except (OSError, pa.ArrowException, struct.error) as error:
        raise Unusable(path) from error
    finally:
        os.close(handle)


def _block(handle: int, index: Index, block: int) -> pa.RecordBatch:
    begins, ends = int(index.places[block]), int(index.places[block + 1])
    message = os.pread(handle, ends - begins, begins)
    if zlib.crc32(message) != index.sums[block]:
        raise Unusable(f"block {block}")
    return ipc.read_record_batch(pa.py_buffer(message), index.schema)


def _in_block(
    block: pa.RecordBatch, index: Index, wanted: np.ndarray, columns: Sequence[str]
) -> Iterator[dict[str, Any]]:
    held = block[TOKEN].to_numpy()
    first, last = np.searchsorted(held, wanted, "left"), np.searchsorted(held, wanted, "right")
    for low, high in zip(first, last, strict=True):
        if low == high:
            continue
        for row in block.select(list(columns)).slice(low, high - low).to_pylist():
            for name, words in index.words.items():
                if row.get(name) is not None:
                    row[name] = words[row[name]]
            yield row


@lru_cache(maxsize=1024)
def _index(path: str, written: tuple[int, int, int]) -> Index:
    """``written``: which file it is that lies at the path now. Only the index is kept, never the file: one that was deleted
    must not live on in a process."""
    tail = _TRAILER.size + _SUM.size
    with open(path, "rb") as file:
        lies = os.fstat(file.fileno())
        if (lies.st_ino, lies.st_mtime_ns, lies.st_size) != written or lies.st_size < tail:
            raise Unusable(path)
        file.seek(-tail, io.SEEK_END)
        magic, of, blocks, place, rows = _TRAILER.unpack(file.read(_TRAILER.size))
        long = 8 * (3 * blocks + 1)
        if magic != _MAGIC or blocks < 0 or not 0 < place <= lies.st_size - tail - long:
            raise Unusable(path)
        file.seek(place)
        end = file.read()
        index = np.frombuffer(end[:long], np.int64)
        places = index[blocks : 2 * blocks + 1]
        if not 0 < places[0] <= place:
            raise Unusable(path)
        file.seek(0)
        head = file.read(int(places[0]))
    if zlib.crc32(head + end[: -_SUM.size]) != _SUM.unpack(end[-_SUM.size :])[0]:
        raise Unusable(path)
    words, schema = json.loads(end[long:-tail]), ipc.read_schema(pa.py_buffer(head))
    return Index(of.rstrip(b"\0").decode(), rows, schema, words, index[:blocks], places, index[2 * blocks + 1 :])


def count(path: Path) -> int:
    """Rows in a file of rows. Raises Unusable."""
    lies = path.stat()
    return _index(str(path), (lies.st_ino, lies.st_mtime_ns, lies.st_size)).rows
