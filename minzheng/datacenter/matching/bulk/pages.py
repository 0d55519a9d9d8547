"""批量核对的页面: the runs, one run with its figures, and the lists behind every figure: families, alerts, what awaits a
review, who was left out."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from minzheng.datacenter.matching.bulk import alerts, forms, selectors, showing
from minzheng.datacenter.matching.bulk.models import MatchAlert, MatchFamily, MatchLeftOut, MatchReview, MatchRun
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Link, Moment, Number, Region, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.filters import ByChoice, ByRegion
from minzheng.kernel.parts.page import ActionBody, Custom, DetailBody, ExportBody, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table

READ, RUN = selectors.READ, selectors.RUN
IMPERSONAL = "只有地区、用途和合计，没有任何人的信息"
TONES = {"queued": "wait", "running": "wait", "done": "good", "failed": "bad"}
LEVEL_TONES = {"red": "bad", "orange": "warn", "yellow": "warn", "blue": "info"}
REVIEW_TONES = {"open": "wait", "accepted": "good", "refused": "plain"}


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Progress while it runs, figures afterwards."""
    actor = actor_in(request)
    run = selectors.get(actor, pk)
    if run is None:
        raise Http404
    busy = run.state in (MatchRun.QUEUED, MatchRun.RUNNING)
    context = showing.told(run, busy) | {"run": run, "busy": busy, "tone": TONES[run.state]}
    context["mine"] = actor.can(RUN, run.region_code) is not None
    response = draw(request, "matching/batch.html", request.page, **context)  # type: ignore[attr-defined]
    if busy:
        response["Refresh"] = "2"
    return response


def _runs(drawing: Any) -> list[tuple[str, str]]:
    rows = selectors.visible_to(drawing.actor).filter(state=MatchRun.DONE).order_by("-asked_at")
    return [(str(pk), f"{no} {title}") for pk, no, title in rows.values_list("pk", "no", "title")[:100]]


OF_RUN = ByChoice("run", "批量核对", field="run_id", choices=_runs)
PLACE = ByRegion("region", "地区", permission=READ)

LIST = ListBody(
    selectors.visible_to,
    (
        Link("title", "名称", page="matching.batch.detail", args={"pk": "pk"}, sort="title"),
        Text("no", "编号", css="nowrap", narrow=False),
        Region("region_code", "地区"),
        Number("families", "户数"),
        Number("differing", "有差异"),
        Number("alerts", "预警"),
        Number("to_review", "待复核"),
        Text("asked_name", "发起人", narrow=False),
        Moment("asked_at", "时间", sort="asked_at"),
        Badge("state", "状态", names=dict(MatchRun.STATES), tones=TONES, sort="state"),
    ),
    filters=(PLACE, ByChoice("state", "状态", choices=MatchRun.STATES)),
    sort="-asked_at",
    link=("matching.batch.detail", {"pk": "pk"}),
    actions=(Action("新的批量核对", "matching.batch.new", icon="plus", primary=True),),
    lead="把一个地方正在享受待遇的家庭一次核对完：只查有授权的人，结果给人看，不自动停发。",
    empty="还没有批量核对。由核对中心点“新的批量核对”，选地区、待遇和核对内容，几分钟出结果。",
)  # fmt: skip

HOMES = ListBody(
    selectors.families,
    (
        Link("payee_name", "家庭（领款人）", page="matching.batch.home", args={"pk": "pk"}, sort="payee_name"),
        Region("region_code", "地区"),
        Number("persons", "核对人数"),
        Number("left_out", "未核对", narrow=False),
        Number("hits", "查到几条", sort="hits", narrow=False),
        Number("differences", "差异项", sort="differences"),
        Number("alerts", "预警", sort="alerts"),
        Number("to_review", "待复核", sort="to_review"),
        Date("valid_until", "结果保存至", narrow=False),
        Text("run.no", "批量核对", css="nowrap", narrow=False),
    ),
    filters=(OF_RUN, PLACE, ByChoice("what", "只看", choices=showing.WHAT, by=showing.by_what)),
    sort="-differences",
    link=("matching.batch.home", {"pk": "pk"}),
    export="matching.batch.homes_export",
    lead="与作决定时的依据比：差异、预警都要人核实，不直接停发、减发。",
    empty="没有这样的家庭。批量核对做完以后，核对过的每一户都列在这里。",
)  # fmt: skip

ALERTS = ListBody(
    selectors.alerts,
    (
        Badge("level", "等级", names=dict(MatchAlert.LEVELS), tones=LEVEL_TONES, sort="level"),
        Link("title", "事由", page="matching.batch.home", args={"pk": "family_id"}, sort="code"),
        Text(lambda row: row.person_name or f"{row.family.payee_name}（全家）", "对象"),
        Text(lambda row: (row.content or {}).get("sentence", ""), "说明"),
        Date("on", "数据日期", sort="on"),
        Region("region_code", "地区", narrow=False),
        Text("run.no", "批量核对", css="nowrap", narrow=False),
    ),
    filters=(
        OF_RUN, PLACE, ByChoice("level", "等级", choices=MatchAlert.LEVELS),
        ByChoice("code", "事由", choices=[(one.code, one.title) for one in alerts.rules()]),
    ),
    sort="-on",
    link=("matching.batch.home", {"pk": "family_id"}),
    export="matching.batch.alerts_export",
    lead="提示有什么要看，不决定待遇。提示线在“标准与参数”里由本单位确认。",
    empty="没有预警。批量核对发现死亡、服刑、别的救助、新车新房等，列在这里。",
)  # fmt: skip

REVIEWS = ListBody(
    selectors.reviews,
    (
        Link("person_name", "姓名", page="matching.batch.review", args={"pk": "pk"}, sort="person_name", css="nowrap"),
        Text(lambda row: showing.source_title(row.source), "来源", css="nowrap"),
        Text(showing.facts_line, "来源所载", css="roomy"),
        Badge("code", "怎样匹配的", names=dict(MatchReview.CODES)),
        Region("region_code", "地区", css="nowrap", narrow=False),
        Badge("state", "状态", names=dict(MatchReview.STATES), tones=REVIEW_TONES, sort="state"),
        Text("reason", "理由", css="roomy", narrow=False),
        Text("decided_name", "复核人", css="nowrap", narrow=False),
    ),
    filters=(OF_RUN, PLACE, ByChoice("state", "状态", choices=MatchReview.STATES)),
    sort="state",
    link=("matching.batch.review", {"pk": "pk"}),
    lead="号码有错、没有号码或者姓名不同的数据，可能是这个人的，也可能不是。没有人认定以前，不进任何合计，也不产生预警。",
    empty="没有待复核的数据。批量核对遇到号码有错或没有号码、姓名相符的，列在这里等人认定。",
)  # fmt: skip

LEFT = ListBody(
    selectors.left_out,
    (
        Text("person_name", "姓名", sort="person_name"),
        Badge("why", "没有核对的原因", names=dict(MatchLeftOut.WHYS), sort="why"),
        Region("region_code", "地区"),
        Text("run.no", "批量核对", css="nowrap", narrow=False),
    ),
    filters=(OF_RUN, PLACE, ByChoice("why", "原因", choices=MatchLeftOut.WHYS)),
    sort="why",
    lead="没有有效授权的人不查询。复核时请他们补签授权书（N16），下一次批量核对就会包括在内。",
    empty="没有这样的人：在享家庭的成员都有有效授权。",
)

HOME = DetailBody(
    selectors.family,
    (
        Table("与作决定时的差异", rows=showing.differences, columns=showing.DIFFERENCE,
              empty="没有超出允许范围的差异。有人没有核对、或不看收入财产的待遇，不作比较。"),
        Table("查到的情况", rows=showing.facts, columns=showing.FACT, empty="各来源都没有这家人的数据，或结果已到期清除。"),
    ),
    side=(
        Facts("这一户", items=(
            Text("payee_name", "领款人"), Region("region_code", "地区"), Number("persons", "核对人数"), Number("left_out", "未核对人数"),
            Date("valid_until", "结果保存至"), Moment("wiped_at", "明细清除"), Text("run.no", "批量核对"),
        ), columns=1),
        Table("预警", rows=lambda obj, drawing: obj.found_alerts.order_by("level", "code"), columns=showing.ALERT, empty="没有预警。"),
        Table("待复核", rows=lambda obj, drawing: obj.reviews.order_by("state", "pk"), columns=showing.WAITING, empty="没有待复核的数据。"),
    ),
    title=lambda obj: f"{obj.payee_name}一家",
    parent="matching.batch.homes",
)  # fmt: skip

_done = MatchRun.objects.filter(state=MatchRun.DONE).order_by("-asked_at")
_home = first_of(MatchFamily.objects.filter(wiped_at=None).order_by("pk"))
_open = first_of(MatchReview.objects.filter(state=MatchReview.OPEN).order_by("pk"))

PAGES = [
    Page("matching.batch.list", "console/matching/batch/", "批量核对", READ, LIST, menu=Menu("大数据中心", 25, "list"), impersonal=IMPERSONAL),
    Page("matching.batch.new", "console/matching/batch/new/", "新的批量核对", RUN,
         FormBody(forms.new_fields, forms.save, initial=forms.initial, submit="开始核对", parent="matching.batch.list",
                  lead="先核对每个人的授权，有效的才查询；做完以后每个数字都能点开名单。")),
    Page("matching.batch.detail", "console/matching/batch/<int:pk>/", "批量核对结果", READ,
         Custom(detail, kind="detail", methods=("GET",)), example=first_of(_done), impersonal=IMPERSONAL),
    Page("matching.batch.homes", "console/matching/batch/homes/", "核对的家庭", READ, HOMES),
    Page("matching.batch.homes_export", "console/matching/batch/homes/export/", "导出核对的家庭", READ, ExportBody("matching.batch.homes")),
    Page("matching.batch.home", "console/matching/batch/homes/<int:pk>/", "一户的核对结果", READ, HOME, example=_home, reads="查看批量核对结果"),
    Page("matching.batch.alerts", "console/matching/batch/alerts/", "批量核对的预警", READ, ALERTS),
    Page("matching.batch.alerts_export", "console/matching/batch/alerts/export/", "导出批量核对的预警", READ, ExportBody("matching.batch.alerts")),
    Page("matching.batch.reviews", "console/matching/batch/reviews/", "批量核对的待复核", READ, REVIEWS),
    Page("matching.batch.review", "console/matching/batch/reviews/<int:pk>/", "认定是不是本人", RUN,
         ActionBody(showing.reviewed, forms.judge, fields=forms.JUDGEMENT, submit="认定", parent="matching.batch.reviews",
                    question=showing.what_is_doubtful),
         example=_open, reads="认定核对数据是不是本人的"),
    Page("matching.batch.left", "console/matching/batch/left/", "未核对的人", READ, LEFT),
]  # fmt: skip
