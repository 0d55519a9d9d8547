"""材料与文书: uploaded papers (sealed on disk) and issued official documents."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, Row, link
from minzheng.kernel.crypto.fields import SealedJSON


class Attachment(Row):
    """An uploaded paper. The file lies SM4-sealed under `var/files/`, outside the web root."""

    case = link("kernel.Case", null=True, related_name="attachments", verbose_name="办件")
    kind = models.CharField("材料", max_length=40)
    label = models.CharField("说明", max_length=80, blank=True)
    content_type = models.CharField("类型", max_length=60)
    size = models.PositiveIntegerField("字节")
    sha = models.CharField("SM3", max_length=64)
    path = models.CharField("存放位置", max_length=120)
    uploaded_by = link("kernel.User", null=True, verbose_name="上传人")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)
    pages = models.PositiveSmallIntegerField("页数", default=1)
    scanned_by = models.CharField("查毒", max_length=40, blank=True)
    destroyed_at = models.DateTimeField("内容销毁时间", null=True, blank=True)

    class Meta:
        verbose_name = "材料"
        indexes = [models.Index(fields=["case", "sha"], name="attachment_case_sha")]


class IssuedDocument(RegionRow):
    """文书 N01–N18: numbered, rendered once, kept as sealed PDF; `fields` is all that was printed."""

    code = models.CharField("文书代码", max_length=6)
    number = models.CharField("文号", max_length=60, unique=True)
    title = models.CharField("标题", max_length=80)
    case = link("kernel.Case", null=True, related_name="documents", verbose_name="办件")
    addressee_name = models.CharField("当事人", max_length=60)
    fields = SealedJSON("要素")
    path = models.CharField("存放位置", max_length=120)
    sha = models.CharField("SM3", max_length=64)
    verify_code = models.CharField("查验码", max_length=24, unique=True)
    issued_on = models.DateField("日期")
    issued_by = link("kernel.User", null=True, verbose_name="制发人")
    service_method = models.CharField("送达方式", max_length=20, blank=True)
    served_on = models.DateField("送达日", null=True, blank=True)
    pages = models.PositiveSmallIntegerField("页数", default=0)
    destroyed_at = models.DateTimeField("内容销毁时间", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "文书"
        indexes = [models.Index(fields=["served_on", "region_code", "issued_on"], name="document_unserved")]


class ServiceRecord(Row):
    """One attempt to serve a document (送达): how, to whom, when, with which proof. Attempts follow one another; the
    one that counts as served sets the document's `served_on`."""

    OUTCOMES = [("served", "已送达"), ("waiting", "期满视为送达"), ("failed", "未送达")]

    document = models.ForeignKey(IssuedDocument, on_delete=models.CASCADE, related_name="services")
    seq = models.PositiveSmallIntegerField("次序")
    method = models.CharField("送达方式", max_length=8)
    outcome = models.CharField("结果", max_length=8, choices=OUTCOMES)
    acted_on = models.DateField("办理日期")
    served_on = models.DateField("送达日", null=True, blank=True)
    receiver = models.CharField("收件人", max_length=60, blank=True)
    relation = models.CharField("与当事人关系", max_length=20, blank=True)
    witnesses = models.CharField("见证人", max_length=120, blank=True)
    post_no = models.CharField("邮件号码", max_length=40, blank=True)
    place = models.CharField("地点", max_length=120, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    consent = models.CharField("电子送达同意", max_length=80, blank=True)
    proofs = models.JSONField("证明材料", default=list)
    recorded_by = link("kernel.User", null=True, verbose_name="登记人")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "送达记录"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="service_seq")]


class PublicCount(models.Model):
    """How often one address used one public page within the running period (documents/throttle.py). The key is a keyed
    digest of page and address; rows of past periods are deleted daily."""

    key = models.CharField(max_length=32, primary_key=True)
    since = models.DateTimeField("起算", db_index=True)
    tries = models.PositiveIntegerField("次数")

    class Meta:
        verbose_name = "公开页面使用次数"
