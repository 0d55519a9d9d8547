"""Shares: enough of them give the key, fewer give nothing; whoever mistypes is told the line."""

from __future__ import annotations

import random
import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minzheng.kernel.crypto import envelopes, shamir, shares

SECRET = st.binary(min_size=1, max_size=40)


@given(SECRET, st.integers(2, 9), st.integers(0, 6), st.randoms())
@settings(max_examples=150, deadline=None)
def test_够数的任意份额都合出原文(secret: bytes, threshold: int, more: int, chance: random.Random) -> None:
    parts = shamir.split(secret, shares=threshold + more, threshold=threshold)
    chosen = chance.sample(sorted(parts), threshold)
    assert shamir.combine({x: parts[x] for x in chosen}) == secret


@given(st.binary(min_size=16, max_size=16), st.integers(3, 6))
@settings(max_examples=60, deadline=None)
def test_少一份合出来的与原文无关(secret: bytes, threshold: int) -> None:
    parts = shamir.split(secret, shares=threshold, threshold=threshold)
    assert shamir.combine({x: parts[x] for x in range(1, threshold)}) != secret


def test_少一份时每个字节的原文都同样可能() -> None:
    """Perfect secrecy, counted out on one byte: for every secret there is a second share that explains the first."""
    first = 0x5A
    reached = {shamir.combine({1: bytes([first]), 2: bytes([second])}) for second in range(256)}
    assert len(reached) == 256


@pytest.mark.parametrize(("n", "k"), [(1, 1), (3, 1), (2, 3), (256, 2)])
def test_不成立的份数被拒绝(n: int, k: int) -> None:
    with pytest.raises(ValueError, match="不成立"):
        shamir.split(b"x", shares=n, threshold=k)


def made(n: int = 5, k: int = 3) -> tuple[bytes, list[shares.Share]]:
    private = secrets.token_bytes(32)
    return private, shares.divide(private, shares=n, threshold=k)


@given(st.binary(min_size=32, max_size=32), st.integers(1, 255), st.integers(2, 255), st.binary(min_size=4, max_size=4))
@settings(deadline=None)
def test_写到纸上再录入_一字不差(value: bytes, number: int, threshold: int, named: bytes) -> None:
    share = shares.Share(number, threshold, named.hex(), value)
    text = "\n".join(f"  {place}：{line.lower()}" for place, line in enumerate(share.lines(), 1))
    assert shares.parse(text) == share
    assert shares.parse("/".join(share.lines())) == share
    assert shares.parse(" ".join(share.lines()).replace("0", "o").replace("1", "l")) == share


@given(st.integers(0, 4), st.integers(0, 15), st.sampled_from(shares.ALPHABET))
@settings(max_examples=200, deadline=None)
def test_录错一个字符_说出是第几行(line: int, place: int, char: str) -> None:
    share = shares.Share(3, 3, "0badcafe", bytes(range(32)))
    rows = [row.replace(" ", "") for row in share.lines()]
    if rows[line][place] == char:
        return
    rows[line] = rows[line][:place] + char + rows[line][place + 1 :]
    with pytest.raises(shares.BadShare, match=f"第 {line + 1} 行"):
        shares.parse("/".join(rows), "王某的份额")


def test_两行互换_缺行_多字都说得出() -> None:
    _, (one, *_) = made()
    rows = one.lines()
    with pytest.raises(shares.BadShare, match="第 1 行有录入错误"):
        shares.parse("\n".join([rows[1], rows[0], *rows[2:]]))
    with pytest.raises(shares.BadShare, match="缺第 2 行"):
        shares.parse("\n".join(f"{n}. {row}" for n, row in enumerate(rows, 1) if n != 2))
    with pytest.raises(shares.BadShare, match="第 5 行有 17 个字符"):
        shares.parse("\n".join([*rows[:4], rows[4] + "A"]))
    with pytest.raises(shares.BadShare, match="不是份额用的字符"):
        shares.parse("\n".join([rows[0].replace(rows[0][0], "*"), *rows[1:]]))


def test_够数合出密钥_不够或混用都说明缘由() -> None:
    private, mine = made()
    _, other = made()
    assert shares.assemble([mine[4], mine[0], mine[2]]) == private
    assert shares.assemble(mine) == private
    with pytest.raises(shares.BadShare, match="需要 3 份，现在只有 2 份：请再找 1 份"):
        shares.assemble(mine[:2])
    with pytest.raises(shares.BadShare, match="不是同一次托管"):
        shares.assemble([mine[0], other[1], mine[2]])
    with pytest.raises(shares.BadShare, match="给了两次"):
        shares.assemble([mine[0], mine[0], mine[1]])
    false = shares.Share(2, 3, mine[0].escrow_id, bytes(32))
    with pytest.raises(shares.BadShare, match="至少一份不是真的"):
        shares.assemble([mine[0], false, mine[2]])
    with pytest.raises(shares.BadShare, match="没有给出"):
        shares.assemble([])


@given(st.binary(max_size=300))
@settings(max_examples=40, deadline=None)
def test_信封只有私钥打得开(plain: bytes) -> None:
    private = secrets.token_bytes(32)
    envelope = envelopes.close_for(envelopes.public_of(private), plain)
    assert envelopes.open_for(private, envelope) == plain
    with pytest.raises(envelopes.WrongKey):
        envelopes.open_for(secrets.token_bytes(32), envelope)
    for place in (0, 40, len(envelope) - 1):
        changed = bytearray(envelope)
        changed[place] ^= 1
        with pytest.raises(envelopes.WrongKey):
            envelopes.open_for(private, bytes(changed))
    with pytest.raises(envelopes.WrongKey):
        envelopes.open_for(private, envelope[:20])
