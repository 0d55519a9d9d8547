"""Asking the sources: the lake for all that deliver in batches in one go, live adapters one by one; what was asked of whom
when is the query log of the report."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from minzheng.datacenter.matching import from_lake, scopes
from minzheng.datacenter.matching.interface import Asked, Fact, Source, SourceSilent, SourceUnavailable, Waiting
from minzheng.kernel import clock

#: Live adapters by source code; they take the place of what the lake says, or stand beside it.
SOURCES: dict[str, Callable[[], Source]] = {}
ANSWERED, MISSING, SILENT, WAITING, OUTSIDE = "answered", "missing", "silent", "waiting", "outside"
STATES = {
    ANSWERED: "已答复",
    MISSING: "没有答复（缺项）",
    SILENT: "未接入",
    WAITING: "等待答复",
    OUTSIDE: "不在授权范围，没有查询",
}


@dataclass
class Collected:
    """What the sources said. `facts`: by member; `queries`: one line a source."""

    facts: dict[int, list[Fact]] = field(default_factory=dict)
    queries: list[dict[str, Any]] = field(default_factory=list)

    def of(self, state: str) -> list[dict[str, Any]]:
        return [line for line in self.queries if line["state"] == state]


def all_sources() -> list[Source]:
    """Every source in the order of the report: the lake's, replaced by live adapters of the same code, then further
    live adapters."""
    listed: list[Source] = [SOURCES[one.code]() if one.code in SOURCES else one for one in from_lake.sources()]
    known = {one.code for one in listed}
    return [*listed, *(make() for code, make in SOURCES.items() if code not in known)]


def titles() -> dict[str, str]:
    return {source.code: source.title for source in all_sources()}


def ask(
    people: Sequence[Asked],
    on: datetime.date,
    items: Collection[str],
    *,
    wanted: Mapping[str, Collection[int]] | None = None,
    region_code: str = "",
    only: Collection[str] | None = None,
) -> Collected:
    """One query about these people. `items`: data items that the consents cover. `wanted`: source → member ids still to be
    asked about (all sources and people by default). `only`: classes of facts to keep (a request from outside)."""
    found = Collected()
    todo: list[tuple[Source, list[Asked], dict[str, Any]]] = []
    asked_at = clock.now()
    for source in all_sources():
        about = [p for p in people if wanted is None or p.member_id in wanted.get(source.code, ())]
        if not about or not _asked_for(source, only):
            continue
        line = _line(source, about, asked_at)
        found.queries.append(line)
        if scopes.covered(source.code, items):
            todo.append((source, about, line))
        else:
            line["state"] = OUTSIDE
    answers = from_lake.look_up([(s, p) for s, p, _ in todo if isinstance(s, from_lake.LakeSource)], on, region_code)
    for source, about, line in todo:
        _take(found, source, line, lambda s=source, p=about: _answer(answers, s, p, on), only)  # type: ignore[misc]
    return found


def _asked_for(source: Source, only: Collection[str] | None) -> bool:
    classes = getattr(source, "classes", ())
    return only is None or not classes or bool(set(classes) & set(only))


def _line(source: Source, about: Sequence[Asked], asked_at: datetime.datetime) -> dict[str, Any]:
    return {
        "source": source.code,
        "title": source.title,
        "people": [str(p.member_id) for p in about],
        "asked_at": asked_at.isoformat(),
        "answered_at": "",
        "state": WAITING,
        "facts": 0,
        "batches": [],
    }


def _answer(
    answers: Mapping[str, Any], source: Source, about: Sequence[Asked], on: datetime.date
) -> dict[int, list[Fact]]:
    if not isinstance(source, from_lake.LakeSource):
        return source.facts(about, on)
    answer = answers[source.code]
    if isinstance(answer, Exception):
        raise answer
    return dict(answer)


def _take(
    found: Collected,
    source: Source,
    line: dict[str, Any],
    answer: Callable[[], dict[int, list[Fact]]],
    only: Collection[str] | None,
) -> None:
    try:
        facts = answer()
    except SourceUnavailable:
        line["state"] = MISSING
    except SourceSilent:
        line["state"] = SILENT
    except Waiting:
        line["state"] = WAITING
    else:
        line |= {"state": ANSWERED, "answered_at": clock.now().isoformat()}
        for member_id, rows in facts.items():
            kept = [f for f in rows if only is None or f.class_ in only]
            found.facts.setdefault(member_id, []).extend(kept)
            line["facts"] += len(kept)
            line["batches"] = sorted({*line["batches"], *(f.batch for f in rows if f.batch)})
