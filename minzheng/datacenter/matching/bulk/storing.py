"""From the files of a run to rows: families with their facts sealed, alerts, the review queue, who was left out.

The files are read family by family; only people of the snapshot come in."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.lake.engine import connect, quoted
from minzheng.datacenter.matching.bulk import alerts as alert_rules
from minzheng.datacenter.matching.bulk import comparing, report
from minzheng.datacenter.matching.bulk.caseload import Home, Someone
from minzheng.datacenter.matching.bulk.models import MatchAlert, MatchFamily, MatchLeftOut, MatchReview, MatchRun
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.cases import selectors as case_files

if TYPE_CHECKING:
    import duckdb

    from minzheng.kernel.cases.models import Case

_BATCH = 500
_FACT = (
    "source",
    "class",
    "amount_fen",
    "on_date",
    "valid_to",
    "title",
    "reference",
    "batch",
    "row_no",
    "code",
    "note",
)
Rows = dict[int, list[dict[str, Any]]]


def store(run: MatchRun, homes: list[Home], out: Path, classes: set[str], on: datetime.date) -> None:
    """Write everything the run found and its sums; in the caller's transaction. What an earlier try wrote goes first."""
    run.homes.all().delete()
    run.left.all().delete()
    told = json.loads((out / "run.json").read_text("utf-8"))
    titles = {one["code"]: one["title"] for one in told["sources"]}
    until = run.expires_on or on
    with connect() as con:
        for chunk in _batched(homes, _BATCH):
            _chunk(run, chunk, _found(con, out, chunk), titles, classes, on, until)
    run.totals, run.sources, run.checks = told["totals"], told["sources"], told["checks"]
    run.persons = sum(len(home.asked) for home in homes)
    run.left_out = sum(len(home.left_out) for home in homes)
    run.families = run.homes.count()
    run.differing = run.homes.filter(differences__gt=0).count()
    run.alerts, run.to_review = run.found_alerts.count(), run.reviews.count()


def _batched(rows: list[Home], size: int) -> Iterator[list[Home]]:
    return (rows[at : at + size] for at in range(0, len(rows), size))


def _found(
    con: duckdb.DuckDBPyConnection, out: Path, homes: list[Home]
) -> tuple[Rows, Rows, dict[int, dict[str, Any]]]:
    """Hits, alerts and the sums of some families, by family."""
    keys = ", ".join(str(home.key) for home in homes)
    tables = []
    for name in ("hits", "alerts", "families"):
        cursor = con.execute(
            f"SELECT * FROM read_parquet({quoted(out / f'{name}.parquet')}) WHERE family_id IN ({keys}) ORDER BY ALL"
        )
        names = [one[0] for one in cursor.description or ()]
        rows: Rows = {}
        for row in cursor.fetchall():
            one = dict(zip(names, row, strict=True))
            rows.setdefault(one["family_id"], []).append(one)
        tables.append(rows)
    hits, alerts, families = tables
    return hits, alerts, {key: rows[0] for key, rows in families.items()}


def _chunk(
    run: MatchRun, homes: list[Home], found: tuple[Rows, Rows, dict[int, dict[str, Any]]], titles: Mapping[str, str],
    classes: set[str], on: datetime.date, until: datetime.date,
) -> None:  # fmt: skip
    hits, alerts, sums = found
    cases = case_files.visible_to(SYSTEM).in_bulk({pk for home in homes for pk in home.cases})
    families, told, queue, left = [], [], [], []
    for home in homes:
        left += [
            MatchLeftOut(run=run, region_code=home.region_code, household_id=home.household, person_id=one.pk,
                         person_name=one.name, why=one.why)
            for one in home.left_out
        ]  # fmt: skip
        if not home.asked:
            continue
        mine, warned = hits.get(home.key, []), alerts.get(home.key, [])
        family = _family(run, home, mine, sums.get(home.key, {}), cases, classes, on, until)
        waiting = _queue(run, family, home, mine)
        warned_rows = [_alert(run, family, home, one) for one in warned]
        family.hits, family.alerts, family.to_review = len(mine), len(warned_rows), len(waiting)
        families.append(family)
        told += warned_rows
        queue += waiting
    MatchFamily.objects.bulk_create(families)
    MatchAlert.objects.bulk_create(told)
    MatchReview.objects.bulk_create(queue)
    MatchLeftOut.objects.bulk_create(left)


def _family(
    run: MatchRun, home: Home, hits: list[dict[str, Any]], sums: dict[str, Any], cases: dict[int, Case],
    classes: set[str], on: datetime.date, until: datetime.date,
) -> MatchFamily:  # fmt: skip
    sure = [one for one in hits if not one["review"] and _holds(one, on)]
    differing = comparing.differences(home, cases, sure, classes, on)
    members = [
        {"person": str(one.pk), "name": one.name,
         "facts": [_told(hit) for hit in hits if hit["person_id"] == one.pk and not hit["review"]]}
        for one in home.asked
    ]  # fmt: skip
    figures = {name: sums[name] for name in [*report.columns(), "income_fen"] if sums.get(name)}
    content = {"members": members, "sums": figures, "differences": differing}
    return MatchFamily(
        run=run, region_code=home.region_code, household_id=home.household, payee_name=home.payee,
        awards=[str(pk) for pk in home.awards], persons=len(home.asked), left_out=len(home.left_out),
        differences=len(differing), content=content,
        valid_until=min([until, *(one.until for one in home.asked if one.until)]),
    )  # fmt: skip


def _holds(hit: Mapping[str, Any], on: datetime.date) -> bool:
    """As alerts.in_force says it in SQL."""
    return (hit["on_date"] is None or hit["on_date"] <= on) and (hit["valid_to"] is None or hit["valid_to"] >= on)


def _told(hit: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime.date) else value
        for name in _FACT
        if (value := hit[name]) is not None
    }


def _queue(run: MatchRun, family: MatchFamily, home: Home, hits: list[dict[str, Any]]) -> list[MatchReview]:
    """One line a source row and person, with all facts of that row."""
    rows: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for hit in hits:
        if hit["review"]:
            rows.setdefault((hit["person_id"], hit["source"], hit["batch"], hit["row_no"], hit["code"]), []).append(hit)
    return [
        MatchReview(run=run, family=family, region_code=home.region_code, person_id=person, person_name=home.people[person].name,
                    source=source, batch=batch, row_no=row_no, code=code, content={"facts": [_told(one) for one in facts]})
        for (person, source, batch, row_no, code), facts in rows.items()
    ]  # fmt: skip


def _alert(run: MatchRun, family: MatchFamily, home: Home, row: dict[str, Any]) -> MatchAlert:
    person: Someone | None = home.people.get(row["person_id"])
    return MatchAlert(
        run=run, family=family, region_code=home.region_code, person_id=row["person_id"],
        person_name=person.name if person else "", code=row["code"], title=alert_rules.titles()[row["code"]],
        level=row["level"], on=row["on_date"], content={"sentence": row["sentence"]},
    )  # fmt: skip
