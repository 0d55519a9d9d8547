"""Checks of a delivery as SQL: one count each, kept with the batch. Bad rows stay; the catalogue shows the share."""

from __future__ import annotations

import datetime

from minzheng.datacenter.sources.facts import literal, quoted
from minzheng.datacenter.sources.spec import Check, SourceSpec


def checks_sql(spec: SourceSpec, relation: str, today: datetime.date) -> str:
    """SELECT code, title, bad BIGINT, rows BIGINT, most_percent DOUBLE: one row a check; no rows without checks."""
    parts = [
        f"SELECT {literal(one.code)} AS code, {literal(one.title)} AS title, {_bad(one, today)} AS bad,"
        f" count(*) AS rows, CAST({one.most_percent} AS DOUBLE) AS most_percent FROM {relation}"
        for one in spec.checks
    ]
    nothing = "SELECT '' AS code, '' AS title, 0 AS bad, 0 AS rows, CAST(0 AS DOUBLE) AS most_percent WHERE false"
    return "\nUNION ALL\n".join(parts) or nothing


def _bad(one: Check, today: datetime.date) -> str:
    column = quoted(one.column)
    if one.rule == "unique":
        return f"count({column}) - count(DISTINCT {column})"
    if one.rule == "filled":
        condition = f"{column} IS NULL"
    elif one.rule == "not_future":
        condition = f"{column} > DATE {literal(today.isoformat())}"
    elif one.rule == "not_before":
        condition = f"{column} < {quoted(one.other)}"
    else:
        low = [f"{column} < {one.low}"] if one.low is not None else []
        high = [f"{column} > {one.high}"] if one.high is not None else []
        condition = " OR ".join([*low, *high])
    return f"count(*) FILTER (WHERE {condition})"
