"""审计: append-only entries, chained (SM3) by a sealer in insert order. Neither table is ever updated or deleted from."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import Row


class AuditEntry(Row):
    """Who did or read what, when, where, why. `mac` is HMAC-SM3 over the entry, so that a change is found even before
    the sealer has chained it."""

    at = models.DateTimeField("时间", db_index=True)
    actor_id = models.BigIntegerField("操作人", null=True)
    actor_name = models.CharField("操作人姓名", max_length=60, blank=True)
    role = models.CharField("角色", max_length=40, blank=True)
    action = models.CharField("动作", max_length=60)
    object_type = models.CharField("对象类别", max_length=40, blank=True)
    object_id = models.BigIntegerField("对象", null=True)
    region_code = models.CharField("区划", max_length=12, blank=True, db_index=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    detail = models.JSONField("明细", default=dict)
    address = models.CharField("来源地址", max_length=45, blank=True)
    # Ids of lines that this process committed before and that no line has named yet (vouching.py).
    vouches = models.JSONField("佐证", default=list, db_default=[])
    mac = models.CharField(max_length=64)

    class Meta:
        verbose_name = "审计记录"
        indexes = [
            models.Index(fields=["object_type", "object_id", "at"], name="audit_object"),
            models.Index(fields=["actor_id", "at"], name="audit_actor"),
            models.Index(fields=["actor_name", "at"], name="audit_actor_name"),
            models.Index(fields=["action", "at", "actor_id"], name="audit_action"),
        ]


class AuditSeal(models.Model):
    """One link of the chain: hash = SM3(previous hash ‖ sequence ‖ entry's canonical bytes)."""

    seq = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "审计链"
