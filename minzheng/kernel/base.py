"""The abstract rows every kernel model is built from."""

from __future__ import annotations

from typing import Any

from django.db import models

from minzheng.kernel.ids import new_id


class Row(models.Model):
    """A row with an application-made 64-bit id."""

    id = models.BigIntegerField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


class RegionRow(Row):
    """A business row: it carries the 12-digit code of the place it belongs to (scope, sharding)."""

    region_code = models.CharField("所属区划", max_length=12, db_index=True)

    class Meta:
        abstract = True


def link(to: str, *, null: bool = False, related_name: str = "+", **kwargs: Any) -> models.ForeignKey:
    """A reference that crosses an aggregate: no database constraint, so that a shard can move; never cascades."""
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=null,
        blank=null,
        related_name=related_name,
        **kwargs,
    )


DRAFT, CONFIRMED, WITHDRAWN = "draft", "confirmed", "withdrawn"


class TwoHands(RegionRow):
    """A row that one person enters and another one confirms. A draft may be withdrawn with a reason; what is confirmed is
    never changed (the triggers of the tables hold the database to that)."""

    STATES = ((DRAFT, "待确认"), (CONFIRMED, "已确认"), (WITHDRAWN, "已撤回"))

    state = models.CharField("状态", max_length=10, choices=STATES, default=DRAFT, db_index=True)
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
