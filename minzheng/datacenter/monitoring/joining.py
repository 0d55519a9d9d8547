"""The set-based half of a run: deliveries of the lake joined with the watched people, what is new of them kept apart.

One join per statement. The small side (the watched) is the hash table and the lake streams past it; Python sees only the
people about whom some monitor has to be asked. Tables inside the engine: `watched`, `known` (facts known after the last
run, and one row with an empty class for everybody watched then), `hits`, `fresh` (hits not known), `news` (fresh with the
person's columns).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from minzheng.datacenter.lake import grading
from minzheng.datacenter.lake.engine import quoted
from minzheng.datacenter.linkage import verdict
from minzheng.datacenter.monitoring.declare import ALWAYS, NEVER, Monitor
from minzheng.datacenter.monitoring.entries import SELF
from minzheng.datacenter.sources.classes import CLASSES
from minzheng.datacenter.sources.facts import facts_sql
from minzheng.datacenter.sources.spec import SourceSpec

#: Facts that come anew with every delivery; of these the last months are remembered, of all others everything.
RECURRING = (
    *(code for code, (_, _, kind) in CLASSES.items() if kind == "income"),
    "insured", "provident_fund", "fiscal_pay", "deposit", "household", "school", "land", "relief", "medical_own",
)  # fmt: skip
REMEMBER_MONTHS = 14
#: The same number under another name that no slip of the pen explains: a person has to confirm who is meant.
OTHER_NAME = "E2?"
#: A name of fewer people than this many is looked for without a number: a common name says nothing.
NAMESAKES = 3

FACT_COLUMNS = (
    "person_id BIGINT, role VARCHAR, source VARCHAR, class VARCHAR, amount_fen BIGINT, on_date DATE, valid_to DATE, "
    "title VARCHAR, reference VARCHAR, code VARCHAR, batch VARCHAR, key BIGINT"
)
#: Of a hit by number under another name: the row's name as tokens, whether its number was mended.
MARKS = "row_pinyin BIGINT, row_surname BIGINT, row_mended BOOLEAN"
NAMES = "person_id, role, source, class, amount_fen, on_date, valid_to, title, reference, code, batch, key"


@dataclass(frozen=True)
class Delivery:
    """One batch of clean rows. `repairs`: files of numbers that one error explains."""

    source: str
    batch: str
    files: tuple[str, ...]
    rows: int = 0
    region_code: str = ""
    repairs: tuple[str, ...] = ()


@dataclass
class Reading:
    """What a run reads: `fresh` deliveries, and per source all that are in force. `again`: facts of the fresh ones count as
    news even where they were known (the days since are gone through once more)."""

    specs: dict[str, SourceSpec]
    fresh: list[Delivery]
    in_force: dict[str, list[Delivery]] = field(default_factory=dict)
    again: bool = False

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.fresh)


def begin(con: Any, watched: Path, state: Path | None) -> int:
    """Load the watched people and what was known of them; returns how many people are watched."""
    con.execute(f"CREATE TABLE watched AS SELECT * FROM read_parquet({quoted(watched)})")
    source = f"SELECT * FROM read_parquet({quoted(state)})" if state and state.exists() else ""
    con.execute(f"CREATE TABLE known ({FACT_COLUMNS})")
    if source:
        con.execute(f"INSERT INTO known SELECT {NAMES} FROM ({source})")
    con.execute(f"CREATE TABLE hits ({FACT_COLUMNS}, {MARKS})")
    con.execute(
        "CREATE TABLE w AS SELECT id_token, pinyin_token, person_id, role FROM watched WHERE id_token IS NOT NULL"
    )
    con.execute(
        "CREATE TABLE newcomers AS SELECT w.* FROM w ANTI JOIN (SELECT person_id, role FROM known WHERE class = '') k "
        "ON w.person_id = k.person_id AND w.role = k.role"
    )
    return int(con.execute("SELECT count(*) FROM watched WHERE role = 'self'").fetchone()[0])


def join(con: Any, reading: Reading, monitors: Iterable[Monitor]) -> int:
    """Fill `hits`; returns how many. Newcomers are looked up in everything in force, all others in what is fresh."""
    monitors = tuple(monitors)
    classes = tuple(sorted({code for one in monitors for code in one.classes}))
    by_name = {code for one in monitors if one.by_name for code in one.classes}
    newcomers = con.execute("SELECT count(*) FROM newcomers").fetchone()[0]
    fresh: dict[str, list[Delivery]] = {}
    for one in reading.fresh:
        fresh.setdefault(one.source, []).append(one)
    for code, spec in reading.specs.items():
        wanted = tuple(one for one in spec.classes if one in classes)
        if not wanted:
            continue
        now, all_ = fresh.get(code, []), reading.in_force.get(code, [])
        whole = [one for one in all_ if one.batch not in {x.batch for x in now}]
        _facts(con, spec, now, all_ or now, wanted, "w")
        if newcomers and whole:
            _facts(con, spec, whole, all_, wanted, "newcomers")
        for one in now:
            _repaired(con, spec, one, wanted)
            if by_name & set(wanted):
                _named(con, spec, one, tuple(by_name & set(wanted)))
    others = {code for one in monitors if set(one.roles) - {SELF} for code in one.classes}
    con.execute(
        f"DELETE FROM hits WHERE role <> {quoted(SELF)} AND class NOT IN ({_texts(sorted(others)) or quoted('')})"
    )
    return int(con.execute("SELECT count(*) FROM hits").fetchone()[0])


def _facts(
    con: Any, spec: SourceSpec, deliveries: Sequence[Delivery], in_force: Sequence[Delivery], classes: tuple[str, ...],
    people: str,
) -> None:  # fmt: skip
    """Facts of one source. Where rows of single months are added up, a delivery alone tells only a part: the months in
    force of those who are in it are added up instead."""
    monthly = tuple(rule.class_ for rule in spec.facts if rule.monthly and rule.class_ in classes)
    plain = tuple(one for one in classes if one not in monthly)
    if plain:
        for one in deliveries:
            _insert(con, facts_sql(spec, _rows(one.files), classes=plain, keep=_KEPT), people, one)
    if monthly and deliveries:
        files = [path for one in deliveries for path in one.files]
        con.execute(
            "CREATE OR REPLACE TABLE met AS SELECT DISTINCT r.id_token FROM "
            f"{_rows(files)} r SEMI JOIN {people} p ON r.id_token = p.id_token"
        )
        whole = [path for one in in_force for path in one.files]
        rows = f"SELECT r.* FROM {_rows(whole)} r SEMI JOIN met ON r.id_token = met.id_token"
        _insert(con, facts_sql(spec, rows, classes=monthly, keep=_KEPT), people, deliveries[-1])


#: What tells whether the name beside a number is the person's.
_KEPT = ("pinyin_token", "surname_token", "id_state")
_BLANK = "(f.pinyin_token IS NULL OR p.pinyin_token IS NULL)"
_BY_NUMBER = (
    "CASE WHEN f.pinyin_token = p.pinyin_token THEN 'E1'"
    f" WHEN {_BLANK} AND f.id_state IS DISTINCT FROM 'fixed' THEN 'E1' ELSE '{OTHER_NAME}' END"
)
_MARKED = f"CASE WHEN NOT {_BLANK} THEN f.pinyin_token END, f.surname_token, coalesce(f.id_state = 'fixed', false)"


def _insert(con: Any, facts: str, people: str, one: Delivery, code: str = "") -> None:
    """`code`: how the rows were found; by the number and by nothing else when empty."""
    marks, code = ("NULL, NULL, NULL", code) if code else (_MARKED, _BY_NUMBER)
    con.execute(
        f"INSERT INTO hits SELECT p.person_id, p.role, {quoted(one.source)}, f.class, f.amount_fen, f.on_date, "
        f"f.valid_to, coalesce(f.title, ''), coalesce(f.reference, ''), {code}, {quoted(one.batch)}, "
        # stable from version to version, so that an upgrade does not make everything new
        f"CAST(md5_number_lower({quoted(one.source)} || '|' || f.class || '|' || coalesce(CAST(f.on_date AS VARCHAR), '')"
        # a record that names somebody for certain is news after one that only resembled them
        f" || '|' || {code} || '|' || CASE WHEN coalesce(f.reference, '') <> '' THEN f.reference"
        f" ELSE coalesce(f.title, '') || '|' || coalesce(CAST(f.amount_fen AS VARCHAR), '') END) >> 1 AS BIGINT), {marks} "
        f"FROM ({facts}) f JOIN {people} p ON f.id_token = p.id_token"
    )


def _repaired(con: Any, spec: SourceSpec, one: Delivery, classes: tuple[str, ...]) -> None:
    """R1: one error in the number explains it, and the names sound alike. Several people for one row: nobody."""
    files = [path for path in one.repairs if Path(path).exists()]
    if not files:
        return
    con.execute(
        "CREATE OR REPLACE TABLE mended AS SELECT r.row_no, min(p.id_token) AS id_token FROM "
        f"{_rows(files)} r JOIN watched p ON r.id_token = p.id_token AND r.pinyin_token = p.pinyin_token "
        "GROUP BY r.row_no HAVING count(DISTINCT p.id_token) = 1"
    )
    rows = (
        "SELECT r.* REPLACE (m.id_token AS id_token) FROM "
        f"(SELECT * FROM {_rows(one.files)} WHERE id_token IS NULL) r JOIN mended m ON r.row_no = m.row_no"
    )
    _insert(con, facts_sql(spec, rows, classes=classes), "w", one, "'R1'")


def _named(con: Any, spec: SourceSpec, one: Delivery, classes: tuple[str, ...]) -> None:
    """Q2: a record without a usable number, of somebody with the name of few watched people of the delivering place."""
    place = one.region_code.rstrip("0")[:6]
    con.execute(
        "CREATE OR REPLACE TABLE namesakes AS SELECT name_token, id_token FROM ("
        "SELECT name_token, id_token, count(*) OVER (PARTITION BY name_token) AS n FROM watched "
        f"WHERE role = 'self' AND id_token IS NOT NULL AND starts_with(region_code, {quoted(place)})) "
        f"WHERE name_token IS NOT NULL AND n < {NAMESAKES}"
    )
    rows = (
        "SELECT r.* REPLACE (m.id_token AS id_token) FROM "
        f"(SELECT * FROM {_rows(one.files)} WHERE id_token IS NULL) r JOIN namesakes m ON r.name_token = m.name_token"
    )
    con.execute("CREATE OR REPLACE TABLE before_names AS SELECT DISTINCT person_id, class FROM hits WHERE code = 'R1'")
    _insert(con, facts_sql(spec, rows, classes=classes), "w", one, "'Q2'")
    con.execute(
        "DELETE FROM hits WHERE code = 'Q2' AND (person_id, class) IN (SELECT person_id, class FROM before_names)"
    )


def _rows(files: Sequence[str]) -> str:
    """The rows of files; their folders' names (source=…) do not become columns. All of one source have the same."""
    return f"read_parquet({_list(files)}, hive_partitioning = false)"


def _list(files: Sequence[str]) -> str:
    return "[" + ", ".join(quoted(path) for path in files) + "]"


def grade(con: Any, names: Callable[[Sequence[bytes]], Mapping[bytes, str]]) -> None:
    """Tell slips and masks from other names among the hits by number (`linkage.verdict`, as in every check). `names`: digests
    of numbers → names on file."""
    columns = "h.person_id, h.role, w.digest, h.row_pinyin, h.row_surname, h.row_mended"
    rows = con.execute(
        f"SELECT DISTINCT {columns} FROM hits h JOIN watched w ON h.person_id = w.person_id AND h.role = w.role"
        f" WHERE h.code = {quoted(OTHER_NAME)} AND h.row_pinyin IS NOT NULL AND w.digest IS NOT NULL"
    ).fetchall()
    known = names(sorted({bytes(row[2]) for row in rows})) if rows else {}
    rows = [row for row in rows if bytes(row[2]) in known]
    if not rows:
        return
    sounds, surnames = (np.array([row[at] or 0 for row in rows], dtype=np.int64) for at in (3, 4))
    mended = np.array([row[5] for row in rows], dtype=bool)
    agreement, blank = grading.agreements([known[bytes(row[2])] for row in rows], sounds, surnames)
    same, accepted, _ = verdict.same_number(agreement, blank, mended)
    for row, one, sure in zip(rows, same, accepted, strict=True):
        if sure:
            con.execute(
                "UPDATE hits SET code = ? WHERE code = ? AND person_id = ? AND role = ? AND row_pinyin = ? AND row_mended = ?",
                ["E1" if one else "E2", OTHER_NAME, row[0], row[1], row[3], row[5]],
            )


def compare(con: Any, again: bool) -> None:
    """`fresh` and `news` out of the hits: what was not known, and of whom."""
    if again:
        con.execute(
            "CREATE OR REPLACE TABLE known AS SELECT k.* FROM known k ANTI JOIN hits h "
            "ON k.person_id = h.person_id AND k.role = h.role AND k.key = h.key"
        )
    con.execute(
        "CREATE TABLE unseen AS SELECT h.* FROM (SELECT DISTINCT ON (person_id, role, key) * FROM hits) h "
        "ANTI JOIN known k ON h.person_id = k.person_id AND h.role = k.role AND h.key = k.key"
    )
    con.execute(
        "CREATE TABLE fresh AS SELECT u.*, n.person_id IS NOT NULL AS baseline FROM unseen u LEFT JOIN "
        "(SELECT DISTINCT person_id, role FROM newcomers) n ON u.person_id = n.person_id AND u.role = n.role"
    )
    con.execute(
        "CREATE TABLE news AS SELECT f.*, w.* EXCLUDE (person_id, role, id_token, name_token, pinyin_token, digest) "
        "FROM fresh f JOIN watched w ON f.person_id = w.person_id AND f.role = w.role"
    )


def is_news(one: Monitor) -> str:
    """The condition under which a row of `news` is news for this monitor."""
    if one.newcomers == ALWAYS:
        return "true"
    dated = " OR on_date > coalesce(decided_on, DATE '9999-01-01')" if one.newcomers != NEVER else ""
    return f"(NOT baseline{dated})"


def candidates(con: Any, one: Monitor) -> list[int]:
    """The people about whom this monitor has to be asked."""
    table = "watched" if one.by_state else "news"
    wanted = ["NOT dead", f"({one.where})" if one.where else "true"]
    if one.by_state:
        wanted.append("role = 'self'")
    else:
        wanted += [f"class IN ({_texts(one.classes)})", f"role IN ({_texts(one.roles)})", is_news(one)]
    if one.benefits:
        column = "payee_of" if one.payees else "benefits"
        wanted.append(f"list_has_any({column}, [{_texts(one.benefits)}])")
    rows = con.execute(f"SELECT DISTINCT person_id FROM {table} WHERE {' AND '.join(wanted)} ORDER BY 1").fetchall()
    return [row[0] for row in rows]


def _texts(words: Sequence[str]) -> str:
    return ", ".join(quoted(word) for word in words)


def next_state(con: Any, target: Path, today: datetime.date) -> None:
    """Write what is known after this run: of those who are watched now, with a row for each of them."""
    con.execute(
        f"COPY (SELECT {NAMES} FROM known k SEMI JOIN watched v ON k.person_id = v.person_id AND k.role = v.role "
        f"WHERE class <> '' AND (class NOT IN ({_texts(RECURRING)}) OR "
        f"on_date >= DATE {quoted(today.isoformat())} - INTERVAL {REMEMBER_MONTHS} MONTH) "
        f"UNION ALL SELECT {NAMES} FROM fresh "
        "UNION ALL SELECT person_id, role, '', '', NULL, NULL, NULL, '', '', '', '', 0 FROM w) "
        f"TO {quoted(target)} (FORMAT parquet, COMPRESSION zstd)"
    )
