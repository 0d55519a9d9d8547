"""电子档案: one case one volume; its catalogue and hashes outlive its contents."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, Row, link


class Volume(RegionRow):
    """一案一卷. `destroy_after` is None for permanent keeping; `manifest_sha` is the SM3 of the newest catalogue, the one
    of `edition`; earlier ones stay in `VolumeEdition`."""

    STATES = [("kept", "在库"), ("listed", "列入销毁清册"), ("destroyed", "内容已销毁")]

    no = models.CharField("档号", max_length=40, unique=True)
    title = models.CharField("题名", max_length=120)
    case = link("kernel.Case", related_name="volumes", verbose_name="办件")
    item_code = models.CharField("事项", max_length=60, db_index=True)
    outcome = models.CharField("办理结果", max_length=24)
    retention = models.CharField("保管期限", max_length=20)
    retention_basis = models.CharField("期限依据", max_length=120)
    closed_on = models.DateField("办结日期")
    destroy_after = models.DateField("保管期满", null=True, blank=True, db_index=True)
    items_count = models.PositiveSmallIntegerField("件数", default=0)
    pages = models.PositiveIntegerField("页数", default=0)
    manifest_sha = models.CharField("目录SM3", max_length=64)
    signature = models.CharField("目录签名", max_length=160, blank=True)
    edition = models.PositiveSmallIntegerField("目录版次", default=1)
    state = models.CharField("状态", max_length=10, choices=STATES, default="kept", db_index=True)
    destroyed_at = models.DateTimeField("销毁时间", null=True, blank=True)
    archived_by = link("kernel.User", null=True, verbose_name="归档人")
    archived_at = models.DateTimeField("归档时间")
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "案卷"
        constraints = [models.UniqueConstraint(fields=["case"], name="volume_case")]


class VolumeItem(Row):
    """One paper of a volume: 件号, title, date, pages, hash. `source` says which row or file holds its content; `edition`
    with which catalogue it came in; `through` up to which act or attempt to serve it goes (they may grow later)."""

    volume = models.ForeignKey(Volume, on_delete=models.PROTECT, related_name="items")
    seq = models.PositiveSmallIntegerField("件号")
    title = models.CharField("题名", max_length=120)
    kind = models.CharField("类别", max_length=20)
    made_on = models.DateField("日期")
    pages = models.PositiveSmallIntegerField("页数", default=1)
    sha = models.CharField("SM3", max_length=64)
    source = models.CharField("来源", max_length=20)
    source_id = models.BigIntegerField("来源编号")
    edition = models.PositiveSmallIntegerField("目录版次", default=1)
    through = models.PositiveIntegerField("截至", default=0)
    destroyed_at = models.DateTimeField("销毁时间", null=True, blank=True)
    destroyed_why = models.CharField("销毁原因", max_length=40, blank=True)

    class Meta:
        verbose_name = "卷内文件"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["volume", "seq"], name="volume_item_seq")]


class VolumeEdition(Row):
    """One sealed catalogue of a volume: the first at filing, a further one for every supplement. Never changed."""

    volume = models.ForeignKey(Volume, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField("版次")
    manifest_sha = models.CharField("目录SM3", max_length=64)
    signature = models.CharField("目录签名", max_length=160, blank=True)
    items_count = models.PositiveSmallIntegerField("件数")
    reason = models.CharField("说明", max_length=120, blank=True)
    made_at = models.DateTimeField("时间")
    made_by = link("kernel.User", null=True, verbose_name="归档人")

    class Meta:
        verbose_name = "案卷目录版次"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["volume", "number"], name="volume_edition")]


class VolumeAccess(Row):
    """利用登记: who read, borrowed, gave back or took out a copy of a volume, when and what for."""

    WHAT = [("read", "查阅"), ("borrow", "借阅"), ("return", "归还"), ("export", "导出")]

    volume = models.ForeignKey(Volume, on_delete=models.PROTECT, related_name="accesses")
    what = models.CharField("方式", max_length=8, choices=WHAT)
    user = link("kernel.User", null=True, verbose_name="利用人")
    user_name = models.CharField("利用人姓名", max_length=60)
    purpose = models.CharField("目的", max_length=200, blank=True)
    until = models.DateField("应还日期", null=True, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "档案利用"
        ordering = ["at", "id"]


class Hold(Row):
    """暂缓销毁: an objection, a lawsuit, an inspection keeps a volume whatever its date says."""

    KINDS = [
        ("objection", "异议、复查"),
        ("review", "行政复议"),
        ("lawsuit", "行政诉讼"),
        ("audit", "审计、监察"),
        ("other", "其他"),
    ]

    volume = models.ForeignKey(Volume, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField("原因", max_length=10, choices=KINDS)
    reason = models.CharField("说明", max_length=200)
    placed_by = link("kernel.User", null=True, verbose_name="登记人")
    placed_at = models.DateTimeField("登记时间")
    lifted_by = link("kernel.User", null=True, verbose_name="解除人")
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)
    lifted_why = models.CharField("解除原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "暂缓销毁"


class DestructionList(RegionRow):
    """销毁清册 of one year: proposed by one, approved by another, carried out by a job."""

    STATES = [
        ("draft", "拟制"),
        ("proposed", "待批准"),
        ("approved", "已批准，待销毁"),
        ("done", "已销毁"),
        ("refused", "未批准"),
    ]

    no = models.CharField("清册号", max_length=40, unique=True)
    year = models.PositiveSmallIntegerField("年度")
    state = models.CharField("状态", max_length=10, choices=STATES, default="draft")
    made_at = models.DateTimeField("拟制时间")
    proposed_by = link("kernel.User", null=True, verbose_name="提出人")
    proposed_at = models.DateTimeField("提出时间", null=True, blank=True)
    opinion = models.CharField("鉴定意见", max_length=200, blank=True)
    decided_by = link("kernel.User", null=True, verbose_name="批准人")
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    decision = models.CharField("批准意见", max_length=200, blank=True)
    list_sha = models.CharField("清册SM3", max_length=64, blank=True)
    done_at = models.DateTimeField("销毁完成时间", null=True, blank=True)

    class Meta:
        verbose_name = "销毁清册"


class DestructionEntry(Row):
    """One volume on a destruction list and what became of it."""

    listed_in = models.ForeignKey(DestructionList, on_delete=models.PROTECT, related_name="entries")
    volume = models.ForeignKey(Volume, on_delete=models.PROTECT, related_name="destructions")
    seq = models.PositiveSmallIntegerField("序号")
    keep = models.BooleanField("续存", default=False)
    why = models.CharField("说明", max_length=200, blank=True)
    done_at = models.DateTimeField("销毁时间", null=True, blank=True)

    class Meta:
        verbose_name = "销毁清册条目"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["listed_in", "volume"], name="destruction_volume")]


class DeletionRequest(RegionRow):
    """A person asks for his or her data to be deleted (个人信息保护法第四十七条); answered with the legal basis."""

    ANSWERS = [("refused", "依法不予删除"), ("deleted", "已删除")]

    case = link("kernel.Case", related_name="deletion_requests", verbose_name="办件")
    person = link("kernel.Person", null=True, related_name="deletion_requests", verbose_name="申请人")
    asked_on = models.DateField("申请日期")
    content = models.CharField("请求", max_length=200)
    answer = models.CharField("答复", max_length=10, choices=ANSWERS)
    basis = models.CharField("依据", max_length=300)
    document = link("kernel.IssuedDocument", null=True, verbose_name="答复书")
    answered_by = link("kernel.User", null=True, verbose_name="答复人")
    answered_at = models.DateTimeField("答复时间")

    class Meta:
        verbose_name = "个人信息删除请求"
