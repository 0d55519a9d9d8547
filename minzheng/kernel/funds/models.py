"""资金: allocations (指标), rules of sharing and of priority, money handed back, projects of the 福彩公益金.

Whatever one person enters counts only when a second one has confirmed it; a confirmed row is never changed, a further
row adjusts it. The migration's triggers hold the database to that."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from minzheng.kernel.base import TwoHands, link


class FundRow(TwoHands):
    """A row about money."""

    #: The kind of row in an address.
    word: ClassVar[str] = ""

    class Meta:
        abstract = True


class FundAllocation(FundRow):
    """指标: one line of one document that allots money of one source to a place for a year.

    `item_code` "" = for every benefit of the `purpose` (a code of purposes.yaml). An adjustment is a further row with its
    own document; `adjusts` names the row it is about, a negative amount takes money away."""

    word = "allocation"
    KINDS = [("initial", "下达"), ("advance", "提前下达"), ("carry", "上年结转"), ("adjust", "调整")]

    year = models.PositiveSmallIntegerField("年度")
    source = models.CharField("资金来源", max_length=24)
    purpose = models.CharField("资金用途", max_length=24)
    item_code = models.CharField("限用于事项", max_length=60, blank=True)
    kind = models.CharField("类型", max_length=10, choices=KINDS, default="initial")
    amount_fen = models.BigIntegerField("金额（分）")
    document_no = models.CharField("文号", max_length=80)
    document_on = models.DateField("文件日期")
    adjusts = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="adjustments", verbose_name="所调整的指标"
    )
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "资金指标"
        indexes = [models.Index(fields=["region_code", "year", "state"], name="allocation_region_year")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_fen=0), name="allocation_not_zero"),
            models.CheckConstraint(
                condition=models.Q(kind="adjust") | models.Q(amount_fen__gt=0), name="allocation_only_adjust_is_less"
            ),
            # The same line of the same document is never counted twice, whoever types or imports it again.
            models.UniqueConstraint(
                fields=["region_code", "year", "source", "purpose", "item_code", "kind", "document_no"],
                condition=~models.Q(state="withdrawn"), name="allocation_once",
            ),
        ]  # fmt: skip


class FundRule(FundRow):
    """How a benefit's money is shared among sources (`share`), or which benefit is paid first (`order`), from a day on.

    share: `value` = {source: parts of 10 000}, summing to 10 000; `item_code` "" = every benefit without a rule of its own;
    `covered_by` = the source that stands in where another one has run out ("" = none does).
    order: `value` = [item codes], the first is paid first; benefits not named come after them."""

    word = "rule"
    KINDS = [("share", "分担比例"), ("order", "保障顺序")]

    kind = models.CharField("种类", max_length=6, choices=KINDS)
    item_code = models.CharField("事项", max_length=60, blank=True)
    value = models.JSONField("内容")
    covered_by = models.CharField("不足时由谁补", max_length=24, blank=True)
    valid_from = models.DateField("自")
    document = models.CharField("依据（文件名称和文号）", max_length=200)

    class Meta:
        verbose_name = "资金规则"
        constraints = [
            models.UniqueConstraint(
                fields=["region_code", "kind", "item_code", "valid_from"],
                condition=models.Q(state="draft"), name="fund_rule_one_draft",
            )
        ]  # fmt: skip


class FundReturn(FundRow):
    """退回财政: money that came back and is handed back to the treasury. Booked in the ledger when confirmed."""

    word = "return"
    REASONS = [
        ("unclaimed", "退票长期不能重发"),
        ("recovered", "追回的多发款"),
        ("surplus", "年终结余"),
        ("other", "其他"),
    ]

    year = models.PositiveSmallIntegerField("原拨付年度")
    source = models.CharField("资金来源", max_length=24)
    item_code = models.CharField("事项", max_length=60)
    amount_fen = models.BigIntegerField("金额（分）")
    reason = models.CharField("原因", max_length=10, choices=REASONS)
    voucher = models.CharField("缴款书号", max_length=80)
    returned_on = models.DateField("缴回日期")
    note = models.CharField("说明", max_length=200, blank=True)
    booked = link("kernel.LedgerTransaction", null=True, verbose_name="凭证")

    class Meta:
        verbose_name = "退回财政"
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_fen__gt=0), name="fund_return_positive"),
            models.UniqueConstraint(
                fields=["region_code", "voucher", "source", "item_code"],
                condition=~models.Q(state="withdrawn"), name="fund_return_once",
            ),
        ]  # fmt: skip


class WelfareProject(FundRow):
    """福彩公益金资助项目: what it is for, who carries it out, its goal and what came of it.

    `budget_fen` is the first budget; changes of it and everything spent are rows of `WelfareEntry`."""

    word = "project"
    CATEGORIES = [("old", "扶老"), ("disabled", "助残"), ("orphan", "救孤"), ("poor", "济困"), ("other", "其他公益")]

    no = models.CharField("编号", max_length=30, unique=True)
    year = models.PositiveSmallIntegerField("年度")
    name = models.CharField("项目名称", max_length=80)
    category = models.CharField("类别", max_length=10, choices=CATEGORIES)
    executor = models.CharField("执行单位", max_length=80)
    content = models.CharField("资助内容", max_length=500)
    goal = models.CharField("绩效目标", max_length=300)
    budget_fen = models.BigIntegerField("预算（分）")
    document_no = models.CharField("文号", max_length=80)
    result = models.CharField("执行结果", max_length=500, blank=True)
    performance = models.CharField("绩效评价", max_length=300, blank=True)
    score = models.PositiveSmallIntegerField("绩效得分", null=True, blank=True)
    finished_on = models.DateField("完成日期", null=True, blank=True)

    class Meta:
        verbose_name = "公益金项目"
        indexes = [models.Index(fields=["region_code", "year"], name="welfare_region_year")]
        constraints = [models.CheckConstraint(condition=models.Q(budget_fen__gt=0), name="welfare_budget_positive")]


class WelfareEntry(FundRow):
    """A change of a project's budget, or money spent on it (booked in the ledger when confirmed; negative: paid back)."""

    word = "entry"
    KINDS = [("budget", "预算调整"), ("spend", "支出")]

    project = models.ForeignKey(WelfareProject, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField("种类", max_length=6, choices=KINDS)
    amount_fen = models.BigIntegerField("金额（分）")
    occurred_on = models.DateField("日期")
    voucher = models.CharField("凭证或文号", max_length=80)
    note = models.CharField("说明", max_length=200, blank=True)
    booked = link("kernel.LedgerTransaction", null=True, verbose_name="凭证")

    class Meta:
        verbose_name = "公益金项目收支"
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_fen=0), name="welfare_entry_not_zero"),
            models.UniqueConstraint(
                fields=["project", "kind", "voucher"],
                condition=~models.Q(state="withdrawn"), name="welfare_entry_once",
            ),
        ]  # fmt: skip


class WelfareList(FundRow):
    """福彩公益金使用情况: the list of a year as it was published; `figures` is frozen, `sha` its SM3."""

    word = "list"
    year = models.PositiveSmallIntegerField("年度")
    figures = models.JSONField("内容")
    sha = models.CharField("内容SM3", max_length=64)

    class Meta:
        verbose_name = "公益金使用公告"
        indexes = [models.Index(fields=["region_code", "year", "state"], name="welfare_list_year")]
