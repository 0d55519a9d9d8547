"""异常发现: figures over the reading log, each a link to exactly its lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from minzheng.kernel.accounts.roles import title
from minzheng.kernel.oversight import findings, glass, questions
from minzheng.kernel.oversight.limits import limit
from minzheng.kernel.parts.columns import Number, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.filters import ByChoice
from minzheng.kernel.parts.panels import Drawn, Figure, Figures, Table


def _list(**values: Any) -> str:
    return reverse("audit.list") + "?" + urlencode(values)


def _day() -> str:
    return f"{timezone.localtime(findings.since()):%Y-%m-%d}"


def _waiting(obj: Any, drawing: Drawing) -> Sequence[Figure]:
    """What waits for somebody: reviews and answers."""
    figures = []
    if drawing.actor.has("glass.read"):
        n = glass.visible_to(drawing.actor).filter(verdict="").count()
        figures.append(
            Figure("紧急查阅待复核", n, reverse("oversight.glasses") + "?verdict=none", "bad" if n else "plain")
        )
    if drawing.actor.has("audit.review"):
        n = questions.visible_to(drawing.actor).filter(state="open").count()
        figures.append(
            Figure("群众询问待答复", n, reverse("oversight.questions") + "?state=open", "warn" if n else "plain")
        )
    heavy = len(_heavy(None, drawing))
    figures.append(Figure("查阅量异常的人员", heavy, "#heavy", "warn" if heavy else "plain"))
    return figures


def _counted(obj: Any, drawing: Drawing) -> dict[str, Any]:
    rows = [
        {"one": row, "url": _list(finding=row.finding.code) if row.count else ""}
        for row in findings.counted(drawing.actor)
    ]
    return {"rows": rows, "since": _day()}


def _volumes(drawing: Drawing) -> list[tuple[int, str, int]]:
    """Counted once for the whole page."""
    if "volumes" not in drawing.notes:
        drawing.notes["volumes"] = findings.volumes(drawing.actor)
    found: list[tuple[int, str, int]] = drawing.notes["volumes"]
    return found


def _heavy(obj: Any, drawing: Drawing) -> list[findings.Heavy]:
    return findings.heavy_readers(drawing.actor, _volumes(drawing))


def _busiest(obj: Any, drawing: Drawing) -> list[tuple[int, str, int, str]]:
    """(user, role, readings, name) of those who read most."""
    rows = _volumes(drawing)[:30]
    names = findings.names_of(row[0] for row in rows)
    return [(*row, names.get(row[0], "")) for row in rows]


class _ReadsLink(Number):
    """The number of readings, leading to their list."""

    def cell(self, row: Any, drawing: Drawing) -> str:
        from django.utils.html import format_html

        url = _list(actor=self.get_actor(row), action="read", at_from=_day())
        return format_html('<a href="{}">{}</a>', url, self.get(row))

    @staticmethod
    def get_actor(row: Any) -> int:
        return row.actor_id if isinstance(row, findings.Heavy) else row[0]


PANELS = (
    Figures("等待处理", figures=_waiting),
    Drawn("查阅记录里值得看的", template="parts/findings.html", context=_counted),
    Table(
        "查阅量明显高于同岗位",
        anchor="heavy",
        rows=_heavy,
        columns=(
            Text("name", "姓名"),
            Text(lambda row: title(row.role), "岗位"),
            _ReadsLink("reads", "查阅次数"),
            Text(lambda row: f"{row.median:g}", "同岗位中位数", css="num"),
            Number("colleagues", "同岗位其他人数"),
        ),
        empty="没有人的查阅量明显高于同岗位。达到同岗位中位数的若干倍时会列在这里。",
    ),
    Table(
        "按人员看查阅量",
        rows=_busiest,
        columns=(
            Text(lambda row: row[3], "姓名"),
            Text(lambda row: title(row[1]), "岗位"),
            _ReadsLink(lambda row: row[2], "查阅次数"),
        ),
        empty="这段时间没有查阅记录。",
    ),
)


def lead() -> str:
    return (
        f"最近 {limit('FINDING_DAYS')} 天。查阅量达到同岗位中位数 {limit('FINDING_VOLUME_TIMES')} 倍、"
        f"且不少于 {limit('FINDING_VOLUME_LEAST')} 次的列为异常。"
    )


def by_finding(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    """The lines behind one number: the same condition over the same period."""
    found = findings.get(value)
    return found.rows(rows.filter(at__gte=findings.since())) if found else rows.none()


FILTER = ByChoice(
    "finding", "异常发现", choices=tuple((one.code, one.title) for one in findings.FINDINGS), by=by_finding
)
