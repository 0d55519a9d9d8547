"""The one join: people against the clean rows of one source, in DuckDB. Hits first, then whatever is added up from them.

Shared with the monitors: ``hits`` takes any relation of people and any relation of clean rows. Codes say how a row was
found (they end up in the report as the reason):

E1  same number, same or like-sounding name (or a side gives no name)      counts
E2  same number, another name: 同证不同名                                    counts, with an alert
R1  one error away from the number, surname and sound of the name agree    to be reviewed
Q2  the row has no number, name and county agree                           to be reviewed
"""

from __future__ import annotations

import datetime
import string
from collections.abc import Sequence

import duckdb

from minzheng.datacenter.sources.facts import facts_sql, quoted
from minzheng.datacenter.sources.spec import FactRule, SourceSpec

#: Place in the list = number inside the tables of a run; those from FIRST_REVIEW on never decide alone.
CODES = ("", "E1", "E2", "R1", "Q1", "Q2")
FIRST_REVIEW = 3
#: Columns of the people: ``key`` is the token looked for, ``exact`` says that it is the person's own valid number.
KEY_COLUMNS = ("key", "exact", "pinyin_token", "surname_token")

# Equal names sound alike, so the token of the sound alone tells E1 from E2; a third column of tokens need not be read.
_NAMES_AGREE = "coalesce({row}.pinyin_token = k.pinyin_token, true)"
_REPAIR_AGREES = "({row}.surname_token = k.surname_token AND {row}.pinyin_token = k.pinyin_token)"


def columns_used(spec: SourceSpec, classes: Sequence[str] = ()) -> list[str]:
    """The source's own columns that its facts are made of; nothing else is read from the files."""
    names: dict[str, None] = {}
    for rule in spec.facts:
        if not classes or rule.class_ in classes:
            names |= dict.fromkeys(_rule_columns(rule))
    return [name for name in names if name]


def _rule_columns(rule: FactRule) -> list[str]:
    templates = [
        name for text in (rule.title, rule.reference) for _, name, _, _ in string.Formatter().parse(text) if name
    ]
    monthly = rule.monthly.column if rule.monthly else ""
    return [rule.on, rule.amount, *rule.minus, rule.valid_to, monthly, *rule.where, *templates]


def matched_sql(people: str, relation: str, columns: Sequence[str], carried: Sequence[str]) -> str:
    """Rows of ``relation`` (clean rows with ``batch``) that belong to somebody in ``people``, one line a row and person.

    Gives key, code, row_no, batch, the ``columns`` of the source and the ``carried`` columns of the people."""
    return (
        f"SELECT k.key, CAST({_code()} AS TINYINT) AS code, s.row_no, s.batch{_list('s', columns)}{_list('k', carried)}"
        f" FROM {_source(relation)} s JOIN {_source(people)} k ON s.id_token = k.key"
        f" WHERE k.exact OR {_REPAIR_AGREES.format(row='s')}"
    )


def near_sql(people: str, repairs: str, carried: Sequence[str]) -> str:
    """(batch, row_no) of rows with an invalid number, one of whose neighbours at one error is somebody's and whose name
    agrees, with the ``carried`` columns."""
    return (
        f"SELECT DISTINCT r.batch, r.row_no{_list('k', carried)}"
        f" FROM {_source(repairs)} r JOIN {_source(people)} k ON r.id_token = k.key"
        f" WHERE k.exact AND {_REPAIR_AGREES.format(row='r')}"
    )


def repaired_sql(near: str, relation: str, columns: Sequence[str], carried: Sequence[str]) -> str:
    """The rows behind ``near_sql`` in the shape of ``matched_sql``. Rows without a token lie together at one end of a
    sorted file, so few row groups are read."""
    return (
        f"SELECT CAST(NULL AS BIGINT) AS key, CAST({FIRST_REVIEW} AS TINYINT) AS code, s.row_no, s.batch"
        f"{_list('s', columns)}{_list('n', carried)}"
        f" FROM (SELECT * FROM {_source(relation)} WHERE id_token IS NULL) s"
        f" JOIN {_source(near)} n ON s.row_no = n.row_no AND s.batch = n.batch"
    )


def facts_of(
    spec: SourceSpec, matched: str, carried: Sequence[str], who: str, *,
    on: datetime.date | None = None, classes: Sequence[str] = (),
) -> str:  # fmt: skip
    """Facts of matched rows: the columns of ``facts_sql`` without the token, then code, batch and the ``carried`` ones.

    ``who``: the carried column that tells people apart (an integer). Months of one person are added up by way of
    matching, so that what awaits a review is in no sum."""
    keep = ("code", "batch", *carried)
    source = f"SELECT * EXCLUDE (key), CAST({quoted(who)} AS BIGINT) * 8 + code AS id_token FROM {matched}"
    facts = facts_sql(spec, source, on=on, keep=keep, classes=classes)
    return f'SELECT "class", amount_fen, on_date, valid_to, title, reference, row_no{_list("", keep)} FROM ({facts})'


def hits(
    con: duckdb.DuckDBPyConnection, persons: str, spec: SourceSpec, relation: str, *,
    repairs: str = "", on: datetime.date | None = None, classes: Sequence[str] = (), name: str = "hits",
) -> str:  # fmt: skip
    """The facts that one source has about some people, as a temporary table; gives its name.

    ``persons``: a relation of person_id (BIGINT), family_id, id_token, pinyin_token, surname_token.
    ``relation``: clean rows of ``spec`` with their ``batch``; ``repairs``: the candidates beside them, with ``batch``.
    Columns: person_id, family_id, source, class, amount_fen, on_date, valid_to, title, reference, batch, row_no, code,
    review."""
    carried = ("person_id", "family_id")
    people = f"SELECT person_id, family_id, pinyin_token, surname_token, id_token AS key, true AS exact FROM {_source(persons)} WHERE id_token IS NOT NULL"
    columns = columns_used(spec, classes)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_rows AS {matched_sql(people, relation, columns, carried)}")
    if repairs:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_near AS {near_sql(people, repairs, carried)}")
        con.execute(f"INSERT INTO {name}_rows BY NAME {repaired_sql(f'{name}_near', relation, columns, carried)}")
        con.execute(f"DROP TABLE {name}_near")
    facts = facts_of(spec, f"{name}_rows", carried, "person_id", on=on, classes=classes)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {final_sql(spec, facts, carried)}")
    con.execute(f"DROP TABLE {name}_rows")
    return name


def final_sql(spec: SourceSpec, facts: str, carried: Sequence[str]) -> str:
    """Facts with the source's name and the code in letters."""
    words = ", ".join(f"'{code}'" for code in CODES)
    return (
        f"SELECT {', '.join(quoted(c) for c in carried)}, '{spec.code}' AS source, \"class\", amount_fen, on_date,"
        f" valid_to, title, reference, batch, row_no, ([{words}])[code + 1] AS code, code >= {FIRST_REVIEW} AS review"
        f" FROM ({facts})"
    )


def _code() -> str:
    return f"CASE WHEN NOT k.exact THEN {FIRST_REVIEW} WHEN {_NAMES_AGREE.format(row='s')} THEN 1 ELSE 2 END"


def _list(alias: str, names: Sequence[str]) -> str:
    before = f"{alias}." if alias else ""
    return "".join(f", {before}{quoted(name)}" for name in names)


def _source(relation: str) -> str:
    """A table by name, or a query in brackets."""
    return f"({relation})" if " " in relation.strip() else relation
