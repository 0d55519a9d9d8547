"""Anybody with the public key can check a signature; the key comes into old rings once and stays."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from minzheng.kernel.crypto import keyring, sealing, signing


@pytest.fixture(autouse=True)
def own_ring(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.KEY_RING_FILE = tmp_path / "keys" / "ring.json"
    keyring._cached.cache_clear()
    yield tmp_path / "keys" / "ring.json"
    keyring._cached.cache_clear()


def flipped(digits: str) -> str:
    return f"{int(digits[0], 16) ^ 1:x}{digits[1:]}"


def test_签名只对原文有效() -> None:
    signature = signing.sign(b"head")
    assert signing.verify(b"head", signature, signing.public_key())
    assert not signing.verify(b"heaD", signature, signing.public_key())
    assert not signing.verify(b"head", flipped(signature), signing.public_key())


@pytest.mark.parametrize(("signature", "key"), [("", ""), ("zz", "00" * 32), ("00" * 64, "xx"), ("00" * 64, "00" * 31)])
def test_不成样子的签名或公钥不算签名(signature: str, key: str) -> None:
    assert not signing.verify(b"head", signature, key)


def test_换密钥不换签名钥_指纹不变() -> None:
    before = signing.public_key(), signing.fingerprint()
    keyring.rotate()
    assert (signing.public_key(), signing.fingerprint()) == before
    assert before[1] == sealing.sm3(bytes.fromhex(before[0]))[:16]


def _as_format_1(place: Path) -> dict[str, Any]:
    """What version 0.1.0 wrote."""
    keyring.ring()
    body = json.loads(place.read_text())
    old = {name: body[name] for name in ("current", "keys", "index_root", "mac_root")} | {"format": 1}
    place.write_text(json.dumps(old))
    keyring._cached.cache_clear()
    return old


def test_第一版密钥文件就地升级_旧钥一字不动(own_ring: Path) -> None:
    old = _as_format_1(own_ring)
    key = signing.public_key()
    body = json.loads(own_ring.read_text())
    assert body["format"] == 2
    assert {name: body[name] for name in old if name != "format"} == {k: v for k, v in old.items() if k != "format"}
    assert body["made"]["1"]
    assert own_ring.stat().st_mode & 0o777 == 0o600
    keyring.reload()
    assert signing.public_key() == key


def _public(_: int) -> str:
    keyring._cached.cache_clear()
    signing._private.cache_clear()
    return signing.public_key()


def test_多个进程同时升级只得一把签名钥(own_ring: Path) -> None:
    _as_format_1(own_ring)
    with multiprocessing.get_context("fork").Pool(6) as pool:
        assert len(set(pool.map(_public, range(24), chunksize=1))) == 1


def test_停用的密钥不再在文件里_编号不再发出(own_ring: Path) -> None:
    first = keyring.ring().keys[1]
    keyring.rotate()
    keyring.retire(1)
    assert first.hex() not in own_ring.read_text()
    assert keyring.ring().retired[1]
    with pytest.raises(keyring.BrokenKeyRing, match="正在使用"):
        keyring.retire(2)
    assert keyring.rotate() == 3
