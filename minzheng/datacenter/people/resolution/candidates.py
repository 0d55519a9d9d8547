"""Which files are worth comparing: pairs that share a block, found for a whole county at once in memory.

Blocks: same number; same name and birth; same name and a number with one slip; the same sound and birth in one village;
the same telephone and sound; name and village where one has no number; the same number but for its first six digits.
One pass over the columns and a few joins in DuckDB: 200 000 files take seconds, and no query per person is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from minzheng.datacenter.lake.engine import connect
from minzheng.datacenter.linkage import names
from minzheng.datacenter.linkage.normalise import normal_ids
from minzheng.kernel.subjects import idcard
from minzheng.kernel.subjects.bulk import Identity

#: Blocks larger than this say nothing (a village office's telephone under every name).
_CROWD = 40

#: One join per statement; each gives pairs of rows (a < b).
_BLOCKS = (
    "SELECT a.row, b.row FROM people a JOIN people b ON a.id18 = b.id18 WHERE a.row < b.row",
    "SELECT a.row, b.row FROM people a JOIN people b ON a.name = b.name AND a.birth = b.birth WHERE a.row < b.row",
    "SELECT a.row, b.row FROM people a JOIN people b ON a.sound = b.sound AND a.birth = b.birth AND a.village = b.village "
    "WHERE a.row < b.row",
    "SELECT a.row, b.row FROM people a JOIN people b ON a.sound = b.sound AND a.tail = b.tail WHERE a.row < b.row",
    "SELECT a.row, b.row FROM people a JOIN people b ON a.name = b.name AND a.village = b.village "
    "WHERE a.id18 IS NULL AND b.id18 IS NOT NULL",
    "SELECT a.row, b.row FROM people a JOIN people b ON a.name = b.name AND a.village = b.village "
    "WHERE a.id18 IS NULL AND b.id18 IS NULL AND a.row < b.row",
    "SELECT a.row, b.row FROM phones a JOIN phones b ON a.phone = b.phone AND a.sound = b.sound WHERE a.row < b.row",
    "SELECT a.row, b.row FROM slips a JOIN slips b ON a.key = b.key WHERE a.row < b.row",
    "SELECT a.row, b.row FROM shared a JOIN shared b ON a.name = b.name AND a.sum = b.sum "
    "WHERE a.row < b.row AND hamming(a.digits, b.digits) = 2",
)


def pairs(people: Sequence[Identity]) -> list[tuple[int, int]]:
    """Places (a < b) in `people` of those who share a block."""
    con = connect(memory="512MB")
    try:
        con.register("given", _table(people))
        con.execute("CREATE TEMP TABLE people AS SELECT *, substr(id18, 7, 11) AS tail FROM given")
        con.execute(
            "CREATE TEMP TABLE phones AS SELECT * FROM people WHERE phone IN "
            f"(SELECT phone FROM people GROUP BY phone HAVING count(*) BETWEEN 2 AND {_CROWD})"
        )
        _near_numbers(con)
        found: set[tuple[int, int]] = set()
        for sql in _BLOCKS:
            found |= {(min(a, b), max(a, b)) for a, b in con.execute(sql).fetchall()}
        return sorted(found)
    finally:
        con.close()


def _near_numbers(con: Any) -> None:
    """`slips`: the 17 digits with one left out as one hash, for names that occur more than once; equal ones are numbers
    with one other digit (the score looks again). `shared` with the sum of the digits: two exchanged neighbours leave the sum as it was."""
    con.execute(
        "CREATE TEMP TABLE shared AS SELECT row, name, substr(id18, 1, 17) AS digits, "
        "list_sum(list_transform(string_split(substr(id18, 1, 17), ''), lambda x: CAST(x AS INTEGER))) AS sum, id18 "
        "FROM people WHERE id18 IS NOT NULL AND name IN "
        "(SELECT name FROM people WHERE id18 IS NOT NULL GROUP BY name HAVING count(*) > 1)"
    )
    con.execute(
        "CREATE TEMP TABLE slips AS SELECT row, "
        "hash(name, place, substr(digits, 1, place - 1), substr(digits, place + 1)) AS key "
        "FROM shared, range(1, 18) t(place)"
    )


def _table(people: Sequence[Identity]) -> pa.Table:
    written = pa.array([p.name for p in people], pa.string())
    return pa.table({
        "row": pa.array(range(len(people)), pa.int64()),
        "name": names.normal_names(written),
        "sound": names.pinyins(written),
        "birth": pa.array([p.birth_date for p in people], pa.date32()),
        "id18": normal_ids(pa.array([p.id_no for p in people], pa.string()))["id18"],
        "phone": pa.array([p.phone or None for p in people], pa.string()),
        "village": pa.array([p.region_code for p in people], pa.string()),
    })  # fmt: skip


def normal_id(text: str) -> str:
    """Eighteen characters, "" for what is no valid number (then nothing can be said by it)."""
    try:
        return idcard.check(text).normalised if text else ""
    except idcard.InvalidIdNumber:
        return ""
