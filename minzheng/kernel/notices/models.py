"""消息: an outbox in the same transaction as the act; sent by a job through a sender interface."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import Row, link
from minzheng.kernel.crypto.fields import SealedText


class OutboxMessage(Row):
    CHANNELS = [("sms", "短信"), ("inapp", "站内信")]
    STATES = [("queued", "待发"), ("sent", "已发"), ("failed", "失败")]

    case = link("kernel.Case", null=True, related_name="messages", verbose_name="办件")
    channel = models.CharField("渠道", max_length=10, choices=CHANNELS)
    recipient = link("kernel.Person", null=True, related_name="messages", verbose_name="收件人")
    to = SealedText("号码")
    body = SealedText("内容")
    state = models.CharField("状态", max_length=10, choices=STATES, default="queued")
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "消息"
