"""核对报告: facts against the declaration. It lists differences and alarms; it never decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.matching.interface import CLASSES, CODES, Fact
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
FACT_FIELDS = tuple(one.name for one in fields(Fact))


def explain_needed(declared: int, found: int, params: FlowParams) -> bool:
    """|declared − found| above both the floor and the percentage of what was declared (reference §2.5)."""
    return abs(declared - found) * 100 > max(params.explain_min_fen * 100, declared * params.explain_percent)


def fact_row(fact: Fact, source_title: str) -> dict[str, Any]:
    return {
        **asdict(fact),
        "on": fact.on.isoformat(),
        "class_title": CLASSES.get(fact.class_, (fact.class_,))[0],
        "source_title": source_title,
        "code_title": CODES.get(fact.code, fact.code),
    }


def fact_of(row: Mapping[str, Any]) -> Fact:
    """The fact that a row of a report was made of; rows of older reports lack the newer fields."""
    import datetime

    kept = {name: row[name] for name in FACT_FIELDS if name in row}
    return Fact(**(kept | {"on": datetime.date.fromisoformat(str(row["on"]))}))


def accepted(facts: Mapping[int, Sequence[Fact]]) -> dict[int, list[Fact]]:
    """Without what a person has still to look at: a repaired or doubtful hit is in no sum."""
    return {member: [f for f in rows if not f.review] for member, rows in facts.items()}


def income_words() -> dict[str, list[str]]:
    """Word of the declaration → the classes it is compared with (a pension is part of the declared transfers)."""
    words: dict[str, list[str]] = {}
    for code, (_, word, kind) in CLASSES.items():
        if kind == "income":
            words.setdefault(word, []).append(code)
    return words


def word_title(word: str) -> str:
    """What the declaration calls it: the title of the class of the same name, else of its first class."""
    return CLASSES[word][0] if word in CLASSES else CLASSES[income_words()[word][0]][0]


def differences(
    members: Iterable[CaseMember], facts: Mapping[int, list[Fact]], household: Mapping[str, Any], params: FlowParams
) -> list[dict[str, Any]]:
    """Income per member and word, property for the whole family. Only what a source spoke of, and a difference."""
    rows: list[dict[str, Any]] = []
    for member in members:
        for word, classes in income_words().items():
            own = [f for f in facts.get(member.pk, []) if f.class_ in classes]
            if own:
                found, declared = sum(f.amount_fen or 0 for f in own), int(member.declared.get(word) or 0)
                label = f"{member.name}的{word_title(word)}"
                rows.append(_money(f"{member.seq}.{word}", label, member, declared, found, params, own))
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
        "classes": list(dict.fromkeys(f.class_ for f in facts)),
    }


def _household(
    members: list[CaseMember], facts: Mapping[int, list[Fact]], household: Mapping[str, Any], params: FlowParams
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for code, (title, word, kind) in CLASSES.items():
        own = [(m, f) for m in members for f in facts.get(m.pk, []) if f.class_ == code]
        if kind == "property" and own:
            found = sum(f.own_fen or 0 for _, f in own)
            declared = int(household.get(word) or 0)
            rows.append(_money(f"0.{word}", f"全家{title}", None, declared, found, params, [f for _, f in own]))
        elif kind == "count" and own:
            declared = int(household.get(word) or 0)
            rows.append(_count(code, title, UNITS[code], declared, len(own), own))
        elif kind == "yes" and own:
            rows.append(_count(code, title, "个", 1 if household.get(word) else 0, 1, own))
    return rows


def _count(
    code: str, title: str, unit: str, declared: int, found: int, own: list[tuple[CaseMember, Fact]]
) -> dict[str, Any]:
    things = "、".join(f"{m.name}：{f.title}" for m, f in own if f.title)
    return {
        "key": f"0.{CLASSES[code][1]}",
        "label": f"全家{title}",
        "person": "、".join(dict.fromkeys(m.name for m, _ in own)),
        "declared": declared,
        "found": found,
        "money": False,
        "needs_explanation": declared != found,
        "sentence": f"申报 {declared} {unit}，核对 {found} {unit}" + (f"（{things}）" if things else ""),
        "references": [f.reference for _, f in own if f.reference],
        "classes": [code],
    }


def corrected(
    rows: list[dict[str, Any]], corrections: Iterable[Mapping[str, Any]], params: FlowParams
) -> list[dict[str, Any]]:
    """The differences after what the source's department has put right (reference §2.6); what agrees now is gone."""
    told = {one["key"]: one for one in corrections}
    kept = []
    for row in rows:
        one = told.get(row["key"])
        if one is None:
            kept.append(row)
            continue
        declared, found = int(row["declared"]), int(one["found"])
        if declared == found:
            continue
        text = (lambda fen: f"{yuan_text(fen)} 元") if row["money"] else str
        sentence = f"申报 {text(declared)}，来源部门更正为 {text(found)}（回执 {one['receipt']}）"
        needed = explain_needed(declared, found, params) if row["money"] else True
        kept.append(
            row | {"found": found, "sentence": sentence, "needs_explanation": needed, "receipt": one["receipt"]}
        )
    return kept


def alarms(members: Iterable[CaseMember], facts: Mapping[int, list[Fact]]) -> list[dict[str, Any]]:
    """Hits that must be settled before any decision: death, custody, another benefit. One per person and class."""
    found: dict[str, dict[str, Any]] = {}
    for m in members:
        for f in facts.get(m.pk, []):
            title, _, kind = CLASSES.get(f.class_, ("", "", ""))
            if kind != "alarm" or f"{m.seq}.{f.class_}" in found:
                continue
            said = "，".join(filter(None, (f"{f.on:%Y-%m-%d}", f.reference)))
            found[f"{m.seq}.{f.class_}"] = {
                "key": f"{m.seq}.{f.class_}",
                "member": str(m.pk),
                "person": m.name,
                "title": title,
                "sentence": f"{m.name}{ALARM_WORDS.get(f.class_, title)}（{said}）",
            }
    return list(found.values())
