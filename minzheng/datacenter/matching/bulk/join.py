"""The one join: people against the clean rows of one source, in DuckDB. Hits first, then whatever is added up from them.

Codes say how a row was found (they end up in the report as the reason):

E1  same number, same or like-sounding name, also masked; or a side gives no name    counts
E2  same number, another name: 同证不同名        a slip of the pen counts with an alert, all else is to be reviewed
R1  one error away from the number, surname and sound of the name agree              to be reviewed
Q1  the number is wrong in two or three places, name and birth date or area agree    to be reviewed
Q2  the row has no number, name and county agree                                     to be reviewed

Names that do not sound the same leave the join ungraded: ``grading`` tells slips and masks from other names, by the rule
that linked lists and single cases follow too (``linkage.verdict``). Q1 and Q2 are found afterwards (``doubtful``).
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from minzheng.datacenter.linkage import verdict
from minzheng.datacenter.sources.facts import facts_sql, quoted
from minzheng.datacenter.sources.spec import SourceSpec

#: Ways of being found, by their number in the tables of a run, in the letters of the report. Those from FIRST_REVIEW on
#: never decide alone; those below REPAIRED were found by a number of their own.
WAYS = ("", "E1", "E2", "E1", "E2", "R1", "Q1", "Q2")
UNGRADED, SAME, SLIP, SAME_IN_DOUBT, OTHER, REPAIRED, NEAR_NUMBER, BY_NAME = range(8)
FIRST_REVIEW = SAME_IN_DOUBT
#: Columns of the people: ``key`` is the token looked for, ``exact`` says that it is the person's own valid number,
#: ``mended`` that it stood there with 15 digits or letters.
KEY_COLUMNS = ("key", "exact", "mended", "pinyin_token", "surname_token")
#: Tokens of a row's name and whether a number was mended, where the names have still to be graded.
MARKS = ("row_pinyin", "row_surname", "row_mended")

_MENDED = "({row}.id_state = 'fixed' OR coalesce(k.mended, false))"
_REPAIR_AGREES = "({row}.surname_token = k.surname_token AND {row}.pinyin_token = k.pinyin_token)"


def matched_sql(people: str, relation: str, columns: Sequence[str], carried: Sequence[str]) -> str:
    """Rows of ``relation`` (clean rows with ``batch``) that belong to somebody in ``people``, one line a row and person.

    Gives key, code, row_no, batch, the ``columns`` of the source and the ``carried`` columns of the people."""
    ungraded = f"{_code()} = {UNGRADED}"
    return (
        f"SELECT k.key, CAST({_code()} AS TINYINT) AS code, CAST({_note()} AS TINYINT) AS note, s.row_no, s.batch"
        f", CASE WHEN {ungraded} THEN s.pinyin_token END AS row_pinyin"
        f", CASE WHEN {ungraded} THEN s.surname_token END AS row_surname"
        f", CASE WHEN {ungraded} THEN {_MENDED.format(row='s')} END AS row_mended{_list('s', columns)}{_list('k', carried)}"
        f" FROM {_source(relation)} s JOIN {_source(people)} k ON s.id_token = k.key"
        f" WHERE k.exact OR {_REPAIR_AGREES.format(row='s')}"
    )


def near_sql(people: str, repairs: str, carried: Sequence[str]) -> str:
    """(batch, row_no) of rows with an invalid number, one of whose neighbours at one error is somebody's and whose name
    agrees, with the ``carried`` columns."""
    return (
        f"SELECT DISTINCT r.batch, r.row_no, CAST({REPAIRED} AS TINYINT) AS code{_list('k', carried)}"
        f" FROM {_source(repairs)} r JOIN {_source(people)} k ON r.id_token = k.key"
        f" WHERE k.exact AND {_REPAIR_AGREES.format(row='r')}"
    )


def doubtful_sql(near: str, relation: str, columns: Sequence[str], carried: Sequence[str]) -> str:
    """The rows that ``near`` names by (batch, row_no, code, ``carried``), in the shape of ``matched_sql``. Rows without a
    token lie together at one end of a sorted file, so few row groups are read."""
    return (
        f"SELECT CAST(NULL AS BIGINT) AS key, n.code, CAST(0 AS TINYINT) AS note, s.row_no, s.batch"
        f"{_list('s', columns)}{_list('n', carried)}"
        f" FROM (SELECT * FROM {_source(relation)} WHERE id_token IS NULL) s"
        f" JOIN {_source(near)} n ON s.row_no = n.row_no AND s.batch = n.batch"
    )


def facts_of(
    spec: SourceSpec, matched: str, carried: Sequence[str], who: str, *,
    on: datetime.date | None = None, classes: Sequence[str] = (),
) -> str:  # fmt: skip
    """Facts of matched rows: the columns of ``facts_sql`` without the token, then code, note, batch, the ``carried`` ones.

    ``who``: the carried column that tells people apart (an integer). Months of one person are added up by way of
    matching, so that what awaits a review is in no sum."""
    keep = ("code", "note", "batch", *carried)
    source = f"SELECT * EXCLUDE (key), CAST({quoted(who)} AS BIGINT) * 8 + code AS id_token FROM {matched}"
    facts = facts_sql(spec, source, on=on, keep=keep, classes=classes)
    return f'SELECT "class", amount_fen, on_date, valid_to, title, reference, row_no{_list("", keep)} FROM ({facts})'


def final_sql(spec: SourceSpec, facts: str, carried: Sequence[str]) -> str:
    """Facts with the source's name, the code in letters and how the names agree in words."""
    ways, notes = (", ".join(f"'{one}'" for one in words) for words in (WAYS, verdict.NOTES))
    return (
        f"SELECT {', '.join(quoted(c) for c in carried)}, '{spec.code}' AS source, \"class\", amount_fen, on_date,"
        f" valid_to, title, reference, batch, row_no, ([{ways}])[code + 1] AS code, code >= {FIRST_REVIEW} AS review,"
        f" ([{notes}])[note + 1] AS note FROM ({facts})"
    )


def _code() -> str:
    blank = "s.pinyin_token IS NULL OR k.pinyin_token IS NULL"
    return (
        f"CASE WHEN NOT k.exact THEN {REPAIRED} WHEN s.pinyin_token = k.pinyin_token THEN {SAME}"
        f" WHEN {blank} THEN (CASE WHEN {_MENDED.format(row='s')} THEN {SAME_IN_DOUBT} ELSE {SAME} END) ELSE {UNGRADED} END"
    )


def _note() -> str:
    """Only where a name is missing; the others are graded later."""
    blank = "k.exact AND (s.pinyin_token IS NULL OR k.pinyin_token IS NULL)"
    words = f"CASE WHEN {_MENDED.format(row='s')} THEN {verdict.UNSUPPORTED} ELSE {verdict.BLANK} END"
    return f"CASE WHEN {blank} THEN {words} ELSE 0 END"


def _list(alias: str, names: Sequence[str]) -> str:
    before = f"{alias}." if alias else ""
    return "".join(f", {before}{quoted(name)}" for name in names)


def _source(relation: str) -> str:
    """A table by name, or a query in brackets."""
    return f"({relation})" if " " in relation.strip() else relation
