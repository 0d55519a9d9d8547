"""数据交换的记录: partners, every message that went or came, who asked what about whom, pushes, files put aside."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, Row, link
from minzheng.kernel.crypto.fields import BlindIndex, SealedJSON, SealedText


class ExchangePartner(RegionRow):
    """One system on the other side. `region_code`: the place whose bureau exchanges with it.

    `secret`: 64 hex digits agreed with the partner; the keys for signing and sealing are derived from it (envelopes.py).
    After a change the former one is taken until `old_until`. `sources`: codes that we may ask for; `purposes`: codes of
    purposes.yaml, for both directions; `may_ask`: whether it may ask us. `adapter`: folder of adapters/ whose feeds are
    pushed. `simulated`: no real system is behind it, and every page says so."""

    KINDS = [("bureau", "部门"), ("province", "上级救助系统"), ("ministry", "国家系统")]
    CARRIERS = [("files", "文件交换"), ("rest", "接口")]

    code = models.SlugField("代码", max_length=40, unique=True)
    title = models.CharField("名称", max_length=80)
    department = models.CharField("部门", max_length=30, blank=True)
    kind = models.CharField("类别", max_length=10, choices=KINDS, default="bureau")
    carrier = models.CharField("方式", max_length=8, choices=CARRIERS, default="files")
    url = models.CharField("接口地址", max_length=200, blank=True)
    key_id = models.CharField("密钥编号", max_length=40)
    secret = SealedText("共享密钥")
    old_key_id = models.CharField("原密钥编号", max_length=40, blank=True)
    old_secret = SealedText("原共享密钥")
    old_until = models.DateTimeField("原密钥用到", null=True, blank=True)
    adapter = models.CharField("报送接口", max_length=40, blank=True)
    sources = models.JSONField("可查询的数据", default=list)
    purposes = models.JSONField("允许的用途", default=list)
    may_ask = models.BooleanField("可以来查询", default=False)
    basis = models.CharField("交换依据", max_length=200, blank=True)
    valid_from = models.DateField("起用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    per_minute = models.PositiveIntegerField("每分钟最多次数", default=60)
    most_people = models.PositiveIntegerField("一次最多人数", default=500)
    contact_name = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    simulated = models.BooleanField("模拟", default=False)
    active = models.BooleanField("在用", default=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "交换单位"


class ExchangeMessage(RegionRow):
    """One signed envelope. `envelope` is the whole of it as sent or received; the same id is never worked on twice.

    Going out: queued → sent → answered (failed, expired). Coming in: received → done (refused)."""

    DIRECTIONS = [("out", "发出"), ("in", "收到")]
    KINDS = [("request", "查询"), ("reply", "答复"), ("push", "报送"), ("ack", "报送回执")]
    STATES = [
        ("queued", "待发送"),
        ("sent", "已发送，待答复"),
        ("answered", "已答复"),
        ("failed", "发送失败"),
        ("expired", "逾期未答复"),
        ("received", "已收到，待办理"),
        ("done", "已办结"),
        ("refused", "不予提供"),
    ]

    partner = models.ForeignKey(ExchangePartner, on_delete=models.PROTECT, related_name="messages")
    direction = models.CharField("方向", max_length=3, choices=DIRECTIONS)
    kind = models.CharField("种类", max_length=8, choices=KINDS)
    state = models.CharField("状态", max_length=10, choices=STATES, db_index=True)
    message_id = models.CharField("报文编号", max_length=40)
    reply_to = models.CharField("答复的报文", max_length=40, blank=True, db_index=True)
    nonce = models.CharField("随机数", max_length=40)
    payload_hash = models.CharField("内容SM3", max_length=64)
    envelope = SealedJSON("报文")
    created_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("有效至")
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    next_try_at = models.DateTimeField("下次发送", null=True, blank=True)
    attempts = models.PositiveIntegerField("已试次数", default=0)
    repeats = models.PositiveIntegerField("重复收到", default=0)
    error = models.CharField("说明", max_length=300, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "交换报文"
        constraints = [
            models.UniqueConstraint(fields=["partner", "direction", "message_id"], name="exchange_message_once"),
            models.UniqueConstraint(fields=["partner", "direction", "nonce"], name="exchange_nonce_once"),
        ]
        indexes = [models.Index(fields=["region_code", "created_at"], name="exchange_message_region")]


class ExchangeEvent(Row):
    """What happened to a message, or a call by a partner. No personal data in `text`."""

    partner = models.ForeignKey(ExchangePartner, on_delete=models.CASCADE, related_name="events")
    message = models.ForeignKey(ExchangeMessage, on_delete=models.CASCADE, null=True, related_name="events")
    at = models.DateTimeField("时间")
    what = models.CharField("事项", max_length=20)
    text = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "交换经过"
        indexes = [models.Index(fields=["partner", "at"], name="exchange_event_partner")]


class ExchangeRequest(RegionRow):
    """One use: who asked what about whom, why, under which consent, when it was answered, with how many rows.

    `consents`: references only ([{"ref", "until"}]). `batch_no`: the batch of the lake that the answer became."""

    STATES = [
        ("asked", "待答复"),
        ("answered", "已答复"),
        ("refused", "不予提供"),
        ("expired", "逾期未答复"),
        ("failed", "没有成功"),
    ]

    no = models.CharField("编号", max_length=30, unique=True)
    partner = models.ForeignKey(ExchangePartner, on_delete=models.PROTECT, related_name="requests")
    message = models.OneToOneField(ExchangeMessage, on_delete=models.PROTECT, related_name="request")
    direction = models.CharField("方向", max_length=3, choices=ExchangeMessage.DIRECTIONS)
    source = models.CharField("数据", max_length=40)
    purpose = models.CharField("用途", max_length=30)
    reason = models.CharField("事由", max_length=200, blank=True)
    basis = models.CharField("法律依据", max_length=200)
    consents = models.JSONField("授权", default=list)
    case = link("kernel.Case", null=True, verbose_name="办件")
    asked_by = link("kernel.User", null=True, verbose_name="经办人")
    asked_name = models.CharField("经办人姓名", max_length=60, blank=True)
    asked_at = models.DateTimeField("提出时间")
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default="asked", db_index=True)
    count = models.PositiveIntegerField("人数")
    rows = models.PositiveIntegerField("返回条数", null=True, blank=True)
    batch_no = models.CharField("入湖批次", max_length=60, blank=True)
    refusal = models.CharField("不予提供的理由", max_length=200, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "交换记录"
        indexes = [models.Index(fields=["region_code", "asked_at"], name="exchange_request_region")]


class ExchangePerson(Row):
    """One person of a request. `ref` is what the message calls them; `rows`: how many rows came for them."""

    request = models.ForeignKey(ExchangeRequest, on_delete=models.CASCADE, related_name="people")
    ref = models.CharField("序号", max_length=10)
    person = link("kernel.Person", null=True, verbose_name="人员")
    name = SealedText("姓名")
    id_no = SealedText("证件号码")
    id_index = BlindIndex("id_no", of="id_no", null=True)
    rows = models.PositiveIntegerField("返回条数", null=True, blank=True)

    class Meta:
        verbose_name = "查询的人员"
        constraints = [models.UniqueConstraint(fields=["request", "ref"], name="exchange_person_ref")]


class PushRun(RegionRow):
    """One push of one feed to one partner: what had changed since it last acknowledged.

    `counts`: [{"key", "title", "ours", "theirs", "ours_fen", "theirs_fen"}] after the acknowledgement."""

    STATES = [
        ("sending", "报送中"),
        ("acked", "全部收下"),
        ("rejects", "有退回"),
        ("failed", "没有成功"),
    ]

    no = models.CharField("编号", max_length=30, unique=True)
    partner = models.ForeignKey(ExchangePartner, on_delete=models.PROTECT, related_name="pushes")
    feed = models.CharField("内容", max_length=30)
    period = models.CharField("期间", max_length=10)
    state = models.CharField("状态", max_length=10, choices=STATES, default="sending", db_index=True)
    rows = models.PositiveIntegerField("报送条数", default=0)
    accepted = models.PositiveIntegerField("收下", default=0)
    rejected = models.PositiveIntegerField("退回", default=0)
    started_at = models.DateTimeField("开始时间")
    acked_at = models.DateTimeField("回执时间", null=True, blank=True)
    counts = models.JSONField("对账", default=list)
    error = models.CharField("说明", max_length=300, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "报送"
        indexes = [models.Index(fields=["region_code", "started_at"], name="push_run_region")]


class PushRow(RegionRow):
    """How one object stands with a partner. `sha`: SM3 of what was last sent; `acked_sha`: of what was last accepted.
    A row is in the next push as long as what we hold now differs from `acked_sha`."""

    STATES = [("sent", "已发送，待回执"), ("accepted", "已收下"), ("rejected", "被退回")]

    partner = models.ForeignKey(ExchangePartner, on_delete=models.CASCADE, related_name="rows")
    feed = models.CharField("内容", max_length=30)
    key = models.CharField("业务编号", max_length=60)
    sha = models.CharField("发送内容SM3", max_length=64)
    acked_sha = models.CharField("收下内容SM3", max_length=64, blank=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default="sent", db_index=True)
    reason = models.CharField("退回理由", max_length=200, blank=True)
    object_id = models.BigIntegerField("对象", null=True, blank=True)
    run = models.ForeignKey(PushRun, on_delete=models.SET_NULL, null=True, related_name="sent_rows")
    message_id = models.CharField("报文编号", max_length=40, blank=True, db_index=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "报送明细"
        constraints = [models.UniqueConstraint(fields=["partner", "feed", "key"], name="push_row_key")]


class ExchangeQuarantine(RegionRow):
    """A file or call that could not be trusted or read, put aside with the reason; a person decides what becomes of it."""

    STATES = [("held", "待处理"), ("again", "已重新处理"), ("dropped", "已作废")]

    partner = models.ForeignKey(ExchangePartner, on_delete=models.CASCADE, related_name="quarantined")
    name = models.CharField("文件名", max_length=160)
    sha = models.CharField("文件SM3", max_length=64)
    size = models.PositiveBigIntegerField("字节", default=0)
    reason = models.CharField("原因", max_length=300)
    at = models.DateTimeField("时间")
    state = models.CharField("状态", max_length=8, choices=STATES, default="held", db_index=True)
    handled_by = link("kernel.User", null=True, verbose_name="处理人")
    handled_at = models.DateTimeField("处理时间", null=True, blank=True)
    note = models.CharField("处理说明", max_length=200, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "隔离的文件"
        constraints = [models.UniqueConstraint(fields=["partner", "name", "sha"], name="quarantine_once")]
