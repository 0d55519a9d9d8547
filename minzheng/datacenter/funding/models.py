"""资金预测的记录: what was assumed and what came out; sums only."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link


class FundForecast(RegionRow):
    """One forecast of a place and year, as of a day. `figures` is what `forecasting.compute` gives; written once.

    `level`: red = money is missing soon, yellow = missing later in the year, none = it lasts, unknown = no allocations."""

    LEVELS = [("none", "够用"), ("yellow", "黄色预警"), ("red", "红色预警"), ("unknown", "没有指标")]
    KINDS = [("daily", "每日"), ("asked", "人工")]

    year = models.PositiveSmallIntegerField("年度")
    as_of = models.DateField("截至")
    kind = models.CharField("种类", max_length=6, choices=KINDS, default="asked")
    options = models.JSONField("假设", default=dict)
    simulation = link("datacenter.SimulationRun", null=True, verbose_name="所用的测算")
    figures = models.JSONField("结果", default=dict)
    level = models.CharField("预警", max_length=8, choices=LEVELS)
    sentence = models.CharField("结论", max_length=300)
    short_month = models.DateField("缺口月（当月1日）", null=True, blank=True)
    asked_by = link("kernel.User", null=True, verbose_name="测算人")
    asked_name = models.CharField("测算人姓名", max_length=60)
    made_at = models.DateTimeField("测算时间")
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "资金预测"
        indexes = [models.Index(fields=["region_code", "year", "made_at"], name="fund_forecast_region")]
        constraints = [
            models.UniqueConstraint(
                fields=["region_code", "year", "as_of"], condition=models.Q(kind="daily"), name="fund_forecast_daily"
            )
        ]
