"""Bulk opening gives what opening one by one gives, and refuses what that refuses."""

from __future__ import annotations

import random

import pytest

from minzheng.kernel.crypto import copying, sealing
from minzheng.kernel.crypto.opening import open_many
from minzheng.kernel.models import PayeeAccount

CHANCE = random.Random(5)
PKS = [CHANCE.randrange(1, 10 ** CHANCE.randrange(1, 19)) for _ in range(400)]
TEXTS = ["".join(CHANCE.choices("0123456789", k=CHANCE.randrange(1, 70))) for _ in PKS]
TEXTS[7], TEXTS[8], TEXTS[9] = "", "户名·㛃", "x" * 700


def sealed() -> list[bytes | None]:
    seal = copying.sealer(PayeeAccount, "number")
    return [seal(pk, text) for pk, text in zip(PKS, TEXTS, strict=True)]


def test_成批打开与逐条打开一样() -> None:
    stored = sealed()
    assert open_many(PayeeAccount, "number", PKS, stored) == TEXTS
    bound = f"{PayeeAccount._meta.db_table}.number:".encode()
    for at in (0, 8, 399):
        assert sealing.open_sealed(stored[at] or b"", bound + str(PKS[at]).encode()).decode() == TEXTS[at]


@pytest.mark.parametrize("place", [0, 1, 2, 3, 14, 15, -17, -1])
def test_改动任何一处都打不开(place: int) -> None:
    stored = sealed()
    changed = bytearray(stored[100] or b"")
    changed[place] ^= 1
    stored[100] = bytes(changed)
    with pytest.raises(sealing.CannotOpen):
        open_many(PayeeAccount, "number", PKS, stored)


def test_从别的行复制来的打不开() -> None:
    stored = sealed()
    stored[3] = stored[4]
    with pytest.raises(sealing.CannotOpen, match=f"number:{PKS[3]}"):
        open_many(PayeeAccount, "number", PKS, stored)
    with pytest.raises(sealing.CannotOpen, match="格式不对"):
        open_many(PayeeAccount, "number", [1], [b"short"])
