"""时限与迁移 pages: red, yellow and green by township, deadlines brought to somebody's attention, cases that moved away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html

from minzheng.kernel.cases import selectors
from minzheng.kernel.cases.deadlines import colours, escalation
from minzheng.kernel.cases.models import CaseMove, Escalation
from minzheng.kernel.items import guarded, registry
from minzheng.kernel.parts.columns import Badge, Date, Link, Moment, Month, Number, Region, Text, badge
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.fields import LongText
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import ActionBody, BoardBody, DetailBody, Done, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Entry, Facts, Figure, Figures, Table, Timeline

DEGREES = dict(Escalation.DEGREES)
DEGREE_TONES = {"yellow": "warn", "red": "bad", "county": "bad"}


def _figures(obj: Any, drawing: Drawing) -> list[Figure]:
    counts = colours.by_town(drawing.actor, drawing.today)
    url = reverse("cases.list")
    total = {name: sum(getattr(one, name) for one in counts) for name in ("red", "yellow", "green")}
    return [
        Figure(
            "红（到期、超期）", total["red"], f"{url}?{urlencode({'due': 'red'})}", "bad" if total["red"] else "plain"
        ),
        Figure(
            "黄（将到期）",
            total["yellow"],
            f"{url}?{urlencode({'due': 'yellow'})}",
            "warn" if total["yellow"] else "plain",
        ),
        Figure("绿（时间充裕）", total["green"], f"{url}?{urlencode({'due': 'green'})}", "plain"),
    ]


@dataclass(frozen=True)
class Count(Number):
    """A number of cases of one township in one colour, linked to the list that it counts. The row is a `TownCount`."""

    def cell(self, row: Any, drawing: Drawing) -> str:
        number = int(self.get(row))
        if not number:
            return "0"
        asked = {"due": self.key, "region": row.region_code, "sort": "due_on"}
        tone = {"red": "bad", "yellow": "warn", "green": "good"}[self.key]
        return format_html('<a href="{}?{}">{}</a>', reverse("cases.list"), urlencode(asked), badge(str(number), tone))


@dataclass(frozen=True)
class Answer(Text):
    """What was answered, or the way to answer."""

    def cell(self, row: Any, drawing: Drawing) -> str:
        url = reverse("cases.escalation", kwargs={"pk": row.pk})
        return self.text(row, drawing) or format_html('<a href="{}">答复</a>', url)


#: Running deadlines by township, the worst first; also on the workbench of whoever looks after several.
TOWNS = Table(
    "各乡镇（街道）的时限",
    rows=lambda obj, drawing: colours.by_town(drawing.actor, drawing.today),
    columns=(
        Region("region_code", "乡镇（街道）"),
        Count("red", "红"),
        Count("yellow", "黄"),
        Count("green", "绿"),
        Number("total", "合计"),
    ),
    empty="没有正在计时的办件。受理申请后，各乡镇的时限会列在这里。",
)


def _answering(actor: Any, obj: Escalation) -> tuple[LongText, ...]:
    about = f"{obj.case.applicant_name}　{_item(obj)}　{obj.case.no}：{_state(obj)}，截止日 {obj.due_on:%Y-%m-%d}。"
    return (LongText("answer", "原因和打算哪天办完", required=True, max_length=200, help=about),)


def _answer(actor: Any, obj: Escalation, values: dict[str, Any]) -> Done:
    escalation.answer(actor=actor, pk=obj.pk, text=str(values.get("answer") or ""))
    return Done("已答复。", reverse("cases.escalations"))


def _escalation(actor: Any, pk: int) -> Escalation | None:
    return escalation.visible_to(actor).filter(pk=pk).first()


def moves(actor: Any) -> QuerySet[CaseMove]:
    """Cases that have left the places of one post with case.read."""
    mine = actor.scope_q("case.read") & guarded.readable_q(actor, "case__item_code")
    return CaseMove.objects.filter(mine).select_related("case").defer("case__form")


def _move(actor: Any, pk: int) -> CaseMove | None:
    return moves(actor).filter(pk=pk).first()


def _acts_here(move: CaseMove) -> list[Entry]:
    """What was done up to the move; nothing of what the new place does."""
    entries = selectors.timeline(move.case)[: move.seq]
    return [Entry(e.at, e.title, " · ".join(filter(None, (e.who, e.organization))), e.detail) for e in entries]


def _item(row: Any) -> str:
    return registry.get(row.case.item_code).short


def _state(row: Escalation) -> str:
    return registry.get(row.case.item_code).flow.state(row.state).title


def _people(row: Escalation) -> str:
    return "、".join(one["name"] for one in row.told_to) or "没有在岗人员"


def _example_of(model: Any) -> Any:
    def find() -> dict[str, int] | None:
        pk = model.objects.order_by("pk").values_list("pk", flat=True).first()
        return {"pk": pk} if pk else None

    return find


PAGES = [
    Page(
        "cases.colours",
        "console/deadlines/",
        "时限一览",
        "case.read",
        BoardBody(
            (
                Figures("在办和待遇办件的时限", figures=_figures),
                TOWNS,
            ),
        ),
        menu=Menu("办理", 20, "clock"),
    ),
    Page(
        "cases.escalations",
        "console/deadlines/told/",
        "期限督办",
        "case.read",
        ListBody(
            escalation.visible_to,
            (
                Link("case.no", "办件", page="cases.detail", args={"pk": "case_id"}),
                Text("case.applicant_name", "申请人"),
                Text(_item, "事项"),
                Region("region_code", "乡镇（街道）", up_to=9),
                Badge("degree", "程度", names=DEGREES, tones=DEGREE_TONES, sort="degree"),
                Date("due_on", "截止日", sort="due_on"),
                Text(_state, "当时状态"),
                Moment("told_at", "提醒时间", sort="told_at"),
                Text(_people, "提醒对象", narrow=False),
                Answer("answer", "答复"),
            ),
            sort="-told_at",
            filters=(
                ByChoice("degree", "程度", choices=Escalation.DEGREES),
                ByRegion("region", "乡镇（街道）", permission="case.read"),
            ),
            empty="没有督办。时限剩余不多（黄）、到期（红）、逾期几日的办件，会按程度各提醒一次，列在这里。",
        ),
        menu=Menu("办理", 21, "alert"),
    ),
    Page(
        "cases.escalation",
        "console/deadlines/told/<int:pk>/",
        "答复督办",
        "case.read",
        ActionBody(
            _escalation,
            _answer,
            fields=_answering,
            question="说明这个办件为什么还没有办完，打算怎样办。",
            submit="答复",
            parent="cases.escalations",
        ),
        example=_example_of(Escalation),
    ),
    Page(
        "cases.moved",
        "console/moved/",
        "已迁出的办件",
        "case.read",
        ListBody(
            moves,
            (
                Link("case.no", "办件编号", page="cases.moved_detail", args={"pk": "pk"}),
                Text("case.applicant_name", "申请人"),
                Text(_item, "事项"),
                Region("region_code", "原所在地"),
                Region("to_region", "迁入地"),
                Date("moved_on", "迁居日期", sort="moved_on"),
                Month("pays_from", "迁入地起发月"),
                Text("reason", "事由", narrow=False),
            ),
            sort="-moved_on",
            link=("cases.moved_detail", {"pk": "pk"}),
            empty="没有迁出的办件。家庭迁到别的乡镇（街道）后，本地办过的事在这里还能查看。",
        ),
        menu=Menu("办理", 22, "list"),
    ),
    Page(
        "cases.moved_detail",
        "console/moved/<int:pk>/",
        "已迁出的办件",
        "case.read",
        DetailBody(
            _move,
            (
                Facts(
                    "迁移",
                    items=(
                        Text("case.no", "办件编号"),
                        Text("case.applicant_name", "申请人"),
                        Text(_item, "事项"),
                        Region("region_code", "原所在地"),
                        Region("to_region", "迁入地"),
                        Date("moved_on", "迁居日期"),
                        Month("pays_from", "迁入地起发月"),
                        Text("reason", "事由"),
                    ),
                ),
                Timeline("迁出以前本地办过的事", entries=_acts_here),
            ),
            title=lambda row: f"{row.case.applicant_name} · {_item(row)}",
            subtitle=lambda row: f"{row.case.no} 已迁出",
            parent="cases.moved",
        ),
        example=_example_of(CaseMove),
        reads="查看迁出办件",
    ),
]
