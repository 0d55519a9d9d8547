"""工作台：what is due, in order; what waits for others; what I handled last."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.models import Case
from minzheng.kernel.pages.casework.lists import item_short
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.parts.columns import Badge, Column, Deadline, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Figure

SHOWN = 12


def columns() -> tuple[Column, ...]:
    from minzheng.kernel.pages.casework.lists import STATE_NAMES, STATE_TONES

    return (
        Text("applicant_name", "申请人"),
        Text(lambda case: item_short(case.item_code), "事项"),
        Region("region_code", "村（社区）"),
        Badge("state", "环节", names=STATE_NAMES, tones=STATE_TONES),
        Deadline("due_on", "时限", provisional="due_provisional"),
    )


def workbench(request: HttpRequest) -> HttpResponse:
    """The first page after signing in. Figures are links to the lists that they count."""
    drawing = drawing_of(request)
    page = request.page  # type: ignore[attr-defined]
    if not drawing.actor.has("case.read"):
        return draw(request, "console/welcome.html", page)
    groups = selectors.workbench(drawing.actor, drawing.today, SHOWN)
    return draw(
        request, "console/workbench.html", page, figures_data={"figures": _figures(groups)}, groups=[_group(one, drawing) for one in groups],
        recent=_recent(drawing),
    )


def _figures(groups: Any) -> list[Figure]:
    url = reverse("cases.list")
    overdue, today = sum(one.overdue for one in groups), sum(one.due_today for one in groups)
    total = sum(one.total for one in groups)
    return [
        Figure("已逾期", overdue, f"{url}?scope=open&due=overdue&sort=due_on", "bad" if overdue else "plain"),
        Figure("今天到期", today, f"{url}?scope=open&due=today", "warn" if today else "plain"),
        Figure("三个工作日内", "查看", f"{url}?scope=open&due=near&sort=due_on", "info"),
        Figure("待我办理", total, f"{url}?scope=open&sort=due_on", "plain"),
    ]


def _group(group: Any, drawing: Drawing) -> dict[str, Any]:
    shown = columns()
    for column in shown:
        column.prepare(group.cases, drawing)
    lines = [
        (reverse("cases.detail", kwargs={"pk": case.pk}), [(one.cell(case, drawing), one.classes(), one.label) for one in shown])
        for case in group.cases
    ]
    return {"title": group.title, "code": group.code, "total": group.total, "lines": lines, "heads": shown, "rest": group.total - len(lines)}


def _recent(drawing: Drawing) -> list[Case]:
    """The last cases I did something with."""
    seen = (
        selectors.visible_to(drawing.actor).filter(acts__actor_id=drawing.actor.id).order_by("-acts__at").values_list("pk", flat=True)[:40]
    )
    order = list(dict.fromkeys(seen))[:8]
    found = {case.pk: case for case in selectors.visible_to(drawing.actor).filter(pk__in=order)}
    return [found[pk] for pk in order if pk in found]
