"""The manifest of the lake: which batch of which source holds, and the links to other bureaus' databases.

No personal data in plain: rows lie in Parquet, the delivered file and the rejected rows lie sealed in the vault."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link
from minzheng.kernel.crypto.fields import SealedText


class LakeLink(RegionRow):
    """A read-only link to a table of another bureau's database; its rows enter the lake as a batch, never live."""

    KINDS = [("postgresql", "PostgreSQL"), ("mysql", "MySQL / MariaDB")]

    title = models.CharField("名称", max_length=60)
    source = models.CharField("数据来源", max_length=40, db_index=True)
    kind = models.CharField("数据库", max_length=12, choices=KINDS)
    host = models.CharField("主机", max_length=255)
    port = models.PositiveIntegerField("端口")
    database = models.CharField("库名", max_length=64)
    username = models.CharField("只读账号", max_length=64)
    password = SealedText("口令")
    query = models.TextField("读取什么")
    basis = models.CharField("依据", max_length=300, blank=True)
    active = models.BooleanField("在用", default=True)
    made_by = link("kernel.User", null=True, verbose_name="登记人")
    made_at = models.DateTimeField("登记时间")
    read_at = models.DateTimeField("最近读取", null=True, blank=True)
    message = models.CharField("最近结果", max_length=300, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "数据库链接"


class LakeBatch(RegionRow):
    """One delivery of one source for one month. Rows are visible to readers while the state is `held`.

    `key` opens the sealed columns: destroying it with the batch leaves nothing readable. `files`: Parquet files of the
    batch, [{"name", "rows", "bytes", "sm3"}]. `report`: counts of the quality checks, never a value of a person."""

    UPLOADED, CHECKING, CHECKED, LOADING = "uploaded", "checking", "checked", "loading"
    HELD, SUPERSEDED, DROPPED, FAILED = "held", "superseded", "dropped", "failed"
    STATES = [
        (UPLOADED, "已上传"), (CHECKING, "正在试读"), (CHECKED, "已试读"), (LOADING, "正在入湖"), (HELD, "在用"),
        (SUPERSEDED, "已被更正"), (DROPPED, "已删除"), (FAILED, "没有入湖"),
    ]  # fmt: skip
    KINDS = [("csv", "CSV"), ("xlsx", "Excel"), ("parquet", "Parquet"), ("link", "数据库链接")]

    no = models.CharField("批次号", max_length=80, unique=True)
    source = models.CharField("数据来源", max_length=40)
    period = models.CharField("所属月份", max_length=7)
    basis = models.CharField("依据", max_length=300, blank=True)
    kind = models.CharField("形式", max_length=8, choices=KINDS)
    file_name = models.CharField("文件名", max_length=120)
    file_sha = models.CharField("文件SM3", max_length=64, db_index=True)
    file_size = models.BigIntegerField("字节", default=0)
    raw_parts = models.PositiveIntegerField("原件分段", default=0)
    has_rejects = models.BooleanField("有退回文件", default=False)
    state = models.CharField("状态", max_length=10, choices=STATES, default=UPLOADED, db_index=True)
    rows = models.BigIntegerField("行数", default=0)
    accepted = models.BigIntegerField("合格", default=0)
    rejected = models.BigIntegerField("退回", default=0)
    report = models.JSONField("质量", default=dict)
    files = models.JSONField("数据文件", default=list)
    key = SealedText("批次密钥")
    message = models.CharField("说明", max_length=300, blank=True)
    supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name="更正的批次"
    )
    via = link("datacenter.LakeLink", null=True, verbose_name="数据库链接")
    job = link("kernel.JobRun", null=True, verbose_name="后台任务")
    made_by = link("kernel.User", null=True, verbose_name="经办人")
    made_name = models.CharField("经办人姓名", max_length=60, blank=True)
    created_at = models.DateTimeField("交来时间")
    held_at = models.DateTimeField("入湖时间", null=True, blank=True)
    keep_until = models.DateField("保留至", null=True, blank=True)
    ended_at = models.DateTimeField("停用时间", null=True, blank=True)
    ended_name = models.CharField("停用人姓名", max_length=60, blank=True)
    ended_reason = models.CharField("停用原因", max_length=200, blank=True)
    swept_at = models.DateTimeField("文件清除时间", null=True, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "数据湖批次"
        indexes = [
            models.Index(fields=["source", "state", "period"], name="lake_source_state_period"),
            models.Index(fields=["region_code", "created_at"], name="lake_region_created"),
        ]
