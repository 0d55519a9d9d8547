"""来源在数据湖里: what the departments have delivered, looked up by token for one family over all sources.

A family's rows are read out of small blocks beside the clean files (lake/looking.py); the few rows found are
made facts without an engine (sources/facts_few.py). What is rarer asks the engine: one per process, one cursor per query;
state lives in the manifest and the files alone. A number that had to be repaired (R1) and a death record without a number
(Q2) are found too, but only as something a person has to look at.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from minzheng.datacenter.lake import checking, engine, grading, looking, reading, tokens
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.linkage import verdict
from minzheng.datacenter.matching.interface import CLASSES, CODES, Asked, Fact, SourceSilent, SourceUnavailable, Waiting
from minzheng.datacenter.sources.classes import DEPARTMENTS
from minzheng.datacenter.sources.facts import facts_sql, literal, quoted
from minzheng.datacenter.sources.facts_few import EXTRAS, MARKS, columns_looked_up, facts_of
from minzheng.datacenter.sources.registry import all as catalogue
from minzheng.datacenter.sources.spec import SourceSpec
from minzheng.kernel import clock
from minzheng.kernel.regions import codes
from minzheng.kernel.subjects.selectors import in_demo

Answer = dict[int, list[Fact]] | Exception
#: Classes that a record without any number may point at by the name: an alert, never a stop (reference §2.8-16).
BY_NAME = ("death", "cremation")
MOST_BY_NAME = 3
#: Digits of an area code that name a county.
COUNTY = 6
#: Of rows that the engine finds, the token of the name as well: those without a number are found by it.
_MARKS = ("id_state", "name_token", "pinyin_token", "surname_token")


@dataclass(frozen=True)
class LakeSource:
    """One source of the catalogue."""

    spec: SourceSpec

    @property
    def code(self) -> str:
        return self.spec.code

    @property
    def title(self) -> str:
        return self.spec.title

    @property
    def classes(self) -> tuple[str, ...]:
        return self.spec.classes

    def facts(self, people: Sequence[Asked], on: datetime.date) -> dict[int, list[Fact]]:
        answer = look_up([(self, people)], on)[self.code]
        if isinstance(answer, Exception):
            raise answer
        return answer


@cache
def _ordered() -> tuple[LakeSource, ...]:
    place = {code: n for n, (code, _) in enumerate(DEPARTMENTS)}
    return tuple(LakeSource(spec) for spec in sorted(catalogue().values(), key=lambda s: (place[s.department], s.code)))


def sources() -> list[LakeSource]:
    """The catalogue in the order of the departments (reference §2.3)."""
    return list(_ordered())


def look_up(
    asked: Sequence[tuple[LakeSource, Sequence[Asked]]], on: datetime.date, region_code: str = ""
) -> Mapping[str, Answer]:
    """Source → facts by member, or the exception that says why there are none."""
    held = reading.in_force([source.code for source, _ in asked], on, region_code or None)
    answers: dict[str, Answer] = {}
    ready: list[tuple[LakeSource, Sequence[Asked]]] = []
    for source, people in asked:
        if not held[source.code]:
            answers[source.code] = SourceSilent()
        elif source.spec.mode == "query_reply" and not simulated(region_code):
            answers[source.code] = Waiting()
        else:
            ready.append((source, people))
    return answers | _answers(ready, held, on)


def simulated(region_code: str) -> bool:
    """The demonstration's banks answer at once; anybody else's take the days they need."""
    return in_demo(region_code)


def reply_to(source: str, numbers: Sequence[str], since: datetime.datetime) -> str:
    """Number of the batch that was delivered as the reply to a question (its legal basis names it); "" if none yet."""
    rows = LakeBatch.objects.filter(source=source, state=LakeBatch.HELD, held_at__gte=since)
    named = (row.no for row in rows.order_by("-held_at") if any(number in row.basis for number in numbers))
    return next(named, "")


def replied(source: str, people: Sequence[Asked], on: datetime.date) -> dict[int, list[Fact]]:
    """What the replies in the lake say about these people, whatever the way they came."""
    spec = catalogue().get(source)
    if spec is None:
        return {}
    held = reading.in_force([source], max(on, clock.today()))
    answer = _answers([(LakeSource(spec), people)], held, on)[source] if held[source] else {}
    if isinstance(answer, Exception):
        raise answer
    return answer


# ---- all sources at once ----


def _answers(
    ready: Sequence[tuple[LakeSource, Sequence[Asked]]], held: Mapping[str, Sequence[LakeBatch]], on: datetime.date
) -> dict[str, Answer]:
    found: dict[str, Answer] = {source.code: {} for source, _ in ready}
    people = {source.code: _by_token(about) for source, about in ready}
    ready = [(source, about) for source, about in ready if people[source.code]]
    if not ready:
        return found
    try:
        numbered = _rows([source for source, _ in ready], people, held, on)
        with _cursor() as con:
            for row, way in zip(numbered, _judged(people, numbered), strict=True):
                _put(found, people, row, *way)
            for row in _repaired(con, [source for source, _ in ready], people, held, on):
                _put(found, people, row, "R1", True)
            for row in _named(con, ready, held, on):
                _put_named(found, ready, row, held[row[0]])
    except (duckdb.Error, pa.ArrowException, LakeRefused, OSError):
        if len(ready) > 1:  # one unreadable delivery must not silence the others
            return found | {code: one for each in ready for code, one in _answers([each], held, on).items()}
        return {source.code: SourceUnavailable() for source, _ in ready}
    return found


def _by_token(people: Iterable[Asked]) -> dict[int, Asked]:
    return {one.id_token: one for one in people if one.id_token is not None}


def _rows(
    ready: Sequence[LakeSource], people: Mapping[str, Mapping[int, Asked]], held: Mapping[str, Sequence[LakeBatch]],
    on: datetime.date,
) -> list[tuple[Any, ...]]:  # fmt: skip
    """Facts of the family over the sources that know anybody of it, as `_branch` gives them."""
    rows: list[tuple[Any, ...]] = []
    for one in ready:
        found = looking.rows(held[one.code], list(people[one.code]), columns_looked_up(one.code))
        rows += _facts(one.spec, found, on)
    return rows


def _facts(spec: SourceSpec, rows: Sequence[Mapping[str, Any]], on: datetime.date) -> Iterator[tuple[Any, ...]]:
    """The same rows as `_branch`, of a few clean rows at hand; the token of the name, which nobody asks for, is None."""
    if not rows:
        return
    extras = [name for name in EXTRAS if spec.has(name)]
    for fact in facts_of(spec, rows, on=on, keep=("batch", *MARKS, *extras)):
        token, class_, amount, day, valid_to, title, reference, row_no, batch, state, pinyin, surname, *more = fact
        if day is not None and day <= on and (valid_to is None or valid_to >= on):
            known = dict(zip(extras, more, strict=True))
            marks, turned = (batch, state, None, pinyin, surname), (known.get(name) for name in EXTRAS)
            yield spec.code, token, class_, amount, day, title, reference, row_no, *marks, *turned


def _branch(spec: SourceSpec, relation: str, on: datetime.date) -> str:
    extras = [name for name in EXTRAS if spec.has(name)]
    inner = facts_sql(spec, relation, on=on, keep=("batch", *_MARKS, *extras))
    more = ", ".join(
        quoted(name) if name in extras else f"NULL::{kind} AS {quoted(name)}" for name, kind in EXTRAS.items()
    )
    day = literal(on.isoformat())
    return (
        f"SELECT {literal(spec.code)} AS source, id_token, class, amount_fen, on_date, title, reference, row_no, batch,"
        f" {', '.join(_MARKS)}, {more} FROM ({inner})"
        f" WHERE on_date <= DATE {day} AND (valid_to IS NULL OR valid_to >= DATE {day})"
    )


def _repaired(
    con: duckdb.DuckDBPyConnection, ready: Sequence[LakeSource], people: Mapping[str, Mapping[int, Asked]],
    held: Mapping[str, Sequence[LakeBatch]], on: datetime.date,
) -> list[tuple[Any, ...]]:  # fmt: skip
    """Facts of rows whose wrong number is one slip away from a number of the family, and whose name sounds the same. The
    row itself has no token, so it is fetched by its number and given the person's."""
    rows: list[tuple[Any, ...]] = []
    for one in ready:
        batches = [b for b in held[one.code] if _count(b, "invalid")]
        if not batches:
            continue
        wanted = people[one.code]
        near = looking.repairs(batches, list(wanted), checking.REPAIRS_LOOKED_UP)
        sure = {
            (row["batch"], row["row_no"]): row["id_token"]
            for row in near
            if row["pinyin_token"] is not None and row["pinyin_token"] == tokens.pinyin(wanted[row["id_token"]].name)
        }
        if not sure:
            continue
        relation = reading.relation(con, one.code, rows=[b for b in batches if b.no in {no for no, _ in sure}])
        numbers = ", ".join(str(n) for _, n in sure)
        doubtful = f"SELECT * FROM ({relation}) WHERE id_token IS NULL AND row_no IN ({numbers})"
        for row in con.execute(_branch(one.spec, doubtful, on)).fetchall():
            token = sure.get((row[8], row[7]))
            if token is not None:
                rows.append((row[0], token, *row[2:]))
    return rows


def _count(batch: LakeBatch, state: str) -> int:
    """Rows of a batch whose numbers are in this state, by its manifest."""
    return int((batch.report or {}).get("ids", {}).get(state, 0))


def _named(
    con: duckdb.DuckDBPyConnection, ready: Sequence[tuple[LakeSource, Sequence[Asked]]],
    held: Mapping[str, Sequence[LakeBatch]], on: datetime.date,
) -> list[tuple[Any, ...]]:  # fmt: skip
    """Death records without a number that carry the same name."""
    rows: list[tuple[Any, ...]] = []
    for source, about in ready:
        batches = [b for b in held[source.code] if _count(b, "none")]
        if not batches or not set(BY_NAME) & set(source.classes):
            continue
        names = [token for p in about if (token := tokens.name(p.name)) is not None]
        if not names:
            continue
        relation = reading.relation(con, source.code, rows=batches)
        same = (
            f"SELECT * FROM ({relation}) WHERE id_token IS NULL AND id_state = 'none'"
            f" AND name_token IN ({', '.join(map(str, names))})"
        )
        rows += con.execute(_branch(source.spec, same, on)).fetchall()
    return rows


def _put(
    found: dict[str, Answer], people: Mapping[str, Mapping[int, Asked]], row: tuple[Any, ...], code: str, review: bool, note: str = ""
) -> None:  # fmt: skip
    person = people[row[0]][row[1]]
    facts = found[row[0]]
    if isinstance(facts, dict):
        facts.setdefault(person.member_id, []).append(_fact(row, code, review, note))


def _put_named(
    found: dict[str, Answer], ready: Sequence[tuple[LakeSource, Sequence[Asked]]], row: tuple[Any, ...],
    batches: Sequence[LakeBatch],
) -> None:  # fmt: skip
    facts = found[row[0]]
    about = next(people for source, people in ready if source.code == row[0])
    for one in about:
        if not isinstance(facts, dict) or tokens.name(one.name) != row[10]:
            continue
        note = _beside_the_name(one, row[-1] or "", next(b.region_code for b in batches if b.no == row[8]))
        kept = facts.setdefault(one.member_id, [])
        if note and sum(f.code == "Q2" for f in kept) < MOST_BY_NAME:
            kept.append(_fact(row, "Q2", True, note))


def _beside_the_name(person: Asked, sex: str, region_code: str) -> str:
    """What else a record without a number has in common with a namesake, in words; "" where it speaks of somebody else: of
    the other sex, or delivered about another county."""
    place = codes.prefix(region_code)[:COUNTY]
    there = len(place) == COUNTY and bool(person.region_code)
    if sex in ("男", "女") and person.sex and sex != person.sex:
        return ""
    if there and not person.region_code.startswith(place):
        return ""
    said = ["县" if there else "", "性别" if sex in ("男", "女") and person.sex else ""]
    agree = "、".join(filter(None, said))
    return f"{agree}也相符" if agree else "来源没有写是哪个县、什么性别"


def _judged(people: Mapping[str, Mapping[int, Asked]], rows: Sequence[tuple[Any, ...]]) -> list[tuple[str, bool, str]]:
    """Code, whether it awaits a review, and how the names agree, of rows that carry a person's number: by the one rule of
    `linkage.verdict`. The rows' names are known as tokens."""
    names = [people[row[0]][row[1]].name for row in rows]
    sounds = np.array([0 if row[11] is None else row[11] for row in rows], dtype=np.int64)
    surnames = np.array([0 if row[12] is None else row[12] for row in rows], dtype=np.int64)
    unnamed = np.array([row[11] is None for row in rows], dtype=bool)
    written = sorted(set(names))
    sound = dict(zip(written, tokens.pinyins(pa.array(written, pa.string())).to_pylist(), strict=True))
    alike = np.array([row[11] == sound[name] for row, name in zip(rows, names, strict=True)], dtype=bool)
    agreement, blank = np.ones(len(rows)), unnamed
    odd = np.flatnonzero(~alike & ~unnamed)
    if len(odd):
        agreement[odd], nothing = grading.agreements([names[at] for at in odd], sounds[odd], surnames[odd])
        blank[odd] = nothing
    mended = np.array([row[9] == "fixed" for row in rows], dtype=bool)
    same, accepted, _ = verdict.same_number(agreement, blank, mended)
    said = verdict.notes(agreement, blank, mended)
    return [
        ("E1" if one else "E2", not sure, verdict.NOTES[note])
        for one, sure, note in zip(same, accepted, said, strict=True)
    ]


def _fact(row: tuple[Any, ...], code: str, review: bool, note: str = "") -> Fact:
    source, _, class_, amount, on, title, reference, row_no, batch, *_, turnover, holders, _ = row
    return Fact(
        source, CLASSES[class_][2], class_, amount, on, reference or "", CODES[code], title or "", code,
        review, batch or "", int(row_no), turnover_fen=turnover, department=catalogue()[source].department,
        note=note, holders=max(holders or 1, 1),
    )  # fmt: skip


# ---- the engine ----

_lock = threading.Lock()
_kept: list[duckdb.DuckDBPyConnection] = []


def _cursor() -> duckdb.DuckDBPyConnection:
    """A cursor of this process's engine: opening an engine costs more than the look-up."""
    with _lock:
        if not _kept:
            con = engine.connect(memory="256MB", threads=1)
            con.execute("SET parquet_metadata_cache = true")
            _kept.append(con)
        return _kept[0].cursor()
