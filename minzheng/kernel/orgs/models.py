"""机构: who does the work. A tree of its own: one township may be served by two offices, one office by several regions."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link


class Organization(RegionRow):
    """A bureau, township office, checking centre, village committee or agent bank."""

    KINDS = [
        ("bureau", "民政局"),
        ("township", "乡镇（街道）民政服务窗口"),
        ("checking_center", "核对中心"),
        ("committee", "村（居）民委员会"),
        ("finance", "财政部门"),
        ("bank", "代发银行"),
        ("other", "其他"),
    ]

    code = models.CharField("机构代码", max_length=24, unique=True)
    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类别", max_length=20, choices=KINDS)
    parent = link("kernel.Organization", null=True, related_name="children", verbose_name="上级机构")
    document_prefix = models.CharField("文号字头", max_length=12, blank=True)
    valid_from = models.DateField("成立日期")
    valid_to = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = "机构"
        ordering = ["code"]
