"""测算的记录: what was asked, by whom, and the sums that came out. No family, no name, no number of a person."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link


class SimulationRun(RegionRow):
    """One simulation on the live caseload of a place. `region_code`: the place whose families were looked at.

    `changes`: [{"name", "region", "value", "since"}], values as the command line writes them. `options`: what the sums were
    asked with (see asking.Options). `figures`: the report of minzheng.policy.figures and what was left out, sums only;
    written once, when the run ends."""

    QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
    STATES = [(QUEUED, "等待"), (RUNNING, "正在算"), (DONE, "已完成"), (FAILED, "没有算成")]

    no = models.CharField("编号", max_length=30, unique=True)
    title = models.CharField("名称", max_length=80)
    purpose = models.CharField("用途", max_length=200)
    changes = models.JSONField("假设", default=list)
    set_id = models.BigIntegerField("标准调整", null=True, blank=True, db_index=True)
    set_title = models.CharField("标准调整名称", max_length=80, blank=True)
    rules = models.CharField("规则", max_length=200, blank=True)
    options = models.JSONField("算法", default=dict)
    state = models.CharField("状态", max_length=10, choices=STATES, default=QUEUED, db_index=True)
    error = models.CharField("没有算成的原因", max_length=300, blank=True)
    asked_by = link("kernel.User", null=True, verbose_name="测算人")
    asked_name = models.CharField("测算人姓名", max_length=60)
    asked_at = models.DateTimeField("提出时间")
    job = link("kernel.JobRun", null=True, verbose_name="后台任务")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    seconds = models.FloatField("用时（秒）", null=True, blank=True)
    families = models.PositiveIntegerField("算了多少户", default=0)
    summary = models.CharField("结果", max_length=300, blank=True)
    figures = models.JSONField("合计", default=dict)
    base_sha = models.CharField("现行规则版本", max_length=64, blank=True)
    reform_sha = models.CharField("假设规则版本", max_length=64, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "测算"
        indexes = [models.Index(fields=["region_code", "asked_at"], name="simulation_region_asked")]
