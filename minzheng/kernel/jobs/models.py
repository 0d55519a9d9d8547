"""后台任务: leased, heart-beaten, idempotent by key, visible in the console."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import Row


class JobRun(Row):
    STATES = [("queued", "排队"), ("running", "运行中"), ("done", "完成"), ("failed", "失败"), ("cancelled", "取消")]

    name = models.CharField("任务", max_length=80)
    args = models.JSONField("参数", default=dict)
    key = models.CharField("幂等键", max_length=120, unique=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default="queued")
    run_after = models.DateTimeField("不早于")
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    max_attempts = models.PositiveSmallIntegerField("最多次数", default=5)
    lease_until = models.DateTimeField("租约至", null=True, blank=True)
    lease_owner = models.CharField("执行者", max_length=60, blank=True)
    heartbeat_at = models.DateTimeField("心跳", null=True, blank=True)
    progress = models.PositiveSmallIntegerField("进度（%）", default=0)
    message = models.CharField("进展", max_length=200, blank=True)
    result = models.JSONField("结果", null=True, blank=True)
    error = models.TextField("错误", blank=True)
    requested_by_id = models.BigIntegerField("发起人", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "后台任务"
        indexes = [models.Index(fields=["state", "run_after"], name="job_due")]


class WorkerBeat(models.Model):
    """The last sign of life of each worker; /healthz reads it."""

    worker = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "任务进程心跳"
