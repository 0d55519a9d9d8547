"""The key file is made once, private, and old values survive rotation."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from minzheng.kernel.crypto import keyring, sealing


@pytest.fixture(autouse=True)
def own_ring(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.KEY_RING_FILE = tmp_path / "keys" / "ring.json"
    keyring._cached.cache_clear()
    yield tmp_path / "keys" / "ring.json"
    keyring._cached.cache_clear()


def test_首次使用生成_仅本人可读(own_ring: Path) -> None:
    ring = keyring.ring()
    assert own_ring.stat().st_mode & 0o777 == 0o600
    assert own_ring.parent.stat().st_mode & 0o777 == 0o700
    assert list(ring.keys) == [1]
    assert len({ring.keys[1], ring.index_root[:16], ring.mac_root[:16]}) == 3
    assert keyring.reload() == ring


def _index_of(value: str) -> str:
    keyring._cached.cache_clear()
    return sealing.blind_index("id_no", value).hex()


def test_多个进程同时首次启动只生成一份(own_ring: Path) -> None:
    with multiprocessing.get_context("fork").Pool(6) as pool:
        assert len(set(pool.map(_index_of, ["1"] * 24, chunksize=1))) == 1


def test_轮换之后新旧密文都能打开(own_ring: Path) -> None:
    before = sealing.seal(b"old", b"a")
    index = sealing.blind_index("id_no", "1")
    assert keyring.rotate() == 2
    after = sealing.seal(b"new", b"a")
    assert (before[2], after[2]) == (1, 2)
    assert sealing.open_sealed(before, b"a") == b"old"
    assert sealing.open_sealed(after, b"a") == b"new"
    assert sealing.blind_index("id_no", "1") == index


def test_别的进程轮换后本进程能打开新密文(own_ring: Path) -> None:
    old = keyring.ring()
    keyring.rotate()
    sealed = sealing.seal(b"new", b"a")
    keyring._cached.cache_clear()
    aside = own_ring.read_text()
    keyring._write(own_ring, old)
    keyring.ring()
    own_ring.write_text(aside)
    assert sealing.open_sealed(sealed, b"a") == b"new"


def test_密钥丢失时说明缺哪一把(own_ring: Path) -> None:
    sealed = bytearray(sealing.seal(b"x", b"a"))
    sealed[2] = 9
    with pytest.raises(sealing.CannotOpen, match="缺少第 9 号密钥"):
        sealing.open_sealed(bytes(sealed), b"a")


def test_权限过宽时拒绝使用(own_ring: Path) -> None:
    keyring.ring()
    os.chmod(own_ring, 0o644)
    with pytest.raises(keyring.BrokenKeyRing, match="chmod 600"):
        keyring.reload()


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: "{",
        lambda body: json.dumps(body | {"format": 3}),
        lambda body: json.dumps(body | {"current": 5}),
        lambda body: json.dumps(body | {"keys": {"1": "00"}}),
        lambda body: json.dumps(body | {"mac_root": "00"}),
        lambda body: json.dumps({key: value for key, value in body.items() if key != "index_root"}),
    ],
)
def test_文件损坏时提示从备份恢复而不是重建(own_ring: Path, damage: Any) -> None:
    keyring.ring()
    text = damage(json.loads(own_ring.read_text()))
    own_ring.write_text(text)
    with pytest.raises(keyring.BrokenKeyRing, match="从备份恢复，切勿删除重建"):
        keyring.reload()
    assert own_ring.read_text() == text


def test_别的进程换了密钥_本进程很快改用新钥(own_ring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sealing.seal(b"x", b"a")[2] == 1
    body = json.loads(own_ring.read_text())
    body["keys"]["2"], body["current"] = "11" * 16, 2
    beside = own_ring.with_suffix(".other")
    beside.write_text(json.dumps(body))
    beside.chmod(0o600)
    beside.replace(own_ring)
    monkeypatch.setattr(keyring, "_next_look", 0.0)
    assert sealing.seal(b"x", b"a")[2] == 2
