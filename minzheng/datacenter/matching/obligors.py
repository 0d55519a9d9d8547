"""赡养、扶养义务人 in the report (reference §1.3.4): looked up only with their own consent. What could not be looked up is
listed for the investigator to judge: declared figures are never silently taken, nor silently raised."""

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
    for m in rows:
        status = m.declared.get("status") or "none"
        if status != "none":
            found += _inability(m, status, m.pk in willing, facts.get(m.pk, []))
        elif m.declared.get("basis") in BASIS:
            found.append(_fixed(m, BASIS[m.declared["basis"]]))
        elif m.pk not in willing:
            sentence = f"申报全家 {_said(m)} 元，没有本人的授权，不能查询；请入户、函询后认定"
            found.append(_line(m, "family_income", "家的月收入", None, sentence))
        else:
            found += _compared(m, facts.get(m.pk, []), params)
    return found


def _fixed(m: CaseMember, how: str) -> dict[str, Any]:
    """A judgement or agreement fixes the sum, so no income is needed; the paper is what has to be looked at."""
    sentence = f"申报{how}每位老人每月 {yuan_text(int(m.declared.get('agreed') or 0))} 元，请查看凭证后认定"
    return _line(m, "agreed", "的赡养费（每位老人）", None, sentence)


def _compared(m: CaseMember, facts: list[Fact], params: FlowParams) -> list[dict[str, Any]]:
    """Departments know the person, the family declared the household: only more than declared is a difference."""
    own = [f for f in facts if CLASSES.get(f.class_, ("", "", ""))[2] == "income"]
    found, declared = sum(f.amount_fen or 0 for f in own), int(m.declared.get("family_income") or 0)
    if found <= declared:
        return []
    row = _line(m, "family_income", "家的月收入", found, f"申报全家 {_said(m)} 元，核对本人 {yuan_text(found)} 元")
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
