"""The family on the case page: each member's declared, matched and judged figures side by side, differences marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from minzheng.kernel.ages import age_on
from minzheng.kernel.cases.models import Case, CaseMember, Evidence
from minzheng.kernel.cases.running import reports
from minzheng.kernel.items.items import Item
from minzheng.kernel.pages.casework.person_facts import Fact, about_one_person, fact_rows, home_rows
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import Count, Field, Money, yuan_text
from minzheng.kernel.subjects.masking import mask_id

#: Fields that the member's head line shows already.
_HEAD = ("name", "relation", "id_no", "phone")


@dataclass(frozen=True)
class Figure:
    """One line of the comparison. ``differs``: the sources disagree and nobody has judged it yet."""

    label: str
    declared: str
    matched: str
    judged: str
    differs: bool
    key: str = ""
    sentence: str = ""
    reason: str = ""
    money: bool = True
    checkable: bool = True


@dataclass(frozen=True)
class Alarm:
    """A hit that must be settled before any decision. ``settled`` is the reason somebody gave."""

    key: str
    person: str
    title: str
    sentence: str
    settled: str = ""


@dataclass(frozen=True)
class Member:
    seq: int
    name: str
    relation: str
    age: int | None
    id_no: str
    person_id: int | None
    counted: bool
    why_not: str
    traits: list[str]
    figures: list[Figure]
    facts: list[Fact] = field(default_factory=list)  # of a personal benefit, instead of traits and figures


@dataclass(frozen=True)
class Family:
    members: list[Member]
    counted: int
    household: list[Figure]
    open_differences: int
    alarms: list[Alarm] = field(default_factory=list)
    matched: bool = False
    personal: bool = False
    home: list[tuple[str, list[Fact]]] = field(
        default_factory=list
    )  # of a personal benefit: steps about the whole family


def family_rows(
    case: Case, item: Item, members: Sequence[CaseMember], evidence: Sequence[Evidence], drawing: Drawing
) -> Family:
    """All figures of the family. Matched and judged ones come from the newest report and its judgements."""
    report = next((row for row in reversed(evidence) if row.kind == "match_report"), None)
    found = _by_place(report.data if report else {})
    judged = reports.judged(report, evidence) if report is not None else {}
    if about_one_person(item):
        people = [replace(_member(m, (), {}, {}, drawing), facts=fact_rows(item, m, evidence, _HEAD)) for m in members]
        home_facts = home_rows(case, item, members, evidence)
        return Family(people, sum(one.counted for one in people), [], 0, personal=True, home=home_facts)
    fields = _member_fields(item)
    shown = [_member(one, fields, found, judged, drawing) for one in members]
    home = _household_figures(case, item, found, judged)
    figures = [figure for one in shown for figure in one.figures] + home
    alarms = [
        Alarm(a["key"], a["person"], a["title"], a["sentence"], str((judged.get(a["key"]) or {}).get("reason") or ""))
        for a in (report.data if report else {}).get("alarms", [])
    ]
    return Family(
        shown,
        sum(one.counted for one in shown),
        home,
        sum(figure.differs for figure in figures),
        alarms,
        report is not None,
    )


def _by_place(data: dict[str, Any]) -> dict[tuple[int, str], dict[str, Any]]:
    """(member's number, 0 for the whole family; field) → difference."""
    found = {}
    for difference in data.get("differences", []):
        row, _, name = str(difference["key"]).partition(".")
        found[int(row), name] = difference
    return found


def _member_fields(item: Item) -> list[Field]:
    return [f for step in item.form.steps if step.key == "members" for f in step.plain_fields if f.name not in _HEAD]


def _member(
    one: CaseMember, fields: Sequence[Field], found: dict[Any, Any], judged: dict[Any, Any], drawing: Drawing
) -> Member:
    declared = one.declared or {}
    verified = one.verified or {}
    figures = []
    traits = []
    rest = {key: value for key, value in found.items() if key[0] == one.seq}
    for f in fields:
        if isinstance(f, Money):
            figure = _figure(
                f.label, f.name, declared.get(f.name), verified.get(f.name), rest.pop((one.seq, f.name), None), judged
            )
            if figure:
                figures.append(figure)
        elif declared.get(f.name) not in (None, "", False, "no", "home"):
            traits.append(
                f"{f.label}：{f.show(declared[f.name])}"
                if f.show(declared[f.name]) != "是"
                else f.label.removeprefix("是否")
            )
    figures += [_line(d["label"], "", d, judged) for d in rest.values()]
    return Member(
        one.seq,
        one.name,
        one.relation,
        age_on(one.birth_date, drawing.today) if one.birth_date else None,
        mask_id(one.id_no) if one.id_no else "",
        one.person_id,
        one.in_count,
        one.exclude_reason,
        traits,
        figures,
    )


def _household_figures(case: Case, item: Item, found: dict[Any, Any], judged: dict[Any, Any]) -> list[Figure]:
    """Property questions of the whole family."""
    answers = (case.form or {}).get("property") or {}
    rest = {key: value for key, value in found.items() if key[0] == 0}
    figures = []
    for step in item.form.steps:
        if step.key != "property":
            continue
        for f in step.plain_fields:
            difference = rest.pop((0, f.name), None)
            text = f.show(answers.get(f.name))
            if text or difference:
                line = _line(f.label, text, difference, judged)
                figures.append(line if difference or isinstance(f, (Money, Count)) else replace(line, checkable=False))
    return figures + [_line(d.get("label", ""), "", d, judged) for d in rest.values()]


def _figure(
    label: str, name: str, declared: Any, verified: Any, difference: Any, judged: dict[Any, Any]
) -> Figure | None:
    """A money line, or nothing where neither side says anything."""
    if not declared and not difference and not verified:
        return None
    line = _line(label.split("（")[0], _yuan(declared), difference, judged)
    if verified not in (None, "") and not line.judged:
        return Figure(
            line.label, line.declared, line.matched, _yuan(verified), line.differs, line.key, line.sentence, line.reason
        )
    return line


def _line(label: str, declared: str, difference: Any, judged: dict[Any, Any]) -> Figure:
    if not difference:
        return Figure(label, declared, "", "", False)
    key = str(difference["key"])
    verdict = judged.get(key)
    said, found = _amount(difference, difference["declared"]), _amount(difference, difference["found"])
    return Figure(
        label,
        declared or said,
        found,
        _verdict(verdict, difference) if verdict else "",
        bool(difference.get("needs_explanation")) and verdict is None,
        key,
        str(difference.get("sentence") or ""),
        str((verdict or {}).get("reason") or ""),
        bool(difference.get("money", True)),
    )


def _verdict(verdict: dict[str, Any], difference: dict[str, Any]) -> str:
    source = {"found": "（采核对）", "declared": "（采申报）"}.get(str(verdict.get("take")), "（另定）")
    return _amount(difference, verdict.get("value")) + source


def _amount(difference: dict[str, Any], value: Any) -> str:
    """A sum in yuan, or a plain count."""
    if value is None:
        return ""
    return yuan_text(int(value)) if difference.get("money", True) else str(value)


def _yuan(value: Any) -> str:
    return yuan_text(int(value)) if isinstance(value, int) and not isinstance(value, bool) else ""
