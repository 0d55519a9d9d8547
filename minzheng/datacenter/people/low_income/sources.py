"""Who stands in a department's register today, read from the lake by token; nothing where the lake has no such batch.

Only exact tokens count here: a repaired or guessed number puts nobody into a class."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pyarrow as pa

from minzheng.datacenter.lake import reading, tokens
from minzheng.datacenter.lake.engine import connect
from minzheng.datacenter.linkage.normalise import normal_ids
from minzheng.datacenter.people.low_income.catalogue import classes, tags
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.facts import facts_sql
from minzheng.kernel.subjects.bulk import identities

_WORDS = 120


@dataclass(frozen=True)
class Standing:
    """One person in one register: since when, until when, and in which words it stands on the page."""

    since: datetime.date
    until: datetime.date | None
    title: str


def asked() -> dict[str, str]:
    """{source: class of facts} that some class or tag asks for."""
    named = [(one.source, one.fact) for one in classes().values()]
    named += [(one.source, one.fact) for one in tags().values()]
    return {source: fact or source for source, fact in named if source}


def standing(county: str, on: datetime.date) -> dict[str, dict[int, Standing]]:
    """{source: {person: standing}} of a county on a day; the earliest day where somebody stands there twice."""
    found: dict[str, dict[int, Standing]] = {source: {} for source in asked()}
    there = {source: fact for source, fact in asked().items() if reading.newest(source) is not None}
    if not there:
        return found
    with connect() as con:
        con.register("people", _people(county))
        for source, fact in there.items():
            title = registry.get(source).title
            rows = facts_sql(registry.get(source), reading.relation(con, source, on), on=on, classes=(fact,))
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE facts AS SELECT id_token, on_date, valid_to, title FROM ({rows})"
            )
            hits = con.execute(
                "SELECT p.person, f.on_date, f.valid_to, f.title FROM people p JOIN facts f ON p.id_token = f.id_token "
                "WHERE f.on_date <= ? ORDER BY f.on_date",
                [on],
            ).fetchall()
            for person, since, until, words in hits:
                found[source].setdefault(person, Standing(since, until, f"{title}：{words}"[:_WORDS]))
    return found


def _people(county: str) -> pa.Table:
    """person, id_token of everybody with a number."""
    rows = [(one.pk, one.id_no) for one in identities(county) if one.id_no]
    ids = normal_ids(pa.array([number for _, number in rows], pa.string()))["id18"]
    return pa.table({"person": pa.array([pk for pk, _ in rows], pa.int64()), "id_token": tokens.column(ids)})
