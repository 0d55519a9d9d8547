"""统计报表的记录: one report of one form, place and period; what was done with it; its sealed editions; corrections."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minzheng.kernel.base import RegionRow, Row, link


class StatReport(RegionRow):
    """One form (`shell`, in its `version`) of one place and period ("2026-06", "2026Q2", "2026").

    `parent`: the report of the place above, which sums this one up; None at the top, where the period is sealed. `values`:
    {"row.column": decimal as text, or None for an empty cell}; `sources`: {cell: {"how": indicator|manual|sum, "code",
    "version", "frozen", "old"}}; `notes`: {cell: explanation}, "" for the whole form. `lock`: counts writes, so that nobody
    overwrites what another one has just saved. `edition`: 0 before sealing, then the number of the sealed edition."""

    WAITING, FILLING, REPORTED, RETURNED, ACCEPTED, SEALED = (
        "waiting", "filling", "reported", "returned", "accepted", "sealed",
    )  # fmt: skip
    STATES = [
        (WAITING, "待填"), (FILLING, "填报中"), (REPORTED, "已上报"), (RETURNED, "已退回"), (ACCEPTED, "已审核"), (SEALED, "已封存"),
    ]  # fmt: skip

    shell = models.CharField("表", max_length=40)
    version = models.PositiveSmallIntegerField("表式版本")
    period = models.CharField("报告期", max_length=9)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="below")
    state = models.CharField("状态", max_length=10, choices=STATES, default=WAITING, db_index=True)
    due_on = models.DateField("截止日期")
    due_provisional = models.BooleanField("截止日期待日历公布", default=False)
    late = models.BooleanField("迟报", default=False)
    values = models.JSONField("数值", default=dict)
    sources = models.JSONField("数值来源", default=dict)
    notes = models.JSONField("说明", default=dict)
    lock = models.PositiveIntegerField("修改次数", default=0)
    edition = models.PositiveSmallIntegerField("封存版次", default=0)
    sha = models.CharField("封存SM3", max_length=64, blank=True)
    reported_by = link("kernel.User", null=True, verbose_name="填报人")
    reported_name = models.CharField("填报人姓名", max_length=60, blank=True)
    reported_at = models.DateTimeField("上报时间", null=True)
    reviewed_by = link("kernel.User", null=True, verbose_name="审核人")
    reviewed_name = models.CharField("审核人姓名", max_length=60, blank=True)
    reviewed_at = models.DateTimeField("审核时间", null=True)
    sealed_name = models.CharField("封存人姓名", max_length=60, blank=True)
    sealed_at = models.DateTimeField("封存时间", null=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    class Meta:
        verbose_name = "统计报表"
        constraints = [models.UniqueConstraint(fields=["shell", "period", "region_code"], name="stat_report_once")]
        indexes = [models.Index(fields=["region_code", "shell", "period"], name="stat_report_place")]


class StatAct(Row):
    """One step of a report; rows are only added."""

    ACTS = [
        ("open", "布置"), ("fill", "取数"), ("save", "填报"), ("report", "上报"), ("withdraw", "撤回上报"), ("return", "退回"),
        ("accept", "审核通过"), ("reopen", "撤销审核"), ("collect", "汇总"), ("seal", "封存"), ("correct", "订正"),
    ]  # fmt: skip

    report = models.ForeignKey(StatReport, on_delete=models.CASCADE, related_name="acts")
    code = models.CharField("动作", max_length=10, choices=ACTS)
    from_state = models.CharField("原状态", max_length=10, blank=True)
    to_state = models.CharField("新状态", max_length=10)
    actor = link("kernel.User", null=True, verbose_name="办理人")
    actor_name = models.CharField("办理人姓名", max_length=60)
    at = models.DateTimeField("时间", db_index=True)
    text = models.CharField("说明", max_length=500, blank=True)

    class Meta:
        verbose_name = "报表办理记录"
        ordering = ["at", "pk"]


class StatEdition(Row):
    """What was sealed, word for word; `number` 1 at the sealing, one more with every correction. `sha`: SM3 of the values,
    sources and notes in canonical form."""

    report = models.ForeignKey(StatReport, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveSmallIntegerField("版次")
    values = models.JSONField("数值")
    sources = models.JSONField("数值来源")
    notes = models.JSONField("说明")
    sha = models.CharField("SM3", max_length=64)
    at = models.DateTimeField("时间")
    by_name = models.CharField("办理人", max_length=60)
    why = models.CharField("原因", max_length=500, blank=True)

    class Meta:
        verbose_name = "封存版次"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="stat_edition_number")]


class StatCorrection(RegionRow):
    """订正单: a change of a sealed report, asked by one person, confirmed by another. `changes`: {cell: [old, new]} of the
    cells that were asked for; `moved`: [{"region", "cell", "old", "new"}], everything that changed with it (totals, the
    reports above)."""

    STATES = [("asked", "待确认"), ("confirmed", "已订正"), ("refused", "未同意")]

    report = models.ForeignKey(StatReport, on_delete=models.CASCADE, related_name="corrections")
    no = models.CharField("订正单号", max_length=30, unique=True)
    changes = models.JSONField("订正内容")
    moved = models.JSONField("影响", default=list)
    reason = models.CharField("订正原因", max_length=500)
    state = models.CharField("状态", max_length=10, choices=STATES, default="asked", db_index=True)
    asked_by = link("kernel.User", null=True, verbose_name="提出人")
    asked_name = models.CharField("提出人姓名", max_length=60)
    asked_at = models.DateTimeField("提出时间")
    decided_by = link("kernel.User", null=True, verbose_name="确认人")
    decided_name = models.CharField("确认人姓名", max_length=60, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True)
    opinion = models.CharField("意见", max_length=500, blank=True)

    class Meta:
        verbose_name = "订正单"
        constraints = [
            models.UniqueConstraint(fields=["report"], condition=Q(state="asked"), name="stat_correction_one_open")
        ]
