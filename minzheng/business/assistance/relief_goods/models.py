"""实物救助: goods, stores, lots, movements, campaigns and who received what.

How many pieces a lot still has is not kept here: it is the balance of the ledger's account `stock` for that lot. A
movement says why a balance changed; the proof compares the two."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, Row, link

CATEGORIES = [
    ("food", "食品饮水"),
    ("clothing", "衣物被褥"),
    ("shelter", "住宿安置"),
    ("heating", "取暖防暑"),
    ("hygiene", "卫生防护"),
    ("study", "学习用品"),
    ("other", "其他"),
]
ORIGINS = [("purchase", "采购"), ("donation", "捐赠"), ("allocation", "上级调拨"), ("transfer", "库间调入")]


class Goods(Row):
    """A kind of goods. `pieces_for` pieces serve `persons_for` persons (a tent: 1 piece, 4 persons); 0 persons: it does not
    count towards the capacity. `warn_days` before the expiry a lot is warned about; `perishable` goods need an expiry."""

    code = models.CharField("物资代码", max_length=20, unique=True)
    title = models.CharField("名称", max_length=40)
    category = models.CharField("类别", max_length=10, choices=CATEGORIES)
    spec = models.CharField("规格", max_length=60, blank=True)
    unit = models.CharField("计量单位", max_length=8)
    perishable = models.BooleanField("有保质期", default=False)
    warn_days = models.PositiveSmallIntegerField("到期前几天提醒", default=60)
    pieces_for = models.PositiveIntegerField("每几件", default=1)
    persons_for = models.PositiveIntegerField("可供几人", default=0)
    active = models.BooleanField("使用中", default=True)

    class Meta:
        verbose_name = "救助物资"
        ordering = ["category", "code"]


class Store(RegionRow):
    """A store of a county or a township."""

    name = models.CharField("库点", max_length=60)
    address = models.CharField("地址", max_length=120, blank=True)
    keeper = models.CharField("保管人", max_length=40, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    closed = models.BooleanField("已停用", default=False)

    class Meta:
        verbose_name = "物资库点"
        constraints = [models.UniqueConstraint(fields=["region_code", "name"], name="relief_store_name")]


class Lot(RegionRow):
    """A lot of one kind of goods in one store. A transfer makes a lot of its own in the other store (`parent`)."""

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="lots", verbose_name="库点")
    goods = models.ForeignKey(Goods, on_delete=models.PROTECT, related_name="lots", verbose_name="物资")
    no = models.CharField("批号", max_length=40)
    origin = models.CharField("来源", max_length=10, choices=ORIGINS)
    giver = models.CharField("供货或捐赠单位", max_length=80, blank=True)
    document = models.CharField("合同、发票或文号", max_length=80, blank=True)
    price_fen = models.BigIntegerField("单价（分）", default=0)
    expires_on = models.DateField("保质期至", null=True, blank=True, db_index=True)
    received_on = models.DateField("入库日期")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "物资批次"
        constraints = [models.UniqueConstraint(fields=["store", "goods", "no"], name="relief_lot_no")]


class Campaign(RegionRow):
    """发放批次: what everybody on its list gets, out of which store."""

    OCCASIONS = [
        ("routine", "日常救助"),
        ("emergency", "突发公共事件"),
        ("season", "冬令春荒"),
        ("festival", "节日慰问"),
    ]
    STATES = [("draft", "准备中"), ("open", "发放中"), ("closed", "已结束")]

    no = models.CharField("批次号", max_length=30, unique=True)
    title = models.CharField("名称", max_length=80)
    occasion = models.CharField("事由", max_length=10, choices=OCCASIONS)
    document = models.CharField("依据文号", max_length=80, blank=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="campaigns", verbose_name="库点")
    state = models.CharField("状态", max_length=8, choices=STATES, default="draft")
    planned_by = models.BigIntegerField("制订人", default=0)
    opened_on = models.DateField("开始日期", null=True)
    closed_on = models.DateField("结束日期", null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "物资发放批次"


class CampaignGoods(Row):
    """So many pieces of this for every person of the campaign."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="goods")
    goods = link("assistance.Goods", verbose_name="物资")  # the catalogue belongs to nobody, the row to its campaign
    pieces = models.PositiveIntegerField("每人件数")

    class Meta:
        verbose_name = "批次物资"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "goods"], name="relief_campaign_goods"),
            models.CheckConstraint(condition=models.Q(pieces__gt=0), name="relief_campaign_pieces"),
        ]


class Receiver(RegionRow):
    """Somebody on the list of a campaign, and why: an award, a list that was loaded, or living in a place."""

    BASES = [("award", "在享待遇"), ("list", "名单"), ("region", "所在地区")]

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="receivers", verbose_name="发放批次")
    person = link("kernel.Person", verbose_name="人员")
    name = models.CharField("姓名", max_length=60)
    basis = models.CharField("列入依据", max_length=8, choices=BASES)
    note = models.CharField("说明", max_length=120, blank=True)

    class Meta:
        verbose_name = "物资应领人员"
        constraints = [models.UniqueConstraint(fields=["campaign", "person"], name="relief_receiver_once")]


class Issue(RegionRow):
    """What one person received in a campaign: once, as long as it is not taken back."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="issues", verbose_name="发放批次")
    receiver = models.ForeignKey(Receiver, on_delete=models.PROTECT, related_name="issues")
    person = link("kernel.Person", verbose_name="人员")
    name = models.CharField("姓名", max_length=60)
    received_by = models.CharField("领取人", max_length=60)
    relation = models.CharField("与本人关系", max_length=20, default="本人")
    issued_on = models.DateField("发放日期")
    issuer = models.BigIntegerField("发放人", default=0)
    issuer_name = models.CharField("发放人姓名", max_length=60, blank=True)
    voided = models.BooleanField("已收回", default=False)
    void_reason = models.CharField("收回原因", max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "物资发放"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "person"], condition=models.Q(voided=False), name="relief_issue_once"
            )
        ]


class Count(RegionRow):
    """盘点 or 报损: what was found in a store. It changes the books when another person confirms it."""

    KINDS = [("count", "盘点"), ("loss", "报损")]
    STATES = [("proposed", "待核准"), ("confirmed", "已核准"), ("refused", "未核准")]

    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="counts", verbose_name="库点")
    kind = models.CharField("种类", max_length=6, choices=KINDS)
    state = models.CharField("状态", max_length=10, choices=STATES, default="proposed")
    counted_on = models.DateField("日期")
    made_by = models.BigIntegerField("提出人", default=0)
    made_name = models.CharField("提出人姓名", max_length=60, blank=True)
    decided_by = models.BigIntegerField("核准人", default=0)
    decided_name = models.CharField("核准人姓名", max_length=60, blank=True)
    opinion = models.CharField("核准意见", max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "物资盘点"


class CountLine(Row):
    """One lot of a count: what the books said then, what was found, and why they differ."""

    count = models.ForeignKey(Count, on_delete=models.CASCADE, related_name="lines")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="counted")
    book = models.BigIntegerField("账面")
    found = models.BigIntegerField("实盘")
    explanation = models.CharField("差异说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "盘点明细"
        constraints = [models.UniqueConstraint(fields=["count", "lot"], name="relief_count_lot")]

    @property
    def difference(self) -> int:
        return self.found - self.book


class Movement(RegionRow):
    """One change of one lot: + in, − out. Rows only grow; `voucher` is the ledger's transaction."""

    KINDS = [
        ("in", "入库"),
        ("out", "调出"),
        ("transfer", "库间调拨"),
        ("issue", "发放"),
        ("void", "收回"),
        ("loss", "损耗"),
        ("count", "盘点差异"),
    ]

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="movements", verbose_name="批次")
    kind = models.CharField("种类", max_length=10, choices=KINDS)
    pieces = models.BigIntegerField("件数")
    moved_on = models.DateField("日期")
    reason = models.CharField("说明", max_length=200, blank=True)
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, null=True, related_name="movements")
    count = models.ForeignKey(Count, on_delete=models.PROTECT, null=True, related_name="movements")
    voucher = models.BigIntegerField("凭证号")
    actor_name = models.CharField("经手人", max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "物资流水"
        constraints = [models.CheckConstraint(condition=~models.Q(pieces=0), name="relief_movement_not_zero")]
