"""发放批次: a batch, its lines (attempts to pay an entitlement), what was found about them, and every step of the batch.

`awards.PaymentLine` says what is owed (entitlement); `PayLine` is one attempt to pay it. Lines are many (a county has
tens of thousands a month, a province millions), so they carry few indexes: those of one batch lie side by side."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from minzheng.kernel.base import RegionRow, Row, link


class PayBatch(RegionRow):
    """发放批次: one benefit, pay month and region. `region_code`: the place whose lines it holds (12 digits).

    `lines`, `total_fen`, `households` (户, awards), `persons` (人, covered people) count what is to be paid: neither
    excluded nor settled lines. `sha`: SM3 over every line, fixed at approval and proved again before the file goes out.
    `withheld_*`: lines taken out of the file after approval (止付); batch = voucher = file + withheld."""

    KINDS = [("regular", "正常批次"), ("supplement", "补充批次"), ("reissue", "重发批次")]
    STATES = [
        ("BUILDING", "生成中"), ("CHECKED", "已校验"), ("REVIEWED", "已复核"), ("APPROVED", "已审批"),
        ("FIN_SUBMITTED", "已报财政"), ("FUNDED", "已拨付"), ("SENT", "已报盘"), ("PARTIAL_RETURN", "部分退回"),
        ("ALL_PAID", "全部到账"), ("CLOSED", "已关账"), ("VOIDED", "已作废"),
    ]  # fmt: skip

    no = models.CharField("批次号", max_length=40, unique=True)
    kind = models.CharField("类型", max_length=10, choices=KINDS, default="regular")
    item_code = models.CharField("事项", max_length=60)
    month = models.DateField("发放月（当月1日）")
    seq = models.PositiveSmallIntegerField("序号", default=1)
    state = models.CharField("状态", max_length=14, choices=STATES, default="BUILDING", db_index=True)
    lines = models.PositiveIntegerField("笔数", default=0)
    total_fen = models.BigIntegerField("金额（分）", default=0)
    households = models.PositiveIntegerField("户数", default=0)
    persons = models.PositiveIntegerField("人数", default=0)
    excluded = models.PositiveIntegerField("剔除笔数", default=0)
    withheld_lines = models.PositiveIntegerField("止付笔数", default=0)
    withheld_fen = models.BigIntegerField("止付金额（分）", default=0)
    sha = models.CharField("明细SM3", max_length=64, blank=True)
    maker = link("kernel.User", null=True, verbose_name="制单人")
    checker = link("kernel.User", null=True, verbose_name="复核人")
    approver = link("kernel.User", null=True, verbose_name="审批人")
    second_approver = link("kernel.User", null=True, verbose_name="第二审批人")
    sender = link("kernel.User", null=True, verbose_name="报盘人")
    built_at = models.DateTimeField("生成时间")
    checked_at = models.DateTimeField("校验时间", null=True, blank=True)
    approved_at = models.DateTimeField("审批时间", null=True, blank=True)
    submitted_on = models.DateField("报财政日期", null=True, blank=True)
    voucher = models.CharField("拨款凭证号", max_length=60, blank=True)
    voucher_fen = models.BigIntegerField("拨款金额（分）", null=True, blank=True)
    funded_on = models.DateField("拨付日期", null=True, blank=True)
    file_format = models.CharField("报盘格式", max_length=40, blank=True)
    file_name = models.CharField("报盘文件", max_length=120, blank=True)
    file_sha = models.CharField("报盘文件SM3", max_length=64, blank=True)
    file_lines = models.PositiveIntegerField("报盘笔数", null=True, blank=True)
    file_fen = models.BigIntegerField("报盘金额（分）", null=True, blank=True)
    sent_at = models.DateTimeField("报盘时间", null=True, blank=True)
    closed_on = models.DateField("关账日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=0)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "发放批次"
        constraints = [
            models.UniqueConstraint(fields=["month", "item_code", "region_code", "kind", "seq"], name="pay_batch_key"),
        ]
        indexes = [models.Index(fields=["item_code", "month"], name="pay_batch_item_month")]


class PayLine(Row):
    """One attempt to pay one entitlement line. `line`: the entitlement; `origin`: the returned attempt that this one
    repeats (a reissue). amount = due + correction + offset, in fen; `settled` lines come to 0 and never reach a bank.

    `live`: this attempt holds the entitlement. It is given up (False) when the line is void, released or reissued; the
    database keeps one live attempt per entitlement. `persons`, `category` and `snapshot` are what the amount rests on, as
    of the build, without names or numbers: {"members": [person ids], "award_no", "monthly_fen", "frozen_sha",
    "ruleset_sha"}."""

    STATES = [
        ("ready", "待发"), ("excluded", "已剔除"), ("settled", "抵平不发"), ("sent", "已报盘"), ("paid", "已到账"),
        ("returned", "退回"), ("unknown", "结果不明"), ("reissued", "已重发"), ("cancelled", "已撤销"),
    ]  # fmt: skip
    EXCLUDED_FOR = [("check", "校验不通过"), ("manual", "人工剔除"), ("funds", "资金不足，排队待发")]

    batch = link("kernel.PayBatch", related_name="pay_lines", db_index=False, verbose_name="批次")
    seq = models.PositiveIntegerField("序号")
    line = link("kernel.PaymentLine", related_name="attempts", db_index=False, verbose_name="应发明细")
    origin = link("kernel.PayLine", null=True, related_name="repeats", db_index=False, verbose_name="原退回明细")
    attempt = models.PositiveSmallIntegerField("第几次发放", default=1)
    award = link("kernel.Award", related_name="pay_lines", db_index=False, verbose_name="待遇")
    person = link("kernel.Person", null=True, related_name="pay_lines", db_index=False, verbose_name="领款人")
    account = link("kernel.PayeeAccount", null=True, related_name="pay_lines", db_index=False, verbose_name="发放账户")
    month = models.DateField("所属月（当月1日）")
    line_type = models.CharField("类型", max_length=12)
    region_code = models.CharField("所属区划", max_length=12)
    due_fen = models.BigIntegerField("应发（分）")
    correction_fen = models.BigIntegerField("更正（分）", default=0)
    offset_fen = models.BigIntegerField("抵扣追回（分）", default=0)
    amount_fen = models.BigIntegerField("实发（分）")
    persons = models.PositiveSmallIntegerField("保障人数", default=0)
    category = models.CharField("类别", max_length=10, blank=True, default="")
    snapshot = models.JSONField("依据快照", default=dict)
    state = models.CharField("状态", max_length=10, choices=STATES, default="ready")
    live = models.BooleanField("占用应发", default=True)
    excluded_for = models.CharField("剔除原因", max_length=8, choices=EXCLUDED_FOR, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    return_code = models.CharField("退回代码", max_length=4, blank=True)
    resulted_on = models.DateField("结果日期", null=True, blank=True)
    # Day 1 of the month whose books took the result, where the month of the batch was closed already.
    booked_month = models.DateField("入账月（当月1日）", null=True, blank=True)

    class Meta:
        verbose_name = "发放批次明细"
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(live=True), name="pay_line_one_live"),
            models.CheckConstraint(
                condition=Q(amount_fen=F("due_fen") + F("correction_fen") + F("offset_fen")) & Q(amount_fen__gte=0),
                name="pay_line_sum",
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "seq"], name="pay_line_batch_seq"),
            models.Index(fields=["award"], name="pay_line_award"),
            BrinIndex(fields=["month"], name="pay_line_month"),
        ]


class PayPart(Row):
    """What was taken of a negative entitlement line (a correction, or a claim to pay back): `fen` < 0. Parts of a pay line
    reduce what it pays; the others (`pay_line` empty) say that money came back in cash or that a claim was written off.

    A claim is met in parts, month by month; what is left of it is the line's amount less its live parts."""

    KINDS = [("correction", "更正"), ("offset", "抵扣追回"), ("cash", "退回现金"), ("written_off", "核销")]

    pay_line = link("kernel.PayLine", null=True, related_name="parts", verbose_name="批次明细")
    line = link("kernel.PaymentLine", related_name="parts", verbose_name="负数明细")
    kind = models.CharField("类型", max_length=12, choices=KINDS)
    fen = models.BigIntegerField("金额（分）")
    live = models.BooleanField("有效", default=True)
    reason = models.CharField("说明", max_length=200, blank=True)
    by = link("kernel.User", null=True, verbose_name="办理人")
    at = models.DateTimeField("时间", null=True, blank=True)

    class Meta:
        verbose_name = "负数明细的去向"
        constraints = [
            models.UniqueConstraint(fields=["pay_line", "line"], name="pay_part_key"),
            models.CheckConstraint(condition=Q(fen__lt=0), name="pay_part_negative"),
        ]


class OffsetConsent(Row):
    """The payee's written consent that a claim is taken out of future payments of an award, month by month.

    `percent`: at most so much of a month's payment, never above the county's limit. `until`: withdrawn from that month on."""

    award = link("kernel.Award", related_name="offset_consents", verbose_name="待遇")
    percent = models.PositiveSmallIntegerField("每月最多抵扣（%）")
    given_on = models.DateField("同意日期")
    document = models.CharField("书面同意编号", max_length=80)
    until = models.DateField("撤回自（当月1日）", null=True, blank=True)
    by = link("kernel.User", null=True, verbose_name="登记人")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "抵扣追回同意"


class PayCheck(Row):
    """One thing found about a line (C01 … C11) or a whole batch (C12: `line` empty). A block is cleared by a person with
    a reason; a warning only asks for one."""

    SEVERITIES = [("block", "必须处理"), ("warn", "提示")]

    batch = models.ForeignKey(PayBatch, on_delete=models.CASCADE, related_name="checks", verbose_name="批次")
    line = link("kernel.PayLine", null=True, related_name="checks", verbose_name="明细")
    code = models.CharField("校验项", max_length=4)
    severity = models.CharField("等级", max_length=5, choices=SEVERITIES)
    sentence = models.CharField("发现", max_length=300)
    clearable = models.BooleanField("可说明理由后放行", default=True)
    cleared_by = link("kernel.User", null=True, verbose_name="说明人")
    cleared_at = models.DateTimeField("说明时间", null=True, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)

    class Meta:
        verbose_name = "发放校验结果"
        constraints = [models.UniqueConstraint(fields=["batch", "line", "code"], name="pay_check_key")]


class PayEvent(Row):
    """One step of a batch or of one of its lines, never changed. `sha`: the batch's hash at that moment."""

    batch = models.ForeignKey(PayBatch, on_delete=models.PROTECT, related_name="events", verbose_name="批次")
    act = models.CharField("动作", max_length=20)
    from_state = models.CharField("原状态", max_length=14, blank=True)
    to_state = models.CharField("新状态", max_length=14, blank=True)
    line = link("kernel.PayLine", null=True, verbose_name="明细")
    actor = link("kernel.User", null=True, verbose_name="办理人")
    actor_name = models.CharField("办理人姓名", max_length=60)
    at = models.DateTimeField("时间")
    reason = models.CharField("理由", max_length=200, blank=True)
    sha = models.CharField("明细SM3", max_length=64, blank=True)
    detail = models.JSONField("内容", default=dict)

    class Meta:
        verbose_name = "发放批次记录"
        ordering = ["at", "id"]


class PayMonth(RegionRow):
    """A month closed in a county: `report` holds its figures as they were then (locked); `sha` proves them.

    {"benefits": [{"item_code", "households", "persons", "distinct_persons", "lines", "due_fen", "paid_fen",
    "returned_fen", "reissue_fen", "excluded_lines", "excluded_fen"}], "totals": {…}, "batches": [no]}; amounts in fen."""

    month = models.DateField("月份（当月1日）")
    report = models.JSONField("报表")
    sha = models.CharField("报表SM3", max_length=64)
    closed_by = link("kernel.User", null=True, verbose_name="关账人")
    closed_name = models.CharField("关账人姓名", max_length=60)
    closed_at = models.DateTimeField("关账时间")

    class Meta:
        verbose_name = "发放关账"
        constraints = [models.UniqueConstraint(fields=["region_code", "month"], name="pay_month_once")]
