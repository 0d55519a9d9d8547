"""账: accounts, transactions of at least two entries that cancel out, and the totals the database keeps of them.

Nothing here is ever changed: a mistake is reversed by a further transaction. The migration `ledger_guards` makes the
database refuse everything else, for the owner of the tables too (see the functions there)."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow

FEN, MINUTE, PIECE = "fen", "minute", "piece"
UNITS = [(FEN, "元"), (MINUTE, "分钟"), (PIECE, "件")]


class LedgerAccount(models.Model):
    """科目. The code is the key, so that set-based postings can name it. Kind and unit never change."""

    KINDS = [("asset", "资产"), ("liability", "负债"), ("income", "收入"), ("expense", "支出"), ("memo", "备查")]

    code = models.CharField("科目代码", max_length=20, primary_key=True)
    title = models.CharField("科目", max_length=40)
    kind = models.CharField("类别", max_length=10, choices=KINDS)
    unit = models.CharField("单位", max_length=6, choices=UNITS)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")

    class Meta:
        verbose_name = "科目"
        ordering = ["code"]


class LedgerTransaction(RegionRow):
    """记账凭证: one event. `key` names the event, so that the same event is never booked twice; `digest` is the SM3 of
    what was asked for under it."""

    kind = models.CharField("业务", max_length=40)
    occurred_on = models.DateField("业务日期", db_index=True)
    reference = models.CharField("来源", max_length=80, blank=True, db_index=True)
    key = models.CharField("幂等键", max_length=160, unique=True)
    digest = models.CharField("内容SM3", max_length=64)
    memo = models.CharField("摘要", max_length=200, blank=True)
    actor_id = models.BigIntegerField("记账人", default=0)  # 0: the platform itself
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversal", verbose_name="冲正的凭证"
    )
    # Both are set by the database, whatever the statement says: only the writing database transaction adds entries.
    created_xid = models.BigIntegerField("数据库事务号", default=0, editable=False)
    created_at = models.DateTimeField("记账时间", auto_now_add=True)

    class Meta:
        verbose_name = "记账凭证"


class LedgerEntry(models.Model):
    """分录: `amount` > 0 debit, < 0 credit, in the account's unit (fen, minutes, pieces).

    No foreign keys in the database: a check per row costs more than the insert of a million rows; the statement trigger
    looks at accounts and transaction once. `party`: person (or lot of goods), 0 for nobody."""

    pk = models.CompositePrimaryKey("transaction_id", "seq")
    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, related_name="entries", db_constraint=False, db_index=False
    )
    seq = models.IntegerField("序号")
    account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="entries", db_constraint=False, db_index=False
    )
    amount = models.BigIntegerField("金额（借正贷负）")
    party = models.BigIntegerField("对象", default=0)
    benefit = models.CharField("待遇事项", max_length=60, blank=True, default="")
    source = models.CharField("资金来源", max_length=24, blank=True, default="")
    region_code = models.CharField("区划", max_length=12)
    month = models.DateField("所属月（当月1日）", null=True)
    line_ref = models.BigIntegerField("明细", default=0)

    class Meta:
        verbose_name = "分录"
        constraints = [models.CheckConstraint(condition=~models.Q(amount=0), name="ledger_entry_not_zero")]
        indexes = [models.Index(fields=["party"], condition=models.Q(party__gt=0), name="ledger_entry_party")]


class LedgerTotal(models.Model):
    """The entries that one statement added, summed up by the database: what a trial balance reads instead of millions of
    entries. Written by the statement trigger alone; `verify` recomputes it from the entries."""

    id = models.BigAutoField(primary_key=True)
    transaction = models.ForeignKey(
        LedgerTransaction, on_delete=models.PROTECT, related_name="totals", db_constraint=False
    )
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="totals", db_constraint=False)
    benefit = models.CharField("待遇事项", max_length=60, blank=True, default="")
    source = models.CharField("资金来源", max_length=24, blank=True, default="")
    region_code = models.CharField("区划", max_length=12)
    month = models.DateField("所属月（当月1日）", null=True)
    occurred_on = models.DateField("业务日期")
    debit = models.BigIntegerField("借方")
    credit = models.BigIntegerField("贷方")
    entries = models.IntegerField("分录数")
    checks = models.BooleanField("触发核对", default=False)  # one row per statement and transaction starts the check

    class Meta:
        verbose_name = "分录合计"
        indexes = [models.Index(fields=["occurred_on", "account"], name="ledger_total_date")]
