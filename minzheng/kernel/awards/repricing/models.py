"""按新标准重算: one batch for each signed change of values, and one line for each award it touches."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link


class RepricingBatch(RegionRow):
    """Every award in force in a place, computed again under the values that begin with `effective_on`.

    Made by a job or a person, handed in by one person, approved by another; raises are then applied in pieces, the rest
    is listed for a decision of its own. `counts`: {kind: number of awards}, `changes`: the values before and after.
    Money in fen a month, `back_pay_fen` once."""

    STATES = [
        ("computing", "测算中"),
        ("computed", "待提交"),
        ("submitted", "待批准"),
        ("applying", "执行中"),
        ("applied", "已执行"),
        ("cancelled", "已作废"),
    ]

    title = models.CharField("名称", max_length=120)
    standard_set = link("kernel.StandardSet", null=True, related_name="repricings", verbose_name="标准调整")
    effective_on = models.DateField("新标准自")
    changes = models.JSONField("标准前后", default=list)
    state = models.CharField("状态", max_length=10, choices=STATES, default="computing", db_index=True)
    looked_at = models.PositiveIntegerField("已测算份数", default=0)
    cursor = models.BigIntegerField("测算到", default=0)
    counts = models.JSONField("份数", default=dict)
    before_fen = models.BigIntegerField("调整前月合计（分）", default=0)
    after_fen = models.BigIntegerField("调整后月合计（分）", default=0)
    back_pay_fen = models.BigIntegerField("补发合计（分）", default=0)
    from_month = models.DateField("新金额执行月（当月1日）", null=True, blank=True)
    made_by = link("kernel.User", null=True, verbose_name="发起人")
    made_at = models.DateTimeField("发起时间")
    submitted_by = link("kernel.User", null=True, verbose_name="提交人")
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    approved_by = link("kernel.User", null=True, verbose_name="批准人")
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    applied_at = models.DateTimeField("执行完时间", null=True, blank=True)
    closed_by = link("kernel.User", null=True, verbose_name="退回或作废的人")
    closed_reason = models.CharField("退回或作废的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "按新标准重算"


class RepricingLine(RegionRow):
    """What the new values make of one award. `months`: [{month, before_fen, after_fen}] from the first day of the new
    values to the month before the new amount is paid; `back_pay_fen` their difference."""

    KINDS = [
        ("raise", "增发"),
        ("back_pay", "只补发"),
        ("reduce", "减发"),
        ("stop", "不再符合"),
        ("mixed", "另有变化"),
        ("paused", "暂停或渐退中"),
        ("unable", "无法测算"),
    ]
    STATES = [("open", "待办"), ("applied", "已执行"), ("skipped", "没有执行"), ("recheck", "已启动复核")]

    batch = models.ForeignKey(RepricingBatch, on_delete=models.CASCADE, related_name="lines")
    award = link("kernel.Award", related_name="repricings", verbose_name="待遇")
    item_code = models.CharField("事项", max_length=60)
    kind = models.CharField("类别", max_length=10, choices=KINDS, db_index=True)
    before_fen = models.BigIntegerField("现月金额（分）")
    after_fen = models.BigIntegerField("按新标准（分）", null=True, blank=True)
    back_pay_fen = models.BigIntegerField("补发（分）", default=0)
    months = models.JSONField("逐月", default=list)
    reason = models.CharField("说明", max_length=200, blank=True)
    basis_sha = models.CharField("依据SM3", max_length=64)
    state = models.CharField("状态", max_length=10, choices=STATES, default="open")
    new_award = link("kernel.Award", null=True, verbose_name="新待遇")
    done_at = models.DateTimeField("办理时间", null=True, blank=True)

    class Meta:
        verbose_name = "重算明细"
        constraints = [models.UniqueConstraint(fields=["batch", "award"], name="repricing_line_award")]
        indexes = [models.Index(fields=["batch", "kind", "state"], name="repricing_line_kind")]
