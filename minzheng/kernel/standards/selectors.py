"""Parameters in force in a place, what of them nobody has confirmed, and what waits for a signature."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.items import registry
from minzheng.kernel.standards import values
from minzheng.kernel.standards.models import ParameterValue, StandardSet
from minzheng.kernel.standards.sets import all_sets
from minzheng.policy.params import EVIDENCE, Declaration, Resolved
from minzheng.policy.regions import normalize_region

if TYPE_CHECKING:
    from django.db.models import QuerySet

UNCONFIRMED = "needs_confirmation"
LEVELS = {"国": "国家", "省": "省级", "市": "市级", "县": "县级", "乡": "乡级", "村": "村级", "默认": "平台默认"}


@dataclass(frozen=True)
class Standing:
    """One parameter as it stands in one place on one day. `pending`: the draft that waits for a signature."""

    name: str
    title: str
    set_title: str
    shown: str
    value: str
    unit: str
    level: str
    since: str
    until: str
    source: str
    evidence: str
    items: tuple[str, ...]
    declaration: Declaration
    region_code: str
    pending: ParameterValue | None = None
    own: bool = False

    @property
    def missing(self) -> bool:
        """No value at all: what uses it cannot be computed here."""
        return self.level == ""

    @property
    def open(self) -> bool:
        """Somebody still has to confirm it, or to give it a value."""
        return self.missing or self.evidence == UNCONFIRMED

    @property
    def state(self) -> str:
        if self.pending is not None:
            return "pending"
        return "missing" if self.missing else "open" if self.evidence == UNCONFIRMED else "settled"

    @property
    def evidence_words(self) -> str:
        return EVIDENCE.get(self.evidence, "没有值" if self.missing else self.evidence)


def in_force(region_code: str, on: datetime.date) -> list[Standing]:
    """Every declared parameter for a place and day, needed ones without a value included. Two queries at most."""
    region = normalize_region(region_code)
    drafts = {
        row.name: row for row in ParameterValue.objects.filter(region_code=region_code.ljust(12, "0"), state="draft")
    }
    found: list[Standing] = []
    for one in all_sets():
        params = values.with_values(one.load())
        resolved, idle = params.resolve_all(region, on)
        for name, declaration in params.declarations.items():
            if name in idle:
                continue
            standing = _standing(declaration, resolved.get(name), one.title, region_code, drafts.get(name))
            found.append(standing)
    return found


def _counted(shown: str) -> str:
    """“12 月” is a month of the year, “12 个月” a period: as it is said."""
    number, _, unit = shown.rpartition(" ")
    return f"{number} 个{unit}" if number and unit in ("月", "工作日") else shown


def _standing(
    declaration: Declaration, found: Resolved | None, set_title: str, region_code: str, pending: ParameterValue | None
) -> Standing:
    told: Mapping[str, Any] = found.as_dict() if found else {}
    return Standing(
        name=declaration.name,
        title=declaration.title.replace("_", " "),
        set_title=set_title,
        shown=_counted(str(told.get("shown", ""))),
        value=values.text_of(found.row.value) if found else "",
        unit=str(told.get("unit") or declaration.unit),
        level=found.level if found else "",
        since=str(told.get("since", "")),
        until=str(told.get("until", "")),
        source=str(told.get("reference") or declaration.basis),
        evidence=str(told.get("evidence", "")),
        items=used_by(declaration.benefit),
        declaration=declaration,
        region_code=region_code.ljust(12, "0"),
        pending=pending,
        own=bool(found and found.row.file == values.OWN),
    )


@lru_cache(maxsize=256)
def used_by(benefit: str) -> tuple[str, ...]:
    """Short names of the items that compute with parameters of this folder; a shared folder serves its whole line."""
    line = benefit.partition(".")[0]
    items = registry.all_items()
    own = tuple(item.short for item in items if item.code == benefit)
    return own or tuple(item.short for item in items if item.code.startswith(line + "."))


def one(region_code: str, name: str, on: datetime.date) -> Standing | None:
    return next((row for row in in_force(region_code, on) if row.name == name), None)


def counts(rows: Iterable[Standing]) -> dict[str, int]:
    """{"open", "missing", "pending", "settled"} of a list."""
    told = {"open": 0, "missing": 0, "pending": 0, "settled": 0}
    for row in rows:
        told[row.state] += 1
    return told


def visible_to(actor: Actor) -> QuerySet[ParameterValue]:
    """Own values of the places of a post with policy.read; a place's superiors' values are public, but not their drafts."""
    rows = ParameterValue.objects.select_related("drafted_by", "signed_by")
    return rows if actor.is_system else rows.filter(actor.scope_q("policy.read"))


def unconfirmed_in(evidence: Mapping[str, Any]) -> list[str]:
    """Names of the never confirmed parameters behind a calculation that was frozen or just made."""
    used = evidence.get("params") or ()
    return [str(one["name"]).replace("_", " ") for one in used if one.get("evidence") == UNCONFIRMED]


def sets_visible_to(actor: Actor) -> QuerySet[StandardSet]:
    """Sets of the places of a post with policy.read, drafts included."""
    rows = StandardSet.objects.select_related("drafted_by", "submitted_by", "signed_by", "closed_by", "attachment")
    return rows if actor.is_system else rows.filter(actor.scope_q("policy.read"))
