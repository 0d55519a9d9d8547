"""What goes to the bank and comes back: sealed files, records that could not be booked, requests for another account."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from minzheng.kernel.base import RegionRow, Row, link
from minzheng.kernel.crypto.fields import BlindIndex, SealedText


class BankFile(RegionRow):
    """One file of a batch, kept as it was, sealed in the vault (`parts`: [{"path", "bytes"}], in order). Never
    changed. `sha`: SM3 of the whole plain file.

    Of a return file, `lines` and `total_fen` are those of its control record; `paid`, `returned`, `unknown`, `rejected`
    count its records, `known` those whose result was known already, `missing` the lines of the batch without any result
    after it. `refusal`: why nothing of it was booked; such a file is kept as evidence only."""

    DIRECTIONS = [("out", "报盘"), ("back", "回盘")]

    batch = link("kernel.PayBatch", related_name="bank_files", db_index=False, verbose_name="批次")
    direction = models.CharField("方向", max_length=4, choices=DIRECTIONS)
    format = models.CharField("格式", max_length=40)
    name = models.CharField("文件名", max_length=160)
    sha = models.CharField("文件SM3", max_length=64)
    size = models.BigIntegerField("字节")
    parts = models.JSONField("存放", default=list)
    lines = models.PositiveIntegerField("笔数", default=0)
    total_fen = models.BigIntegerField("金额（分）", default=0)
    paid = models.PositiveIntegerField("到账笔数", default=0)
    paid_fen = models.BigIntegerField("到账金额（分）", default=0)
    returned = models.PositiveIntegerField("退回笔数", default=0)
    returned_fen = models.BigIntegerField("退回金额（分）", default=0)
    unknown = models.PositiveIntegerField("结果不明笔数", default=0)
    known = models.PositiveIntegerField("以前已登记笔数", default=0)
    rejected = models.PositiveIntegerField("不予入账笔数", default=0)
    missing = models.PositiveIntegerField("尚无结果笔数", default=0)
    refusal = models.CharField("整份拒收的原因", max_length=300, blank=True)
    # Day 1 of the month whose books took it.
    booked_month = models.DateField("入账月（当月1日）", null=True, blank=True)
    made_by = link("kernel.User", null=True, verbose_name="经办人")
    made_name = models.CharField("经办人姓名", max_length=60)
    made_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "银行文件"
        ordering = ["made_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "direction", "sha"], condition=Q(refusal=""), name="bank_file_once"
            ),
        ]
        indexes = [models.Index(fields=["batch", "made_at"], name="bank_file_batch")]


class ReturnReject(Row):
    """One record of a return file that was not booked, with its place in the file and the reason."""

    file = link("kernel.BankFile", related_name="rejects", verbose_name="回盘文件")
    record = models.PositiveIntegerField("文件中第几条")
    seq = models.PositiveIntegerField("序号", default=0)
    fen = models.BigIntegerField("金额（分）", default=0)
    code = models.CharField("结果代码", max_length=4, blank=True)
    reason = models.CharField("原因", max_length=200)

    class Meta:
        verbose_name = "回盘不予入账记录"
        ordering = ["record"]
        constraints = [models.UniqueConstraint(fields=["file", "record"], name="return_reject_record")]


class AccountRequest(RegionRow):
    """更正发放账户: asked by the citizen or by a clerk, confirmed by somebody else; then a new version of the account.

    `region_code`: that of the award. `pay_line`: the returned payment it is about, if any. `proofs`: ids of photographs
    (papers of kind "account"). `mandate`: on which a guardian's account rests. `warning`: what the clerk should look at."""

    KINDS = [("own", "本人"), ("guardian", "监护人"), ("agency", "代管")]
    CHANNELS = [("portal", "群众手机"), ("window", "窗口")]
    STATES = [("waiting", "待确认"), ("confirmed", "已确认"), ("refused", "未通过"), ("withdrawn", "已撤回")]

    award = link("kernel.Award", related_name="account_requests", verbose_name="待遇")
    pay_line = link("kernel.PayLine", null=True, related_name="account_requests", verbose_name="退回的发放")
    kind = models.CharField("账户关系", max_length=8, choices=KINDS, default="own")
    holder = models.CharField("户名", max_length=60)
    number = SealedText("账号")
    number_index = BlindIndex("account", of="number", null=True)
    tail = models.CharField("账号后四位", max_length=4)
    bank = models.CharField("开户行", max_length=60)
    relation = models.CharField("户主与领款人的关系", max_length=40, blank=True)
    mandate = link("kernel.Mandate", null=True, verbose_name="监护或委托")
    proofs = models.JSONField("证明材料", default=list)
    words = models.CharField("说明", max_length=200, blank=True)
    warning = models.CharField("提示", max_length=200, blank=True)
    channel = models.CharField("途径", max_length=8, choices=CHANNELS)
    state = models.CharField("状态", max_length=10, choices=STATES, default="waiting")
    asked_by = link("kernel.User", null=True, verbose_name="提出人")
    asked_name = models.CharField("提出人姓名", max_length=60)
    asked_at = models.DateTimeField("提出时间")
    decided_by = link("kernel.User", null=True, verbose_name="确认人")
    decided_name = models.CharField("确认人姓名", max_length=60, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    decision = models.CharField("确认意见", max_length=200, blank=True)
    account = link("kernel.PayeeAccount", null=True, verbose_name="新的发放账户")
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "发放账户更正"
        constraints = [
            models.UniqueConstraint(fields=["award"], condition=Q(state="waiting"), name="account_request_one_waiting"),
        ]
        indexes = [models.Index(fields=["state", "region_code"], name="account_request_state")]
