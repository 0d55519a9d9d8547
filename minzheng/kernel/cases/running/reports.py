"""核对报告与后来的认定: which judgements still hold when a report has been issued again as a new version.

A report is evidence and never changes; a correction, an accepted hit or a new member makes version n+1, which names its
forerunners in `data["versions"]`. What a person judged on the earlier version stands as long as the figures are the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Evidence

JUDGEMENT, REVIEW = "judgement", "match_review"


def judged(report: Evidence, rows: Iterable[Evidence]) -> dict[str, dict[str, Any]]:
    """{key of a difference or alarm: the judgement that holds for this report}; later ones win."""
    figures = {d["key"]: (d["declared"], d["found"]) for d in report.data.get("differences", [])}
    held: dict[str, dict[str, Any]] = {}
    for row in _oldest_first(rows, JUDGEMENT):
        said = row.data
        key = str(said.get("key"))
        same = figures.get(key, (None, None)) == (said.get("declared"), said.get("found"))
        if said.get("report") == str(report.pk) or (_earlier(report, said) and same):
            held[key] = said
    return held


def reviewed(report: Evidence, rows: Iterable[Evidence]) -> dict[str, dict[str, Any]]:
    """{key of a doubtful hit: what a person decided about it}, on this report or an earlier version."""
    return {
        str(row.data.get("key")): row.data
        for row in _oldest_first(rows, REVIEW)
        if row.data.get("report") == str(report.pk) or _earlier(report, row.data)
    }


def waiting_hits(report: Evidence, rows: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Doubtful hits (待复核) of the report that nobody has decided about: they are in no sum until then."""
    done = reviewed(report, rows)
    return [hit for hit in report.data.get("hits", []) if hit["key"] not in done]


def _earlier(report: Evidence, said: dict[str, Any]) -> bool:
    return said.get("report") in report.data.get("versions", [])


def _oldest_first(rows: Iterable[Evidence], kind: str) -> list[Evidence]:
    return sorted((row for row in rows if row.kind == kind), key=lambda row: (row.at, row.pk))
