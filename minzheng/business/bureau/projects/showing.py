"""How projects look: columns, panels and the timeline that several pages share."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import QuerySet, Sum
from django.urls import reverse

from minzheng.business.bureau.projects import recording, reminders, selectors, sources, stages
from minzheng.business.bureau.projects.models import Project, ProjectAct, ProjectProblem
from minzheng.business.bureau.projects.money import Wan, wan
from minzheng.business.bureau.projects.selectors import percent
from minzheng.kernel.documents.selectors import sizes_of
from minzheng.kernel.parts.columns import Badge, Date, Link, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.panels import Entry

#: No person's file is behind a project; names on it are those of officials in their duty.
NO_ONE = "项目只有建设内容和资金，没有群众的信息"
STAGE = Badge("stage", "阶段", names=stages.TITLES, tones=stages.TONES)
PROBLEM_STATES = dict(ProjectProblem.STATES)
PROBLEM_TONES = {"open": "bad", "mended": "wait", "closed": "good"}
LATE = "bad"


def share(part: int, whole: int) -> str:
    """``45.0%``; “—” where there is nothing to share."""
    found = percent(part, whole)
    return "—" if found is None else f"{found}%"


COLUMNS = (
    Text("name", "项目名称", sort="name", css="roomy"), Text("category.name", "大类", narrow=False),
    Region("region_code", "所在地"), STAGE, Wan("total_fen", "总投资（万元）", sort="total_fen"), Wan("invested_fen", "完成（万元）", sort="invested_fen"),
    Text(lambda row: share(row.invested_fen, row.total_fen), "完成率", css="num"), Wan("issued_fen", "下达（万元）", narrow=False), Wan("paid_fen", "支付（万元）", narrow=False),
    Number("open_problems", "问题", narrow=False), Text("no", "编号", sort="no", narrow=False, css="nowrap"),
)  # fmt: skip


def summary(rows: QuerySet[Any], drawing: Drawing) -> str:
    """The totals of what the list shows, so that they can be compared with the library's."""
    found = rows.order_by().aggregate(
        total=Sum("total_fen"), invested=Sum("invested_fen"), issued=Sum("issued_fen"), paid=Sum("paid_fen")
    )
    total, invested = found["total"] or 0, found["invested"] or 0
    return (
        f"合计：总投资 {wan(total)} 万元，完成投资 {wan(invested)} 万元（{share(invested, total)}），"
        f"下达 {wan(found['issued'] or 0)} 万元，支付 {wan(found['paid'] or 0)} 万元（{share(found['paid'] or 0, found['issued'] or 0)}）。"
    )


PROBLEM_COLUMNS = (
    Text("words", "问题"), Link("project.name", "项目", page="projects.show", args={"pk": "project_id"}), Region("region_code", "所在地", narrow=False),
    Badge("kind", "类别", names=dict(ProjectProblem.KINDS)), Badge("grade", "程度", names=dict(ProjectProblem.GRADES), tones={"serious": "bad"}),
    Date("found_on", "发现", sort="found_on", narrow=False), Date("due_on", "整改期限", sort="due_on"), Text("duty", "责任人"),
    Badge("state", "状态", names=PROBLEM_STATES, tones=PROBLEM_TONES),
)  # fmt: skip


def timeline(project: Project) -> list[Entry]:
    """Every act, the oldest first, with the papers that prove it."""
    acts = list(project.acts.order_by("seq"))
    return [_entry(one) for one in acts]


def _entry(one: ProjectAct) -> Entry:
    title = recording.TITLES.get(one.kind, one.kind)
    if one.kind == "move":
        title = f"{stages.TITLES.get(one.from_stage, '')} → {stages.TITLES.get(one.to_stage, '')}"
    tone = {"problem": "bad", "return": "bad", "close": "good"}.get(one.kind, "plain")
    said = [one.words, _figures(one)]
    note = "　".join(filter(None, (one.document, f"附材料 {len(one.evidence)} 份" if one.evidence else "")))
    return Entry(one.made_at, title, f"{one.made_name}　{one.on:%Y-%m-%d}", "\n".join(filter(None, said)), tone, note)


def _figures(one: ProjectAct) -> str:
    data = one.data
    if one.kind == "progress":
        before = data.get("before_fen")
        more = f"（原填 {wan(before)} 万元）" if before is not None else ""
        return f"{data['month']} 完成投资 {wan(data['invested_fen'])} 万元{more}"
    if one.kind == "money":
        return f"{'下达' if data['kind'] == 'issued' else '支付'} {wan(data['amount_fen'])} 万元（{sources.title(data['source'])}）"
    if one.kind == "plan":
        return f"总投资 {wan(data['before']['total_fen'])} → {wan(data['after']['total_fen'])} 万元"
    return ""


def years(project: Project, drawing: Drawing) -> list[dict[str, Any]]:
    """A row a year: planned, done, allotted, paid, and what is carried to the next year."""
    planned = dict(project.years.values_list("year", "planned_fen"))
    done = _by_year((row.month, row.invested_fen) for row in project.progress.all())
    money = {
        kind: _by_year((row.on, row.amount_fen) for row in project.money.all() if row.kind == kind)
        for kind in ("issued", "paid")
    }
    found, left = [], 0
    for year in sorted({*planned, *done, *money["issued"], *money["paid"]}):
        issued, paid = money["issued"].get(year, 0), money["paid"].get(year, 0)
        available, left = left + issued, left + issued - paid
        found.append({"year": year, "planned": planned.get(year, 0), "done": done.get(year, 0), "rate": share(done.get(year, 0), planned.get(year, 0)),
                      "issued": issued, "paid": paid, "spent": share(paid, available), "left": left})  # fmt: skip
    return found


def _by_year(pairs: Any) -> dict[int, int]:
    found: dict[int, int] = {}
    for day, fen in pairs:
        found[day.year] = found.get(day.year, 0) + fen
    return found


def money(project: Project, drawing: Drawing) -> list[dict[str, Any]]:
    """A row a source: planned, allotted, paid, left."""
    planned = dict(project.sources.values_list("source", "planned_fen"))
    rows = list(project.money.all())
    found = []
    for code in sources.sources():
        issued = sum(row.amount_fen for row in rows if row.source == code and row.kind == "issued")
        paid = sum(row.amount_fen for row in rows if row.source == code and row.kind == "paid")
        if planned.get(code) or issued or paid:
            found.append(
                {
                    "source": sources.title(code),
                    "planned": planned.get(code, 0),
                    "issued": issued,
                    "paid": paid,
                    "left": issued - paid,
                }
            )
    return found


def warned(project: Project, drawing: Drawing) -> list[reminders.Reminder]:
    row = selectors.counted(drawing.actor, drawing.today).filter(pk=project.pk).first()
    return reminders.of_project(row, drawing.today) if row else []


def photos(project: Project, drawing: Drawing) -> dict[str, Any]:
    """Photographs by stage, the newest stage last; papers behind them."""
    rows = list(project.photos.filter(removed_at=None).order_by("taken_on", "pk"))
    sizes = sizes_of(row.attachment_id for row in rows)  # type: ignore[attr-defined]
    may = bool(drawing.actor.can(selectors.MANAGE, project.region_code))
    found = [
        {
            "url": reverse("projects.photo", kwargs={"pk": row.pk}), "caption": row.caption, "on": row.taken_on, "stage": stages.TITLES[row.stage],
            "size": f"{max(1, sizes.get(row.attachment_id, 0) // 1024)} KB", "picture": row.picture,  # type: ignore[attr-defined]
            "remove": reverse("projects.photo_remove", kwargs={"pk": row.pk}) if may else "",
        }
        for row in rows
    ]  # fmt: skip
    return {
        "pictures": [one for one in found if one["picture"]],
        "papers": [one for one in found if not one["picture"]],
    }


def milestone_state(row: Any, today: datetime.date) -> tuple[str, str]:
    """(words, tone) of a milestone."""
    if row.done_on:
        late = (row.done_on - row.due_on).days
        return (f"晚 {late} 天完成", "warn") if late > 0 else ("按期完成", "good")
    if row.due_on < today:
        return f"逾期 {(today - row.due_on).days} 天", LATE
    return f"还有 {(row.due_on - today).days} 天", "plain"
