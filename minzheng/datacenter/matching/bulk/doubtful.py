"""Q1 and Q2 of a batch match: rows without a usable number that may be somebody's by name, number shape, birth date and place.

Tokens of the names narrow millions of rows down to a few; the numbers and names of those are opened, in memory alone, and go
through the last steps of the cascade that links lists (``linkage.cascade``). All of it is for review: nothing found here
counts before a person has accepted it.

A row's place is its file's column ``county`` or the place that its delivery is about. Where neither is known, a name is
followed only when all who bear it among the people asked about live in one county.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from minzheng.datacenter.lake import tokens
from minzheng.datacenter.linkage import cascade
from minzheng.datacenter.matching.bulk import join
from minzheng.datacenter.matching.bulk.applicants import People
from minzheng.datacenter.matching.bulk.material import Material, Opened, Part, scan
from minzheng.datacenter.sources.facts import columns_used

if TYPE_CHECKING:
    import duckdb

#: Pairs of people and rows of one name in one place: more say nothing, and nobody could look through them.
MOST_PAIRS = 2_500
#: Rows of one source opened in one run.
MOST_ROWS = 200_000
_WAYS = {"Q1": join.NEAR_NUMBER, "Q2": join.BY_NAME}
#: Digits of an area code that name a county.
COUNTY = 6


class Doubtful:
    """``find`` once a source; what it needs of the people is made at the first that has rows without a number."""

    def __init__(self, con: duckdb.DuckDBPyConnection, people: People, carried: Sequence[str], classes: Sequence[str]):
        self.con, self.people, self.carried, self.classes = con, people, carried, classes
        self._ready = False

    def find(self, material: Material) -> int:
        """Add what is found to the table ``matched``; gives how many rows had too many namesakes to be compared."""
        parts = [part for part in material.parts if part.opened is not None and part.unnumbered]
        if not parts:
            return 0
        self._prepare()
        rows, crowded = self._candidates(parts)
        if len(rows):
            near = self._linked(rows, {part.batch: part for part in parts})
            if len(near):
                self._add(material, near)
        return crowded

    def _prepare(self) -> None:
        if self._ready:
            return
        _, sound, surname = tokens.name_tokens(self.people.plain["name"])
        county = places(self.people.plain["county"])
        pid = pa.array(np.arange(self.people.rows))
        self.con.register("named_given", pa.table({"pid": pid, "sound": sound, "surname": surname, "county": county}))
        self.con.execute("CREATE TEMP TABLE named AS SELECT * FROM named_given WHERE sound IS NOT NULL")
        self.con.unregister("named_given")
        self._ready = True

    def _candidates(self, parts: Sequence[Part]) -> tuple[pa.Table, int]:
        """(pid, batch, row_no) of rows without a valid number under the name of somebody asked about, and of how many rows
        the names are too common. Rows that a repaired number has already given to somebody are left out."""
        con = self.con
        known = " ".join(f"WHEN '{part.batch}' THEN '{part.place}'" for part in parts if part.place)
        own = "county" if any("county" in pq.read_schema(part.path).names for part in parts) else "NULL"
        place = f"coalesce({own}, {f'CASE batch {known} END' if known else 'NULL'})"
        relation = scan([part.path for part in parts])
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE unsure AS SELECT batch, row_no, pinyin_token AS sound, surname_token AS surname,"
            f" CAST({place} AS VARCHAR) AS place FROM ({relation}) s WHERE id_token IS NULL AND pinyin_token IN (SELECT sound FROM named)"
            f" AND (batch, row_no) NOT IN (SELECT (batch, row_no) FROM matched WHERE code >= {join.REPAIRED})"
        )
        same = "n.sound = u.sound AND n.surname = u.surname AND (u.place IS NULL OR n.county = u.place)"
        con.execute(
            "CREATE OR REPLACE TEMP TABLE sizes AS SELECT u.sound, u.surname, u.place, any_value(u.n) * count(*) AS pairs,"
            " count(DISTINCT n.county) AS counties FROM (SELECT sound, surname, place, count(*) AS n FROM unsure GROUP BY ALL) u"
            f" JOIN named n ON {same} GROUP BY u.sound, u.surname, u.place"
        )
        con.execute(
            "CREATE OR REPLACE TEMP TABLE unsure_few AS SELECT u.*, z.pairs, z.counties FROM unsure u JOIN sizes z ON u.sound = z.sound"
            " AND u.surname = z.surname AND u.place IS NOT DISTINCT FROM z.place"
        )
        fits = f"pairs <= {MOST_PAIRS} AND (place IS NOT NULL OR counties = 1)"
        crowded = con.execute(f"SELECT count(*) FROM unsure_few WHERE NOT ({fits})").fetchall()[0][0]
        found = con.sql(
            f"SELECT n.pid, u.batch, u.row_no FROM (SELECT * FROM unsure_few WHERE {fits} ORDER BY batch, row_no LIMIT {MOST_ROWS}) u"
            f" JOIN named n ON {same} ORDER BY u.batch, u.row_no, n.pid"
        ).to_arrow_table()
        for name in ("unsure", "unsure_few", "sizes"):
            con.execute(f"DROP TABLE {name}")
        return found, int(crowded)

    def _linked(self, rows: pa.Table, parts: dict[str, Part]) -> pa.Table:
        """(pid, batch, row_no, code) of those that the cascade lists as Q1 or Q2."""
        who = pc.unique(rows["pid"])
        plain = self.people.plain.take(who)
        left = plain.append_column("uid", who).set_column(2, "county", places(plain["county"]))
        right, keys = self._opened(rows, parts)
        links = cascade.link(left, right).table
        wanted = links.filter(pc.is_in(links["code"], pa.array(list(_WAYS))))
        there = keys.take(wanted["right_uid"])
        ways = pa.array([_WAYS[code] for code in wanted["code"].to_pylist()], pa.int8())
        return pa.table({"pid": wanted["left_uid"], "batch": there["batch"], "row_no": there["row_no"], "code": ways})

    def _opened(self, rows: pa.Table, parts: dict[str, Part]) -> tuple[pa.Table, pa.Table]:
        """The rows in plain (uid = place in the second table), and their batch and number. A row of unknown place stands in
        the county of those who bear its name."""
        first = rows.group_by(["batch", "row_no"], use_threads=False).aggregate([("pid", "min")])
        homes = places(self.people.plain["county"].take(first["pid_min"])).to_pylist()
        ids, names, counties = [], [], []
        at = 0
        for batch in pc.unique(first["batch"]).to_pylist():
            numbers = first.filter(pc.equal(first["batch"], batch))["row_no"].to_pylist()
            part = parts[batch]
            told = part.opened(numbers) if part.opened is not None else Opened([], [], [])
            ids += told.id_no
            names += told.name
            own = [text or part.place for text in told.county]
            counties += [text or home for text, home in zip(own, homes[at : at + len(numbers)], strict=True)]
            at += len(numbers)
        text = pa.string()
        table = pa.table({"uid": np.arange(len(ids)), "id_no": pa.array(ids, text), "name": pa.array(names, text), "county": pa.array(counties, text)})  # fmt: skip
        return table, first

    def _add(self, material: Material, near: pa.Table) -> None:
        persons = pq.read_table(self.people.persons).take(near["pid"])
        near = near.drop(["pid"])
        for name in self.carried:
            near = near.append_column(name, persons[name])
        self.con.register("near_names", near)
        columns = columns_used(material.spec, self.classes)
        rows = join.doubtful_sql("near_names", material.relation(), columns, self.carried)
        shape = [one[0] for one in self.con.execute("DESCRIBE matched").fetchall()]
        kept = ", ".join(f'"{name}"' for name in shape if name not in join.MARKS)
        self.con.execute(f"INSERT INTO matched BY NAME SELECT {kept} FROM ({rows})")
        self.con.unregister("near_names")


def places(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Counties as they are compared: six digits of an area code, other words as they are; null where there is nothing."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = pc.dictionary_encode(array)
    words = pa.array([place(one) or None for one in encoded.dictionary.to_pylist()], pa.string())
    return words.take(encoded.indices)


def place(text: str | None) -> str:
    """One of them; "" for nothing, and for a province or a city as a whole."""
    word = (text or "").strip()
    if not word.isdigit() or len(word) < COUNTY:
        return word
    return "" if word[:COUNTY].endswith("00") else word[:COUNTY]
