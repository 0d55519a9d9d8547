"""指标值、冻结、每月计算的记录、人工填报.

Values of a frozen month (version ≥ 1) never change: the database refuses it for every role, and takes new ones only
together with the freeze they belong to (see the guards of the migration)."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link


class IndicatorValue(RegionRow):
    """One number: indicator, place (town; what has no town stands at the county), month, dimensions (`{}` for none).

    version 0 is live and computed anew; version n belongs to the freeze of that number. `value` is in the indicator's own
    unit; money is in yuan here (fen / 100), as the indicator declares."""

    code = models.CharField("指标", max_length=80)
    month = models.DateField("月份（当月1日）")
    dims = models.JSONField("维度", default=dict)
    value = models.DecimalField("数值", max_digits=20, decimal_places=4)
    version = models.PositiveIntegerField("版本", default=0)

    class Meta:
        verbose_name = "指标值"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "month", "version", "region_code", "dims"], name="indicator_value_key"
            ),
        ]
        indexes = [models.Index(fields=["region_code", "month", "version"], name="indicator_value_month")]


class IndicatorMonth(RegionRow):
    """When the live values of a county (6 digits and zeros) were last computed for a month, and how much work that was.

    `declared`: digest of the declarations that were computed; another one means that indicators came or went since."""

    month = models.DateField("月份（当月1日）")
    computed_at = models.DateTimeField("计算时间")
    seconds = models.FloatField("用时（秒）", default=0)
    rows = models.PositiveIntegerField("数值个数", default=0)
    declared = models.CharField("指标口径摘要", max_length=64)

    class Meta:
        verbose_name = "指标计算"
        constraints = [models.UniqueConstraint(fields=["region_code", "month"], name="indicator_month_once")]


class IndicatorFreeze(RegionRow):
    """A county's month as it was fixed. Version 1 is the freeze, each further one a restatement with its reason and
    `diff`: [{"code", "region", "dims", "old", "new"}] (numbers as texts, None where there was or is none). `sha`: SM3
    over all values of the version. Never changed."""

    month = models.DateField("月份（当月1日）")
    version = models.PositiveIntegerField("版本")
    reason = models.CharField("理由", max_length=200, blank=True)
    diff = models.JSONField("变化", default=list)
    rows = models.PositiveIntegerField("数值个数")
    sha = models.CharField("数值SM3", max_length=64)
    frozen_by = link("kernel.User", null=True, verbose_name="办理人")
    frozen_name = models.CharField("办理人姓名", max_length=60)
    frozen_at = models.DateTimeField("冻结时间")
    # Set by the database: the values of a version come with the transaction that freezes it, or not at all.
    created_xid = models.BigIntegerField("数据库事务号", default=0, editable=False)

    class Meta:
        verbose_name = "指标冻结"
        constraints = [
            models.UniqueConstraint(fields=["region_code", "month", "version"], name="indicator_freeze_once"),
            models.CheckConstraint(
                condition=models.Q(version=1) | (models.Q(version__gt=1) & ~models.Q(reason="")),
                name="indicator_restatement_has_reason",
            ),
        ]


class ManualFigure(RegionRow):
    """人工填报: one reported number for a place and month, and who confirmed it. A newer confirmed report replaces the
    one before it; nothing is overwritten."""

    WAITING, CONFIRMED, RETURNED, REPLACED = "waiting", "confirmed", "returned", "replaced"
    STATES = [(WAITING, "待确认"), (CONFIRMED, "已确认"), (RETURNED, "已退回"), (REPLACED, "已被更正")]

    code = models.CharField("指标", max_length=80)
    month = models.DateField("月份（当月1日）")
    value = models.DecimalField("数值", max_digits=20, decimal_places=4)
    note = models.CharField("说明", max_length=200, blank=True)
    # What the checks found when it was entered, in sentences; a remarkable number needs a note.
    findings = models.JSONField("核对提示", default=list)
    state = models.CharField("状态", max_length=10, choices=STATES, default=WAITING)
    entered_by = link("kernel.User", null=True, verbose_name="填报人")
    entered_name = models.CharField("填报人姓名", max_length=60)
    entered_at = models.DateTimeField("填报时间")
    decided_by = link("kernel.User", null=True, verbose_name="确认人")
    decided_name = models.CharField("确认人姓名", max_length=60, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    returned_reason = models.CharField("退回原因", max_length=200, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "人工填报的指标"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "region_code", "month"], condition=models.Q(state="waiting"), name="manual_one_waiting"
            ),
            models.UniqueConstraint(
                fields=["code", "region_code", "month"],
                condition=models.Q(state="confirmed"), name="manual_one_confirmed",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["region_code", "state", "month"], name="manual_region_state")]
