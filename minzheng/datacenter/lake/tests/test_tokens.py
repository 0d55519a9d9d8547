"""Tokens and the engine they are joined in."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest

from minzheng.datacenter.lake import engine, tokens
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.kernel.subjects import idcard


def test_同一号码无论怎么写都是同一个令牌() -> None:

    number = idcard.make("990101", datetime.date(1990, 1, 1), 123)
    token = tokens.of(number)
    assert isinstance(token, int) and -(2**63) <= token < 2**63
    assert tokens.of(f" {number[:6]} {number[6:].lower()} ") == token
    assert tokens.of(number[:6] + number[8:17]) == token  # 15 digits of before 1999
    assert tokens.column(pa.array([number, number[:17]])).to_pylist() == [token, token]
    assert tokens.of("") is None and tokens.of(number[:17] + "Y") is None


def test_一列里不成号码的是空值() -> None:
    column = pa.chunked_array([["990101199001011", None], ["12345678901234567X", "9" * 17, "9901011990０10112370"]])
    found = tokens.column(column).to_pylist()
    assert [value is None for value in found] == [True, True, False, False, True]
    assert tokens.column(pa.array([], pa.string())).to_pylist() == []


def test_令牌看不出号码也不相撞() -> None:
    ids = pa.array([f"990101{n:011d}" for n in range(50_000)])
    found = tokens.column(ids).to_numpy()
    assert len(np.unique(found)) == 50_000
    assert abs(float(np.mean(found < 0)) - 0.5) < 0.02  # neighbours are scattered over the whole range


def test_各类令牌互不相干且长短文字都有() -> None:
    texts = pa.array(["王", "x" * 15, "x" * 16, "x" * 17, "", None, "王"])
    first, second = tokens.texts(texts, "name").to_pylist(), tokens.texts(texts, "pinyin").to_pylist()
    assert first[0] == first[6] and first[4] is first[5] is None
    assert len({*first[:4], *second[:4]}) == 8
    assert tokens.texts(texts.slice(1, 2), "name").to_pylist() == first[1:3]


def test_引擎读写文件而不联网(tmp_path: object) -> None:
    with engine.connect("256 MB", threads=1) as con:
        con.execute(f"COPY (SELECT range AS n FROM range(10)) TO {engine.quoted(f'{tmp_path}/a’s.parquet')}")
        assert con.execute(
            f"SELECT sum(n) FROM read_parquet({engine.quoted(f'{tmp_path}/a’s.parquet')})"
        ).fetchall() == [(45,)]
        settings = dict(con.execute("SELECT name, value FROM duckdb_settings()").fetchall())
    assert settings["autoinstall_known_extensions"] == settings["preserve_insertion_order"] == "false"
    with pytest.raises(LakeRefused, match="1GB"):
        engine.connect("很多")
