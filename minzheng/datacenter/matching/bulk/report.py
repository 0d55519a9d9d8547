"""One row a family out of the hits: income by class (a month), property, counts, alerts and what awaits a review."""

from __future__ import annotations

import datetime

from minzheng.datacenter.matching.bulk.alerts import in_force
from minzheng.datacenter.sources.classes import CLASSES
from minzheng.datacenter.sources.facts import literal


def column_of(class_: str) -> str:
    """The column of families.parquet a class is added up in; "" for classes that are only shown."""
    _, word, kind = CLASSES[class_]
    return {
        "income": f"income_{class_}_fen",
        "property": f"{class_}_fen",
        "count": word,
        "yes": "market_entities" if class_ == "market_entity" else class_,
    }.get(kind, "")


def columns() -> dict[str, str]:
    """Column → class, in the order of the classes."""
    return {column_of(code): code for code in CLASSES if column_of(code)}


def families_sql(persons: str, hits: str, alerts: str, on: datetime.date) -> str:
    """Every family, also those about whom nothing was found. ``persons``: family_id, person_id. No join: three relations
    of one shape, added up once."""
    holds = f"(NOT review AND {in_force(on)})"
    per_class = ", ".join(
        f'sum({_value(code)}) FILTER ("class" = {literal(code)} AND counts) AS {name}'
        for name, code in columns().items()
    )
    incomes = " + ".join(name for name, code in columns().items() if CLASSES[code][2] == "income")
    whole = ", ".join(f"CAST(coalesce({name}, 0) AS BIGINT) AS {name}" for name in columns())
    rows = (
        f'SELECT family_id, 1 AS person, NULL AS "class", NULL AS amount_fen, false AS counts, 0 AS alarm, 0 AS pending FROM {persons}'
        f' UNION ALL SELECT family_id, 0, "class", amount_fen, {holds}, 0, CAST(review AS INTEGER) FROM {hits}'
        f" UNION ALL SELECT family_id, 0, NULL, NULL, false, 1, 0 FROM {alerts}"
    )
    summed = (
        f"SELECT family_id, CAST(sum(person) AS BIGINT) AS persons, {per_class}, CAST(sum(alarm) AS BIGINT) AS alarms,"
        f" CAST(sum(pending) AS BIGINT) AS review FROM ({rows}) GROUP BY family_id"
    )
    nothing_empty = f"SELECT family_id, persons, {whole}, alarms, review FROM ({summed})"
    return f"SELECT family_id, persons, {incomes} AS income_fen, * EXCLUDE (family_id, persons) FROM ({nothing_empty})"


def _value(class_: str) -> str:
    return "1" if CLASSES[class_][2] in ("count", "yes") else "amount_fen"
