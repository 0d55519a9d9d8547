"""代办: who may act for whom, in which matters, from when until when, and on what paper that rests."""

from __future__ import annotations

from typing import Any

from django.db import models

from minzheng.kernel.base import RegionRow, link
from minzheng.kernel.crypto.fields import BlindIndex, SealedText


def no_items() -> list[Any]:
    """An empty list: the mandate holds for every matter."""
    return []


class Mandate(RegionRow):
    """One mandate. `region_code` is the place of the principal's file (or of the case, before there is a file).

    Whoever acts is known by account; a mandate given by phone number is taken up by the account of that number, which
    must name the last four characters of the principal's ID number. `case` set: for this one case only."""

    KINDS = [("guardian", "法定监护"), ("entrust", "委托"), ("helper", "村居代办")]
    STATES = [("waiting", "等待确认"), ("active", "有效"), ("revoked", "已解除"), ("refused", "未通过")]
    METHODS = [
        ("own_phone", "本人手机签字"),
        ("paper", "纸质委托书拍照"),
        ("window", "窗口当面登记"),
        ("record", "户籍登记的父母子女关系"),
    ]

    kind = models.CharField("类别", max_length=10, choices=KINDS)
    state = models.CharField("状态", max_length=10, choices=STATES, default="waiting", db_index=True)
    method = models.CharField("依据", max_length=12, choices=METHODS)
    principal = link("kernel.Person", null=True, related_name="mandates_given", verbose_name="被代办人")
    principal_name = models.CharField("被代办人姓名", max_length=60)
    principal_id_no = SealedText("被代办人证件号码", blank=True)
    principal_id_index = BlindIndex("id_no", of="principal_id_no", null=True)
    agent = link("kernel.Person", null=True, related_name="mandates_held", verbose_name="代办人档案")
    agent_user = link("kernel.User", null=True, related_name="mandates_held", verbose_name="代办人账号")
    agent_name = models.CharField("代办人姓名", max_length=60)
    agent_phone = SealedText("代办人手机号", blank=True)
    agent_phone_index = BlindIndex("phone", of="agent_phone", null=True)
    relation = models.CharField("代办人是被代办人的", max_length=20)
    items = models.JSONField("事项", default=no_items, blank=True)
    may_file = models.BooleanField("可以填写提交", default=True)
    case = link("kernel.Case", null=True, related_name="mandates", verbose_name="限于办件")
    proof_id = models.BigIntegerField("委托书或证明", null=True, blank=True)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("核对次数", default=0)
    created_by = link("kernel.User", null=True, verbose_name="登记人")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    confirmed_by = link("kernel.User", null=True, verbose_name="确认人")
    confirmed_at = models.DateTimeField("生效时间", null=True, blank=True)
    revoked_by = link("kernel.User", null=True, verbose_name="解除人")
    revoked_at = models.DateTimeField("解除时间", null=True, blank=True)
    revoke_reason = models.CharField("解除或未通过的原因", max_length=120, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "代办授权"
        indexes = [
            models.Index(fields=["agent_user", "state"], name="mandate_agent_state"),
            models.Index(fields=["principal", "state"], name="mandate_principal_state"),
        ]

    @property
    def words(self) -> str:
        """“女儿，受托” / “母亲，监护人” / “村居代办”."""
        if self.kind == "helper":
            return "村居代办"
        return f"{self.relation}，{'监护人' if self.kind == 'guardian' else '受托'}"

    @property
    def by_line(self) -> str:
        """What everything done under it shows: “由李小梅（女儿，受托）代办”."""
        return f"由{self.agent_name}（{self.words}）代办"
