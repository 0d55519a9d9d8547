"""核对报告: facts against the declaration. It lists differences and alarms; it never decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.matching.interface import CLASSES, Fact
from minzheng.kernel.parts.fields import yuan_text

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import CaseMember
    from minzheng.kernel.cases.params import FlowParams

UNITS = {"vehicle": "辆", "house": "套"}
ALARM_WORDS = {
    "death": "有死亡登记",
    "cremation": "有火化登记",
    "custody": "正在服刑或强制隔离戒毒",
    "tekun": "正在享受特困供养",
    "dibao": "正在另一户享受低保",
}


def explain_needed(declared: int, found: int, params: FlowParams) -> bool:
    """|declared − found| above both the floor and the percentage of what was declared (reference §2.5)."""
    return abs(declared - found) * 100 > max(params.explain_min_fen * 100, declared * params.explain_percent)


def fact_row(fact: Fact, source_title: str) -> dict[str, Any]:
    row = asdict(fact)
    return {
        **row,
        "on": fact.on.isoformat(),
        "class_title": CLASSES.get(fact.class_, (fact.class_,))[0],
        "source_title": source_title,
    }


def differences(
    members: Iterable[CaseMember], facts: Mapping[int, list[Fact]], household: Mapping[str, Any], params: FlowParams
) -> list[dict[str, Any]]:
    """Income per member and class, property for the whole family. Only classes a source spoke of, or a difference."""
    rows: list[dict[str, Any]] = []
    for member in members:
        for code, (title, word, kind) in CLASSES.items():
            if kind != "income":
                continue
            own = [f for f in facts.get(member.pk, []) if f.class_ == code]
            if own:
                found, declared = sum(f.amount_fen or 0 for f in own), int(member.declared.get(word) or 0)
                rows.append(
                    _money(f"{member.seq}.{word}", f"{member.name}的{title}", member, declared, found, params, own)
                )
    return [r for r in [*rows, *_household(list(members), facts, household, params)] if r["declared"] != r["found"]]


def _money(
    key: str, label: str, member: CaseMember | None, declared: int, found: int, params: FlowParams, facts: list[Fact]
) -> dict[str, Any]:
    return {
        "key": key,
        "label": label,
        "person": member.name if member else "全家",
        "declared": declared,
        "found": found,
        "money": True,
        "needs_explanation": explain_needed(declared, found, params),
        "sentence": f"申报 {yuan_text(declared)} 元，核对 {yuan_text(found)} 元",
        "references": [f.reference for f in facts if f.reference],
    }


def _household(
    members: list[CaseMember], facts: Mapping[int, list[Fact]], household: Mapping[str, Any], params: FlowParams
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for code, (title, word, kind) in CLASSES.items():
        own = [(m, f) for m in members for f in facts.get(m.pk, []) if f.class_ == code]
        if kind == "property" and own:
            found = sum(f.amount_fen or 0 for _, f in own)
            rows.append(
                _money(
                    f"0.{word}", f"全家{title}", None, int(household.get(word) or 0), found, params, [f for _, f in own]
                )
            )
        elif kind == "count" and own:
            declared = int(household.get(word) or 0)
            rows.append(_count(word, title, UNITS[code], declared, len(own), own))
        elif kind == "yes" and own:
            rows.append(_count(word, title, "个", 1 if household.get(word) else 0, 1, own))
    return rows


def _count(
    word: str, title: str, unit: str, declared: int, found: int, own: list[tuple[CaseMember, Fact]]
) -> dict[str, Any]:
    things = "、".join(f"{m.name}：{f.title}" for m, f in own if f.title)
    return {
        "key": f"0.{word}",
        "label": f"全家{title}",
        "person": "、".join(dict.fromkeys(m.name for m, _ in own)),
        "declared": declared,
        "found": found,
        "money": False,
        "needs_explanation": declared != found,
        "sentence": f"申报 {declared} {unit}，核对 {found} {unit}" + (f"（{things}）" if things else ""),
        "references": [f.reference for _, f in own if f.reference],
    }


def alarms(members: Iterable[CaseMember], facts: Mapping[int, list[Fact]]) -> list[dict[str, Any]]:
    """Hits that must be settled before any decision: death, custody, another benefit."""
    return [
        {
            "key": f"{m.seq}.{f.class_}",
            "member": str(m.pk),
            "person": m.name,
            "title": CLASSES[f.class_][0],
            "sentence": f"{m.name}{ALARM_WORDS[f.class_]}（{f.on:%Y-%m-%d}，{f.reference}）",
        }
        for m in members
        for f in facts.get(m.pk, [])
        if CLASSES.get(f.class_, ("", "", ""))[2] == "alarm"
    ]
