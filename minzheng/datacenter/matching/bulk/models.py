"""成批核对的记录: the run, its families, what was alarming, what a person has to look at, and who was left out and why.

Whatever the departments said is sealed and wiped when the consents it rests on, or the time of keeping, run out; the counts
of the run stay."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link
from minzheng.kernel.crypto.fields import SealedJSON


class MatchRun(RegionRow):
    """One check of a whole caseload. `region_code`: the place whose awards in force were checked.

    `benefits`: item codes, [] for all. `classes`: fact classes asked for, [] for all that the consents allow.
    `sources`: [{"code", "title", "rows", "matched", "review", "hits", "batches"}]; `checks`: what the run proved about
    itself (see checks.py); `totals`: rows = matched + unmatched + review."""

    QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
    STATES = [(QUEUED, "等待"), (RUNNING, "正在核对"), (DONE, "已完成"), (FAILED, "没有完成")]

    no = models.CharField("编号", max_length=30, unique=True)
    title = models.CharField("名称", max_length=80)
    benefits = models.JSONField("待遇", default=list)
    classes = models.JSONField("核对内容", default=list)
    purpose = models.CharField("用途", max_length=200)
    basis = models.CharField("依据", max_length=200)
    state = models.CharField("状态", max_length=10, choices=STATES, default=QUEUED, db_index=True)
    error = models.CharField("没有完成的原因", max_length=300, blank=True)
    asked_by = link("kernel.User", null=True, verbose_name="发起人")
    asked_name = models.CharField("发起人姓名", max_length=60)
    asked_at = models.DateTimeField("发起时间")
    job = link("kernel.JobRun", null=True, verbose_name="后台任务")
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    seconds = models.FloatField("用时（秒）", null=True, blank=True)
    persons = models.PositiveIntegerField("核对人数", default=0)
    families = models.PositiveIntegerField("核对户数", default=0)
    left_out = models.PositiveIntegerField("未核对人数", default=0)
    differing = models.PositiveIntegerField("有差异户数", default=0)
    alerts = models.PositiveIntegerField("预警条数", default=0)
    to_review = models.PositiveIntegerField("待复核条数", default=0)
    totals = models.JSONField("合计", default=dict)
    sources = models.JSONField("各来源", default=list)
    checks = models.JSONField("自检", default=dict)
    expires_on = models.DateField("结果保存至", null=True, blank=True, db_index=True)
    wiped_at = models.DateTimeField("明细清除时间", null=True, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "批量核对"
        indexes = [models.Index(fields=["region_code", "asked_at"], name="matchrun_region_asked")]


class MatchFamily(RegionRow):
    """One family of a run. `region_code`: its village. `awards`: [award id].

    `content`: {"members": [{"person", "name", "facts": [...]}], "sums": {column of families.parquet: value},
    "differences": [{"word", "label", "granted", "found", "money", "exceeds"}]}; empty once wiped. `valid_until`: the
    earliest end of a consent it rests on."""

    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="homes", verbose_name="批量核对")
    household = link("kernel.Household", null=True, verbose_name="家庭")
    payee_name = models.CharField("领款人", max_length=60)
    awards = models.JSONField("待遇", default=list)
    persons = models.PositiveSmallIntegerField("人数", default=0)
    left_out = models.PositiveSmallIntegerField("未核对人数", default=0)
    hits = models.PositiveIntegerField("查到的条数", default=0)
    differences = models.PositiveSmallIntegerField("差异项", default=0)
    alerts = models.PositiveSmallIntegerField("预警", default=0)
    to_review = models.PositiveSmallIntegerField("待复核", default=0)
    content = SealedJSON("核对结果")
    valid_until = models.DateField("授权有效期至", db_index=True)
    wiped_at = models.DateTimeField("明细清除时间", null=True, blank=True)

    class Meta:
        verbose_name = "批量核对的家庭"
        indexes = [models.Index(fields=["run", "region_code"], name="matchfamily_run_region")]


class MatchAlert(RegionRow):
    """One thing that has to be looked at. `content`: {"sentence", "source", "on", "reference"}."""

    LEVELS = [("red", "红色"), ("orange", "橙色"), ("yellow", "黄色"), ("blue", "蓝色")]

    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="found_alerts", verbose_name="批量核对")
    family = models.ForeignKey(MatchFamily, on_delete=models.CASCADE, related_name="found_alerts", verbose_name="家庭")
    person = link("kernel.Person", null=True, verbose_name="人员")
    person_name = models.CharField("姓名", max_length=60, blank=True)
    code = models.CharField("事由代码", max_length=40)
    title = models.CharField("事由", max_length=60)
    level = models.CharField("等级", max_length=6, choices=LEVELS)
    on = models.DateField("数据日期", null=True, blank=True)
    content = SealedJSON("内容")

    class Meta:
        verbose_name = "批量核对的预警"
        indexes = [models.Index(fields=["run", "level", "code"], name="matchalert_run_level")]


class MatchReview(RegionRow):
    """One row of a source that may be this person's: in no sum until somebody accepts it. `code`: E1, E2, R1, Q1 or Q2.

    `content`: {"facts": [{"class", "title", "amount_fen", "on", "valid_to", "reference"}]}."""

    OPEN, ACCEPTED, REFUSED = "open", "accepted", "refused"
    STATES = [(OPEN, "待复核"), (ACCEPTED, "是本人"), (REFUSED, "不是本人")]
    CODES = [
        ("E1", "号码经过修整，姓名没有佐证"),
        ("E2", "号码相同，姓名不同"),
        ("R1", "号码错一位，姓名相符"),
        ("Q1", "号码错两处，姓名相符"),
        ("Q2", "没有号码，姓名和地区相符"),
    ]

    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="reviews", verbose_name="批量核对")
    family = models.ForeignKey(MatchFamily, on_delete=models.CASCADE, related_name="reviews", verbose_name="家庭")
    person = link("kernel.Person", null=True, verbose_name="人员")
    person_name = models.CharField("姓名", max_length=60)
    source = models.CharField("来源", max_length=40)
    batch = models.CharField("批次", max_length=40)
    row_no = models.BigIntegerField("行号")
    code = models.CharField("匹配方式", max_length=4, choices=CODES)
    content = SealedJSON("来源所载")
    state = models.CharField("状态", max_length=10, choices=STATES, default=OPEN, db_index=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    decided_by = link("kernel.User", null=True, verbose_name="复核人")
    decided_name = models.CharField("复核人姓名", max_length=60, blank=True)
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)

    class Meta:
        verbose_name = "批量核对的待复核"
        indexes = [models.Index(fields=["run", "state"], name="matchreview_run_state")]


class MatchLeftOut(RegionRow):
    """A person of the caseload who was not asked about, and why."""

    WHYS = [
        ("no_consent", "没有核对授权"),
        ("expired", "授权已过期"),
        ("revoked", "授权已撤回"),
        ("scope", "授权不包括所选内容"),
        ("no_id", "没有有效的证件号码"),
        ("dead", "已登记死亡"),
    ]

    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="left", verbose_name="批量核对")
    household = link("kernel.Household", null=True, verbose_name="家庭")
    person = link("kernel.Person", null=True, verbose_name="人员")
    person_name = models.CharField("姓名", max_length=60)
    why = models.CharField("原因", max_length=12, choices=WHYS)

    class Meta:
        verbose_name = "批量核对未核对的人"
        indexes = [models.Index(fields=["run", "why"], name="matchleftout_run_why")]
