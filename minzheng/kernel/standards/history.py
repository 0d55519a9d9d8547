"""Every value of one parameter that touches a place, past, present and to come, with who set it and by which document;
and the table of all parameters by level for the standards page."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from minzheng.kernel.regions.selectors import region_names
from minzheng.kernel.standards import checks, selectors, values
from minzheng.kernel.standards.models import ParameterValue
from minzheng.kernel.standards.sets import NamedSet, all_sets, find
from minzheng.policy.params import EVIDENCE, Declaration, Resolved, Row
from minzheng.policy.regions import normalize_region, region_level

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

STATES = {
    "now": ("现在的值", "good"),
    "next": ("将要生效", "info"),
    "covered": ("已被代替", "plain"),
    "past": ("已过期", "plain"),
    "draft": ("待签发", "warn"),
    "withdrawn": ("已撤回", "plain"),
}


@dataclass(frozen=True)
class Version:
    """One value of a parameter. `state`: see STATES. `value`: the table row it stands in; None for a shipped one."""

    state: str
    level: str
    place: str
    shown: str
    also: str
    since: datetime.date | None
    until: datetime.date | None
    source: str
    evidence: str
    as_floor: bool
    value: ParameterValue | None = None

    @property
    def drafted(self) -> str:
        return self.value.drafted_by.name if self.value and self.value.drafted_by else ""

    @property
    def signed(self) -> str:
        return self.value.signed_by.name if self.value and self.value.signed_by else ""


@dataclass(frozen=True)
class Line:
    """One parameter on the standards page: what holds here, what each level says, and what comes next."""

    standing: selectors.Standing
    also: str
    levels: Mapping[str, str]
    next: str
    floor: str


def versions(region_code: str, name: str, on: datetime.date, actor: Actor) -> list[Version]:
    """Newest first. What is not signed is shown to those who may read that very place's values."""
    found = find(name)
    if found is None:
        return []
    named, declaration = found
    code = normalize_region(region_code)
    params = values.with_values(named.load())
    chain = params.successions.chain(code, on)
    rows = [row for row in named.load().rows if row.name == name and row.region in chain]
    own = _kept(name, chain, actor)
    now = params.resolve(name, code, on)
    names = region_names([place.ljust(12, "0") for place in chain])
    told = [_version(declaration, row, None, now, on, names) for row in rows]
    for value in own:
        row = values.make_row(declaration, value)
        told.append(_version(declaration, row, value, now, on, names))
    if declaration.default is not None:
        told.append(_version(declaration, declaration.default, None, now, on, names))
    return sorted(told, key=lambda one: (one.since or datetime.date.min, one.state == "now"), reverse=True)


def _kept(name: str, chain: list[str], actor: Actor) -> list[ParameterValue]:
    places = [place.ljust(12, "0") for place in chain]
    rows = ParameterValue.objects.filter(name=name, region_code__in=places)
    if not actor.is_system:
        rows = rows.filter(Q(state="signed") | actor.scope_q("policy.read"))
    return list(rows.select_related("drafted_by", "signed_by", "standard_set"))


def _version(
    declaration: Declaration, row: Row, value: ParameterValue | None, now: Resolved | None, on: datetime.date,
    names: Mapping[str, str],
) -> Version:  # fmt: skip
    level = region_level(row.region) if row.region else "默认"
    return Version(
        state=_state(row, value, now, on),
        level=selectors.LEVELS.get(level, level),
        place=names.get(row.region.ljust(12, "0"), row.region) if row.region else "",
        shown=shown_value(declaration, row),
        also=other_unit(row.value, row.unit or declaration.unit),
        since=None if row.since == datetime.date.min else row.since,
        until=None if row.until == datetime.date.max else row.until,
        source=row.reference,
        evidence="待签发" if value and value.state == "draft" else EVIDENCE.get(row.evidence, row.evidence),
        as_floor=row.as_floor,
        value=value,
    )


def _state(row: Row, value: ParameterValue | None, now: Resolved | None, on: datetime.date) -> str:
    if value is not None and value.state != "signed":
        return value.state
    if row.since > on:
        return "next"
    if row.until < on:
        return "past"
    if now is None:
        return "covered"
    # the row in force may have been shortened (a confirmation that the level above has overtaken)
    one, other = now.row, row
    same = (one.region, one.value, one.since, one.reference) == (
        other.region,
        other.value,
        other.since,
        other.reference,
    )
    return "now" if same else "covered"


def shown_value(declaration: Declaration, row: Row) -> str:
    """As a reader sees it, with its unit."""
    return str(Resolved(declaration, row, "").as_dict()["shown"])


def other_unit(value: Any, unit: str) -> str:
    """The same amount by the year or by the month: "= 8,760.00 元/年"; "" for what is no money by time."""
    if not isinstance(value, Decimal) or "/" not in unit:
        return ""
    stem, per = unit.rsplit("/", 1)
    if per == "月":
        return f"= {value * 12:,.2f} {stem}/年"
    return f"= {value / 12:,.2f} {stem}/月" if per == "年" else ""


def table(region_code: str, on: datetime.date) -> dict[str, list[Line]]:
    """{group: lines} of every parameter that matters in a place: the rules' by benefit, then the other sets."""
    code = normalize_region(region_code)
    groups: dict[str, list[Line]] = {}
    standings = {(row.set_title, row.name): row for row in selectors.in_force(region_code, on)}
    for named in all_sets():
        params = values.with_values(named.load())
        by_name: dict[str, list[Row]] = {}
        chain = params.successions.chain(code, on)
        for row in params.rows:
            if row.region in chain:
                by_name.setdefault(row.name, []).append(row)
        for name, declaration in params.declarations.items():
            standing = standings.get((named.title, name))
            if standing is not None:
                line = _line(declaration, standing, by_name.get(name, []), chain, on)
                groups.setdefault(group_title(named, declaration), []).append(line)
    shared = {one.title for one in values.ruleset().benefits.values() if one.shared}
    return dict(sorted(groups.items(), key=lambda told: told[0] in shared))  # what benefits have in common comes last


def group_title(named: NamedSet, declaration: Declaration) -> str:
    """The benefit whose folder declares it, or the further set that it belongs to."""
    if named.file:
        return named.title
    benefit = values.ruleset().benefits.get(declaration.benefit)
    return benefit.title if benefit else declaration.benefit


def _line(
    declaration: Declaration, standing: selectors.Standing, rows: list[Row], chain: list[str], on: datetime.date
) -> Line:
    levels: dict[str, str] = {}
    for place in reversed(chain):
        row = next((one for one in rows if one.region == place and one.since <= on <= one.until), None)
        if row is not None:
            levels[region_level(place)] = shown_value(declaration, row)
    used = _used(rows, chain, on)
    coming = min((one for one in rows if one.since > on), key=lambda one: one.since, default=None)
    floor = _floor(declaration, rows, chain, on)
    return Line(
        standing=standing,
        also=other_unit(used.value, used.unit or declaration.unit) if used else "",
        levels=levels,
        next=f"{coming.since} 起 {shown_value(declaration, coming)}" if coming else "",
        floor=floor,
    )


def _used(rows: Iterable[Row], chain: list[str], on: datetime.date) -> Row | None:
    """The nearest row in force; rows of one place stand with the winning one first."""
    held = [one for one in rows if one.since <= on <= one.until]
    return min(held, key=lambda one: chain.index(one.region), default=None)


def _floor(declaration: Declaration, rows: list[Row], chain: list[str], on: datetime.date) -> str:
    low = [one for one in rows if one.as_floor and one.since <= on <= one.until and one.region != chain[0]]
    if low:
        highest = max(low, key=lambda one: checks.monthly(one.value, one.unit or declaration.unit) or Decimal(0))
        level = checks.LEVEL_TITLES[region_level(highest.region)]
        return f"{level}定的下限 {shown_value(declaration, highest)}"
    return ""
