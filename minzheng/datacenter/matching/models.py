"""Recorded facts: what a source is known to answer, used where a department has no live interface (demo, tests, files)."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow
from minzheng.kernel.crypto.fields import SealedJSON


class RecordedFact(RegionRow):
    """One fact about one person. `id_key` is the keyed digest of the ID number (kind "id_no"): the number itself is
    never stored here. Sealed: `content` (title, reference, account tail, …)."""

    source = models.CharField("来源部门", max_length=30)
    id_key = models.BinaryField("证件摘要", max_length=16, db_index=True)
    class_code = models.CharField("类别", max_length=30)
    amount_fen = models.BigIntegerField("金额（分）", null=True, blank=True)
    on = models.DateField("数据日期")
    valid_to = models.DateField("数据止日", null=True, blank=True)
    content = SealedJSON("内容")
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "外部数据记录"
        indexes = [models.Index(fields=["id_key", "source"], name="fact_key_source")]
