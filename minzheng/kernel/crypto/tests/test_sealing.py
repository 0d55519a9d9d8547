"""SM3, SM4 and the sealed format against the standards' own vectors."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from hypothesis import given
from hypothesis import strategies as st

from minzheng.kernel.crypto import keyring, sealing


def test_SM3符合国家标准示例() -> None:
    """GB/T 32905-2016 附录 A."""
    assert sealing.sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sealing.sm3(b"abcd" * 16) == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_SM4符合国家标准示例() -> None:
    """GB/T 32907-2016 附录 A.1."""
    key = plain = bytes.fromhex("0123456789abcdeffedcba9876543210")
    machine = Cipher(SM4(key), modes.ECB()).encryptor()
    assert machine.update(plain).hex() == "681edf34d206965e86b3e94f536e4246"


def test_SM4_GCM符合RFC8998示例() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    plain = b"".join(bytes([b]) * 8 for b in (0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF, 0xEE, 0xAA))
    machine = Cipher(SM4(key), modes.GCM(bytes.fromhex("00001234567800000000abcd"))).encryptor()
    machine.authenticate_additional_data(bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    body = machine.update(plain) + machine.finalize()
    assert body.hex() == (
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    )
    assert machine.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


@given(st.binary(max_size=400), st.text(max_size=60))
def test_加密再打开得到原值(plain: bytes, where: str) -> None:
    bound = where.encode()
    sealed = sealing.seal(plain, bound)
    assert sealing.open_sealed(sealed, bound) == plain
    assert len(sealed) == 1 + 2 + 12 + len(plain) + 16
    assert sealed[0] == 1
    assert int.from_bytes(sealed[1:3], "big") == keyring.ring().current


@given(st.binary(min_size=1, max_size=40), st.data())
def test_改动任何一个字节都打不开(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(sealing.seal(plain, b"t.c:1"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(sealing.CannotOpen):
        sealing.open_sealed(bytes(sealed), b"t.c:1")


@pytest.mark.parametrize("length", [0, 3, 30])
def test_不完整的密文说明在哪里(length: int) -> None:
    with pytest.raises(sealing.CannotOpen, match="格式不对（kernel_person.id_no:7）"):
        sealing.open_sealed(sealing.seal(b"x", b"a")[:length], b"kernel_person.id_no:7")


def test_换一行就打不开_且是一句中文() -> None:
    with pytest.raises(sealing.CannotOpen, match=r"kernel_person\.id_no:8.*从别的行复制而来"):
        sealing.open_sealed(sealing.seal(b"x", b"kernel_person.id_no:7"), b"kernel_person.id_no:8")


def test_同一值两次加密不同() -> None:
    assert sealing.seal(b"x", b"a") != sealing.seal(b"x", b"a")


def test_盲索引不分全角半角空格和大小写() -> None:
    index = sealing.blind_index("id_no", "99010119900101001X")
    assert len(index) == 16
    assert sealing.blind_index("id_no", " ９９０１０１ 19900101001x ") == index
    assert sealing.blind_index("id_no", "990101199001010011") != index


def test_不同类别和用途互不相同() -> None:
    assert sealing.blind_index("phone", "13900000000") != sealing.blind_index("bank", "13900000000")
    assert sealing.mac("a", b"x") != sealing.mac("b", b"x")
    assert len(sealing.mac("a", b"x")) == 64
    assert not sealing.mac("a", b"x").startswith(sealing.blind_index("a", "x").hex())
