"""督查督办: the list, a task and what may be done with it. Boards are in board_pages.py, bulletins in bulletin_pages.py."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from minzheng.business.bureau.supervision import (
    colours,
    doing_forms,
    forms,
    handling,
    selectors,
    showing,
    starting,
    steering,
    task_panels,
)
from minzheng.business.bureau.supervision.counting import CONDITIONS
from minzheng.business.bureau.supervision.models import (
    KINDS,
    OPEN,
    STATES,
    Milestone,
    SupervisedTask,
    TaskEvidence,
)
from minzheng.business.bureau.supervision.selectors import CHECK, FEEDBACK, MANAGE, READ
from minzheng.kernel.audit.services import record
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.documents import selectors as document_selectors
from minzheng.kernel.documents import services as documents
from minzheng.kernel.documents.answers import file_response
from minzheng.kernel.pages.drawing import drawing_of
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.behind import Behind
from minzheng.kernel.parts.columns import Date, Link, Number, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByChoice, ByRegion, DateRange, Search
from minzheng.kernel.parts.page import (
    ActionBody,
    BatchBody,
    Custom,
    ExportBody,
    FormBody,
    ListBody,
    Menu,
    Outcome,
    Page,
)

NO_ONE = "督办任务是单位的工作，没有服务对象的信息"
GROUP = "计划"


def _managed(actor: Any, pk: int) -> SupervisedTask | None:
    return selectors.get(actor, pk, MANAGE)


def _done_by(actor: Any, pk: int) -> SupervisedTask | None:
    return selectors.get(actor, pk, FEEDBACK)


def _checked(actor: Any, pk: int) -> SupervisedTask | None:
    return selectors.get(actor, pk, CHECK)


def _step(actor: Any, pk: int) -> Milestone | None:
    rows = Milestone.objects.select_related("task").filter(pk=pk, task__in=selectors.tasks(actor, FEEDBACK))
    return rows.first()


def _words(rows: QuerySet[Any], text: str, drawing: Drawing) -> QuerySet[Any]:
    return rows.filter(Q(title__icontains=text) | Q(sentence__icontains=text) | Q(no__icontains=text))


def _state(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    if value == "open":
        return rows.filter(state__in=OPEN)
    if value == "late":
        return rows.filter(selectors.overdue_q(drawing.today))
    return rows.filter(state=value)


def _light(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    return selectors.with_light(rows, value, drawing.today)


def _level(rows: QuerySet[Any], value: str, drawing: Drawing) -> QuerySet[Any]:
    own = Q(region_code__endswith="000000")
    return rows.filter(own if value == "county" else ~own)


def _offices(drawing: Drawing) -> list[tuple[str, str]]:
    rows = selectors.tasks(drawing.actor).exclude(lead_org=None).order_by("lead_name")
    return [(str(pk), name) for pk, name in rows.values_list("lead_org_id", "lead_name").distinct()]


def _years(drawing: Drawing) -> list[tuple[str, str]]:
    years = selectors.tasks(drawing.actor).order_by("-year").values_list("year", flat=True).distinct()
    return [(str(year), f"{year} 年") for year in years]


LIST = ListBody(
    selectors.tasks, showing.COLUMNS, sort="end", link=("duty.detail", {"pk": "pk"}), export="duty.export",
    batches=("duty.assign_many", "duty.archive_many"),
    filters=(
        Search("q", "任务、原文句或编号", by=_words),
        ByChoice("light", "灯", choices=tuple(colours.NAMES.items()), by=_light),
        ByChoice("state", "状态", choices=(("open", "没有办结的"), ("late", "已逾期的"), *STATES), by=_state),
        ByChoice("kind", "清单", choices=tuple(KINDS)),
        ByChoice("lead", "牵头单位", field="lead_org_id", choices=_offices),
        ByChoice("year", "年度", choices=_years),
        ByRegion("region", "地区", permission=READ),
        ByChoice("level", "承办层级", choices=(("county", "县（市、区）本级"), ("town", "乡镇（街道）")), by=_level),
        DateRange("end", "期限"),
        Behind("behind", "指标的数", conditions=CONDITIONS),
    ),
    actions=(Action("立项", "duty.new", icon="plus", primary=True), Action("问题清单", "duty.problems")),
    lead="要点、规划、会议和批示里的任务，从立项到归档。红灯：进度落后时间 20 个百分点以上、逾期，或两个周期没有反馈。",
    empty="没有督办任务。在工作计划里点“立项督办”，或点“立项”。",
)  # fmt: skip


def file(request: HttpRequest, pk: int) -> HttpResponse:
    """One file of evidence, to whoever may read its task."""
    drawing = drawing_of(request)
    one = selectors.evidence(drawing.actor, pk)
    stored = document_selectors.loose_attachment(one.attachment_id, handling.STORED_AS) if one else None
    if one is None or stored is None:
        raise Http404("没有找到。")
    record(actor=drawing.actor, action="duty.file", obj=one)
    body, kind = documents.open_attachment(stored)
    return file_response(body, kind, one.label)


def _many(act: Any, said: str) -> Any:
    def run(actor: Any, rows: Any, values: dict[str, Any]) -> list[Outcome]:
        outcomes = []
        for row in rows:
            try:
                act(actor=actor, task=row)
                outcomes.append(Outcome(row.no, True, said, forms.url(row)))
            except Refused as error:
                outcomes.append(Outcome(row.no, False, str(error), forms.url(row)))
        return outcomes

    return run


def _only(state: str, sentence: str) -> Any:
    def left_out(actor: Any, row: SupervisedTask) -> str:
        return "" if row.state == state and actor.can(MANAGE, row.owner_region) else sentence

    return left_out


_task = first_of(SupervisedTask.objects.exclude(state__in=("merged", "dropped")).order_by("pk"))


def _at(*states: str) -> Any:
    return first_of(SupervisedTask.objects.filter(state__in=states).order_by("pk"))


def _act(
    name: str, title: str, permission: str, get: Any, run: Any, question: Any, submit: str, example: Any, **more: Any
) -> Page:
    return Page(
        f"duty.{name}", f"console/duty/<int:pk>/{name}/", title, permission,
        ActionBody(get, run, question=question, submit=submit, parent="duty.detail", **more), example=example,
    )  # fmt: skip


def _form(
    name: str, title: str, permission: str, get: Any, fields: Any, save: Any, submit: str, example: Any, **more: Any
) -> Page:
    return Page(
        f"duty.{name}", f"console/duty/<int:pk>/{name}/", title, permission,
        FormBody(fields, save, get=get, submit=submit, parent="duty.detail", **more), example=example,
    )  # fmt: skip


PAGES = [
    Page("duty.list", "console/duty/", "督办任务", READ, LIST, menu=Menu(GROUP, 21, "list"), impersonal=NO_ONE),
    Page("duty.export", "console/duty/export/", "导出督办任务", READ, ExportBody("duty.list", columns=(
        *showing.COLUMNS, Text("sentence", "原文句"), Text("lead_office", "牵头科室"), Text("owner_name", "督办单位"),
        Date("finished_on", "完成日"), Date("closed_on", "办结日"), Number("extensions", "延期次数"))), impersonal=NO_ONE),
    Page("duty.problems", "console/duty/problems/", "督办问题清单", READ, ListBody(
        selectors.problems, (
            Link("task.title", "任务", page="duty.detail", args={"pk": "task_id"}), Text("problems", "问题"), Text("next", "下一步", narrow=False),
            Text("org_name", "反馈单位"), Date("on", "反馈日期", sort="on")),
        sort="-on", filters=(DateRange("on", "反馈日期"), ByRegion("region", "地区", permission=READ)),
        empty="没有办结的任务都没有报问题。反馈里填了“问题”的，列在这里。"), impersonal=NO_ONE),
    Page("duty.new", "console/duty/new/", "督办立项", MANAGE, FormBody(
        forms.new_fields, forms.new, initial=forms.new_initial, submit="立项", parent="duty.list",
        lead="一句话里有几个指标的，分成几项立。从计划文件里成批立项，在“工作计划”的页面上点“立项督办”。立项以后在任务页上“分解”：定牵头单位、期限和节点，再交办。")),
    Page("duty.detail", "console/duty/<int:pk>/", "督办任务", READ, task_panels.DETAIL, example=_task),
    Page("duty.file", "console/duty/files/<int:pk>/", "督办佐证", READ, Custom(file, methods=("GET",), parent="duty.list"),
         example=first_of(TaskEvidence.objects.order_by("pk"))),
    _form("divide", "任务分解", MANAGE, _managed, forms.divide_fields, forms.divide, "保存", _at("proposed", "divided", "assigned"),
          initial=forms.divide_initial, lead=lambda one: one.sentence),
    _act("assign", "交办任务", MANAGE, _managed, forms.assign, "交办以后由牵头单位在规定期限内签收，分解不能再改，要改用转办和延期。", "交办", _at("divided", "assigned")),
    _act("drop", "撤项", MANAGE, _managed, forms.drop, "还没有交办的可以撤项，记录保留。", "撤项", _at("proposed", "divided", "assigned"), fields=forms.REASON, danger=True),
    _form("delegate", "分解到下级", MANAGE, _managed, forms.delegate_fields, forms.delegate, "分解并交办", _task,
          initial=forms.delegate_initial, lead=lambda one: f"{one.sentence}　勾选的单位各得一项子任务，由本单位核查。"),
    _act("sign", "签收任务", FEEDBACK, _done_by, doing_forms.sign, lambda one: doing_forms.about(one), "签收", _at("assigned")),
    _form("feedback", "任务反馈", FEEDBACK, _done_by, doing_forms.feedback_fields, doing_forms.feedback, "反馈", _at("handling", "redo", "assigned"),
          initial=doing_forms.feedback_initial, lead=doing_forms.about),
    _form("extend", "申请延期", FEEDBACK, _done_by, doing_forms.EXTEND, doing_forms.extend, "申请", _at("handling", "redo", "assigned"), lead=doing_forms.about),
    _form("decide", "决定延期", MANAGE, _managed, doing_forms.DECIDE, doing_forms.decide, "决定",
          first_of(SupervisedTask.objects.exclude(pending_end=None).order_by("pk")), lead=doing_forms.decide_lead),
    _form("check", "核查任务", CHECK, _checked, doing_forms.check_fields, doing_forms.check, "提交结论", _at("checking"), lead=doing_forms.about),
    _form("transfer", "转办任务", MANAGE, _managed, forms.transfer_fields, forms.transfer, "转办", _at("assigned", "handling"),
          initial=lambda actor, one: {"lead_org": str(one.lead_org_id or ""), "lead_office": one.lead_office}, lead=doing_forms.about),
    _act("pause", "中止任务", MANAGE, _managed, forms.pause, "中止以后不计颜色和得分，恢复时顺延。", "中止", _at("handling"), fields=forms.REASON),
    _act("resume", "恢复任务", MANAGE, _managed, forms.resume, "从中止前的那一步接着办。", "恢复", _at("paused", "handling"), fields=forms.RESUME),
    _act("merge", "合并任务", MANAGE, _managed, forms.merge, "同一件事立了两项的，并成一项；子任务跟着过去。", "合并", _task, fields=forms.merge_fields),
    _act("nudge", "催办任务", MANAGE, _managed, forms.remind, lambda one: doing_forms.about(one), "催办", _at("handling"), fields=forms.REMIND),
    _act("archive", "归档任务", MANAGE, _managed, forms.archive, "通报过的任务可以归档，归档后只能查看。", "归档", _at("announced", "closed")),
    Page("duty.reach", "console/duty/steps/<int:pk>/", "节点完成", FEEDBACK, FormBody(
        doing_forms.REACH, doing_forms.reach, get=_step, initial=doing_forms.reach_initial, submit="登记完成", parent="duty.list",
        lead=lambda one: f"{one.task.title}：{one.title}，应在 {one.due} 完成。"), example=first_of(Milestone.objects.order_by("pk"))),
    Page("duty.assign_many", "console/duty/assign/", "成批交办", MANAGE, BatchBody(
        "duty.list", _many(starting.assign, "已交办。"), question="勾选的任务都交给各自的牵头单位？", submit="交办",
        left_out=_only("divided", "只有本单位督办、已经分解的任务可以交办。"))),
    Page("duty.archive_many", "console/duty/archive/", "成批归档", MANAGE, BatchBody(
        "duty.list", _many(steering.archive, "已归档。"), question="勾选的任务都已通报，现在归档？", submit="归档",
        left_out=_only("announced", "只有本单位督办、已经通报的任务可以归档。"))),
]  # fmt: skip
