"""The encrypted stream: what was written comes out, and any change to the file is noticed before anything is used."""

from __future__ import annotations

import io
import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minzheng.site.safekeeping import entries, stream
from minzheng.site.safekeeping.errors import BadBackup

KEY = bytes(range(16))
HEADER = {"format": 1, "at": "2026-11-21", "keys": []}


def written(content: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    sealer = stream.Sealer(out, KEY, HEADER)
    for name, data in content.items():
        entries.put(sealer, name, [data[place : place + 1000] for place in range(0, len(data), 1000)])
    entries.end(sealer)
    sealer.finish()
    return out.getvalue()


def read(file: bytes, key: bytes = KEY) -> dict[str, bytes]:
    source = io.BytesIO(file)
    _, digest = stream.read_header(source)
    reader = entries.Reader(stream.chunks(source, key, digest))
    return {name: b"".join(segments) for name, segments in reader.entries()}


NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(st.dictionaries(NAMES, st.binary(max_size=5000), max_size=5))
@settings(max_examples=60, deadline=None)
def test_写进去的原样读出来(content: dict[str, bytes]) -> None:
    assert read(written(content)) == content


@pytest.fixture(scope="module")
def several() -> bytes:
    """Three chunks."""
    return written({"database": bytes(range(256)) * 10_000, "manifest.json": b"{}"})


def places(file: bytes) -> list[int]:
    """Where the chunks begin."""
    source = io.BytesIO(file)
    stream.read_header(source)
    found = []
    while head := source.read(5):
        found.append(source.tell() - 5)
        source.seek(int.from_bytes(head[1:], "big"), io.SEEK_CUR)
    return found


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_改动任何一个字节都被发现(several: bytes, data: Any) -> None:
    place = data.draw(st.integers(0, len(several) - 1))
    changed = bytearray(several)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadBackup):
        read(bytes(changed))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_在任何地方截断都被发现(several: bytes, data: Any) -> None:
    with pytest.raises(BadBackup):
        read(several[: data.draw(st.integers(0, len(several) - 1))])


def test_在段的边界截断_调换_重复_接长都被发现(several: bytes) -> None:
    begin = [*places(several), len(several)]
    assert len(begin) == 4
    head, parts = several[: begin[0]], [several[a:b] for a, b in itertools.pairwise(begin)]
    orders = ([0, 1], [0], [1, 0, 2], [0, 2], [0, 1, 1, 2], [0, 1, 2, 2])
    for order in orders:
        with pytest.raises(BadBackup):
            read(head + b"".join(parts[place] for place in order))
    assert read(head + b"".join(parts))["manifest.json"] == b"{}"


def test_别的密钥打不开_别的文件不认() -> None:
    with pytest.raises(BadBackup, match="第 1 段被改动或损坏"):
        read(written({"a": b"x"}), bytes(16))
    with pytest.raises(BadBackup, match="不是本平台的备份"):
        read(b"PK\x03\x04" + bytes(100))
    with pytest.raises(BadBackup, match="更新的版本"):
        read(written({"a": b"x"}).replace(b'"format": 1', b'"format": 9'))
