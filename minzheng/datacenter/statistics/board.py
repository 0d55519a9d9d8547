"""The board: what waits for this person, how far collecting is and who is missing, the newest reports."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse

from minzheng.datacenter.statistics import selectors, showing
from minzheng.datacenter.statistics.models import StatReport
from minzheng.datacenter.statistics.selectors import OPEN, REPORT, REVIEW, SEAL
from minzheng.kernel.parts.columns import Badge, Deadline, Link, Text
from minzheng.kernel.parts.panels import Figure

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.parts.drawing import Drawing

#: Reports shown on the board; the list has them all.
MOST = 60
#: What is to be done with a report that waits for somebody.
DOING = {"fill": "填报", "collect": "催报、汇总", "judge": "审核", "seal": "封存"}


def waiting_for(actor: Actor) -> list[tuple[str, StatReport]]:
    """(what to do, report) of this person, the earliest due first. One query."""
    mine = Q(region_code__in=actor.scopes(REPORT), state__in=OPEN)
    judged = Q(state=StatReport.REPORTED) & _inside(actor, REVIEW, "parent__region_code")
    sealed = Q(state=StatReport.REPORTED, parent=None) & actor.scope_q(SEAL)
    rows = selectors.listed(actor).filter(mine | judged | sealed).order_by("due_on", "shell", "region_code")[:MOST]
    return [(_what(row), row) for row in rows]


def _inside(actor: Actor, permission: str, field: str) -> Q:
    return actor.scope_q(permission, field) & Q(parent__isnull=False)


def _what(row: Any) -> str:
    if row.state in OPEN:
        return "collect" if row.below_count else "fill"
    return "judge" if row.parent_id else "seal"


def waiting(obj: Any, drawing: Drawing) -> list[dict[str, Any]]:
    drawing.notes["waiting"] = drawing.notes.get("waiting") or waiting_for(drawing.actor)
    rows = drawing.notes["waiting"]
    drawing.load_regions(row.region_code for _, row in rows)
    return [
        {
            "what": DOING[what], "title": showing.title_of(row), "place": drawing.region(row.region_code), "pk": row.pk,
            "state": row.state, "due_on": row.due_on, "provisional": row.due_provisional, "done": row.state not in OPEN,
        }
        for what, row in rows
    ]  # fmt: skip


WAITING = (
    Link("title", "报表", page="stats.show", args={"pk": "pk"}),
    Text("place", "地区"),
    Text("what", "要做的"),
    Badge("state", "状态", names=showing.STATES, tones=showing.TONES),
    Deadline("due_on", "截止", stopped=lambda row: row["done"], provisional="provisional"),
)


def collecting(obj: Any, drawing: Drawing) -> list[dict[str, Any]]:
    """Open periods that this person sees the sum of: how many are through, who is missing, who was returned. Two queries."""
    above = list(
        selectors.listed(drawing.actor)
        .filter(below_count__gt=0)
        .exclude(state=StatReport.SEALED)
        .order_by("due_on")[:MOST]
    )
    parts: dict[int, list[StatReport]] = defaultdict(list)
    rows = StatReport.objects.filter(parent__in=[one.pk for one in above]).defer("values", "sources", "notes")
    for row in rows.order_by("region_code"):
        parts[row.parent_id or 0].append(row)
    drawing.load_regions(
        [row.region_code for group in parts.values() for row in group] + [one.region_code for one in above]
    )
    return [_stand(one, parts[one.pk], drawing) for one in above]


def _stand(one: StatReport, parts: list[StatReport], drawing: Drawing) -> dict[str, Any]:
    told = selectors.progress(parts)
    return {
        "pk": one.pk, "title": showing.title_of(one), "place": drawing.region(one.region_code),
        "through": f"{len(told.through)} / {told.whole}",
        "missing": "、".join(drawing.region(row.region_code) for row in told.missing) or "没有",
        "returned": "、".join(drawing.region(row.region_code) for row in told.returned) or "没有",
        "waiting": len(told.waiting), "state": one.state, "due_on": one.due_on, "provisional": one.due_provisional,
        "done": one.state not in OPEN,
    }  # fmt: skip


COLLECTING = (
    Link("title", "报表", page="stats.show", args={"pk": "pk"}),
    Text("place", "地区"),
    Text("through", "已审核", css="nowrap"),
    Text("missing", "没有上报的"),
    Text("returned", "退回的"),
    Text("waiting", "待审核"),
    Badge("state", "汇总表", names=showing.STATES, tones=showing.TONES),
    Deadline("due_on", "截止", stopped=lambda row: row["done"], provisional="provisional"),
)


def figures(obj: Any, drawing: Drawing) -> list[Figure]:
    drawing.notes["waiting"] = drawing.notes.get("waiting") or waiting_for(drawing.actor)
    late = sum(1 for _, row in drawing.notes["waiting"] if selectors.is_late(row, drawing.today))
    open_ = selectors.visible_to(drawing.actor).filter(state__in=OPEN)
    overdue, sent = open_.filter(due_on__lt=drawing.today).count(), selectors.visible_to(drawing.actor)
    url = reverse("stats.list")
    return [
        Figure("等我办的", len(drawing.notes["waiting"]), "#waiting", "info", f"{late} 张已过期" if late else ""),
        Figure("没有上报", open_.count(), f"{url}?state=open"),
        Figure("其中已过期", overdue, f"{url}?late=yes", "bad" if overdue else "good"),
        Figure("退回未改", sent.filter(state=StatReport.RETURNED).count(), f"{url}?state=returned"),
        Figure("已封存", sent.filter(state=StatReport.SEALED).count(), f"{url}?state=sealed", "good"),
    ]  # fmt: skip
