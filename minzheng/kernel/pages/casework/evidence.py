"""Evidence as cards: what kind, when, by whom, and only those of its contents that this page may show.

Contents are listed by name: an objector's identity, for one, is in the sealed row and must never come out here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from minzheng.kernel.cases.models import CaseAct, Evidence
from minzheng.kernel.pages.casework.evidence_lines import ATTACHED, LINES, OPEN_UNTIL_CLOSED, said
from minzheng.kernel.parts.drawing import Drawing

#: Shown elsewhere on the page: differences beside the family, the calculation in its own panel.
ELSEWHERE = ("judgement", "assessment", "proposal")


@dataclass(frozen=True)
class Card:
    title: str
    at: Any
    kind: str
    tone: str
    status: str
    lines: list[tuple[str, str]]
    findings: list[tuple[str, str, str]] = field(default_factory=list)
    people: list[tuple[str, bool]] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    note: str = ""
    objection: str = ""  # id of the objection's own page, for those who may read it
    report: str = ""  # id of the request behind a matching report, for those who may read it
    version: str = ""


@dataclass(frozen=True)
class Proposed:
    title: str
    eligible: bool
    sentence: str
    invite: bool = False


def evidence_cards(rows: Sequence[Evidence], acts: Sequence[CaseAct], drawing: Drawing) -> list[Card]:
    """Newest first. ``acts`` tell who signed a visit later, with the own account."""
    cosigned = {(a.data.get("visit"), a.actor_name) for a in acts if a.code == "cosign_visit"}
    cards = [_card(row, cosigned, drawing) for row in rows if row.kind not in ELSEWHERE]
    return cards[::-1]


def proposals(rows: Sequence[Evidence]) -> list[Proposed]:
    """Other benefits that were proposed with a refusal, each with what its own rules say."""
    return [
        Proposed(
            row.data.get("title", ""),
            bool(row.data.get("eligible")),
            row.data.get("sentence", ""),
            bool(row.data.get("invite")),
        )
        for row in rows
        if row.kind == "proposal"
    ]


def _card(row: Evidence, cosigned: set[tuple[Any, str]], drawing: Drawing) -> Card:
    data = row.data or {}
    shown = LINES.get(row.kind, ())
    lines = [(label, said(row.kind, key, data[key])) for key, label in shown if data.get(key) not in (None, "", [])]
    findings = _findings(row.kind, data)
    tone, status = _status(row, data, findings, drawing)
    people = [
        (one.get("name", ""), bool(one.get("signed")) or (str(row.pk), one.get("name")) in cosigned)
        for one in data.get("investigators", [])
    ]
    attached = [str(pk) for key in ATTACHED for pk in _many(data.get(key))]
    note = f"有效期至 {row.valid_until:%Y-%m-%d}" if row.valid_until else ""
    objection = str(data.get("objection") or "")
    readable = row.kind in ("match_report", "match_request") and drawing.actor.has("match.read")
    report = str(data.get("request") or "") if readable and not data.get("from_case") else ""
    version = str(data.get("version") or "")
    return Card(
        row.title, row.at, row.kind, tone, status, lines, findings, people, attached, note, objection, report, version
    )  # fmt: skip


def _findings(kind: str, data: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(person, what, sentence) of a match report or a notice of differences."""
    if kind == "match_report":
        rows = [(d.get("person", ""), d.get("label", ""), d.get("sentence", "")) for d in data.get("differences", [])]
        return rows + [(a.get("person", ""), a.get("title", ""), a.get("sentence", "")) for a in data.get("alarms", [])]
    if kind == "mismatch":
        return [(f.get("person", ""), f.get("item", ""), f.get("found", "")) for f in data.get("findings", [])]
    return []


def _status(row: Evidence, data: dict[str, Any], findings: list[Any], drawing: Drawing) -> tuple[str, str]:
    if row.kind == "match_report":
        if row.valid_until and row.valid_until < drawing.today:
            return "warn", "已过期"
        return ("warn", f"{len(findings)} 处差异") if findings else ("good", "与申报一致")
    if row.kind in OPEN_UNTIL_CLOSED:
        return ("plain", "已了结") if row.closed_at else ("warn", "待处理")
    if row.kind in ("visit", "county_visit") and "matches" in data:
        return ("good", "与申报一致") if data["matches"] else ("warn", "与申报不一致")
    return "plain", ""


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value] if value else []
