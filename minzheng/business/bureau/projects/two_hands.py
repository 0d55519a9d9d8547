"""A row that one person enters and another one confirms; what is confirmed is never changed.

The same columns as the rows of the funds have, whose tables are the kernel's own."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link

STATES = [("draft", "待确认"), ("confirmed", "已确认"), ("withdrawn", "已撤回")]


class TwoHands(RegionRow):
    """A draft may be withdrawn with a reason."""

    state = models.CharField("状态", max_length=10, choices=STATES, default="draft", db_index=True)
    entered_by = link("kernel.User", null=True, verbose_name="录入人")
    entered_name = models.CharField("录入人姓名", max_length=60, blank=True)
    entered_at = models.DateTimeField("录入时间")
    confirmed_by = link("kernel.User", null=True, verbose_name="确认人")
    confirmed_name = models.CharField("确认人姓名", max_length=60, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        abstract = True
