"""本地标准参数: values that a place confirms or sets itself, dated, with the document they rest on."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link


class StandardSet(RegionRow):
    """Values of one place that one document sets for one day on, drafted together and signed together.

    The signer is none of those who drafted it. A signed set may be taken back until its first day; after that only a
    later value corrects it. `attachment`: a scan of the document."""

    STATES = [
        ("draft", "起草中"),
        ("submitted", "待签发"),
        ("signed", "已签发"),
        ("withdrawn", "已撤回"),
        ("discarded", "已作废"),
    ]
    ORIGINS = [("hand", "逐项填写"), ("file", "从文件导入"), ("proposal", "由测算公式提出")]

    title = models.CharField("名称", max_length=80)
    valid_from = models.DateField("自")
    source = models.CharField("依据（文件名称和文号）", max_length=200)
    source_date = models.DateField("文件日期", null=True, blank=True)
    attachment = link("kernel.Attachment", null=True, verbose_name="文件扫描件")
    note = models.CharField("说明", max_length=300, blank=True)
    origin = models.CharField("来源", max_length=10, choices=ORIGINS, default="hand")
    state = models.CharField("状态", max_length=10, choices=STATES, default="draft", db_index=True)
    drafted_by = link("kernel.User", null=True, verbose_name="起草人")
    drafted_at = models.DateTimeField("起草时间")
    submitted_by = link("kernel.User", null=True, verbose_name="提交人")
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    signed_by = link("kernel.User", null=True, verbose_name="签发人")
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    closed_by = link("kernel.User", null=True, verbose_name="退回、撤回或作废的人")
    closed_at = models.DateTimeField("退回、撤回或作废时间", null=True, blank=True)
    closed_reason = models.CharField("退回、撤回或作废的原因", max_length=200, blank=True)

    @property
    def scanned(self) -> int | None:
        """The set's own number where a scan was kept: the link to it is drawn only then."""
        return self.pk if self.attachment_id else None

    class Meta:
        verbose_name = "标准调整"
        indexes = [models.Index(fields=["region_code", "state"], name="standard_set_region_state")]


class ParameterValue(RegionRow):
    """One value of one declared parameter in one place from a day on. Drafted by one person, signed by another.

    Only signed rows count in calculations; a signed row is never changed: a later one takes its place from its own first
    day, or it is withdrawn with a reason. `value` is written as in the region files (yuan as text, 是/否, option code)."""

    STATES = [("draft", "待签发"), ("signed", "已签发"), ("withdrawn", "已撤回")]

    name = models.CharField("参数", max_length=60, db_index=True)
    benefit = models.CharField("福利", max_length=60, blank=True)
    value = models.CharField("值", max_length=60)
    unit = models.CharField("单位", max_length=20, blank=True)
    valid_from = models.DateField("自")
    valid_until = models.DateField("至", null=True, blank=True)
    source = models.CharField("依据（文件名称和文号）", max_length=200)
    source_date = models.DateField("文件日期", null=True, blank=True)
    confirms = models.BooleanField("确认平台自带的值", default=False)
    as_floor = models.BooleanField("也是下级的下限", default=False)
    note = models.CharField("说明", max_length=200, blank=True)
    standard_set = models.ForeignKey(
        StandardSet, on_delete=models.PROTECT, null=True, blank=True, related_name="values", verbose_name="所属调整"
    )
    repriced_in = link("kernel.RepricingBatch", null=True, related_name="values", verbose_name="据以重算的批次")
    state = models.CharField("状态", max_length=10, choices=STATES, default="draft", db_index=True)
    drafted_by = link("kernel.User", null=True, verbose_name="起草人")
    drafted_at = models.DateTimeField("起草时间")
    signed_by = link("kernel.User", null=True, verbose_name="签发人")
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    withdrawn_by = link("kernel.User", null=True, verbose_name="撤回人")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "本地参数"
        indexes = [models.Index(fields=["state", "name", "region_code"], name="parameter_state_name")]
