"""核对的记录: requests with their versions, and questions to sources that answer by letter."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link
from minzheng.kernel.crypto.fields import SealedJSON


class MatchRequest(RegionRow):
    """核对请求（提请）: who asked for what about whom, what was asked of which source when, and what came of it. One row a
    report number; a correction or a new member makes a new version under the same number.

    `people`: [{"member" (case member id as text) or "seq", "name", "id_no", "relation", "guardian", "consents":
    [attachment id], "signed_on", "valid_until", "obligor"}]; of a case only member and name. `queries`: the log of the
    report, [{"source", "title", "people": [names], "asked_at", "answered_at", "state", "due_on", "facts", "batches"}].
    `known`: what has been collected so far (facts, corrections), sealed. `result`: the report of a request without a case;
    a case's report is its evidence. Ended ones keep their result."""

    CASE, BUREAU, UPPER, LOWER = "case", "bureau", "upper", "lower"
    ORIGINS = [(CASE, "本地办件"), (BUREAU, "其他部门委托"), (UPPER, "上级民政部门"), (LOWER, "下级民政部门")]
    STATES = [
        ("returned", "已退回"),
        ("querying", "查询中"),
        ("partial", "部分答复"),
        ("draft", "待签发"),
        ("issued", "已出具"),
        ("disputed", "有异议"),
        ("reissued", "已更正"),
        ("upheld", "维持"),
        ("void", "作废"),
    ]

    no = models.CharField("编号", max_length=30, unique=True)
    origin = models.CharField("来源", max_length=8, choices=ORIGINS, default=CASE)
    case = link("kernel.Case", null=True, verbose_name="办件")
    item_code = models.CharField("事项", max_length=60, blank=True)
    purpose = models.CharField("用途", max_length=200, blank=True)
    client = models.CharField("委托单位", max_length=80, blank=True)
    client_no = models.CharField("来函编号", max_length=60, blank=True)
    scope = models.JSONField("核对内容", default=list)
    people = SealedJSON("核对对象")
    people_tokens = models.JSONField("对象标识", default=list)
    persons = models.PositiveSmallIntegerField("人数", default=0)
    asked_by = link("kernel.User", null=True, verbose_name="提请人")
    asked_name = models.CharField("提请人姓名", max_length=60, blank=True)
    asked_at = models.DateTimeField("提请时间")
    as_of = models.DateField("核对基准日")
    due_on = models.DateField("截止", null=True, blank=True, db_index=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default="querying", db_index=True)
    why = models.CharField("说明", max_length=400, blank=True)
    version = models.PositiveSmallIntegerField("版本", default=0)
    queries = models.JSONField("查询记录", default=list)
    known = SealedJSON("已查得")
    result = SealedJSON("核对结果")
    result_sha = models.CharField("结果SM3", max_length=64, blank=True)
    report = link("kernel.Evidence", null=True, verbose_name="核对报告")
    issued_at = models.DateTimeField("出具时间", null=True, blank=True)
    signed_by = link("kernel.User", null=True, verbose_name="第二签发人")
    signed_name = models.CharField("第二签发人姓名", max_length=60, blank=True)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "核对请求"
        indexes = [
            models.Index(fields=["region_code", "asked_at"], name="matchreq_region_asked"),
            models.Index(fields=["case", "asked_at"], name="matchreq_case_asked"),
        ]


class MatchInquiry(RegionRow):
    """一户一查: one question to a source that answers by letter (deposits, securities, insurance). It waits until the reply
    is here or `due_on` has passed. `tokens`: the people asked about, [lake token]."""

    STATES = [("waiting", "等待答复"), ("answered", "已答复"), ("late", "逾期未复"), ("dropped", "不再等待")]

    request = models.ForeignKey(MatchRequest, on_delete=models.CASCADE, related_name="inquiries")
    no = models.CharField("查询编号", max_length=40, unique=True)
    source = models.CharField("来源", max_length=40)
    tokens = models.JSONField("对象标识", default=list)
    state = models.CharField("状态", max_length=10, choices=STATES, default="waiting", db_index=True)
    asked_at = models.DateTimeField("发出时间")
    due_on = models.DateField("答复期限")
    yellow_on = models.DateField("临期日", null=True, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    reply_ref = models.CharField("答复文号或批次", max_length=80, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "一户一查"
        indexes = [models.Index(fields=["source", "state"], name="matchinq_source_state")]
