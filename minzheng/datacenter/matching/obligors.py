"""赡养、扶养义务人 in the report (reference §1.3.4): looked up only with their own consent, husband and wife each with
theirs. What could not be looked up is listed for the investigator to judge, and holds the opinion up until somebody has
judged it: declared figures are never silently taken, nor silently raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.matching.interface import CLASSES, Fact
from minzheng.datacenter.matching.report import explain_needed
from minzheng.kernel.parts.fields import yuan_text

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import CaseMember
    from minzheng.kernel.cases.params import FlowParams

#: What a department's record proves of a declared inability to support.
PROOF = {"dibao": "dibao", "tekun": "tekun", "prison": "custody"}
BASIS = {"agreed": "家里说定", "judged": "法院判决或调解"}


def differences(
    rows: Iterable[CaseMember], willing: set[int], facts: Mapping[int, list[Fact]], params: FlowParams
) -> list[dict[str, Any]]:
    """One line per obligor that a person has to judge. `willing`: those who signed and can be looked up."""
    found: list[dict[str, Any]] = []
    everybody = list(rows)
    married = {m.declared.get("of"): m for m in everybody if m.is_obligor_spouse}
    for m in (one for one in everybody if not one.is_obligor_spouse):
        spouse = married.get(m.seq)
        status = m.declared.get("status") or "none"
        if status != "none":
            found += _inability(m, status, m.pk in willing, facts.get(m.pk, []))
        elif m.declared.get("basis") in BASIS:
            found.append(_fixed(m, BASIS[m.declared["basis"]]))
        elif m.pk not in willing:
            sentence = f"申报全家 {_said(m)} 元，没有本人的授权，不能查询；请入户、函询后认定"
            found.append(_line(m, "family_income", "家的月收入", None, sentence))
        elif spouse is not None and spouse.pk not in willing:
            found.append(_half_known(m, spouse, facts.get(m.pk, [])))
        else:
            found += _compared(m, spouse, facts, params)
    return found


def _fixed(m: CaseMember, how: str) -> dict[str, Any]:
    """A judgement or agreement fixes the sum, so no income is needed; the paper is what has to be looked at."""
    sentence = f"申报{how}每位老人每月 {yuan_text(int(m.declared.get('agreed') or 0))} 元，请查看凭证后认定"
    return _line(m, "agreed", "的赡养费（每位老人）", None, sentence)


def _income(facts: Iterable[Fact]) -> int:
    """What departments know of one person's income, fen a month."""
    return sum(f.amount_fen or 0 for f in facts if CLASSES.get(f.class_, ("", "", ""))[2] == "income")


def _half_known(m: CaseMember, spouse: CaseMember, facts: list[Fact]) -> dict[str, Any]:
    """One of the two has not signed: the household's income is not known, whatever the other one earns."""
    own, declared = _income(facts), int(m.declared.get("family_income") or 0)
    sentence = f"申报全家 {_said(m)} 元，核对本人 {yuan_text(own)} 元，配偶{spouse.name}没有本人的授权，不能查询；请入户、函询后认定"
    return _line(m, "family_income", "家的月收入", own if own > declared else None, sentence)


def _compared(
    m: CaseMember, spouse: CaseMember | None, facts: Mapping[int, list[Fact]], params: FlowParams
) -> list[dict[str, Any]]:
    """Departments know persons, the family declared the household: only more than declared is a difference."""
    own = _income(facts.get(m.pk, []))
    others = _income(facts.get(spouse.pk, [])) if spouse is not None else 0
    found, declared = own + others, int(m.declared.get("family_income") or 0)
    if found <= declared:
        return []
    people = f"本人 {yuan_text(own)} 元"
    if spouse is not None:
        people += f"、配偶{spouse.name} {yuan_text(others)} 元，合计 {yuan_text(found)} 元"
    row = _line(m, "family_income", "家的月收入", found, f"申报全家 {_said(m)} 元，核对{people}")
    return [row | {"needs_explanation": explain_needed(declared, found, params)}]


def _inability(m: CaseMember, status: str, asked: bool, facts: list[Fact]) -> list[dict[str, Any]]:
    """An inability that no record proves is judged by a person; settling an income says that the person is able."""
    if asked and any(f.class_ == PROOF.get(status) for f in facts):
        return []
    why = "核对没有查到" if asked else "没有本人的授权，不能查询"
    sentence = f"申报没有赡养能力，{why}，请核实；认定有能力的，另行核定其全家月收入"
    return [_line(m, "family_income", "的赡养能力", None, sentence)]


def _said(m: CaseMember) -> str:
    return yuan_text(int(m.declared.get("family_income") or 0))


def _line(m: CaseMember, word: str, what: str, found: int | None, sentence: str) -> dict[str, Any]:
    return {
        "key": f"{m.seq}.{word}",
        "label": f"义务人{m.name}{what}",
        "person": m.name,
        "declared": int(m.declared.get(word) or 0),
        "found": found,
        "money": True,
        "needs_explanation": True,
        "sentence": sentence,
        "references": [],
    }
