"""数据交换 pages: 交换记录, 交换单位, 收发队列, 报送与对账, 隔离文件; and the addresses partners call."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from minzheng.datacenter.exchange import (
    api,
    entrusted,
    forms,
    handling,
    log_pages,
    partner_pages,
    partners,
    push_pages,
    pushes,
    queue_pages,
    services,
    showing,
)
from minzheng.datacenter.exchange.errors import ExchangeRefused
from minzheng.datacenter.exchange.models import (
    ExchangeMessage,
    ExchangePartner,
    ExchangeQuarantine,
    ExchangeRequest,
    PushRun,
)
from minzheng.kernel.parts.examples import first_of
from minzheng.kernel.parts.fields import Choice, LongText, Text
from minzheng.kernel.parts.page import ActionBody, Custom, Done, ExportBody, FormBody, Menu, Page

READ, MANAGE = partners.READ, partners.MANAGE
NO_ONE = "只有单位、数量和状态，没有任何人的信息"


def _partner(actor: Any, pk: int) -> ExchangePartner | None:
    return partners.visible_to(actor, MANAGE).filter(pk=pk).first()


def _save(actor: Any, values: dict[str, Any], obj: ExchangePartner | None) -> Done:
    given = forms.values_of(values)
    saved = partners.save(
        actor=actor, partner=obj, code=obj.code if obj else values["code"], values=given, region_code=forms.place_of(actor),
        simulated=bool(values.get("simulated")) if obj is None else False,
    )  # fmt: skip
    said = "已保存。" if obj else "已登记，接着请更换密钥：新密钥只显示一次。"
    return Done(said, reverse("exchange.partner", kwargs={"pk": saved.pk}))


def _new_key(actor: Any, obj: ExchangePartner, values: dict[str, Any]) -> Done:
    given = (values.get("secret") or "").strip()
    made = partners.new_key(actor=actor, partner=obj, secret=given)
    said = "已换成对方给的密钥。" if given else f"新密钥：{made}。只显示这一次，请用安全的方式交给对方。"
    return Done(said, reverse("exchange.partner", kwargs={"pk": obj.pk}))


def _push(actor: Any, obj: ExchangePartner, values: dict[str, Any]) -> Done:
    run = pushes.push(actor=actor, partner=obj, feed_code=values["feed"])
    return Done(f"已生成报送 {run.no}，{run.rows} 条，正在发送。", reverse("exchange.push", kwargs={"pk": run.pk}))


def _told_partner(obj: ExchangePartner) -> str:
    return obj.title


def _told_letter(obj: ExchangeRequest) -> str:
    return f"{obj.partner.title}　{obj.no}"


def _letter(actor: Any, pk: int) -> ExchangeRequest | None:
    return showing.requests(actor).filter(pk=pk, direction="in").first()


def _accept(actor: Any, obj: ExchangeRequest, values: dict[str, Any]) -> Done:
    if not actor.has("match.run"):
        raise ExchangeRefused("登记受托核对由核对人员办理。")
    made = entrusted.accept(actor=actor, request_id=obj.pk)
    return Done(
        f"已登记受托核对 {made.no}，核对出结果后自动答复对方。", reverse("exchange.detail", kwargs={"pk": obj.pk})
    )


def _refuse(actor: Any, obj: ExchangeRequest, values: dict[str, Any]) -> Done:
    services.refuse(actor=actor, request_id=obj.pk, why=values["why"])
    return Done("已答复对方不予提供。", reverse("exchange.detail", kwargs={"pk": obj.pk}))


def _message(actor: Any, pk: int) -> ExchangeMessage | None:
    return showing.messages_of(actor, MANAGE).filter(pk=pk).first()


def _again(actor: Any, obj: ExchangeMessage, values: dict[str, Any]) -> Done:
    handling.send_again(actor=actor, message=obj)
    return Done("已重新排队发送。", reverse("exchange.queue"))


def _held(actor: Any, pk: int) -> ExchangeQuarantine | None:
    return showing.held(actor, MANAGE).filter(pk=pk).first()


def _handle(actor: Any, obj: ExchangeQuarantine, values: dict[str, Any]) -> Done:
    said = handling.settle(actor=actor, row=obj, do=values["do"], note=values["note"])
    return Done(said, reverse("exchange.quarantine"))


def _feeds(actor: Any, obj: ExchangePartner) -> list[Any]:
    return [Choice("feed", "内容", required=True, options=showing.feeds_of(obj))]


_request = first_of(ExchangeRequest.objects.order_by("-pk"))
_incoming = first_of(ExchangeRequest.objects.filter(direction="in", state="asked").order_by("-pk"))
_partner_example = first_of(ExchangePartner.objects.order_by("pk"))
_pusher = first_of(ExchangePartner.objects.exclude(adapter="").order_by("pk"))
_run = first_of(PushRun.objects.order_by("-pk"))
_failed = first_of(ExchangeMessage.objects.filter(direction="out", state__in=("failed", "expired")).order_by("-pk"))
_quarantined = first_of(ExchangeQuarantine.objects.filter(state="held").order_by("-pk"))


def _called() -> dict[str, Any] | None:
    known = ExchangeMessage.objects.filter(direction="in").order_by("-pk").values_list("message_id", flat=True).first()
    return {"message_id": known} if known else None


GROUP = "大数据中心"
PAGES = [
    Page("exchange.list", "console/exchange/", "交换记录", READ, log_pages.REQUESTS, menu=Menu(GROUP, 90, "log")),
    Page("exchange.export", "console/exchange/export/", "导出交换记录", READ, ExportBody("exchange.list", columns=log_pages.EXPORTED)),
    Page("exchange.detail", "console/exchange/<int:pk>/", "交换记录", READ, log_pages.REQUEST, example=_request, reads="查看交换记录"),
    Page("exchange.accept", "console/exchange/<int:pk>/accept/", "登记受托核对", "match.run", ActionBody(
        _letter, _accept, about=_told_letter, question="登记为受托核对并查询？核对出结果后自动答复对方。", submit="登记并核对", parent="exchange.detail"),
        example=_incoming, reads="登记受托核对"),
    Page("exchange.refuse", "console/exchange/<int:pk>/refuse/", "不予提供", "match.run", ActionBody(
        _letter, _refuse, fields=(LongText("why", "不予提供的理由", required=True, max_length=200, help="对方会看到。"),),
        about=_told_letter, question="答复对方不予提供？", submit="答复", danger=True, parent="exchange.detail"), example=_incoming, reads="答复来函"),
    Page("exchange.partners", "console/exchange/partners/", "交换单位", READ, partner_pages.PARTNERS, menu=Menu(GROUP, 91, "people"),
         impersonal=NO_ONE),
    Page("exchange.partner_new", "console/exchange/partners/new/", "登记交换单位", MANAGE, FormBody(
        forms.partner_fields, _save, initial=lambda actor, obj: dict(forms.INITIAL), submit="登记", parent="exchange.partners",
        lead="密钥由系统生成，登记后在单位页“更换密钥”里取一次，用安全的方式交给对方。"), step_up=True),
    Page("exchange.partner", "console/exchange/partners/<int:pk>/", "交换单位", READ, partner_pages.PARTNER, example=_partner_example,
         impersonal=NO_ONE),
    Page("exchange.partner_edit", "console/exchange/partners/<int:pk>/edit/", "修改交换单位", MANAGE, FormBody(
        forms.partner_fields, _save, get=_partner, initial=forms.initial_of, submit="保存", parent="exchange.partner"),
        example=_partner_example, step_up=True),
    Page("exchange.key", "console/exchange/partners/<int:pk>/key/", "更换密钥", MANAGE, ActionBody(
        _partner, _new_key, fields=(Text("secret", "对方给的密钥", max_length=64, help="64 位十六进制数；留空由系统生成，只显示一次。"),),
        question="更换共享密钥？原密钥还能再用几天，请在此期间让对方换上新密钥。", submit="更换", parent="exchange.partner",
        about=_told_partner),
        example=_partner_example, step_up=True),
    Page("exchange.queue", "console/exchange/queue/", "收发队列", READ, queue_pages.QUEUE, menu=Menu(GROUP, 92, "inbox"), impersonal=NO_ONE),
    Page("exchange.again", "console/exchange/queue/<int:pk>/again/", "重新发送", MANAGE, ActionBody(
        _message, _again, question="重新发送这份报文？编号不变，对方不会重复办理。", submit="重新发送", parent="exchange.queue"),
        example=_failed),
    Page("exchange.pushes", "console/exchange/pushes/", "报送与对账", READ, push_pages.PUSHES, menu=Menu(GROUP, 93, "download"),
         impersonal=NO_ONE),
    Page("exchange.push", "console/exchange/pushes/<int:pk>/", "报送", READ, push_pages.PUSH, example=_run, impersonal=NO_ONE),
    Page("exchange.push_now", "console/exchange/partners/<int:pk>/push/", "立即报送", MANAGE, ActionBody(
        _partner, _push, fields=_feeds, question="现在报送一次？只送上次对方收下以后变化的。", submit="报送", parent="exchange.partner",
        about=_told_partner),
        example=_pusher),
    Page("exchange.rejects", "console/exchange/rejects/", "报送退回", READ, push_pages.REJECTS),
    Page("exchange.rejects_export", "console/exchange/rejects/export/", "导出报送退回", READ, ExportBody("exchange.rejects")),
    Page("exchange.quarantine", "console/exchange/quarantine/", "隔离的文件", READ, queue_pages.QUARANTINE,
         menu=Menu(GROUP, 94, "alert"), impersonal=NO_ONE),
    Page("exchange.settle", "console/exchange/quarantine/<int:pk>/", "处理隔离的文件", MANAGE, ActionBody(
        _held, _handle, fields=forms.SETTLE, about=lambda row: f"{row.name}　{row.reason}", question="这份文件没有办理，怎么处理？", submit="处理", parent="exchange.quarantine"),
        example=_quarantined),
    Page("exchange.api_take", "api/exchange/messages", "接收交换报文", None, Custom(api.take, methods=("POST",)), audience="api"),
    Page("exchange.api_give", "api/exchange/messages/<str:message_id>", "取交换答复", None, Custom(api.give, methods=("GET",)),
         audience="api", example=_called),
]  # fmt: skip
