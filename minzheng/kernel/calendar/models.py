"""工作日历: one row a day, loaded yearly from the State Council's notice."""

from __future__ import annotations

from django.db import models


class CalendarYear(models.Model):
    """A year whose notice is loaded; a missing year makes deadlines in it provisional."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    source = models.CharField("来源", max_length=200)
    notice_no = models.CharField("通知文号", max_length=60, blank=True)
    loaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "日历年度"


class CalendarDay(models.Model):
    """A day that differs from the plain week, or any day a notice names."""

    date = models.DateField(primary_key=True)
    is_workday = models.BooleanField("工作日")
    name = models.CharField("说明", max_length=40, blank=True)

    class Meta:
        verbose_name = "日历日"
