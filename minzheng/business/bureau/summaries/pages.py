"""工作总结: the list, a summary with its numbers as links, the editor with locked numbers, sign-off and issue, files."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.business.bureau.summaries import declaring, selectors, services, showing
from minzheng.business.bureau.summaries.models import STATES, Summary, SummaryVersion
from minzheng.business.bureau.summaries.outputs import TYPES, render
from minzheng.business.bureau.summaries.selectors import ISSUE, READ, WRITE
from minzheng.datacenter.indicators import periods
from minzheng.kernel import clock
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.audit.services import record
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.orgs import selectors as orgs
from minzheng.kernel.pages.drawing import draw
from minzheng.kernel.pages.views.export import disposition
from minzheng.kernel.parts.actions import Action
from minzheng.kernel.parts.columns import Badge, Date, Moment, Number, Text
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, Field, LongText, Tick
from minzheng.kernel.parts.fields import Date as DateField
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import ByChoice, ByRegion, Search
from minzheng.kernel.parts.page import ActionBody, Custom, Done, FormBody, ListBody, Menu, Page

NO_ONE = "总结只有汇总数字和任务，没有任何人的信息"
TONES = {"draft": "plain", "submitted": "wait", "signed": "info", "issued": "good"}
_one = first_of(Summary.objects.order_by("pk"))
_draft, _submitted, _signed = (
    first_of(Summary.objects.filter(state=state).order_by("pk")) for state in ("draft", "submitted", "signed")
)


def _url(one: Summary, page: str = "summaries.detail") -> str:
    return reverse(page, kwargs={"pk": one.pk})


def _version(request: HttpRequest, one: Summary) -> SummaryVersion:
    asked = request.GET.get("version", "")
    found = selectors.version(one, int(asked) if asked.isdigit() and len(asked) < 5 else None)
    if found is None:
        raise Http404
    return found


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The text as it will be printed, every number a link; beside it sources, doubts, versions and what may be done."""
    actor = actor_in(request)
    one = selectors.summary(actor, pk)
    if one is None:
        raise Http404
    version = _version(request, one)
    may = {
        name: actor.can(permission, one.region_code) is not None
        for name, permission in (("write", WRITE), ("issue", ISSUE))
    }
    return draw(
        request, "summaries/detail.html", request.page,  # type: ignore[attr-defined]
        one=one, version=version, lines=showing.lines(version.body), sources=showing.sources(version.body),
        doubts=showing.doubts(version.body, draft=one.state == "draft"), dropped=version.body["dropped"], removed=version.body.get("removed", []),
        versions=list(one.versions.defer("body")), may=may, files=[(kind, name) for kind, (_, name) in TYPES.items()],
        colophon=showing.colophon(one), newest=version.number == one.version_number,  # type: ignore[attr-defined]
    )  # fmt: skip


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Each sentence in a box, its numbers in 【】."""
    actor = actor_in(request)
    one = selectors.summary(actor, pk, WRITE)
    version = one.versions.order_by("-number").first() if one and one.state == "draft" else None
    if one is None or version is None:
        raise Http404
    refusals: list[str] = []
    groups = showing.editable(version.body)
    note = request.POST.get("note", "")
    if request.method == "POST":
        try:
            made = services.edit(
                actor=actor, summary=one, base=_number(request.POST.get("base", "")), note=note,
                texts={field.key: request.POST[f"s-{field.key}"] for group in groups for field in group["sentences"]
                       if f"s-{field.key}" in request.POST},
                added={group["place"]: request.POST.get(f"a-{group['place']}", "") for group in groups if group["place"]},
            )  # fmt: skip
            return HttpResponseRedirect(f"{_url(one)}?version={made.number}")
        except Refused as error:
            refusals = [*error.sentences, *error.fields.values()]
            groups = _as_typed(groups, request)
    return draw(
        request, "summaries/edit.html", request.page, 422 if refusals else 200,  # type: ignore[attr-defined]
        one=one, version=version, groups=groups, refusals=refusals, note=note,
    )  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 6 else 0


def _as_typed(groups: list[dict[str, Any]], request: HttpRequest) -> list[dict[str, Any]]:
    """What the person typed stays in the boxes when something is refused."""
    for group in groups:
        group["sentences"] = [
            showing.Editable(field.key, request.POST.get(f"s-{field.key}", field.text), field.edited, field.rows)
            for field in group["sentences"]
        ]
        group["added"] = request.POST.get(f"a-{group['place']}", "")
    return groups


def file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The summary as a file; what goes out is in the audit."""
    actor = actor_in(request)
    one = selectors.summary(actor, pk) if kind in TYPES else None
    if one is None:
        raise Http404
    version = _version(request, one)
    content = render(version.body, kind, showing.colophon(one))
    record(actor=actor, action="summary.file", obj=one, detail={"version": version.number, "format": kind})
    response = HttpResponse(content, content_type=TYPES[kind][0])
    response["Content-Disposition"] = disposition(f"{one.title}.{kind}")
    return response


def _periods() -> list[tuple[str, str]]:
    """The halves and years that have begun, the last ones first, and the last two spans of five years."""
    today = clock.today()
    halves = [f"{year}H{half}" for year in (today.year, today.year - 1) for half in (2, 1)]
    begun = [code for code in halves if periods.parse(code).first <= today]
    five = today.year - (today.year - 1) % 5
    spans = [f"{first}-{first + 4}" for first in (five, five - 5)]
    return [(code, periods.parse(code).title) for code in (*begun, str(today.year), str(today.year - 1), *spans)]


def _new_fields(actor: Any, obj: Any) -> list[Field]:
    offices = orgs.organizations_in(actor.scopes(WRITE))
    return [
        Choice("org", "单位", required=True, options=tuple(offices), radio_up_to=3),
        Choice("period", "时期", required=True, options=tuple(_periods()), radio_up_to=0,
               help="半年和年度写总结，规划期出五年指标表。"),
    ]  # fmt: skip


def _own(actor: Any, obj: Any) -> dict[str, str]:
    """The office of the post that writes summaries."""
    held = [one for one in actor.assignments if actor.acting_as(one).has(WRITE)]
    return {"org": str(held[0].organization_id)} if held else {}


def _new(actor: Any, values: dict[str, Any], obj: Any) -> Done:
    org = orgs.current(pk=int(values["org"]))
    if org is None:
        raise Refused("这个机构今天已经撤销：请选别的单位。", {"org": "请重选。"})
    made = services.generate(actor=actor, org=org, period=values["period"])
    return Done(f"已按现在的指标写出第 {made.number} 版，请核对。", _url(made.summary))


def _in_state(*states: str, permission: str) -> Any:
    def get(actor: Any, pk: int) -> Summary | None:
        return selectors.summaries(actor, permission).filter(pk=pk, state__in=states).first()

    return get


def _refresh(actor: Any, one: Summary, values: dict[str, Any]) -> Done:
    org = orgs.current(pk=one.org_id)
    if org is None:
        raise Refused("这个机构今天已经撤销，不能再更新。")
    before = one.version_number  # type: ignore[attr-defined]
    made = services.generate(actor=actor, org=org, period=one.period, anew=bool(values.get("anew")))
    if made.number == before:
        return Done("指标没有变化，还是这一版。", _url(one))
    return Done(f"已更新成第 {made.number} 版。", _url(one))


def _submit(actor: Any, one: Summary, values: dict[str, Any]) -> Done:
    services.submit(actor=actor, summary=one)
    return Done("已送局领导签发。", _url(one))


def _sign(actor: Any, one: Summary, values: dict[str, Any]) -> Done:
    services.sign(actor=actor, summary=one)
    return Done("已签发，可以编号印发。", _url(one))


def _return(actor: Any, one: Summary, values: dict[str, Any]) -> Done:
    services.give_back(actor=actor, summary=one, reason=values["reason"])
    return Done("已退回修改。", _url(one))


def _issue(actor: Any, values: dict[str, Any], one: Summary) -> Done:
    services.issue(actor=actor, summary=one, number=values["number"], on=values["issued_on"])
    return Done("已印发，不能再改。", _url(one))


def _sign_question(one: Summary) -> str:
    version = one.versions.order_by("-number").first()
    said = showing.doubts(version.body, draft=False) if version else []
    return f"签发《{one.title}》第 {version.number if version else ''} 版，签发以后不能修改。" + "".join(said)


ISSUE_FIELDS = (
    TextField("number", "发文字号", required=True, max_length=40, help="如“示民发〔2026〕15号”：六角括号，不编虚位。"),
    DateField("issued_on", "印发日期", required=True),
)

PAGES = [
    Page("summaries.list", "console/summaries/", "工作总结", READ, ListBody(
        selectors.summaries,
        (Text("title", "标题", sort="title"), Text("org_name", "单位"), Badge("form", "体例", names=lambda row: _form_name(row.form)),
         Text("period", "时期", sort="period"), Badge("state", "状态", names=dict(STATES), tones=TONES, sort="state"),
         Number("version_number", "版本", narrow=False), Text("number", "发文字号", narrow=False), Date("issued_on", "印发日期", narrow=False),
         Moment("created_at", "起草时间", sort="created_at", narrow=False)),
        sort="-created_at", link=("summaries.detail", {"pk": "pk"}),
        filters=(Search("q", "标题", field="title"), ByChoice("state", "状态", choices=tuple(STATES)), ByRegion("region", "地区", permission=READ)),
        actions=(Action("生成总结", "summaries.new", icon="plus", primary=True),),
        lead="半年、年度总结和五年指标表：数字来自指标，每个数都能点到名单；没有数的句子不写。",
        empty="还没有总结。点“生成总结”，选单位和时期。"),
         menu=Menu("计划", 20, "doc"), impersonal=NO_ONE),
    Page("summaries.new", "console/summaries/new/", "生成总结", WRITE, FormBody(
        _new_fields, _new, initial=_own, submit="生成", parent="summaries.list",
        lead="已有草稿的，成为它的新版本：人工改过的句子保留，数字更新。")),
    Page("summaries.detail", "console/summaries/<int:pk>/", "总结", READ, Custom(detail, methods=("GET",), parent="summaries.list"), example=_one),
    Page("summaries.edit", "console/summaries/<int:pk>/edit/", "修改总结", WRITE, Custom(edit, parent="summaries.detail"), example=_draft),
    Page("summaries.file", "console/summaries/<int:pk>/<str:kind>/file/", "总结文件", READ, Custom(file, methods=("GET",), parent="summaries.detail"),
         example=lambda: {**found, "kind": "pdf"} if (found := _one()) else None),
    Page("summaries.refresh", "console/summaries/<int:pk>/refresh/", "按现在的指标更新", WRITE, ActionBody(
        _in_state("draft", permission=WRITE), _refresh, fields=(Tick("anew", "人工改过的句子也全部重写"),), submit="更新", parent="summaries.list",
        question="数字换成现在的；人工改过的句子保留，其余的按变化重写。旧的版本都在。"), example=_draft),
    Page("summaries.submit", "console/summaries/<int:pk>/submit/", "送签", WRITE, ActionBody(
        _in_state("draft", permission=WRITE), _submit, submit="送签", parent="summaries.list",
        question="送局领导签发以后，退回以前不能修改。"), example=_draft),
    Page("summaries.sign", "console/summaries/<int:pk>/sign/", "签发", ISSUE, ActionBody(
        _in_state("submitted", permission=ISSUE), _sign, submit="签发", parent="summaries.list", question=_sign_question), example=_submitted),
    Page("summaries.return", "console/summaries/<int:pk>/return/", "退回修改", ISSUE, ActionBody(
        _in_state("submitted", "signed", permission=ISSUE), _return, fields=(LongText("reason", "要改什么", required=True, max_length=200, rows=2),),
        question="退回起草人修改。", submit="退回", parent="summaries.list", danger=True), example=_submitted),
    Page("summaries.issue", "console/summaries/<int:pk>/issue/", "编号印发", ISSUE, FormBody(
        ISSUE_FIELDS, _issue, get=_in_state("signed", permission=ISSUE), initial=lambda actor, one: {"issued_on": clock.today()},
        submit="印发", parent="summaries.list", lead="印发以后不能再改，文件上印发文字号和日期。"), example=_signed),
]  # fmt: skip


def _form_name(code: str) -> str:
    form = declaring.forms().get(code)
    return form.name if form else code
