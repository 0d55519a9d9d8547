"""监督: files opened outside one's own scope (紧急查阅), and citizens' questions about who read their files."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link
from minzheng.kernel.crypto.fields import SealedText


class GlassBreak(RegionRow):
    """紧急查阅: one officer opened one person's file outside his scope, for a few minutes, with a reason; somebody else
    judges afterwards whether it was justified. `region_code` is the person's own place, whose leader is told."""

    JUSTIFIED, UNJUSTIFIED = "justified", "unjustified"
    VERDICTS = [("", "待复核"), (JUSTIFIED, "理由成立"), (UNJUSTIFIED, "理由不成立")]

    person = link("kernel.Person", verbose_name="被查阅人")
    user = link("kernel.User", verbose_name="查阅人")
    user_name = models.CharField("查阅人姓名", max_length=60)
    role = models.CharField("角色", max_length=40)
    organization = models.CharField("单位", max_length=80, blank=True)
    post = models.CharField("岗位", max_length=60, blank=True)
    reason_code = models.CharField("事由", max_length=40)
    text = SealedText("情况说明")
    opened_at = models.DateTimeField("打开时间")
    expires_at = models.DateTimeField("到期时间")
    verdict = models.CharField("复核结论", max_length=12, choices=VERDICTS, blank=True, default="")
    reviewed_by = link("kernel.User", null=True, verbose_name="复核人")
    reviewed_name = models.CharField("复核人姓名", max_length=60, blank=True)
    review = SealedText("复核意见")
    reviewed_at = models.DateTimeField("复核时间", null=True, blank=True)

    class Meta:
        verbose_name = "紧急查阅"
        indexes = [
            models.Index(fields=["user", "opened_at"], name="glass_user"),
            models.Index(fields=["person", "opened_at"], name="glass_person"),
            models.Index(fields=["verdict", "opened_at"], name="glass_verdict"),
        ]


class ReadQuestion(RegionRow):
    """A citizen asks why her file was read, or complains of it. `entry_id` is the audit line; None: in general."""

    KINDS = [("question", "询问"), ("complaint", "投诉")]
    STATES = [("open", "待答复"), ("answered", "已答复")]

    person = link("kernel.Person", verbose_name="档案本人")
    asked_by = link("kernel.User", verbose_name="提出人")
    entry_id = models.BigIntegerField("所问的查阅记录", null=True, blank=True)
    kind = models.CharField("类别", max_length=10, choices=KINDS, default="question")
    text = SealedText("内容")
    asked_at = models.DateTimeField("提出时间")
    state = models.CharField("状态", max_length=10, choices=STATES, default="open")
    answer = SealedText("答复")
    answered_by = link("kernel.User", null=True, verbose_name="答复人")
    answered_name = models.CharField("答复人姓名", max_length=60, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = "对查阅的询问"
        indexes = [
            models.Index(fields=["state", "asked_at"], name="read_question_state"),
            models.Index(fields=["person", "asked_at"], name="read_question_person"),
        ]
