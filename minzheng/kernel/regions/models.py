"""行政区划: dated codes with source, parents and aliases."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import Row


class Region(Row):
    """One code during one period. A renamed or re-coded place gets a new row; the old one is closed by `valid_to`."""

    LEVELS = [(1, "省级"), (2, "地级"), (3, "县级"), (4, "乡级"), (5, "村级")]

    code = models.CharField("区划代码（12位）", max_length=12, db_index=True)
    name = models.CharField("名称", max_length=60)
    full_name = models.CharField("全称", max_length=160, blank=True)
    level = models.PositiveSmallIntegerField("级别", choices=LEVELS)
    parent_code = models.CharField("上级代码", max_length=12, blank=True, db_index=True)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    source = models.CharField("来源", max_length=200)
    is_urban = models.BooleanField("城镇", null=True)

    class Meta:
        verbose_name = "行政区划"
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["code", "valid_from"], name="region_code_from")]


class RegionAlias(Row):
    """Another code or name under which a source knows a region (统计用代码, old name, short name)."""

    region_code = models.CharField("区划代码", max_length=12, db_index=True)
    system = models.CharField("来源体系", max_length=40)
    code = models.CharField("别名代码", max_length=20, blank=True, db_index=True)
    name = models.CharField("别名", max_length=60, blank=True, db_index=True)
    source = models.CharField("来源", max_length=200)

    class Meta:
        verbose_name = "区划别名"
