"""编号: gap-free counters per series, place and year."""

from __future__ import annotations

from django.db import models


class NumberSeries(models.Model):
    series = models.CharField("系列", max_length=24)
    region_code = models.CharField("区划", max_length=12)
    year = models.PositiveSmallIntegerField("年度")
    last = models.BigIntegerField("最后编号", default=0)

    class Meta:
        verbose_name = "编号系列"
        constraints = [models.UniqueConstraint(fields=["series", "region_code", "year"], name="number_series")]
