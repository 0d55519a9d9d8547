"""导出: every file of rows that leaves the platform: who asked, who allowed it, what was in it, who fetched it."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link
from minzheng.kernel.crypto.fields import SealedText


class ExportRequest(RegionRow):
    """One export. `region_code` is the place of the post under which it is made; whoever allows it must hold
    `export.approve` over that place. Filters may name people: they are sealed."""

    ASKED, APPROVED, REFUSED, MADE, EXPIRED, FAILED = "asked", "approved", "refused", "made", "expired", "failed"
    STATES = [
        (ASKED, "待审批"), (APPROVED, "正在生成"), (REFUSED, "未同意"), (MADE, "可下载"), (EXPIRED, "已过期"),
        (FAILED, "生成失败"),
    ]  # fmt: skip

    no = models.CharField("导出编号", max_length=30, unique=True)
    user = link("kernel.User", verbose_name="申请人")
    user_name = models.CharField("申请人姓名", max_length=60)
    post = models.CharField("岗位", max_length=120, blank=True)
    page = models.CharField("页面", max_length=60)
    title = models.CharField("内容", max_length=80)
    query = SealedText("筛选条件（地址）")
    filters = SealedText("筛选条件（文字）")
    columns = models.JSONField("栏目", default=list)
    rows = models.PositiveIntegerField("行数", default=0)
    unmasked = models.BooleanField("含完整号码", default=False)
    format = models.CharField("格式", max_length=8, default="xlsx")
    purpose = models.CharField("用途", max_length=200, blank=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default=ASKED)
    asked_at = models.DateTimeField("申请时间")
    decided_by = link("kernel.User", null=True, verbose_name="审批人")
    decided_name = models.CharField("审批人姓名", max_length=60, blank=True)
    decision = models.CharField("审批意见", max_length=200, blank=True)
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    made_at = models.DateTimeField("生成时间", null=True, blank=True)
    made_rows = models.PositiveIntegerField("实际行数", default=0)
    expires_at = models.DateTimeField("保留至", null=True, blank=True)
    # [{"path", "name", "rows", "bytes", "sm3"}]: parts in the vault, in order
    files = models.JSONField("文件", default=list)
    downloads = models.PositiveIntegerField("下载次数", default=0)
    error = models.CharField("未能生成的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "导出"
        indexes = [
            models.Index(fields=["user", "asked_at"], name="export_user"),
            models.Index(fields=["state", "asked_at"], name="export_state"),
        ]
