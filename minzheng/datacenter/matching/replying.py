"""The answer to a request from outside: what each source knows of each person, with no declaration to compare it with."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from minzheng.datacenter.matching import asking, hits, items, report, terms
from minzheng.datacenter.matching.composing import NOTICE, Known
from minzheng.datacenter.matching.models import MatchRequest
from minzheng.kernel import clock
from minzheng.kernel.cases.running.evidence import canonical, digest
from minzheng.kernel.subjects.masking import mask_id


@dataclass(frozen=True)
class Someone:
    """A person of the request, with the names that the report's functions know a member by."""

    pk: int
    seq: int
    name: str
    relation: str
    declared: dict[str, Any] = field(default_factory=dict)


def issue(request: MatchRequest, known: Known) -> None:
    """Write the answer into the request (the caller saves it)."""
    import json

    people = [Someone(int(p["seq"]), int(p["seq"]), p["name"], p["relation"]) for p in request.people]
    titles = asking.titles()
    silent = [line for line in known.queries if line["state"] == asking.MISSING]
    counted = report.accepted(known.facts)
    data = {
        "no": request.no,
        "version": request.version + 1,
        "as_of": request.as_of,
        "scope": request.scope,
        "people": [
            {"seq": p["seq"], "name": p["name"], "relation": p["relation"], "id_no": mask_id(p["id_no"])}
            for p in request.people
        ],
        "items": items.table(people, known.facts, {}, None, missing=[q["source"] for q in silent], titles=titles),  # type: ignore[arg-type]
        "alarms": report.alarms(people, counted),  # type: ignore[arg-type]
        "hits": hits.rows(people, known.facts, titles),  # type: ignore[arg-type]
        "missing_sources": [line["title"] for line in silent],
        "queries": known.queries,
        "notice": NOTICE,
    }
    plain = json.loads(canonical(data))
    today = clock.today()
    request.result, request.result_sha = plain, digest(plain)
    request.version += 1
    request.state, request.issued_at, request.due_on = "issued", clock.now(), None
    request.valid_until = today + datetime.timedelta(days=terms.number("outside_valid_days"))
