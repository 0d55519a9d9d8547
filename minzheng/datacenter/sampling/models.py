"""抽样的记录: the design, the frozen population with the digest of its seed, the units that were drawn and what was found."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link
from minzheng.kernel.crypto.fields import SealedText


class Sample(RegionRow):
    """One sample over the awards, cases or payments of a place (`region_code`).

    `scope`: what is drawn from ({"items", "towns", "since", "until", "month", "categories"}); `design`: {"confidence",
    "tolerable", "expected"} in percent, {"strata", "allocation", "least"}; `strata`: [{"key", "size", "fen", "wanted"}].
    `population`: [[unit id, label, stratum, fen]], frozen with the SM3 of its public part when the sample is published; the
    label stands for the unit wherever others may look. `seed` stays sealed until the draw; its SM3 is public."""

    SUBJECTS = [("award", "在享待遇"), ("case", "已办结办件"), ("payment", "待发放明细")]
    STATES = [("published", "已公布种子摘要"), ("drawn", "检查中"), ("closed", "已完成")]

    no = models.CharField("编号", max_length=30, unique=True)
    title = models.CharField("名称", max_length=80)
    subject = models.CharField("抽查对象", max_length=10, choices=SUBJECTS)
    scope = models.JSONField("抽查范围", default=dict)
    design = models.JSONField("抽样方案", default=dict)
    strata = models.JSONField("各层", default=list)
    population = models.JSONField("总体", default=list)
    population_sha = models.CharField("总体SM3", max_length=64)
    size = models.PositiveIntegerField("总体数量")
    wanted = models.PositiveIntegerField("样本量")
    fen = models.BigIntegerField("总体金额（分）", default=0)
    seed = SealedText("种子")
    seed_sha = models.CharField("种子SM3", max_length=64)
    published_at = models.DateTimeField("公布时间")
    draw_after = models.DateTimeField("最早抽取时间")
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True)
    revealed_seed = models.CharField("公布的种子", max_length=64, blank=True)
    closed_at = models.DateTimeField("完成时间", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default="published", db_index=True)
    created_by = link("kernel.User", null=True, verbose_name="组织人")
    created_name = models.CharField("组织人姓名", max_length=60, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "抽样"
        indexes = [models.Index(fields=["region_code", "published_at"], name="sample_region_time")]


class SampleUnit(RegionRow):
    """One drawn unit. `fen`: its amount when the population was frozen; `error_fen`: overpaid positive, underpaid
    negative, 0 for an error without money. `label` and `rank_sha` are those of the published draw."""

    RESULTS = [("right", "正确"), ("wrong", "有差错")]
    ERRORS = [
        ("eligible", "不符合条件"),
        ("amount", "金额核算错误"),
        ("family", "家庭人口或收入认定错误"),
        ("procedure", "程序不合规"),
        ("paper", "材料缺失或不实"),
        ("account", "领款人或账户错误"),
        ("other", "其他"),
    ]

    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="units")
    seq = models.PositiveIntegerField("序号")
    unit_id = models.BigIntegerField("对象")
    label = models.CharField("对外代号", max_length=32)
    stratum = models.CharField("层", max_length=80)
    rank_sha = models.CharField("抽签值", max_length=64)
    number = models.CharField("证号或办件编号", max_length=40)
    name = SealedText("姓名")
    fen = models.BigIntegerField("金额（分）", default=0)
    case = link("kernel.Case", null=True, verbose_name="办件")
    award = link("kernel.Award", null=True, verbose_name="待遇")
    inspector = link("kernel.User", null=True, verbose_name="检查人")
    due_on = models.DateField("应完成日期", null=True, blank=True)
    result = models.CharField("结果", max_length=8, choices=RESULTS, blank=True, db_index=True)
    error_kind = models.CharField("差错类型", max_length=12, choices=ERRORS, blank=True)
    error_fen = models.BigIntegerField("差错金额（分）", default=0)
    finding = SealedText("检查情况")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    done_by = link("kernel.User", null=True, verbose_name="检查人")

    class Meta:
        verbose_name = "抽样检查"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["sample", "unit_id"], name="sample_unit_once")]
        indexes = [models.Index(fields=["region_code", "result"], name="sample_unit_region")]
