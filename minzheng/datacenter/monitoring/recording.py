"""From findings to alerts: once for a person, a monitor and a month; a more urgent finding raises the alert there is, new
facts are added to it; two orange ones in a household make a red one. Called inside the transaction that ends a run."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from minzheng.datacenter.monitoring import terms
from minzheng.datacenter.monitoring.asking import Found
from minzheng.datacenter.monitoring.entries import ORANGE, RED, Fact, more_urgent
from minzheng.datacenter.monitoring.models import Alert, AlertAct, MonitorRun
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.classes import CLASSES
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards import selectors as awards
from minzheng.kernel.months import month_after
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import reserve
from minzheng.kernel.subjects.selectors import visible_persons

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

_BATCH = 2000
_TITLES = dict(Alert.LEVELS)


@dataclass
class Counts:
    """What became of the findings, per monitor: {"hits", "new", "repeated", "upgraded"}."""

    by_monitor: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, monitor: str, what: str) -> None:
        self.by_monitor[monitor][what] += 1

    def total(self, what: str) -> int:
        return sum(one[what] for one in self.by_monitor.values())

    def as_dict(self) -> dict[str, dict[str, int]]:
        return {
            code: {what: one[what] for what in ("hits", "new", "repeated", "upgraded", "unset")}
            for code, one in sorted(self.by_monitor.items())
        }


def record(found: Iterable[Found], run: MonitorRun, counts: Counts) -> None:
    """Write the alerts of a run."""
    rows = list(found)
    for start in range(0, len(rows), _BATCH):
        _some(rows[start : start + _BATCH], run, counts)
    _raise_households(run, counts)


def _some(rows: list[Found], run: MonitorRun, counts: Counts) -> None:
    now = clock.now()
    period = clock.today().replace(day=1)
    existing = _existing(rows, period)
    fresh: list[Found] = []
    for one in rows:
        counts.add(one.monitor.code, "hits")
        held = existing.get((one.person.person_id, one.monitor.code))
        if held is None:
            fresh.append(one)
            counts.add(one.monitor.code, "new")
        else:
            counts.add(one.monitor.code, "upgraded" if _again(held, one, run, now) else "repeated")
    _create(fresh, run, period, now)


def _existing(rows: list[Found], period: datetime.date) -> dict[tuple[int, str], Alert]:
    """The newest alert of the same person and monitor within the monitor's quiet months."""
    quiet = {one.monitor.code: one.monitor.quiet_months for one in rows}
    since = month_after(period, 1 - max(quiet.values(), default=1))
    held = Alert.objects.select_for_update().filter(
        person_id__in={one.person.person_id for one in rows}, monitor__in=quiet, period__gte=since, channel=Alert.DATA
    )
    return {
        (one.person_id or 0, one.monitor): one
        for one in held.order_by("period")
        if one.period >= month_after(period, 1 - quiet[one.monitor])
    }


def _again(held: Alert, one: Found, run: MonitorRun, now: datetime.datetime) -> bool:
    """The same once more: facts not yet there are added; a more urgent level is taken over. Returns whether it was."""
    known = {_mark(f) for f in held.content.get("facts", [])}
    more = [row for row in map(fact_row, one.finding.facts) if _mark(row) not in known]
    level = one.finding.level or one.monitor.level
    raised = more_urgent(level, held.level)
    if not more and not raised:
        return False
    content = dict(held.content)
    content["facts"] = [*content.get("facts", []), *more]
    if more or raised:
        content["sentence"] = one.finding.sentence
    held.content = content
    held.in_doubt = held.in_doubt and all(f.in_doubt for f in one.finding.facts)
    if raised:
        _raise(held, level, one.finding.sentence, now)
    elif more and held.is_open:
        _note(held, "facts", held.state, {"sentence": one.finding.sentence, "added": len(more)}, now)
    held.version += 1
    held.save()
    return raised


def _mark(row: dict[str, Any]) -> tuple[str, ...]:
    """By what two facts of an alert are the same; found by the whole number is more than found by a name."""
    return (row["source"], row["reference"], row["title"], row["on"], row["code"])


def _raise(alert: Alert, level: str, why: str, now: datetime.datetime) -> None:
    """A more urgent level, with its own deadline; a closed alert opens again."""
    before, state = alert.level, alert.state
    alert.raised_from, alert.level = before, level
    if state == Alert.CLOSED:
        alert.state, alert.closed_at, alert.code, alert.verdict = Alert.NEW, None, "", ""
    if alert.state in (Alert.NEW, Alert.ASSIGNED):
        due = terms.visit_due(level, alert.monitor, now)
        alert.due_at = min(alert.due_at, due) if state != Alert.CLOSED else due
    _set_day(alert)
    words = f"由{_TITLES[before]}升为{_TITLES[level]}：{why}"
    _note(alert, "upgrade", alert.state, {"sentence": words}, now, from_state=state)


def _note(
    alert: Alert, code: str, to_state: str, data: dict[str, Any], now: datetime.datetime, from_state: str = "",
    actor: Actor = SYSTEM,
) -> None:  # fmt: skip
    last = alert.acts.order_by("-seq").values_list("seq", flat=True).first() or 0
    AlertAct.objects.create(
        alert=alert, seq=last + 1, code=code, from_state=from_state or alert.state, to_state=to_state, actor=actor.user,
        actor_name=actor.name, role=actor.role, at=now, data=data,
    )  # fmt: skip


def _set_day(alert: Alert) -> None:
    from django.utils import timezone

    alert.due_on = timezone.localtime(alert.due_at).date()


def _create(fresh: list[Found], run: MonitorRun, period: datetime.date, now: datetime.datetime) -> None:
    people = {
        pk: (name, region, demo)
        for pk, name, region, demo in visible_persons(SYSTEM)
        .filter(pk__in={one.person.person_id for one in fresh})
        .values_list("pk", "name", "region_code", "is_demo")
    }
    cases = _cases(fresh)
    numbers = _numbers([one for one in fresh if one.person.person_id in people], now.year)
    alerts = []
    for one in fresh:
        if one.person.person_id not in people:
            continue  # the file was merged or erased since the snapshot
        name, region, demo = people[one.person.person_id]
        item = item_of(one)
        level = one.finding.level or one.monitor.level
        alert = Alert(
            no=numbers[region[:6]].pop(0), region_code=region, monitor=one.monitor.code, title=one.monitor.title[:60],
            level=level, item_code=item, person_id=one.person.person_id, person_name=name,
            household_id=one.person.household_id, case_id=cases.get((one.person.person_id, item)), period=period,
            in_doubt=bool(one.finding.facts) and all(f.in_doubt for f in one.finding.facts),
            content={"sentence": one.finding.sentence, "facts": [fact_row(f) for f in one.finding.facts]},
            town_code=codes.full(region[:9]), created_at=now, due_at=terms.visit_due(level, one.monitor.code, now),
            due_on=now.date(), run=run, is_demo=demo,
        )  # fmt: skip
        _set_day(alert)
        alerts.append(alert)
    Alert.objects.bulk_create(alerts)
    AlertAct.objects.bulk_create(
        AlertAct(
            alert=one, seq=1, code="found", from_state="", to_state=Alert.NEW, actor_name="系统", role="system", at=now,
            data={"sentence": one.content["sentence"]},
        )
        for one in alerts
    )  # fmt: skip


def item_of(one: Found) -> str:
    """The benefit whose readers may see the alert: the monitor's own, else one that the person draws."""
    person = one.person
    if one.monitor.item:
        return one.monitor.item
    drawn = person.draws(one.monitor.benefits) or person.benefits or person.payee_of or person.household_benefits
    return (drawn or person.ended or ("",))[0]


def _cases(fresh: list[Found]) -> dict[tuple[int, str], int]:
    """(person, item) → the case of the award in force that covers the person or is paid to them."""
    people = {one.person.person_id for one in fresh}
    rows = awards.visible_to(SYSTEM).exclude(state="ended").filter(case__isnull=False)
    found: dict[tuple[int, str], int] = {}
    for path in ("payee_id", "members__person_id"):  # whom it covers wins over whom it is paid to
        mine = rows.filter(Q(**{f"{path.removesuffix('_id')}__in": people}))
        found |= {(pk, item): case for pk, item, case in mine.values_list(path, "item_code", "case_id")}
    return found


def _numbers(rows: list[Found], year: int) -> dict[str, list[str]]:
    """County → numbers for its new alerts."""
    wanted = Counter(one.person.region_code[:6] for one in rows)
    return {
        county: [
            number(county, year, n)
            for n in reserve("alert", region_code=codes.full(county), year=year, count=count)
        ]
        for county, count in wanted.items()
    }  # fmt: skip


def number(county: str, year: int, n: int) -> str:
    """预警编号: YJ990101-2026-000001."""
    return f"YJ{county}-{year}-{n:06d}"


def fact_row(fact: Fact) -> dict[str, Any]:
    """A fact as an alert keeps and shows it."""
    spec = registry.all().get(fact.source)
    return {
        "source": fact.source, "source_title": f"{spec.department_title}·{spec.title}" if spec else fact.source,
        "department": spec.department if spec else "", "class": fact.class_,
        "class_title": CLASSES.get(fact.class_, (fact.class_,))[0], "title": fact.title,
        "on": fact.on.isoformat() if fact.on else "", "reference": fact.reference, "amount_fen": fact.amount_fen,
        "code": fact.code, "batch": fact.batch, "role": fact.role,
    }  # fmt: skip


def _raise_households(run: MonitorRun, counts: Counts) -> None:
    """So many orange alerts in one month for one household: the newest becomes red (reference §2.7)."""
    period, least = clock.today().replace(day=1), terms.number("raise_count")
    touched = Alert.objects.filter(run=run, level=ORANGE, household__isnull=False).values_list(
        "household_id", flat=True
    )
    rows = Alert.objects.select_for_update().filter(household_id__in=set(touched), period=period)
    homes: dict[int, list[Alert]] = defaultdict(list)
    for one in rows.order_by("created_at", "no"):
        homes[one.household_id or 0].append(one)
    for alerts in homes.values():
        orange = [one for one in alerts if one.level == ORANGE]
        if len(orange) < least or any(one.level == RED and one.raised_from == ORANGE for one in alerts):
            continue
        newest = orange[-1]
        now = clock.now()
        _raise(newest, RED, f"本户本月已有 {len(orange)} 条橙色预警", now)
        newest.version += 1
        newest.save()
        counts.add(newest.monitor, "upgraded")
