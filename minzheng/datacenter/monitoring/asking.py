"""The Python half of a run: the few people with news, each put to the monitors that asked for them."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from minzheng.datacenter.lake.engine import quoted
from minzheng.datacenter.monitoring import joining
from minzheng.datacenter.monitoring.declare import ALWAYS, NEVER, Monitor
from minzheng.datacenter.monitoring.entries import Entry, Fact, Finding, Watched
from minzheng.kernel.regions import codes
from minzheng.policy.errors import Unconfigured

_COLUMNS = [field.name for field in fields(Watched)]
_FACTS = "person_id, source, class, on_date, title, amount_fen, valid_to, reference, code, role, batch"
#: People put to the monitors at a time: memory stays flat, however much is new.
_CHUNK = 20_000


@dataclass(frozen=True)
class Found:
    """A finding about one person."""

    monitor: Monitor
    person: Watched
    finding: Finding


def ask(
    con: Any, monitors: Iterable[Monitor], today: datetime.date, off: Callable[[str, str], bool], unset: Counter[str],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Found]:  # fmt: skip
    """Every finding. `off(monitor code, region)`: whether the monitor is switched off there. `unset`: counts, per
    monitor, the people about whom it could not be asked because a place has not set a parameter."""
    asked: dict[int, list[Monitor]] = defaultdict(list)
    for one in monitors:
        for pk in joining.candidates(con, one):
            asked[pk].append(one)
    people = sorted(asked)
    values: dict[tuple[str, str], Callable[[str], Any]] = {}
    for start in range(0, len(people), _CHUNK):
        progress(start, len(people))
        yield from _some(con, people[start : start + _CHUNK], asked, today, off, unset, values)
    progress(len(people), len(people))


def _some(
    con: Any, people: list[int], asked: dict[int, list[Monitor]], today: datetime.date,
    off: Callable[[str, str], bool], unset: Counter[str], values: dict[tuple[str, str], Callable[[str], Any]],
) -> Iterator[Found]:  # fmt: skip
    con.execute("CREATE OR REPLACE TABLE wanted (person_id BIGINT)")
    con.execute(f"INSERT INTO wanted SELECT unnest([{', '.join(map(str, people))}])")
    watched = _watched(con)
    fresh, known = _facts(con, "fresh", ", baseline"), _facts(con, "known", "")
    for pk in people:
        person = watched[pk]
        for one in asked[pk]:
            if off(one.code, person.region_code):
                continue
            entry = _entry(one, person, today, fresh.get(pk, []), known.get(pk, []), values)
            if not one.by_state and not entry.news:
                continue
            try:
                finding = one.run(entry)
            except Unconfigured:
                unset[one.code] += 1
                continue
            if finding is not None:
                yield Found(one, person, finding)


def _watched(con: Any) -> dict[int, Watched]:
    rows = con.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM watched SEMI JOIN wanted USING (person_id) WHERE role = 'self'"
    ).fetchall()
    found: dict[int, Watched] = {}
    for row in rows:
        values: list[Any] = [tuple(one) if isinstance(one, list) else one for one in row]
        found[row[0]] = Watched(*values)
    return found


def _facts(con: Any, table: str, more: str) -> dict[int, list[tuple[Fact, bool]]]:
    """Person → [(fact, whether it was only found because the person is watched for the first time)], oldest first."""
    found: dict[int, list[tuple[Fact, bool]]] = defaultdict(list)
    sql = f"SELECT {_FACTS}{more} FROM {table} SEMI JOIN wanted USING (person_id) WHERE class <> {quoted('')}"
    for row in con.execute(f"{sql} ORDER BY person_id, on_date, reference").fetchall():
        pk, source, class_, on, title, fen, until, reference, code, role, batch = row[:11]
        fact = Fact(source, class_, on, title, fen, until, reference, code, role, batch)
        found[pk].append((fact, bool(row[11]) if more else False))
    return found


def _entry(
    one: Monitor, person: Watched, today: datetime.date, fresh: list[tuple[Fact, bool]],
    known: list[tuple[Fact, bool]], values: dict[tuple[str, str], Callable[[str], Any]],
) -> Entry:  # fmt: skip
    mine = [(fact, baseline) for fact, baseline in fresh if fact.class_ in one.classes and fact.role in one.roles]
    news = tuple(fact for fact, baseline in mine if _is_news(one, person, fact, baseline))
    before = [fact for fact, _ in known if fact.class_ in one.classes and fact.role in one.roles]
    before += [fact for fact, baseline in mine if not _is_news(one, person, fact, baseline)]
    return Entry(person, today, news, tuple(before), _values(one, person.region_code, today, values))


def _is_news(one: Monitor, person: Watched, fact: Fact, baseline: bool) -> bool:
    """The same as `joining.is_news`, of one fact."""
    if not baseline or one.newcomers == ALWAYS:
        return True
    dated = one.newcomers != NEVER and person.decided_on is not None and fact.on is not None
    return bool(dated and fact.on > person.decided_on)  # type: ignore[operator]


def _values(
    one: Monitor, region: str, today: datetime.date, kept: dict[tuple[str, str], Callable[[str], Any]]
) -> Callable[[str], Any]:
    if one.thresholds is None:
        return lambda name: None
    # Thresholds are set by county or above, or by a township: one look-up serves a whole township.
    place = codes.full(region[:9])
    key = (one.thresholds.code, place)
    if key not in kept:
        kept[key] = one.thresholds.at(place, today)
    return kept[key]
