"""消息: an outbox in the same transaction as the act; sent by a job through a sender interface."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import Row, link
from minzheng.kernel.crypto.fields import SealedText


class OutboxMessage(Row):
    """One message by one channel. `rest` are the channels to try when this one gives up; `fallback_of` is the message
    that gave up before this one. `key` makes a repeated request the same message."""

    CHANNELS = [("sms", "短信"), ("wechat", "微信订阅消息"), ("inapp", "站内信"), ("post", "邮寄信函")]
    STATES = [("queued", "待发"), ("sent", "已发"), ("delivered", "已收到"), ("failed", "失败"), ("withheld", "不发")]

    case = link("kernel.Case", null=True, related_name="messages", verbose_name="办件")
    channel = models.CharField("渠道", max_length=10, choices=CHANNELS)
    recipient = link("kernel.Person", null=True, related_name="messages", verbose_name="收件人")
    to = SealedText("号码")
    body = SealedText("内容")
    state = models.CharField("状态", max_length=10, choices=STATES, default="queued")
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)
    error = models.CharField("失败原因", max_length=200, blank=True)
    # None, not "": only a message with a key is unique by it
    key = models.CharField("幂等键", max_length=80, unique=True, null=True)  # noqa: DJ001
    statutory = models.BooleanField("法定告知", default=False)
    parts = models.PositiveSmallIntegerField("计费条数", default=1)
    not_before = models.DateTimeField("不早于", null=True, blank=True)
    delivered_at = models.DateTimeField("收到时间", null=True, blank=True)
    receipt = models.CharField("网关回执号", max_length=64, blank=True, db_index=True)
    rest = models.CharField("后续渠道", max_length=40, blank=True)
    fallback_of = link("kernel.OutboxMessage", null=True, related_name="fallbacks", verbose_name="接替")
    resolved_at = models.DateTimeField("处理时间", null=True, blank=True)
    resolution = models.CharField("处理结果", max_length=120, blank=True)
    resolved_by = link("kernel.User", null=True, verbose_name="处理人")

    class Meta:
        verbose_name = "消息"
        indexes = [models.Index(fields=["state", "created_at"], name="outbox_state_time")]


class MessageEvent(Row):
    """What happened to a message: queued, tried, sent, a receipt, given up, passed on. A receipt that comes twice is
    one row."""

    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField("时间")
    what = models.CharField("事项", max_length=12)
    text = models.CharField("说明", max_length=200, blank=True)
    # None, not "": only receipts are unique by it
    once = models.CharField("唯一", max_length=80, unique=True, null=True)  # noqa: DJ001

    class Meta:
        verbose_name = "消息经过"
        ordering = ["at", "id"]


class ContactChoice(Row):
    """How a person wants to be told: order of channels, consent to electronic service, refusal of reminders."""

    person = link("kernel.Person", related_name="contact_choices", verbose_name="人员")
    order = models.CharField("渠道次序", max_length=40, blank=True)
    wechat = SealedText("微信标识")
    no_reminders = models.BooleanField("不要提醒类消息", default=False)
    electronic_since = models.DateField("同意电子送达自", null=True, blank=True)
    electronic_by = models.CharField("同意方式", max_length=40, blank=True)
    electronic_until = models.DateField("撤回电子送达", null=True, blank=True)
    changed_at = models.DateTimeField("更新时间", auto_now=True)
    changed_by = link("kernel.User", null=True, verbose_name="登记人")

    class Meta:
        verbose_name = "联系意愿"
        constraints = [models.UniqueConstraint(fields=["person"], name="contact_choice_person")]
