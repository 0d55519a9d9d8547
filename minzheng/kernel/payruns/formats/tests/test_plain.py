"""Plain records, read thousands at a time, mean what they mean record by record, whatever stands beside them."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from minzheng.kernel.payruns import formats
from minzheng.kernel.payruns.formats import reading, writing
from minzheng.kernel.payruns.formats.plain import Plain
from minzheng.kernel.payruns.formats.reading import Reading
from minzheng.kernel.payruns.formats.spec import BadFormat, Format
from minzheng.kernel.payruns.returns import copying

LINES = 300
SPOILS = (
    b"\r\n", b"\n", b"\r", b"\x1a\r\n", b"\xef\xbb\xbf", b"\x00", b'"', b'"\r\n"', b",", b" ", b"\t", b"+", b"-", b".", b"e",
    b"\xff", b"\x81", "１".encode(), "户名不符".encode("gb18030"), "㛃".encode(), b"9" * 20, b"x" * 5000, "　".encode(),
)  # fmt: skip


def written(one: Format, path: Path) -> bytes:
    odd = {7: "01", 140: "08", 141: "99"}
    block = {
        "seq": range(1, LINES + 1), "amount": [100 + n * 37 for n in range(LINES)],
        "account": [f"62170{n:013d}" for n in range(LINES)],
        "code": [one.bank_code(odd.get(n, "00")) for n in range(LINES)],
        "message": ["户名不符" if n in odd else "" for n in range(LINES)],
    }  # fmt: skip
    paid = [fen for n, fen in enumerate(block["amount"]) if n not in odd]
    told = {
        "batch": "B1",
        "count": LINES,
        "total": sum(block["amount"]),
        "paid_count": len(paid),
        "paid_total": sum(paid),
    }
    with path.open("wb") as out:
        writing.write(one, one.back, told, [block], out)
    return path.read_bytes()


def both(one: Format, path: Path) -> tuple[list[object], list[object], int]:
    """What is read one by one and in portions (or the sentence of the refusal), and how many records were plain."""
    single: list[object] = []
    many: list[object] = []
    plain = 0
    whole, parts = Reading(one, path), Reading(one, path)
    try:
        single.extend((r.record, r.seq, r.fen, r.code, r.tail, r.fault) for r in whole)
    except BadFormat as error:
        single = [str(error)]  # nothing of the file counts
    try:
        for some in parts.portions():
            if isinstance(some, Plain):
                plain += len(some)
                many.extend((*record, "") for record in some)
            else:
                many.extend((r.record, r.seq, r.fen, r.code, r.tail, r.fault) for r in some)
    except BadFormat as error:
        many = [str(error)]
    return [*single, whole.control], [*many, parts.control], plain


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pieces, so that a small file has many edges."""
    monkeypatch.setattr(reading, "_PIECE", 3000)
    monkeypatch.setattr(reading, "_SMALLEST", 200)


def formed(code: str) -> Format:
    """A declared format, or the table in the other encoding."""
    return replace(formats.get("fiscal_csv"), encoding="gb18030") if code == "gb_csv" else formats.get(code)


@pytest.mark.parametrize("code", ["fiscal_csv", "gb_csv", "rcb_fixed"])
def test_成批读与逐条读_一字不差(code: str, tmp_path: Path) -> None:
    one, path = formed(code), tmp_path / "back"
    good = written(one, path)
    single, many, plain = both(one, path)
    assert single == many and len(single) == LINES + 1
    assert plain > LINES * 0.9
    drawn = random.Random(5)
    for spoil in SPOILS:
        for _ in range(2):
            at = drawn.randrange(len(good))
            for cut in (0, len(spoil)):  # put in between, and written over what stood there
                path.write_bytes(good[:at] + spoil + good[at + cut :])
                single, many, _ = both(one, path)
                assert single == many, (spoil, at, cut)
    path.write_bytes(good[: len(good) // 2])
    assert both(one, path)[0] == both(one, path)[1]
    path.write_bytes(good.replace(b"\r\n", b"\n"))
    assert both(one, path)[0] == both(one, path)[1]


def test_送进数据库的每一行与逐条写的相同(tmp_path: Path) -> None:
    one, path = formats.get("rcb_fixed"), tmp_path / "back"
    written(one, path)
    for some in Reading(one, path).portions():
        if isinstance(some, Plain):
            results = sorted((reading.Result(*record, "", "") for record in some), key=lambda result: result.code)
            assert copying.rows(some) == copying.rows(results)  # plain ones go code by code
