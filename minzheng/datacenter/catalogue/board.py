"""The catalogue as a page: figures on top, a filter by department and state, one line a source."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from minzheng.datacenter.catalogue import state, uses
from minzheng.datacenter.catalogue.state import Standing
from minzheng.datacenter.sources.classes import DEPARTMENTS
from minzheng.datacenter.sources.spec import FREQUENCIES
from minzheng.kernel.parts.columns import Badge, Date, Link, Number, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Figure, Table

LEAD = "别的部门给什么数据、凭什么、多久一次、最近一批什么时候到、质量怎样、哪些事项在用。一个来源是一个文件夹，放进去就在这里。"
WAYS = {"batch": "成批", "query_reply": "一户一查"}
#: State in the address → what is chosen; "problem" cuts across the states.
CHOICES = {**state.STATES, "problem": "质量有问题"}


def _all(drawing: Drawing) -> list[Standing]:
    """Read once per page."""
    if "standings" not in drawing.notes:
        drawing.notes["standings"] = state.standings(drawing.actor, drawing.today)
    found: list[Standing] = drawing.notes["standings"]
    return found


def _asked(drawing: Drawing, name: str) -> str:
    return drawing.request.GET.get(name, "") if drawing.request else ""


def figures(obj: Any, drawing: Drawing) -> list[Figure]:
    """How many sources there are and how they stand; each opens the list behind it."""
    rows = _all(drawing)
    counts = Counter(one.state for one in rows)
    bad = sum(bool(one.problems) for one in rows)

    def link(chosen: str) -> str:
        return f"{reverse('sources.list')}?{urlencode({'state': chosen})}" if chosen else reverse("sources.list")

    return [
        Figure("数据来源", len(rows), link("")),
        Figure("按期", counts[state.ON_TIME], link(state.ON_TIME), "good"),
        Figure("逾期", counts[state.OVERDUE], link(state.OVERDUE), "bad" if counts[state.OVERDUE] else "plain"),
        Figure("还没有数据", counts[state.NEVER], link(state.NEVER), "warn" if counts[state.NEVER] else "plain"),
        Figure("质量有问题", bad, link("problem"), "warn" if bad else "plain"),
        Figure("在用的行", _counted(sum(one.rows for one in rows))),
    ]


def _counted(rows: int) -> str:
    """Large counts in 万: a figure is read at a glance, the table has the exact number."""
    return f"{rows / 10_000:.1f} 万" if rows >= 100_000 else f"{rows:,}"


def _rows(obj: Any, drawing: Drawing) -> list[Standing]:
    """What the filters leave; an unknown word filters nothing."""
    department, chosen = _asked(drawing, "department"), _asked(drawing, "state")
    found = _all(drawing)
    if department in dict(DEPARTMENTS):
        found = [one for one in found if one.spec.department == department]
    if chosen == "problem":
        return [one for one in found if one.problems]
    return [one for one in found if one.state == chosen] if chosen in state.STATES else found


def _newest(one: Standing) -> str:
    return one.newest.period if one.newest else ""


def _state_words(one: Standing) -> str:
    if one.state == state.OVERDUE and one.due:
        return f"逾期，应于 {one.due:%m-%d} 前到"
    return state.STATES[one.state]


def _quality(one: Standing) -> str:
    if one.newest is None:
        return ""
    if one.problems:
        return f"{len(one.problems)} 处问题"
    return f"退回 {state.share(one.newest.rejected, one.newest.rows)}"


def _users(one: Standing) -> str:
    """How many items check it and how many monitors watch it."""
    found = uses.uses_of(one.spec)
    counts = Counter(use.how for use in found)
    return "，".join(f"{how} {n}" for how, n in counts.items())


TABLE = Table(
    "数据来源",
    rows=_rows,
    columns=(
        Link("title", "来源", page="sources.detail", args={"code": "code"}),
        Text(lambda one: one.spec.department_title, "部门"),
        Text(lambda one: FREQUENCIES[one.spec.frequency][0], "频率", css="nowrap"),
        Text(lambda one: WAYS[one.spec.mode], "方式", narrow=False, css="nowrap"),
        Text(_newest, "最近一批", css="nowrap"),
        Date(lambda one: one.newest.held_at if one.newest else None, "入湖日期", css="nowrap"),
        Badge("state", "状态", names=_state_words, tones=lambda one: state.TONES[one.state], css="nowrap"),
        Number(lambda one: f"{one.rows:,}" if one.rows else "", "在用行数"),
        Badge("problems", "质量", names=_quality, tones=lambda one: "warn" if one.problems else "plain", css="nowrap"),
        Text(_users, "谁在用", css="nowrap"),
    ),
    empty="没有符合条件的来源。请改一改上面的筛选条件。",
)


def listed(obj: Any, drawing: Drawing) -> dict[str, Any]:
    """The table with its two filters above it."""
    present = {one.spec.department for one in _all(drawing)}
    return TABLE.draw(obj, drawing) | {
        "departments": [pair for pair in DEPARTMENTS if pair[0] in present],
        "states": list(CHOICES.items()),
        "department": _asked(drawing, "department"),
        "state": _asked(drawing, "state"),
    }
