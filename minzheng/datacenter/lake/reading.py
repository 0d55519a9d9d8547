"""What holds in the lake: the batches in force, their files, and clean rows as SQL for the engine.

Readers go by the manifest alone: what is not `held` is not there, whatever lies on the disk. A source that delivers its
whole register each time (snapshot) holds with its newest month of every place; of one that delivers what is new
(increment), all batches hold together.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
from django.db.models import Q

from minzheng.datacenter.lake import checking, engine, sealed, writing
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.facts import quoted
from minzheng.kernel.regions import codes

#: Types of Arrow that the clean rows have, in DuckDB's words.
_SQL = {"int64": "BIGINT", "string": "VARCHAR", "binary": "BLOB", "date32[day]": "DATE", "bool": "BOOLEAN"}


def batches(
    source: str, on: datetime.date | None = None, region: str | None = None,
    since: datetime.date | datetime.datetime | None = None,
) -> list[LakeBatch]:  # fmt: skip
    """Batches in force, oldest month first.

    `on`: only months up to that day's. `region`: only deliveries about this place, places within it or around it.
    `since`: only what entered the lake from that day or moment on (the delta of a monitor)."""
    found = in_force([source], on, region)[source]
    if since is not None:
        found = [one for one in found if one.held_at is not None and _day_or_moment(one.held_at, since)]
    return found


def in_force(
    sources: Sequence[str], on: datetime.date | None = None, region: str | None = None
) -> dict[str, list[LakeBatch]]:
    """Source → its batches in force (as `batches`), for many sources in one query of the manifest."""
    rows = LakeBatch.objects.filter(source__in=sources, state=LakeBatch.HELD)
    if on is not None:
        rows = rows.filter(period__lte=f"{on:%Y-%m}")
    if region:
        around = [codes.full(region)]
        while codes.parent(around[-1]):
            around.append(codes.parent(around[-1]))
        rows = rows.filter(codes.scope_q([region]) | Q(region_code__in=[*around, codes.NATION]))
    found: dict[str, list[LakeBatch]] = {source: [] for source in sources}
    for one in rows.order_by("period", "held_at", "pk"):
        found[one.source].append(one)
    return {
        source: _newest_of_each(held) if registry.get(source).delivery == "snapshot" else held
        for source, held in found.items()
    }


def _newest_of_each(held: list[LakeBatch]) -> list[LakeBatch]:
    """Of a source that delivers its whole register each time: every place's newest month."""
    newest: dict[str, str] = {}
    for one in held:
        newest[one.region_code] = max(newest.get(one.region_code, ""), one.period)
    return [one for one in held if one.period == newest[one.region_code]]


def _day_or_moment(at: datetime.datetime, since: datetime.date | datetime.datetime) -> bool:
    if isinstance(since, datetime.datetime):
        return at >= since
    return at.astimezone(datetime.timezone(datetime.timedelta(hours=8))).date() >= since


def newest(source: str) -> LakeBatch | None:
    """The batch in force of the newest month, the one that came last; None for a source without any."""
    rows = LakeBatch.objects.filter(source=source, state=LakeBatch.HELD)
    return rows.order_by("-period", "-held_at", "-pk").first()


def files(source: str, on: datetime.date | None = None) -> list[str]:
    """Paths of the clean Parquet files in force."""
    return files_of(batches(source, on))


def files_of(rows: Iterable[LakeBatch]) -> list[str]:
    """Paths of the clean Parquet files of these batches."""
    return [str(writing.folder_of(one.source, one.period, one.no) / writing.PART) for one in rows]


def repairs_of(rows: Iterable[LakeBatch]) -> list[str]:
    """Paths of the repair candidates of these batches."""
    return [str(writing.folder_of(one.source, one.period, one.no) / writing.REPAIRED) for one in rows]


def relation(
    con: duckdb.DuckDBPyConnection, source: str, on: datetime.date | None = None, *,
    rows: Iterable[LakeBatch] | None = None, tokens: Sequence[int] | None = None,
) -> str:  # fmt: skip
    """SQL text (a whole query) for the clean rows in force, with the column `batch` (batch number) beside them.

    `rows`: these batches instead. `tokens`: only these persons; files are sorted by token, so little is read. A source
    without batches gives a query of no rows with the right columns."""
    chosen = list(rows) if rows is not None else batches(source, on)
    if not chosen:
        return _nothing(source)
    listed = ", ".join(engine.quoted(path) for path in files_of(chosen))
    where = ""
    if tokens is not None:
        where = f" WHERE id_token IN ({', '.join(str(int(one)) for one in tokens) or 'NULL'})"
    return f"SELECT * FROM read_parquet([{listed}], hive_partitioning=true, hive_types={_HIVE}){where}"


#: The folders' names become columns: text, whatever they look like.
_HIVE = "{'source': VARCHAR, 'period': VARCHAR, 'batch': VARCHAR}"


def repaired(con: duckdb.DuckDBPyConnection, source: str, on: datetime.date | None = None) -> str:
    """SQL text for the repair candidates of the invalid numbers in force (columns of checking.REPAIRS and `batch`)."""
    chosen = batches(source, on)
    if not chosen:
        asked = ", ".join(f"CAST(NULL AS BIGINT) AS {name}" for name in checking.REPAIRS.names)
        return f"SELECT {asked}, CAST(NULL AS VARCHAR) AS batch WHERE false"
    listed = ", ".join(engine.quoted(path) for path in repairs_of(chosen))
    return f"SELECT * FROM read_parquet([{listed}], hive_partitioning=true, hive_types={_HIVE})"


def _nothing(source: str) -> str:
    asked = [
        f"CAST(NULL AS {_SQL[str(field.type)]}) AS {quoted(field.name)}"
        for field in checking.schema(registry.get(source))
    ]
    words = [f"CAST(NULL AS VARCHAR) AS {name}" for name in ("source", "period", "batch")]
    return f"SELECT {', '.join([*asked, *words])} WHERE false"


def people(batch: LakeBatch, values: Iterable[bytes | None]) -> list[tuple[str, str]]:
    """(ID number, name) behind values of the column `sealed` of one batch. Whoever calls this has logged the reading."""
    opened = sealed.opened(batch.key, "sealed", values)
    pairs = [(one or "").partition(sealed.SEPARATOR) for one in opened]
    return [(number, name) for number, _, name in pairs]


def opened(batch: LakeBatch, column: str, values: Iterable[bytes | None]) -> list[str | None]:
    """Values of another sealed column of one batch in plain. Whoever calls this has logged the reading."""
    return sealed.opened(batch.key, column, values)


def rows_of(batch: LakeBatch, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Clean rows of a batch by row number, as dictionaries; sealed values stay sealed."""
    wanted = ", ".join(str(int(one)) for one in numbers) or "NULL"
    with engine.connect() as con:
        found = con.execute(
            f"SELECT * FROM read_parquet({engine.quoted(files_of([batch])[0])}) WHERE row_no IN ({wanted})"
        )
        names = [one[0] for one in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
