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
