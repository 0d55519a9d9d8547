"""Pages of messages: the outbox for administrators (masked), people nobody reached, letters to post, how a person wants
to be told, and the gateway's receipts.
"""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.notices import choices, http_sender, selectors, services
from minzheng.kernel.notices.errors import MessageError
from minzheng.kernel.notices.models import MessageEvent, OutboxMessage
from minzheng.kernel.parts.columns import Badge, Column, Link, MaskedPhone, Moment, Number, Region, Text
from minzheng.kernel.parts.drawing import Drawing
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, YesNo
from minzheng.kernel.parts.fields import Text as TextField
from minzheng.kernel.parts.filters import ByChoice, DateRange
from minzheng.kernel.parts.page import ActionBody, Custom, DetailBody, Done, FormBody, ListBody, Menu, Page
from minzheng.kernel.parts.panels import Facts, Table
from minzheng.kernel.subjects.masking import mask_name
from minzheng.kernel.subjects.models import Person

CHANNELS, STATES = dict(OutboxMessage.CHANNELS), dict(OutboxMessage.STATES)
TONES = {"queued": "plain", "sent": "info", "delivered": "good", "failed": "bad", "withheld": "plain"}
EVENTS = {
    "queued": "写入发件箱",
    "tried": "没有发出",
    "sent": "已发出",
    "delivered": "对方已收到",
    "undelivered": "对方没有收到",
    "failed": "放弃",
    "withheld": "不发",
    "passed_on": "改用其他渠道",
    "resolved": "已处理",
}
#: Largest receipt that is read.
_MOST_BYTES = 16 * 1024


def _recipient(message: OutboxMessage) -> str:
    return mask_name(message.recipient.name) if message.recipient else "登录人"


def _events(message: OutboxMessage, drawing: Drawing) -> list[MessageEvent]:
    return list(message.events.all())


def _resolve(actor: Any, message: OutboxMessage, values: dict[str, Any]) -> Done:
    with _refusing():
        services.resolve(message=message, how=values["how"], actor=actor, remark=values.get("remark") or "")
    return Done(f"已登记：{values['how']}。", reverse("notices.unreached"))


def _post(actor: Any, message: OutboxMessage, values: dict[str, Any]) -> Done:
    with _refusing():
        services.posted(message=message, post_no=values["post_no"], actor=actor)
    return Done(f"已登记寄出，邮件号码 {values['post_no']}。", reverse("notices.letters"))


def _choose(actor: Any, values: dict[str, Any], person: Person) -> Done:
    order = [one for one in (values.get("first"), values.get("second")) if one]
    with _refusing():
        choices.set_choice(
            person=person,
            actor=actor,
            order=order or None,
            no_reminders=values.get("no_reminders"),
            electronic=values.get("electronic"),
            consent_way=values.get("consent_way") or "",
        )
    return Done("已登记联系意愿。", reverse("notices.contact", kwargs={"pk": person.pk}))


class _refusing:
    """Sentences of the outbox become sentences above the form."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, MessageError):
            raise DocumentError(str(error)) from error


def _chosen(actor: Any, person: Person) -> dict[str, Any]:
    choice = choices.of(person)
    order = choices.order(person)
    return {
        "first": order[0] if order else "",
        "second": order[1] if len(order) > 1 else "",
        "no_reminders": bool(choice and choice.no_reminders),
        "electronic": bool(choice and choice.electronic_since and choice.electronic_until is None),
        "consent_way": choice.electronic_by if choice else "",
    }


_OUTSIDE = [(one, CHANNELS[one]) for one in choices.OUTSIDE]
_CHOICE_FIELDS = (
    Choice("first", "先用哪种方式告诉", required=True, options=_OUTSIDE),
    Choice("second", "不通时改用", options=_OUTSIDE),
    YesNo("no_reminders", "不要提醒类消息", help="受理、决定、停发等法定告知照样发送。"),
    YesNo("electronic", "同意电子送达文书", help="同意以后文书可以只在网上送达；可以随时撤回。"),
    Choice("consent_way", "怎样同意的", options=[(way, way) for way in choices.CONSENT_WAYS]),
)


@csrf_exempt
def receipts(request: HttpRequest) -> HttpResponse:
    """A gateway's receipt: ``{"key", "delivered", "why"}``, signed. The same one may come again; an unknown key is
    answered like a known one, so that nothing can be guessed."""
    body = request.read(_MOST_BYTES + 1)
    stamp, signed = request.headers.get("X-Timestamp", ""), request.headers.get("X-Signature", "")
    if len(body) > _MOST_BYTES or not http_sender.genuine(stamp, signed, body):
        return JsonResponse({"error": "签名不对。"}, status=401, json_dumps_params={"ensure_ascii": False})
    try:
        told = json.loads(body)
        key, delivered, why = str(told["key"]), bool(told["delivered"]), str(told.get("why") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse(
            {"error": "回执要有 key 和 delivered。"}, status=400, json_dumps_params={"ensure_ascii": False}
        )
    services.receive_receipt(key=key, delivered=delivered, why=why)
    return JsonResponse({"ok": True})


_outbox_example = first_of(OutboxMessage.objects.order_by("-pk"))


def _failed_example() -> dict[str, Any] | None:
    return _first(OutboxMessage.objects.filter(state="failed", resolved_at=None, case__is_demo=True))


def _letter_example() -> dict[str, Any] | None:
    return _first(OutboxMessage.objects.filter(channel="post", state="queued", case__is_demo=True))


def _first(rows: QuerySet[Any]) -> dict[str, Any] | None:
    pk = rows.order_by("-pk").values_list("pk", flat=True).first()
    return {"pk": pk} if pk else None


def _person_example() -> dict[str, Any] | None:
    return _first(Person.objects.filter(is_demo=True))


_OUTBOX: tuple[Column, ...] = (
    Moment("created_at", "时间", sort="created_at"),
    Badge("channel", "渠道", names=CHANNELS),
    Text(_recipient, "收件人"),
    Badge("state", "状态", names=STATES, tones=TONES, sort="state"),
    Number("attempts", "已试次数"),
    Number("parts", "条数"),
    Text("error", "原因", narrow=False),
)
_OF_CASE: tuple[Column, ...] = (
    Moment("created_at", "时间", sort="created_at"),
    Text(lambda one: one.case.applicant_name if one.case else "", "当事人"),
    Link(lambda one: one.case.no if one.case else "", "办件", page="cases.detail", args={"pk": "case_id"}),
    Region(lambda one: one.case.region_code if one.case else "", "村（社区）"),
    Badge("channel", "渠道", names=CHANNELS),
)

PAGES = [
    Page(
        "notices.outbox",
        "console/outbox/",
        "消息发件箱",
        "outbox.read",
        ListBody(
            selectors.outbox,
            _OUTBOX,
            filters=(
                ByChoice("state", "状态", choices=OutboxMessage.STATES),
                ByChoice("channel", "渠道", choices=OutboxMessage.CHANNELS),
                DateRange("created_at", "日期", moment=True),
            ),
            link=("notices.message", {"pk": "pk"}),
            empty="发件箱是空的。办理中产生的短信、站内信会出现在这里。",
            lead="这里只看发送情况：姓名遮盖，不显示号码和内容。",
        ),
        menu=Menu("系统", 30, "inbox"),
        impersonal="姓名遮盖，不显示号码和内容",
    ),
    Page(
        "notices.message",
        "console/outbox/<int:pk>/",
        "消息经过",
        "outbox.read",
        DetailBody(
            selectors.one_of_outbox,
            (
                Facts(
                    "消息",
                    items=(
                        Badge("channel", "渠道", names=CHANNELS),
                        Badge("state", "状态", names=STATES, tones=TONES),
                        Text(_recipient, "收件人"),
                        Number("attempts", "已试次数"),
                        Moment("created_at", "写入"),
                        Moment("sent_at", "发出"),
                        Moment("delivered_at", "收到"),
                        Moment("not_before", "不早于"),
                        Text(lambda one: "是" if one.statutory else "否", "法定告知"),
                        Text("receipt", "网关回执号"),
                        Text("error", "原因"),
                        Text("resolution", "处理结果"),
                    ),
                ),
                Table(
                    "经过",
                    rows=_events,
                    columns=(Moment("at", "时间"), Badge("what", "事项", names=EVENTS), Text("text", "说明")),
                    empty="没有记录。",
                ),
            ),
            title=lambda one: f"{CHANNELS[one.channel]}　{STATES[one.state]}",
            parent="notices.outbox",
        ),
        example=_outbox_example,
    ),
    Page(
        "notices.unreached",
        "console/messages/unreached/",
        "联系不上",
        "case.accept",
        ListBody(
            selectors.unreached,
            (*_OF_CASE, Text("error", "原因"), MaskedPhone("to", "号码", region="case.region_code")),
            link=("notices.resolve", {"pk": "pk"}),
            sort="created_at",
            empty="没有联系不上的人。各种渠道都没有送到的消息会列在这里，请改用电话或者上门。",
            lead="各种渠道都没有送到：请打电话或者上门告诉本人，再登记处理结果。",
        ),
    ),
    Page(
        "notices.resolve",
        "console/messages/<int:pk>/resolve",
        "登记处理结果",
        "case.accept",
        ActionBody(
            selectors.unreached_one,
            _resolve,
            fields=(
                Choice("how", "怎样处理的", required=True, options=[(one, one) for one in services.RESOLUTIONS]),
                TextField("remark", "说明", max_length=80, help="例如接电话的人、上门的时间。"),
            ),
            question="这条消息各种渠道都没有送到。请先用别的办法告诉本人，再登记。",
            submit="登记",
            parent="notices.unreached",
        ),
        example=_failed_example,
    ),
    Page(
        "notices.letters",
        "console/messages/letters/",
        "待邮寄信函",
        "case.accept",
        ListBody(
            selectors.letters,
            (*_OF_CASE, Text("to", "地址"), Text("body", "内容", narrow=False)),
            link=("notices.posted", {"pk": "pk"}),
            sort="created_at",
            empty="没有要寄的信。短信、微信不通的法定告知会列在这里，打印寄出后登记邮件号码。",
        ),
    ),
    Page(
        "notices.posted",
        "console/messages/<int:pk>/posted",
        "登记寄出",
        "case.accept",
        ActionBody(
            selectors.letter,
            _post,
            fields=(TextField("post_no", "邮件号码", required=True, max_length=40, help="挂号信或者快递单上的号码。"),),
            question="信函交邮以后登记邮件号码。",
            submit="登记寄出",
            parent="notices.letters",
        ),
        example=_letter_example,
    ),
    Page(
        "notices.contact",
        "console/persons/<int:pk>/contact",
        "联系意愿",
        "case.accept",
        FormBody(
            _CHOICE_FIELDS,
            _choose,
            get=selectors.person_to_contact,
            initial=_chosen,
            submit="保存",
            lead="按本人的意愿登记：先用哪种方式、要不要提醒、是否同意电子送达文书。",
        ),
        example=_person_example,
        reads="登记联系意愿",
    ),
    Page(
        "notices.receipts",
        "api/messages/receipts",
        "消息回执",
        None,
        Custom(receipts, methods=("POST",)),
        audience="api",
    ),
]
