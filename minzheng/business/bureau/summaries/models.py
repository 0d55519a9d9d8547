"""工作总结: one document of one organisation and period, its versions, and who signed and issued it.

A version never changes; whoever edits makes the next one. Its body is the document as data: parts, items and sentences
with `{t1}` marks, and the tokens that stand behind the marks (see documents.py)."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link

STATES = [("draft", "草稿"), ("submitted", "待签发"), ("signed", "已签发"), ("issued", "已印发")]


class Summary(RegionRow):
    """`form`: code of the declared form; `period`: 2026H1, 2026, 2021-2025; `number`: 发文字号 once issued."""

    org = link("kernel.Organization", verbose_name="单位")
    org_name = models.CharField("单位名称", max_length=80)
    form = models.CharField("体例", max_length=40, db_index=True)
    period = models.CharField("时期", max_length=12, db_index=True)
    title = models.CharField("标题", max_length=120)
    state = models.CharField("状态", max_length=10, choices=STATES, default="draft", db_index=True)
    signed_version = models.PositiveSmallIntegerField("签发的版本", null=True)
    submitted_by = link("kernel.User", null=True, verbose_name="送签人")
    submitted_name = models.CharField("送签人姓名", max_length=60, blank=True)
    signed_by = link("kernel.User", null=True, verbose_name="签发人")
    signed_name = models.CharField("签发人姓名", max_length=60, blank=True)
    signed_at = models.DateTimeField("签发时间", null=True)
    returned_reason = models.CharField("退回理由", max_length=200, blank=True)
    number = models.CharField("发文字号", max_length=60, blank=True)
    issued_on = models.DateField("印发日期", null=True)
    created_at = models.DateTimeField("起草时间", auto_now_add=True)

    class Meta:
        verbose_name = "工作总结"
        constraints = [models.UniqueConstraint(fields=["org", "form", "period"], name="summary_org_form_period")]


class SummaryVersion(RegionRow):
    """One text; `sha` is the SM3 of its body. `how`: generated from the indicators, or edited by a person."""

    HOW = [("generated", "由指标生成"), ("edited", "人工修改")]

    summary = models.ForeignKey(Summary, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField("版本")
    body = models.JSONField("正文")
    sha = models.CharField("正文SM3", max_length=64)
    how = models.CharField("由来", max_length=10, choices=HOW)
    note = models.CharField("修改说明", max_length=200, blank=True)
    made_by = link("kernel.User", null=True, verbose_name="修改人")
    made_name = models.CharField("修改人姓名", max_length=60, blank=True)
    created_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "工作总结版本"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["summary", "number"], name="summary_version_number")]
