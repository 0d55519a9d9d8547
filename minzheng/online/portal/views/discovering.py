"""我发现有人有困难: anybody tells, on a phone, in five questions, without signing in. What is told goes to the township of the
place; nothing is told back but a number and, later, one of four plain sentences."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from minzheng.datacenter.monitoring import leads, terms
from minzheng.datacenter.monitoring.errors import MonitorRefused
from minzheng.datacenter.monitoring.models import Alert
from minzheng.kernel.accounts.actors import ANONYMOUS
from minzheng.kernel.accounts.addresses import client_address
from minzheng.kernel.accounts.middleware import actor_in
from minzheng.kernel.cases.publicity.pages import unkept
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.documents.services import store_attachment
from minzheng.kernel.documents.throttle import allow
from minzheng.kernel.items.forms import Step
from minzheng.kernel.parts.fields import Choice, LongText, Phone, Photo, Text, clean_fields, raw_value
from minzheng.kernel.regions.choices import villages
from minzheng.online.portal import asking
from minzheng.online.portal.rendering import show

TITLE = "我发现有人有困难"
HOUR, READ_A_MINUTE = 3600, 20
TOO_MANY = "这个网络一小时内反映得太多了，请过一会儿再来；紧急的请拨打 12345 或 110。"
_NUMBER = "discovery"


def _step() -> Step:
    return Step(
        "found", TITLE,
        (
            Choice("region", "这个人在哪个村（社区）", required=True, options=villages, radio_up_to=0),
            Text("where", "是谁，住在哪里", required=True, max_length=120, help="例如：三组村口第二家，姓王的老人。不知道姓名没关系。"),
            Choice("troubles", "有什么困难", required=True, many=True, options=tuple((c, w) for c, w, _ in leads.TROUBLES), radio_up_to=20),
            LongText("words", "您看到的情况", max_length=500),
            Photo("photos", "照片", kind="monitor", max_files=leads.MOST_PHOTOS),
            Phone("phone", "您的手机号", help="方便时留，只用来再问一句；不留也会去看。您是谁，我们不告诉别人。"),
        ),
    )  # fmt: skip


def tell(request: HttpRequest) -> HttpResponse:
    """The form; sent, it leads to the number."""
    step = _step()
    if request.method != "POST":
        return _draw(request, step, {}, {})
    raw = {field.name: raw_value(field, request.POST, request.FILES) for field in step.fields}
    values, errors = clean_fields(step.fields, request.POST, request.FILES)
    if errors:
        return _draw(request, step, raw, errors)
    if not allow("discovery", client_address(request), tries=terms.number("lead_tries"), seconds=HOUR):
        return _draw(request, step, raw, {"": TOO_MANY}, status=429)
    try:
        number = _report(request, values)
    except (MonitorRefused, DocumentError) as error:
        fields = getattr(error, "fields", {}) or {"": str(error)}
        return _draw(request, step, raw, fields)
    request.session[_NUMBER] = number
    return HttpResponseRedirect(reverse("portal.discovery_sent"))


def _report(request: HttpRequest, values: dict[str, Any]) -> str:
    actor = actor_in(request)
    told = leads.Told(
        values["region"],
        values["troubles"],
        values.get("words") or "",
        where=values["where"],
        phone=values.get("phone") or "",
    )
    leads.check(told)
    photos = [
        store_attachment(case=None, kind="monitor", label="群众反映照片", upload=one, actor=ANONYMOUS).pk
        for one in values.get("photos") or ()
    ]
    told = leads.Told(told.region_code, told.troubles, told.words, where=told.where, phone=told.phone, photos=photos)
    reporter = actor if actor.is_citizen else ANONYMOUS
    return leads.report(actor=reporter, told=told, channel=Alert.PUBLIC).number


def _draw(
    request: HttpRequest, step: Step, shown: dict[str, Any], errors: dict[str, str], status: int = 0
) -> HttpResponse:
    sheet = asking.sheet(step, {name: value for name, value in shown.items() if name != "photos"}, errors)
    whole = [(errors[""], "")] if errors.get("") else []
    return unkept(
        show(
            request, "discovery", TITLE, back="portal.home", errors=[*whole, *sheet.errors], sheet=sheet, status=status
        )
    )


def sent(request: HttpRequest) -> HttpResponse:
    """The number, shown to the browser that told."""
    number = str(request.session.get(_NUMBER, ""))
    if not number:
        return HttpResponseRedirect(reverse("portal.discovery_answer"))
    return unkept(show(request, "discovery_sent", "收到了", back="portal.home", number=number))


def answer(request: HttpRequest) -> HttpResponse:
    """Where a lead stands, by its number: one plain sentence and nothing about anybody."""
    typed, said, errors = request.POST.get("number", "").strip()[:24], "", []
    if request.method == "POST":
        if not allow("discovery.answer", client_address(request), tries=READ_A_MINUTE, seconds=60):
            errors.append(("查得太频繁了，请过一分钟再试。", "number"))
        elif not typed:
            errors.append(("请填写回执号。", "number"))
        else:
            said = leads.answer(typed)
            if not said:
                errors.append(("没有查到。请对照回执重新输入，像 ZD-7K3M-Q9XW。", "number"))
    return unkept(
        show(request, "discovery_answer", "查反映的情况", errors=errors, back="portal.home", said=said, typed=typed)
    )
