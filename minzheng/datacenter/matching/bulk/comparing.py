"""What the departments know of a family against what its award was granted on. Differences are told, never acted on."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.matching import report
from minzheng.datacenter.matching.bulk.caseload import Home
from minzheng.datacenter.matching.interface import CLASSES
from minzheng.kernel.items import registry

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case, CaseMember
    from minzheng.kernel.cases.params import FlowParams

#: Words of the declaration about the whole household, with their class.
HOUSEHOLD = {word: code for code, (_, word, kind) in CLASSES.items() if kind in ("property", "count", "yes")}


def differences(
    home: Home, cases: Mapping[int, Case], facts: Iterable[Mapping[str, Any]], classes: set[str], on: datetime.date
) -> list[dict[str, Any]]:
    """{"word", "label", "granted", "found", "money", "exceeds"} of every word in which they differ beyond the tolerance of
    the benefit. Only for benefits with a means test; ``facts``: accepted ones of everybody asked about."""
    case = next((cases[pk] for pk in home.cases if pk in cases and _tested(cases[pk])), None)
    if case is None or home.left_out:
        return []
    params = registry.get(case.item_code).flow.params(case.region_code, on)
    members = [m for one in home.asked for m in one.case_members if m.case_id == case.pk]
    rows = list(facts)
    found = [
        _income(word, codes, members, rows, params)
        for word, codes in report.income_words().items()
        if set(codes) & classes
    ]
    found += [_property(word, code, case, members, rows, params) for word, code in HOUSEHOLD.items() if code in classes]
    return [one for one in found if one is not None]


def _tested(case: Case) -> bool:
    return registry.get(case.item_code).flow.act("run_match") is not None


def _income(
    word: str, codes: list[str], members: list[CaseMember], facts: list[Mapping[str, Any]], params: FlowParams
) -> dict[str, Any] | None:
    granted = sum(_said(m, word) for m in members)
    found = sum(f["amount_fen"] or 0 for f in facts if f["class"] in codes)
    if not report.explain_needed(granted, found, params):
        return None
    return _row(word, report.word_title(word), granted, found, money=True)


def _said(member: CaseMember, word: str) -> int:
    """What was found true at the decision, else what was declared."""
    verified = member.verified or {}
    return int((verified[word] if word in verified else (member.declared or {}).get(word)) or 0)


def _property(
    word: str, code: str, case: Case, members: list[CaseMember], facts: list[Mapping[str, Any]], params: FlowParams
) -> dict[str, Any] | None:
    settled: dict[str, Any] = {}
    for member in members:
        settled |= (member.verified or {}).get("household") or {}
    told = settled.get(word, (case.form.get("property") or {}).get(word))
    own = [f for f in facts if f["class"] == code]
    title, _, kind = CLASSES[code]
    if kind == "property":
        granted, found = int(told or 0), sum(f["amount_fen"] or 0 for f in own)
        differs = report.explain_needed(granted, found, params)
    else:
        granted, found = (1 if told else 0, 1 if own else 0) if kind == "yes" else (int(told or 0), len(own))
        differs = granted != found
    return _row(word, title, granted, found, money=kind == "property") if differs else None


def _row(word: str, label: str, granted: int, found: int, *, money: bool) -> dict[str, Any]:
    return {
        "word": word,
        "label": label,
        "granted": granted,
        "found": found,
        "money": money,
        "exceeds": found > granted,
    }
