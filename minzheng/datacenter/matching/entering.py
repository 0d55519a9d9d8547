"""登记受托核对的表单: the letter, what may be looked up, one line a person, the papers; and 作废."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from minzheng.datacenter.matching import outside, scopes, selectors
from minzheng.datacenter.matching.models import MatchRequest
from minzheng.kernel import clock
from minzheng.kernel.cases.errors import Refused
from minzheng.kernel.documents.services import store_attachment
from minzheng.kernel.pages.drawing import draw, drawing_of
from minzheng.kernel.pages.views.sending import send
from minzheng.kernel.parts.bodies import ActionBody, Done
from minzheng.kernel.parts.fields import Choice, Date, LongText, Photo, Text, YesNo
from minzheng.kernel.parts.plain_fields import parse_date
from minzheng.kernel.regions import codes
from minzheng.kernel.subjects.errors import SubjectError
from minzheng.kernel.subjects.names import normal_name

_ORIGINS = tuple(one for one in MatchRequest.ORIGINS if one[0] != MatchRequest.CASE)
FIELDS = (
    Choice("origin", "谁委托的", required=True, options=_ORIGINS),
    Text("client", "委托单位", required=True, max_length=80, help="来函落款的单位全称，例如“示范县住房和城乡建设局”。"),
    Text("client_no", "来函编号", max_length=60, help="没有来函编号的不能查询。"),
    Text("purpose", "用途", required=True, max_length=200, help="例如“公租房资格审核”，写进报告。"),
    Choice("items", "可以查的内容（以授权书为准）", required=True, many=True,
           options=tuple((code, title) for code, (title, _) in scopes.ITEMS.items())),
    LongText("people", "核对对象", required=True, help=(
        "一行一个人，用逗号隔开：姓名，身份证号，关系，授权书签署日期，授权到期日，监护人姓名（只有未成年人要写）。"
        "例如：王小明，990101201503071234，子女，2026-11-02，2027-11-01，王建国")),
    Photo("papers", "来函和授权书（照片或 PDF）", kind="match_paper", max_files=12),
    Date("due_on", "要求答复的日期", help="不填的按当地规定的期限。"),
    YesNo("disputed", "对上次的结果有异议，要求重查"),
)  # fmt: skip


def new(request: HttpRequest) -> HttpResponse:
    """GET the form; POST enters the request and shows what came of it."""
    actor = drawing_of(request).actor
    sending = send(request, FIELDS, lambda values: _enter(actor, values))
    return sending.response or draw(
        request, "console/form.html", request.page, obj=None, parent="matching.list", submit="登记并核对",  # type: ignore[attr-defined]
        lead="凭来函和每个人的授权书查询。授权不合要求的自动退回并写明理由；查询、答复都有记录。", **sending.context(),
    )  # fmt: skip


def _enter(actor: Any, values: dict[str, Any]) -> Done:
    region = _county(actor)
    people = people_of(values["people"])
    papers = [
        store_attachment(
            case=None, kind="match_paper", label=f"来函、授权书 {values['client_no']}"[:80], upload=one, actor=actor
        ).pk
        for one in values.get("papers") or []
    ]
    made = outside.enter(
        actor=actor,
        wanted=outside.Wanted(
            values["origin"], values["client"], values.get("client_no") or "", values["purpose"], region,
            values["items"], people, papers, values.get("due_on"), bool(values.get("disputed")),
        ),
    )  # fmt: skip
    said = {"returned": "已登记，因授权不合要求退回", "issued": "已登记并出具核对报告"}
    tone = "warning" if made.state == "returned" else "success"
    message = f"{made.no}：{said.get(made.state, '已登记，正在等来源部门答复')}。"
    return Done(message, reverse("matching.report", kwargs={"pk": made.pk}), tone)


def _county(actor: Any) -> str:
    """The place in whose name it is answered: the county of the post."""
    held = actor.scopes(outside.PERMISSION)
    if not held:
        raise Refused("您的岗位不能办理信息核对，请由核对人员办理。")
    return codes.full(held[0][:6]) if codes.level(held[0]) >= 3 else held[0]


def people_of(text: str) -> list[outside.Person]:
    """One person a line. Raises Refused naming the line and what is missing there."""
    found = []
    for place, line in enumerate((one for one in text.splitlines() if one.strip()), start=1):
        cells = [cell.strip() for cell in line.replace(",", "，").replace("\t", "，").split("，")]
        if len(cells) < 5:
            raise _bad(place, "要有姓名、身份证号、关系、授权书签署日期、授权到期日五项，用逗号隔开")
        found.append(
            outside.Person(
                _name(place, cells[0]), cells[1].upper(), cells[2][:20], _day(place, "签署日期", cells[3]),
                _day(place, "到期日", cells[4]), cells[5][:60] if len(cells) > 5 else "",
            )
        )  # fmt: skip
    return found


def _name(place: int, text: str) -> str:
    try:
        return normal_name(text)
    except SubjectError as error:
        raise _bad(place, f"姓名“{text[:20]}”不对") from error


def _day(place: int, what: str, text: str) -> datetime.date:
    day = parse_date(text)
    if day is None:
        raise _bad(place, f"授权书{what}“{text[:20]}”看不懂，请写成 {clock.today():%Y-%m-%d} 的样子")
    return day


def _bad(place: int, why: str) -> Refused:
    return Refused([], {"people": f"第 {place} 行：{why}。"})


def _get(actor: Any, pk: int) -> MatchRequest | None:
    row = selectors.get(actor, pk)
    return row if row is not None and row.case_id is None and actor.can(outside.PERMISSION, row.region_code) else None


def _void(actor: Any, obj: MatchRequest, values: dict[str, Any]) -> Done:
    outside.withdraw(actor=actor, request=obj, why=values["why"])
    return Done(f"{obj.no} 已作废，不再查询。", reverse("matching.report", kwargs={"pk": obj.pk}))


VOID = ActionBody(
    _get,
    _void,
    fields=(LongText("why", "为什么作废", required=True, help="例如：本人撤回授权；委托单位来函撤销。"),),
    question="作废以后不再查询，已经出具的报告保留备查，不再有效。",
    submit="作废",
    danger=True,
    parent="matching.list",
)
