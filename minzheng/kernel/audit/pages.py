"""审计记录: who looked at or did what, when and why."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from minzheng.kernel.accounts.models import Assignment
from minzheng.kernel.audit import selectors
from minzheng.kernel.ids import read_number
from minzheng.kernel.pages.oversight.findings import FILTER as BY_FINDING
from minzheng.kernel.pages.words import ACTIONS, OBJECTS, action_title, detail_text
from minzheng.kernel.parts.columns import Badge, Moment, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.filters import ByChoice, DateRange, Search
from minzheng.kernel.parts.page import DetailBody, ExportBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts


def _named(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    """By the actor's name, or by the object's number."""
    number = read_number(text)
    return rows.filter(actor_name=text) if number is None else rows.filter(object_id=number)


def _by_officer(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    number = read_number(text)
    return rows.none() if number is None else rows.filter(actor_id=number)


def _of_officer(drawing: Drawing) -> list[tuple[str, str]]:
    """Officers of the places that the actor audits, and whoever the address names. One query."""
    from minzheng.kernel.accounts.models import User

    held = Assignment.objects.filter(drawing.actor.scope_q("audit.read")).values("user_id")
    asked = read_number(drawing.request.GET.get("actor", "")) if drawing.request else None
    rows = User.objects.filter(Q(pk__in=held) | Q(pk=asked or 0), kind="staff").order_by("name", "pk")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")[:500]]


def _one(actor: Any, pk: int) -> Any:
    return selectors.visible_to(actor).filter(pk=pk).first()


def _example() -> dict[str, int] | None:
    from minzheng.kernel.audit.models import AuditEntry

    pk = AuditEntry.objects.filter(region_code="").order_by("pk").values_list("pk", flat=True).first()
    return {"pk": pk} if pk else None


COLUMNS = (
    Moment("at", "时间", sort="at"),
    Text("actor_name", "操作人"),
    Text(lambda row: _role(row.role), "岗位", narrow=False),
    Badge("action", "动作", names=lambda row: action_title(row.action), tones=lambda row: _tone(row.action)),
    Text(lambda row: OBJECTS.get(row.object_type, row.object_type), "对象"),
    Region("region_code", "地区", narrow=False),
    Text("reason", "理由"),
    Text("address", "来源地址", narrow=False),
)


def _role(code: str) -> str:
    from minzheng.kernel.accounts.roles import title

    plain = {"": "", "citizen": "群众本人", "system": "系统"}
    return plain[code] if code in plain else title(code)


def _tone(action: str) -> str:
    return (
        "warn"
        if action in ("auth.refused", "auth.locked_out", "export", "glass.open")
        else "info"
        if action == "read"
        else "plain"
    )


PAGES = [
    Page(
        "audit.list",
        "console/audit/",
        "审计记录",
        "audit.read",
        ListBody(
            selectors.visible_to,
            COLUMNS,
            sort="-at",
            link=("audit.detail", {"pk": "pk"}),
            export="audit.export",
            per_page=50,
            filters=(
                Search("q", "操作人或对象编号", by=_named, placeholder="姓名全名或编号"),
                ByChoice("action", "动作", choices=tuple(ACTIONS.items())),
                ByChoice("object", "对象", field="object_type", choices=tuple(OBJECTS.items())),
                DateRange("at", "日期", moment=True),
                ByChoice("actor", "人员", choices=_of_officer, by=_by_officer),
                BY_FINDING,
            ),
            lead="记录只增不改，按国密 SM3 逐条成链；用“minzheng audit verify”校验。",
            empty="这些条件下没有审计记录。",
        ),
        menu=Menu("监督", 10, "log"),
    ),
    Page(
        "audit.detail",
        "console/audit/<int:pk>/",
        "审计记录详情",
        "audit.read",
        DetailBody(
            _one,
            (
                Facts("记录", items=COLUMNS),
                Facts(
                    "明细",
                    columns=1,
                    items=(Text(detail_text, "内容"), Text("object_id", "对象编号"), Text("mac", "校验码")),
                ),
            ),
            parent="audit.list",
        ),
        example=_example,
    ),
    Page(
        "audit.export",
        "console/audit/export/",
        "导出审计记录",
        "audit.read",
        ExportBody("audit.list", columns=(*COLUMNS, Text(detail_text, "明细"))),
    ),
]
