"""存量导入: one batch is one file of one bureau; links say which row of the file made which row here."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, Row, link


class MappingTemplate(RegionRow):
    """A named mapping (columns → fields), to be used again for the next file of the same shape. No personal data."""

    name = models.CharField("名称", max_length=60)
    spec = models.JSONField("列的对应", default=dict)
    created_by = link("kernel.User", null=True, verbose_name="建立人")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "导入模板"
        constraints = [models.UniqueConstraint(fields=["region_code", "name"], name="mapping_region_name")]


class ImportBatch(RegionRow):
    """One file: uploaded, tried (dry run), submitted by its maker, approved by another, loaded in one transaction.

    The file and its rejects are sealed on disk; this row holds counts, totals and sentences without personal data."""

    STATES = [
        ("uploaded", "待对列"),
        ("checking", "试算中"),
        ("checked", "已试算"),
        ("submitted", "待批准"),
        ("loading", "入库中"),
        ("loaded", "已入库"),
        ("returned", "已退回"),
        ("undone", "已撤销"),
        ("failed", "未成功"),
    ]

    file_name = models.CharField("文件名", max_length=120)
    file_sha = models.CharField("文件SM3", max_length=64, db_index=True)
    file_size = models.PositiveIntegerField("字节", default=0)
    mapping = models.JSONField("列的对应", default=dict)
    control = models.JSONField("对照数", default=list)
    state = models.CharField("状态", max_length=10, choices=STATES, default="uploaded", db_index=True)
    progress = models.PositiveIntegerField("已读行数", default=0)
    report = models.JSONField("试算结果", default=dict)
    tied = models.BooleanField("与对照数相符", default=False)
    untied_reason = models.CharField("不符仍入库的理由", max_length=200, blank=True)
    message = models.CharField("说明", max_length=300, blank=True)
    made_by = link("kernel.User", null=True, verbose_name="经办人")
    approved_by = link("kernel.User", null=True, verbose_name="批准人")
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    loaded_at = models.DateTimeField("入库时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)

    class Meta:
        verbose_name = "存量导入批次"


class ImportLink(Row):
    """Which row of which file made this object here."""

    KINDS = [("P", "人员"), ("H", "家庭"), ("M", "成员关系"), ("A", "待遇")]

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="links")
    kind = models.CharField("类别", max_length=1, choices=KINDS)
    object_id = models.BigIntegerField("对象", db_index=True)
    line = models.PositiveIntegerField("文件行号")

    class Meta:
        verbose_name = "导入来源"
        indexes = [models.Index(fields=["batch", "kind"], name="import_batch_kind")]
