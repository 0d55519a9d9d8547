"""抽查: a draw whose seed was fixed and published before anybody could know what it would pick."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link
from minzheng.kernel.crypto.fields import SealedText


class SpotDraw(RegionRow):
    """One draw over the cases of a place. `region_code`: the county (or township) whose cases are drawn from.

    `rule`: {"items", "towns", "from", "to", "delegated_only", "share_percent", "number", "strata"}. `population`: list
    of [case id, stratum], frozen with its SM3 when the draw is published. `seed` stays sealed until it is drawn; its SM3
    is public from the start."""

    STATES = [("published", "已公布种子摘要"), ("drawn", "已抽取"), ("closed", "已办结")]

    no = models.CharField("抽查编号", max_length=30, unique=True)
    title = models.CharField("名称", max_length=80)
    rule = models.JSONField("抽查规则", default=dict)
    population = models.JSONField("抽查范围", default=list)
    population_sha = models.CharField("范围SM3", max_length=64)
    seed = SealedText("种子")
    seed_sha = models.CharField("种子SM3", max_length=64)
    published_at = models.DateTimeField("公布时间")
    draw_after = models.DateTimeField("最早抽取时间")
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True)
    revealed_seed = models.CharField("公布的种子", max_length=64, blank=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default="published")
    created_by = link("kernel.User", null=True, verbose_name="发起人")
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "抽查"
        indexes = [models.Index(fields=["region_code", "published_at"], name="draw_region_time")]


class SpotTask(RegionRow):
    """One case to be visited by the county. `region_code` is the case's place. `mandatory`: outside the draw, because a
    close relative is on record or somebody complained (每户必查)."""

    RESULTS = [("ok", "属实"), ("minor", "有瑕疵，不影响结论"), ("wrong", "结论有误")]

    draw = models.ForeignKey(SpotDraw, on_delete=models.CASCADE, related_name="tasks")
    case = link("kernel.Case", related_name="spot_tasks", verbose_name="办件")
    seq = models.PositiveIntegerField("序号")
    stratum = models.CharField("层", max_length=80)
    rank_sha = models.CharField("抽签值", max_length=64, blank=True)
    mandatory = models.BooleanField("必查", default=False)
    due_on = models.DateField("应完成日期", null=True, blank=True)
    result = models.CharField("结果", max_length=10, choices=RESULTS, blank=True)
    finding = models.TextField("情况", blank=True)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    done_by = link("kernel.User", null=True, verbose_name="抽查人")

    class Meta:
        verbose_name = "抽查任务"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["draw", "case"], name="spot_task_once")]
        indexes = [models.Index(fields=["region_code", "result"], name="spot_task_region")]
