"""A province's record lake for measuring, made with NumPy in the lake's clean layout: tokens, sorted, row groups as the lake writes them.

Everybody is invented. The people of the lake and of the applicants' file are the same population, so hits are real ones:
the number of a person, his name and so their tokens follow from his place in the population.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from minzheng.datacenter.lake import tokens, writing
from minzheng.datacenter.matching.bulk.material import Material, Part
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.spec import Column, SourceSpec

Ints = npt.NDArray[np.int64]
ROW_GROUP = writing.GROUP
#: Rows of one batch of one source.
BATCH = 4_000_000
#: Per cent of the rows, as a province might hold them; sources that are not declared give theirs to the others.
SHARES = {
    "social_insurance": 26, "deposit": 20, "income_tax": 14, "real_estate": 14, "marriage": 8, "vehicle": 7,
    "market_entity": 4, "provident_fund": 3, "fiscal_pay": 2, "death": 1, "land_subsidy": 0.7, "custody": 0.3,
}  # fmt: skip
NAMES = 200_000
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECK = pa.array(list("10X98765432"))
_DAYS = (np.datetime64("1935-01-01") + np.arange(29_000).astype("timedelta64[D]")).astype(str)
_BORN = np.char.replace(_DAYS, "-", "").astype(np.int64)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂春华玉萍红鹏辉斌建国志文波云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓"


@dataclass(frozen=True)
class Names:
    """The names of the population and their three tokens, by number."""

    texts: pa.Array
    name: pa.Array
    pinyin: pa.Array
    surname: pa.Array


def names() -> Names:
    rng = np.random.default_rng(11)
    first = pa.array(list(_SURNAMES)).take(pa.array(rng.integers(0, len(_SURNAMES), NAMES)))
    given = [pa.array(list(_GIVEN)).take(pa.array(rng.integers(0, len(_GIVEN), NAMES))) for _ in range(2)]
    texts = pc.binary_join_element_wise(first, *given, "")
    return Names(texts, tokens.names(texts), tokens.pinyins(texts), tokens.surnames(texts))


def id17(people: Ints) -> Ints:
    """The first 17 digits of everybody's number: areas from 990101 on, born 1935–2014, running numbers over the whole range."""
    born = _BORN[people * 7919 % 29_000]
    running = people // 29_000
    return (990_101 + running // 1000) * 10**11 + born * 1000 + running % 1000


def numbers(people: Ints) -> pa.Array:
    """Whole ID numbers."""
    body = id17(people)
    digits = (body[:, None] // 10 ** np.arange(16, -1, -1)) % 10
    check = _CHECK.take(pa.array(digits @ _WEIGHTS % 11))
    return pc.binary_join_element_wise(pa.array(body).cast(pa.string()), check, "")


def name_of(people: Ints) -> Ints:
    return _mixed(people, 3) % NAMES


def _mixed(values: Ints, salt: int) -> Ints:
    """A fixed scattering of integers (splitmix64), never negative."""
    mixed = values.astype(np.uint64) + np.uint64(salt * 0x9E3779B97F4A7C15 % (1 << 64))
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


class Population:
    """``size`` people with their tokens, made once."""

    def __init__(self, size: int):
        self.size, self.names = size, names()
        self.tokens = np.empty(size, np.int64)
        for start in range(0, size, 1 << 20):
            people = np.arange(start, min(start + (1 << 20), size))
            self.tokens[people] = tokens.column(pa.array(id17(people)).cast(pa.string())).to_numpy()

    def applicants(self, count: int, out: Path) -> Path:
        """The file of ``minzheng match run``: every so many-th person, three a family."""
        who = np.sort(_mixed(np.arange(count), 99) % self.size)
        who = np.unique(who)
        table = pa.table({
            "family_id": np.arange(len(who)) // 3, "person_id": np.arange(len(who)), "id_no": numbers(who),
            "name": self.names.texts.take(pa.array(name_of(who))), "county": pa.array(["990101"] * len(who)),
        })  # fmt: skip
        pq.write_table(table, out)
        return out

    def delivery(self, spec: SourceSpec, rows: int, root: Path, number: int) -> Part:
        """One batch of one source, sorted by token."""
        rng = np.random.default_rng([number, rows, *spec.code.encode()])
        people = rng.integers(0, self.size, rows)
        people = people[np.argsort(self.tokens[people], kind="stable")]
        folder = root / f"source={spec.code}" / "period=202610" / f"batch={number}"
        folder.mkdir(parents=True)
        path = folder / "part-0.parquet"
        with pq.ParquetWriter(path, _schema(spec), compression="zstd") as writer:
            for start in range(0, rows, ROW_GROUP):
                writer.write_table(self._rows(spec, people[start : start + ROW_GROUP], start, rng), ROW_GROUP)
        return Part(path, rows)

    def _rows(self, spec: SourceSpec, people: Ints, start: int, rng: np.random.Generator) -> pa.Table:
        named = pa.array(name_of(people))
        known = {
            "id_token": pa.array(self.tokens[people]), "id_state": pa.array(["ok"] * len(people)),
            "name_token": self.names.name.take(named), "pinyin_token": self.names.pinyin.take(named),
            "surname_token": self.names.surname.take(named), "row_no": pa.array(np.arange(start, start + len(people))),
        }  # fmt: skip
        for column in _own(spec):
            known[column.name] = _values(column, len(people), rng)
        return pa.Table.from_arrays([known[field.name] for field in _schema(spec)], schema=_schema(spec))


def lake(population: Population, total: int, root: Path) -> list[Material]:
    """The clean files of twelve sources, ``total`` rows in all."""
    declared = {code: share for code, share in SHARES.items() if code in registry.all()}
    whole, made = sum(declared.values()), []
    for code, share in declared.items():
        spec, rows = registry.get(code), int(total * share / whole)
        parts = [population.delivery(spec, count, root, at) for at, count in enumerate(_batches(rows))]
        made.append(Material(spec, parts))
    return made


def _batches(rows: int) -> Iterator[int]:
    while rows > 0:
        yield min(rows, BATCH)
        rows -= BATCH


def _own(spec: SourceSpec) -> list[Column]:
    return [column for column in spec.columns if not column.personal and column.type not in ("id_no", "name")]


_ARROW = {"VARCHAR": pa.string(), "DATE": pa.date32(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_()}


def _schema(spec: SourceSpec) -> pa.Schema:
    marks = [(name, pa.int64()) for name in ("name_token", "pinyin_token", "surname_token", "row_no")]
    own = [(column.name, _ARROW[column.clean_type]) for column in _own(spec)]
    return pa.schema([("id_token", pa.int64()), ("id_state", pa.string()), *marks, *own])


def _values(column: Column, rows: int, rng: np.random.Generator) -> pa.Array:
    if column.type == "month":
        months = np.datetime64("2025-11") + rng.integers(0, 12, rows).astype("timedelta64[M]")
        return pa.array(months.astype("datetime64[D]"))
    if column.clean_type == "DATE":
        return pa.array(np.datetime64("2016-01-01") + rng.integers(0, 3900, rows).astype("timedelta64[D]"))
    if column.clean_type == "BIGINT":
        return pa.array(rng.integers(0, 900_000, rows) if column.is_money else rng.integers(0, 9, rows))
    if column.clean_type == "BOOLEAN":
        return pa.array(rng.random(rows) < 0.5)
    words = list(column.values) or [f"{column.label}{at}" for at in range(400)]
    return pa.array(words).take(pa.array(rng.integers(0, len(words), rows)))


def save(materials: list[Material], root: Path) -> None:
    """What was made, so that another process finds it."""
    told = [
        {"source": one.spec.code, "parts": [[str(part.path), part.rows] for part in one.parts]} for one in materials
    ]
    (root / "lake.json").write_text(json.dumps(told))


def load(root: Path) -> list[Material]:
    told = json.loads((root / "lake.json").read_text())
    return [Material(registry.get(one["source"]), [Part(Path(p), rows) for p, rows in one["parts"]]) for one in told]
