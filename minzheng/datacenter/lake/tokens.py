"""Tokens: what the lake joins on in the place of an ID number or a name.

A token is the first eight bytes of one SM4 block (GB/T 32907), read as a signed 64-bit integer. Equal values give equal
tokens under this installation's key ring and under no other, so a stolen lake joins to nothing. The keys derive from the
ring's index root, which is never replaced: changing the data key changes no token. One key per kind: the token of a name
says nothing about a number. A whole column is one call of the cipher, about four million values a second.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from minzheng.datacenter.linkage import names as naming
from minzheng.kernel.crypto import sealing
from minzheng.kernel.subjects import idcard

_ID = "^[0-9]{17}[0-9X]?$"
#: Texts up to this many UTF-8 bytes fit into the block beside their length.
_SHORT = 15


def of(id_no: str) -> int | None:
    """The token of one ID number as people write it (15 or 18 characters); None when it is not a valid number."""
    try:
        normal = idcard.check(id_no).normalised
    except idcard.InvalidIdNumber:
        return None
    token: int = column(pa.array([normal]))[0].as_py()
    return token


def column(ids: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Tokens (int64) of normalised ID numbers: 17 digits, with or without the check character.

    Anything else gives null, so normalise first (``linkage.normalise.normal_ids``)."""
    ids = _one_array(ids)
    good = pc.fill_null(pc.match_substring_regex(ids, _ID), False)
    digits = pc.cast(pc.utf8_slice_codeunits(pc.if_else(good, ids, pa.scalar("-1", ids.type)), 0, 17), pa.int64())
    return of_keys(digits.to_numpy(zero_copy_only=False))


def of_keys(keys: np.ndarray) -> pa.Array:
    """Tokens (int64) of first 17 digits given as numbers (``linkage.normalise.numbers``); null for a negative one."""
    blocks = np.zeros((len(keys), 2), dtype=">i8")
    blocks[:, 0] = keys
    return pa.array(_encrypted("id", blocks.view(np.uint8).reshape(-1, 16)), mask=np.asarray(keys) < 0)


def name(text: str) -> int | None:
    """The token of one name, normalised first; None for an empty one."""
    return _first(names(pa.array([text], pa.string())))


def names(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Tokens (int64) of names as delivered; null for an empty one."""
    return _over_distinct(array, "name", naming.normal_names)


def pinyin(text: str) -> int | None:
    """The token of one name's pinyin; None for an empty one."""
    return _first(pinyins(pa.array([text], pa.string())))


def pinyins(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Tokens (int64) of the names' pinyin: homophones are equal."""
    return _over_distinct(array, "pinyin", naming.pinyins)


def surname(text: str) -> int | None:
    """The token of one name's surname; None for an empty one."""
    return _first(surnames(pa.array([text], pa.string())))


def surnames(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Tokens (int64) of the names' surnames."""
    return _over_distinct(array, "surname", naming.surnames)


def name_tokens(array: pa.Array | pa.ChunkedArray) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Tokens of the names, their pinyin and their surnames in one pass; equal to `names`, `pinyins`, `surnames`."""
    distinct = pc.dictionary_encode(_one_array(array))
    normal = naming.normal_names(distinct.dictionary)
    changed = (("name", normal), ("pinyin", naming.pinyins(normal)), ("surname", naming.surnames(normal)))
    first, second, third = (pc.take(_of_texts(column, kind), distinct.indices) for kind, column in changed)
    return first, second, third


def texts(array: pa.Array | pa.ChunkedArray, kind: str) -> pa.Array:
    """Tokens (int64) of texts as they are, under the key of ``kind``; null for an empty one."""
    distinct = pc.dictionary_encode(_one_array(array))
    return pc.take(_of_texts(distinct.dictionary, kind), distinct.indices)


def _over_distinct(array: pa.Array | pa.ChunkedArray, kind: str, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """A column has far fewer distinct names than rows: only those are changed and encrypted."""
    distinct = pc.dictionary_encode(_one_array(array))
    return pc.take(_of_texts(change(distinct.dictionary), kind), distinct.indices)


def _of_texts(values: pa.Array, kind: str) -> pa.Array:
    values = pc.cast(pc.cast(values, pa.string()), pa.binary())
    lengths = pc.fill_null(pc.binary_length(values), 0).to_numpy(zero_copy_only=False)
    if (lengths > _SHORT).any():
        values, lengths = _digested(values, lengths, kind)
    blocks = np.zeros((len(values), 16), dtype=np.uint8)
    blocks[:, 0] = lengths
    content = np.minimum(lengths, _SHORT)
    starts = np.frombuffer(values.buffers()[1], np.int32)[values.offset : values.offset + len(values)]
    data = np.frombuffer(values.buffers()[2] or b"", np.uint8)
    for place in range(int(content.max(initial=0))):
        rows = np.flatnonzero(content > place)
        blocks[rows, place + 1] = data[starts[rows] + place]
    found = pa.array(_encrypted(kind, blocks))
    return pc.if_else(pa.array(lengths > 0), found, pa.scalar(None, pa.int64()))


def _digested(values: pa.Array, lengths: np.ndarray, kind: str) -> tuple[pa.Array, np.ndarray]:
    """Long texts by 15 bytes of their keyed digest, with a length byte that no short text has."""
    long = lengths > _SHORT
    digests = [
        bytes.fromhex(sealing.mac(f"lake:{kind}", value))[:_SHORT]
        for value in values.filter(pa.array(long)).to_pylist()
    ]
    replaced = pc.replace_with_mask(values, pa.array(long), pa.array(digests, pa.binary()))
    return replaced, np.where(long, 255, lengths)


def _encrypted(kind: str, blocks: np.ndarray) -> np.ndarray:
    """(n, 16) bytes → the first half of each encrypted block as int64 (n,)."""
    machine = Cipher(SM4(_key(kind)), modes.ECB()).encryptor()  # noqa: S305  single blocks: a keyed permutation
    made = machine.update(np.ascontiguousarray(blocks).tobytes()) + machine.finalize()
    return np.frombuffer(made, dtype=">i8")[::2].astype(np.int64)


def _key(kind: str) -> bytes:
    return sealing.derived_key(f"lake:{kind}")


def _first(array: pa.Array) -> int | None:
    token: int | None = array[0].as_py()
    return token


def _one_array(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
