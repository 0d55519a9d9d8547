"""待遇: what a decision grants, frozen with its reasons, and the monthly lines that pay it."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, Row, link
from minzheng.kernel.crypto.fields import BlindIndex, SealedJSON, SealedText


class PayeeAccount(RegionRow):
    """发放账户: where money goes, as a frozen version. A change makes a new row; only what the bank says of an account
    (`flag`, `checked_on`) is written later. `relation`: of the holder to the payee, for accounts that are not their own."""

    KINDS = [("own", "本人"), ("guardian", "监护人"), ("agency", "代管")]
    FLAGS = [
        ("unknown_number", "账号不存在"), ("closed", "已销户"), ("frozen", "冻结或止付"), ("dormant", "睡眠户"),
        ("not_class_one", "非Ⅰ类户"), ("lost", "已挂失"), ("inactive_card", "社保卡未激活"), ("name_mismatch", "户名不符"),
    ]  # fmt: skip

    person = link("kernel.Person", null=True, related_name="accounts", verbose_name="领款人")
    holder = models.CharField("户名", max_length=60)
    number = SealedText("账号")
    number_index = BlindIndex("account", of="number", null=True)
    tail = models.CharField("账号后四位", max_length=4, blank=True)
    bank = models.CharField("开户行", max_length=60, blank=True)
    kind = models.CharField("账户关系", max_length=8, choices=KINDS, default="own")
    relation = models.CharField("户主与领款人的关系", max_length=40, blank=True)
    flag = models.CharField("银行反馈", max_length=16, choices=FLAGS, blank=True)
    checked_on = models.DateField("银行核验日期", null=True, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "发放账户"


class Award(RegionRow):
    """A household's or person's benefit in force. `frozen` = inputs, rule versions, parameters, explanation tree.

    `cycle`: money every month, money once, or a monthly quota of services (its worth in `amount_fen`, paid to nobody)."""

    CYCLES = [("monthly", "按月发放"), ("once", "一次性"), ("quota", "按月服务额度")]
    STATES = [("active", "享受中"), ("suspended", "暂停"), ("tapering", "渐退"), ("ended", "已停发")]

    no = models.CharField("证号", max_length=30, unique=True)
    item_code = models.CharField("事项", max_length=60, db_index=True)
    case = link("kernel.Case", null=True, related_name="awards", verbose_name="办件")
    household = link("kernel.Household", null=True, related_name="awards", verbose_name="家庭")
    payee = link("kernel.Person", null=True, related_name="awards", verbose_name="领款人")
    payee_name = models.CharField("领款人姓名", max_length=60)
    account_no = SealedText("发放账号")
    account_bank = models.CharField("开户行", max_length=60, blank=True)
    # The frozen version of the account above; None in rows from before there were versions (`accounts.ensure` makes them).
    account = link("kernel.PayeeAccount", null=True, related_name="awards", verbose_name="发放账户")
    persons = models.PositiveSmallIntegerField("保障人数")
    amount_fen = models.BigIntegerField("月金额（分）")
    cycle = models.CharField("发放方式", max_length=8, choices=CYCLES, default="monthly")
    category = models.CharField("类别", max_length=10, blank=True)
    state = models.CharField("状态", max_length=12, choices=STATES, default="active")
    first_month = models.DateField("起发月（当月1日）")
    last_month = models.DateField("止发月（当月1日）", null=True, blank=True)
    next_review_on = models.DateField("下次复核", null=True, blank=True)
    decided_on = models.DateField("决定日期")
    frozen = SealedJSON("决定依据")
    frozen_sha = models.CharField("依据SM3", max_length=64)
    ruleset_sha = models.CharField("规则版本", max_length=64)
    is_demo = models.BooleanField("示范数据", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "待遇"
        indexes = [models.Index(fields=["item_code", "region_code", "state"], name="award_item_region_state")]

    @property
    def pays_cash(self) -> bool:
        """A recognition pays nothing, and a quota of services is paid to nobody."""
        return self.amount_fen > 0 and self.cycle != "quota"


class AwardMember(Row):
    """A person covered by an award."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="members")
    person = link("kernel.Person", null=True, related_name="award_memberships", verbose_name="人员")
    name = models.CharField("姓名", max_length=60)
    relation = models.CharField("与户主关系", max_length=20)
    top_up_fen = models.BigIntegerField("分类施保（分）", default=0)

    class Meta:
        verbose_name = "待遇成员"


class PaymentLine(RegionRow):
    """One amount for one award and month; append-only, corrected by further lines only."""

    LINE_TYPES = [("regular", "正常发放"), ("back_pay", "补发"), ("clawback", "追回"), ("correction", "更正")]
    STATES = [
        ("planned", "待发"),
        ("batched", "已入批次"),
        ("paid", "已发"),
        ("returned", "退回"),
        ("proposed", "待决定"),  # a clawback that somebody has still to decide: no batch takes it
    ]

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="lines")
    item_code = models.CharField("事项", max_length=60)
    month = models.DateField("所属月（当月1日）")
    line_type = models.CharField("类型", max_length=12, choices=LINE_TYPES, default="regular")
    seq = models.PositiveSmallIntegerField("序号", default=1)
    amount_fen = models.BigIntegerField("金额（分）")
    state = models.CharField("状态", max_length=12, choices=STATES, default="planned")
    due_on = models.DateField("应发日期", null=True, blank=True)
    explanation = models.CharField("说明", max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "发放明细"
        constraints = [
            models.UniqueConstraint(fields=["award", "month", "line_type", "seq"], name="payment_line_key"),
        ]
        indexes = [
            models.Index(fields=["month", "item_code", "region_code"], name="line_month_item"),
            # Claims and corrections are few; a pay run asks for them among a million lines.
            models.Index(fields=["item_code"], condition=models.Q(amount_fen__lt=0), name="line_negative"),
        ]


class AwardPause(Row):
    """Months in which an award is not paid (暂停). `to_month` None: still suspended. Months that were made up for by back
    pay are `back_paid`."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="pauses")
    from_month = models.DateField("停发起月（当月1日）")
    to_month = models.DateField("停发止月（当月1日）", null=True, blank=True)
    reason = models.CharField("事由", max_length=200, blank=True)
    back_paid = models.BooleanField("已补发", default=False)

    class Meta:
        verbose_name = "待遇暂停"
        ordering = ["from_month"]
        constraints = [
            models.UniqueConstraint(fields=["award"], condition=models.Q(to_month=None), name="award_one_open_pause"),
        ]
