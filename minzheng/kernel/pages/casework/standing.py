"""此刻要知道的: what sets a case apart just now — clocks that stand still, a family that moved here, an urging that nobody
has answered. Shown above everything else, each in one sentence."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from minzheng.kernel.cases.flow import Flow
from minzheng.kernel.cases.models import Case, CaseAct, Escalation
from minzheng.kernel.parts.drawing import Drawing

#: Deadlines brought to a leader or to the county; a clerk's own reminder is what the clock above says already.
URGED = ("red", "county")


@dataclass(frozen=True)
class Remark:
    """``tone``: info | warning | error; ``link``: where to do something about it, "" for nowhere."""

    tone: str
    icon: str
    text: str
    link: str = ""
    link_text: str = ""


def standing(case: Case, flow: Flow, acts: list[CaseAct], drawing: Drawing) -> list[Remark]:
    """At most one urging, every halt, the last move. Two queries."""
    return [*_urged(case), *_halted(flow, acts), *_moved(case, drawing)]


def _urged(case: Case) -> list[Remark]:
    """The last urging of the deadline that runs now."""
    if case.due_on is None:
        return []
    row = (
        Escalation.objects.filter(case_id=case.pk, due_on=case.due_on, degree__in=URGED).order_by("-told_at", "-pk")
    ).first()
    if row is None:
        return []
    whom = "、".join(one["name"] for one in row.told_to) or "没有在岗人员"
    text = f"期限督办：{row.told_at:%Y-%m-%d} {row.get_degree_display()}（{whom}）。"
    if row.answered_at is not None:
        return [Remark("info", "alert", f"{text}已答复：{row.answer}")]
    link = reverse("cases.escalation", kwargs={"pk": row.pk})
    return [Remark("error", "alert", f"{text}还没有答复。", link, "答复")]


def _halted(flow: Flow, acts: list[CaseAct]) -> list[Remark]:
    """Halts that were begun and have not ended."""
    found = []
    for halt in flow.halts:
        begun = next((one for one in reversed(acts) if one.code in (halt.begins, halt.ends)), None)
        if begun is None or begun.code == halt.ends:
            continue
        until = _day(begun.data.get("until"))
        ends = flow.act(halt.ends)
        rest = f"，预计到 {until:%Y-%m-%d}" if until else ""
        done = f"；有了结果请办“{ends.title}”" if ends else ""
        found.append(Remark("warning", "clock", f"{halt.title}：自 {begun.at:%Y-%m-%d} 起停表{rest}{done}。"))
    return found


def _moved(case: Case, drawing: Drawing) -> list[Remark]:
    row = case.moves.order_by("-moved_on", "-pk").first()
    if row is None:
        return []
    drawing.load_regions([row.region_code, row.region_code[:9] + "000"])
    town = drawing.region(row.region_code[:9] + "000")
    place = "" if row.region_code[9:] == "000" else drawing.region(row.region_code)
    pays = f"，{row.pays_from:%Y年%-m月}起由现在的所在地发放" if row.pays_from else ""
    return [
        Remark("info", "map", f"{row.moved_on:%Y-%m-%d} 由{town}{place}迁来{pays}。此前由{town}办理，编号和期限不变。")
    ]


def _day(text: Any) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None
