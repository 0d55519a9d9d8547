"""What is counted when a batch is written, kept with it and counted again by ``minzheng lake verify``."""

from __future__ import annotations

import datetime
from typing import Any

from minzheng.datacenter.lake import engine
from minzheng.datacenter.sources import checks, facts
from minzheng.datacenter.sources.spec import SourceSpec

#: Rows remembered by token and row number: every check of the batch must find them again.
CANARIES = 16


def counted(con: Any, spec: SourceSpec, part: str, today: datetime.date) -> dict[str, Any]:
    """Counts over the clean rows of one Parquet file: {"persons", "duplicates", "dates", "checks", "facts", "canary"}."""
    rows = f"read_parquet({engine.quoted(part)})"
    own = [facts.quoted(one.name) for one in spec.columns if one.name not in ("id_no", "name") and not one.personal]
    alike = ", ".join(["id_token", "name_token", *own])
    persons, duplicates = con.execute(
        f"SELECT count(DISTINCT id_token), count(*) - count(DISTINCT hash({alike})) FROM {rows}"
    ).fetchall()[0]
    return {
        "persons": persons, "duplicates": duplicates, "dates": _dates(con, spec, rows),
        "checks": _checks(con, spec, rows, today), "facts": _facts(con, spec, rows), "canary": canary(con, rows),
    }  # fmt: skip


def canary(con: Any, rows: str) -> list[list[int]]:
    """[token, row number] of some rows spread over the file."""
    found = con.execute(
        f"SELECT id_token, row_no FROM {rows} WHERE id_token IS NOT NULL ORDER BY hash(row_no), row_no LIMIT {CANARIES}"
    ).fetchall()
    return [list(one) for one in found]


def missing(con: Any, rows: str, wanted: list[list[int]]) -> int:
    """How many of the remembered rows are not found any more."""
    if not wanted:
        return 0
    pairs = ", ".join(f"({int(token)}, {int(row)})" for token, row in wanted)
    found = con.execute(f"SELECT count(*) FROM {rows} WHERE (id_token, row_no) IN ({pairs})").fetchall()[0][0]
    return len(wanted) - int(found)


def _dates(con: Any, spec: SourceSpec, rows: str) -> dict[str, list[str]]:
    """Earliest and latest day of every column of days or months that is not personal."""
    names = [one.name for one in spec.columns if one.type in ("date", "month") and not one.personal]
    if not names:
        return {}
    asked = ", ".join(f"min({facts.quoted(name)}), max({facts.quoted(name)})" for name in names)
    found = con.execute(f"SELECT {asked} FROM {rows}").fetchall()[0]
    return {
        name: [found[2 * place].isoformat(), found[2 * place + 1].isoformat()]
        for place, name in enumerate(names)
        if found[2 * place] is not None
    }


def _checks(con: Any, spec: SourceSpec, rows: str, today: datetime.date) -> list[dict[str, Any]]:
    found = con.execute(checks.checks_sql(spec, rows, today)).fetchall()
    return [
        {"code": code, "title": title, "bad": bad, "rows": total, "most_percent": most}
        for code, title, bad, total, most in found
    ]


def _facts(con: Any, spec: SourceSpec, rows: str) -> dict[str, dict[str, int]]:
    """Facts and persons by class, as this batch alone would give them."""
    found = con.execute(
        "SELECT class, count(*), count(DISTINCT id_token) FROM"
        f" ({facts.facts_sql(spec, rows)}) GROUP BY class ORDER BY class"
    ).fetchall()
    return {name: {"facts": count, "persons": persons} for name, count, persons in found}
