"""The table of a report: one line a person and class, with source, date, found, declared, difference and PASS, EXCEED or
UNKNOWN (reference §2.5). It says what stands where; whether somebody may have the benefit is for people to decide.

PASS: not more than declared, or within the tolerance, or within the limit of the benefit. EXCEED: more. UNKNOWN: a doubtful
record waits for review, the source did not answer, or an account stands at zero after a large turnover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.matching import report, terms
from minzheng.datacenter.matching.interface import CLASSES, Fact
from minzheng.datacenter.sources.registry import all as catalogue

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import CaseMember
    from minzheng.kernel.cases.params import FlowParams

PASS, EXCEED, UNKNOWN = "PASS", "EXCEED", "UNKNOWN"
TITLES = {PASS: "未超出", EXCEED: "超出", UNKNOWN: "待核实", "": ""}


def table(
    members: Sequence[CaseMember],
    facts: Mapping[int, Sequence[Fact]],
    household: Mapping[str, Any],
    params: FlowParams | None,
    *,
    missing: Iterable[str] = (),
    limits: Mapping[str, int] | None = None,
    titles: Mapping[str, str] | None = None,
    corrections: Iterable[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    """`missing`: codes of sources that did not answer. `limits`: class → most that the benefit allows (fen or count).
    `params` None: nothing was declared (a request from outside), so only what was found is shown."""
    silent = _classes_of(missing)
    fixed = {one["key"]: one for one in corrections}
    lines = []
    for member in members:
        for word, classes in report.income_words().items():
            own = [f for f in facts.get(member.pk, ()) if f.class_ in classes]
            declared = int((member.declared or {}).get(word) or 0) if params else None
            if own or declared or silent & set(classes):
                line = _line(member.seq, member.name, word, report.word_title(word), "income", own, titles)
                lines.append(_compared(line, own, declared, params, bool(silent & set(classes)), fixed))
        lines += _others(member, facts.get(member.pk, ()), titles)
    return [*lines, *_family(members, facts, household, params, silent, limits or {}, titles, fixed)]


def in_money(line: Mapping[str, Any]) -> bool:
    """Whether the figures of a line are sums in fen; cars, flats and companies are counted."""
    if line["kind"] in ("income", "property"):
        return True
    return line["kind"] in ("alarm", "info") and any(f.get("amount_fen") for f in line["facts"])


def _classes_of(sources: Iterable[str]) -> set[str]:
    known = catalogue()
    return {name for code in sources if code in known for name in known[code].classes}


def _line(
    seq: int, person: str, word: str, title: str, kind: str, own: Sequence[Fact], titles: Mapping[str, str] | None
) -> dict[str, Any]:
    named = titles or {}
    return {
        "key": f"{seq}.{word}",
        "person": person,
        "title": title,
        "kind": kind,
        "sources": list(dict.fromkeys(named.get(f.source, f.source) for f in own)),
        "on": max((f.on for f in own), default=None),
        "codes": sorted({f.code for f in own}),
        "value": None,
        "declared": None,
        "difference": None,
        "result": "",
        "notes": [],
        "facts": [_said(f) for f in own],
    }


def _said(fact: Fact) -> dict[str, Any]:
    return {
        "title": fact.title,
        "reference": fact.reference,
        "amount_fen": fact.amount_fen,
        "on": fact.on,
        "code": fact.code,
        "review": fact.review,
        "share": fact.share,
        "holders": fact.holders,
    }


def _compared(
    line: dict[str, Any],
    own: Sequence[Fact],
    declared: int | None,
    params: FlowParams | None,
    silent: bool,
    fixed: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Found against declared, for sums of money."""
    counted = [f for f in own if not f.review]
    value = sum(f.own_fen or 0 for f in counted) if counted else None
    if line["key"] in fixed:
        value = int(fixed[line["key"]]["found"])
        line["notes"].append(f"来源部门更正（回执 {fixed[line['key']]['receipt']}）")
    line |= {
        "value": value,
        "declared": declared,
        "difference": None if value is None or declared is None else value - declared,
    }
    line["notes"] += _notes(own)
    if _unclear(line, own, silent):
        line["result"] = UNKNOWN
    elif params is not None and value is not None and declared is not None:
        more = value > declared and report.explain_needed(declared, value, params)
        line["result"] = EXCEED if more else PASS
    return line


def _unclear(line: dict[str, Any], own: Sequence[Fact], silent: bool) -> bool:
    """Whether a person must look before the figure means anything; says why in the line's notes."""
    if silent:
        line["notes"].append("来源没有答复（缺项）")
    waiting = [f for f in own if f.review]
    if waiting:
        line["notes"].append(f"{len(waiting)} 条待复核，没有计入")
    emptied = any(_emptied(f) for f in own)
    return silent or bool(waiting) or emptied


def _emptied(fact: Fact) -> bool:
    """Balance nothing, but much went through the account within a year."""
    least = terms.number("zero_balance_turnover_yuan") * 100
    return not fact.amount_fen and fact.turnover_fen is not None and fact.turnover_fen >= least


def _notes(own: Sequence[Fact]) -> list[str]:
    from minzheng.kernel.parts.fields import yuan_text

    said = [f"{f.holders} 人联名的账户按人数平分，只计本人一份（有份额证明的另行核定）" for f in own if f.holders > 1]
    said += [f"联名账户按 {f.share}% 计（有份额证明的另行核定）" for f in own if f.share != 100]
    said += [f"余额为零，近 12 个月流水 {yuan_text(f.turnover_fen or 0)} 元，须人工核实" for f in own if _emptied(f)]
    said += [f"证件号码一致，{f.note}" + ("，请核实" if f.review or f.code == "E2" else "") for f in own if f.note]
    return list(dict.fromkeys(said))


def _others(member: CaseMember, facts: Sequence[Fact], titles: Mapping[str, str] | None) -> list[dict[str, Any]]:
    """Alarms and what is only shown: nothing was declared about it."""
    lines = []
    for code, (title, _, kind) in CLASSES.items():
        own = [f for f in facts if f.class_ == code]
        if kind not in ("alarm", "info") or not own:
            continue
        line = _line(member.seq, member.name, code, title, kind, own, titles)
        amounts = [f.amount_fen for f in own if f.amount_fen is not None and not f.review]
        line["value"] = sum(amounts) if amounts else None
        line["notes"] = _notes(own)
        waits = _unclear(line, own, False)
        line["result"] = UNKNOWN if waits else EXCEED if kind == "alarm" else ""
        lines.append(line)
    return lines


def _family(
    members: Sequence[CaseMember],
    facts: Mapping[int, Sequence[Fact]],
    household: Mapping[str, Any],
    params: FlowParams | None,
    silent: set[str],
    limits: Mapping[str, int],
    titles: Mapping[str, str] | None,
    fixed: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Property and counts, of the whole family."""
    lines = []
    for code, (title, word, kind) in CLASSES.items():
        own = [f for m in members for f in facts.get(m.pk, ()) if f.class_ == code]
        if kind not in ("property", "count", "yes") or not (own or household.get(word) or code in silent):
            continue
        line = _line(0, "全家", word, title, kind, own, titles)
        declared = _declared(household.get(word), kind) if params else None
        if kind == "property":
            line = _compared(line, own, declared, params, code in silent, fixed)
        else:
            line = _counted(line, own, declared, code in silent, fixed)
        _against_limit(line, limits.get(code))
        lines.append(line)
    return lines


def _declared(said: Any, kind: str) -> int:
    return (1 if said else 0) if kind == "yes" else int(said or 0)


def _counted(
    line: dict[str, Any],
    own: Sequence[Fact],
    declared: int | None,
    silent: bool,
    fixed: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    counted = [f for f in own if not f.review]
    value = min(len(counted), 1) if line["kind"] == "yes" else len(counted)
    if line["key"] in fixed:
        value = int(fixed[line["key"]]["found"])
        line["notes"].append(f"来源部门更正（回执 {fixed[line['key']]['receipt']}）")
    line |= {"value": value, "declared": declared, "difference": None if declared is None else value - declared}
    line["notes"] += _notes(own)
    if _unclear(line, own, silent):
        line["result"] = UNKNOWN
    elif declared is not None:
        line["result"] = EXCEED if value > declared else PASS
    return line


def _against_limit(line: dict[str, Any], limit: int | None) -> None:
    """The benefit's own limit decides before the declaration does: exactly the limit is within it."""
    if limit is None or line["value"] is None:
        return
    line["limit"] = limit
    if line["result"] != UNKNOWN:
        line["result"] = EXCEED if line["value"] > limit else PASS
