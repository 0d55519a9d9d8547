"""公示异议的收件: what somebody said of a posted row. Who said it is sealed and shown on request only, with a reason."""

from __future__ import annotations

from typing import Any

from django.db import models

from minzheng.kernel.base import RegionRow, link
from minzheng.kernel.crypto.fields import BlindIndex, SealedText


def no_photos() -> list[Any]:
    """No photos came with it."""
    return []


class PublicObjection(RegionRow):
    """One objection, real-name or anonymous, from the public page or recorded at the window.

    Real-name ones are checked one by one and answered; anonymous ones are kept on record as a lead. `code` is the
    receipt by which the objector, and nobody else, reads the answer. Nothing here hangs on the case's own rows: the
    family's pages are built from those."""

    SUBJECTS = [
        ("income", "收入或存款没有说全"),
        ("property", "有房、有车等财产没有说全"),
        ("people", "家里人数不对，或有人不在一起生活"),
        ("support", "有子女等应当赡养、扶养的人没有算进去"),
        ("relative", "和经办人、村干部是亲戚"),
        ("other", "其他"),
    ]
    STATES = [("checking", "正在核实"), ("recorded", "已登记"), ("answered", "已答复")]
    CHANNELS = [("page", "公示网页"), ("window", "窗口登记")]

    code = models.CharField("回执号", max_length=20, unique=True)
    case = link("kernel.Case", related_name="public_objections", verbose_name="办件")
    publicity = link("kernel.Publicity", null=True, verbose_name="公示")
    evidence = link("kernel.Evidence", null=True, verbose_name="异议证据")
    joined_to = link("kernel.PublicObjection", null=True, related_name="joined", verbose_name="并入")
    channel = models.CharField("来源", max_length=10, choices=CHANNELS)
    subject = models.CharField("反映什么", max_length=12, choices=SUBJECTS, default="other")
    anonymous = models.BooleanField("匿名", default=False)
    name = SealedText("反映人姓名", blank=True)
    phone = SealedText("反映人手机号", blank=True)
    phone_index = BlindIndex("phone", of="phone", null=True)
    content = SealedText("反映的情况")
    content_sha = models.CharField("内容摘要", max_length=64, db_index=True)
    photos = models.JSONField("照片", default=no_photos, blank=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default="checking", db_index=True)
    received_at = models.DateTimeField("收到时间")
    due_on = models.DateField("答复期限", null=True, blank=True)
    answer = SealedText("答复", blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    outcome = models.CharField("办理结果", max_length=120, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "公示异议"
        indexes = [models.Index(fields=["case", "state"], name="objection_case_state")]
