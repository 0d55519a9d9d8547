"""督办任务: what was taken on, its milestones, what was reported, every act, the evidence, and the bulletins.

A task's columns of standing (state, progress, end, lead …) are the fold of its acts (folding.py) and nothing else; acts and
reports only grow, which a guard of the database holds."""

from __future__ import annotations

from django.db import models

from minzheng.business.bureau.plans.models import COMPARATORS, Plan, PlanIndicator, PlanItem
from minzheng.kernel.base import RegionRow, link

KINDS = [
    ("year", "年度重点"),
    ("five", "五年规划"),
    ("pilot", "试点"),
    ("good", "民生实事"),
    ("meeting", "会议议定"),
    ("order", "领导批示"),
]
CYCLES = [("weekly", "每周"), ("monthly", "每月"), ("quarterly", "每季")]
STATES = [
    ("proposed", "已立项"),
    ("divided", "已分解"),
    ("assigned", "待签收"),
    ("handling", "承办中"),
    ("checking", "待核查"),
    ("redo", "退回重办"),
    ("paused", "已中止"),
    ("closed", "已办结"),
    ("announced", "已通报"),
    ("archived", "已归档"),
    ("merged", "已合并"),
    ("dropped", "已撤项"),
]
#: Not finished, whoever has it.
LIVE_STATES = ("proposed", "divided", "assigned", "handling", "checking", "redo", "paused")
#: Somebody has it in hand; DONE: finished and accepted; GONE: no longer a task of its own.
OPEN = ("assigned", "handling", "checking", "redo")
DONE = ("closed", "announced", "archived")
GONE = ("merged", "dropped")


class SupervisedTask(RegionRow):
    """One task. `region_code`: the place of the lead office; `owner_region`: the place that supervises it.

    `sentence`: the words of the document; `target` with `comparator` and `unit` as written there, None where the task is
    counted in percent only. `assisting`: [{"org": id or null, "name"}]; `goals`: names of the goals it belongs to."""

    owner_region = models.CharField("督办单位所在地", max_length=12, db_index=True)
    owner_name = models.CharField("督办单位", max_length=80)
    no = models.CharField("编号", max_length=40, unique=True)
    kind = models.CharField("清单", max_length=10, choices=KINDS, default="year", db_index=True)
    year = models.PositiveSmallIntegerField("年度", db_index=True)
    sentence = models.TextField("原文句")
    title = models.CharField("任务", max_length=120)
    basis = models.CharField("依据", max_length=120, blank=True)
    evidence_wanted = models.CharField("佐证类型", max_length=120, blank=True)
    goals = models.JSONField("所属目标", default=list)
    plan = models.ForeignKey(Plan, on_delete=models.SET_NULL, null=True, related_name="tasks")
    source_item = models.ForeignKey(PlanItem, on_delete=models.SET_NULL, null=True, related_name="tasks")
    source_indicator = models.ForeignKey(PlanIndicator, on_delete=models.SET_NULL, null=True, related_name="tasks")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    indicator_code = models.CharField("指标代码", max_length=60, blank=True)
    comparator = models.CharField("比较", max_length=5, choices=COMPARATORS, blank=True)
    target = models.DecimalField("目标值", max_digits=20, decimal_places=4, null=True)
    unit = models.CharField("单位", max_length=30, blank=True)
    leader = models.CharField("分管领导", max_length=60, blank=True)
    assisting = models.JSONField("配合单位", default=list)
    weight = models.DecimalField("权重", max_digits=6, decimal_places=2, default=1)
    cycle = models.CharField("反馈周期", max_length=10, choices=CYCLES, default="monthly")
    made_by = link("kernel.User", null=True, verbose_name="立项人")
    made_at = models.DateTimeField("立项时间")
    # ---- standing: the fold of the acts ----
    state = models.CharField("状态", max_length=10, choices=STATES, default="proposed", db_index=True)
    progress = models.PositiveSmallIntegerField("进度", default=0)
    actual = models.DecimalField("实际值", max_digits=20, decimal_places=4, null=True)
    start = models.DateField("开始", null=True)
    end = models.DateField("期限", null=True, db_index=True)
    lead_org = link("kernel.Organization", null=True, verbose_name="牵头单位")
    lead_name = models.CharField("牵头单位名称", max_length=80, blank=True)
    lead_office = models.CharField("牵头科室", max_length=60, blank=True)
    responsible = link("kernel.User", null=True, verbose_name="责任人")
    responsible_name = models.CharField("责任人姓名", max_length=60, blank=True)
    assigned_on = models.DateField("交办日", null=True)
    signed_on = models.DateField("签收日", null=True)
    last_feedback_on = models.DateField("最近反馈", null=True)
    finished_on = models.DateField("完成日", null=True)
    closed_on = models.DateField("办结日", null=True)
    extensions = models.PositiveSmallIntegerField("已延期次数", default=0)
    pending_end = models.DateField("申请延到", null=True)
    forced = models.BooleanField("须实地核查", default=False)
    returned = models.PositiveSmallIntegerField("退回次数", default=0)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")

    class Meta:
        verbose_name = "督办任务"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["region_code", "state", "end"], name="duty_place_state"),
            models.Index(fields=["lead_org", "state"], name="duty_lead_state"),
            models.Index(fields=["responsible", "state"], name="duty_person_state"),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.title}"


class Milestone(RegionRow):
    """里程碑: a step with its day; reached or not."""

    task = models.ForeignKey(SupervisedTask, on_delete=models.CASCADE, related_name="milestones")
    seq = models.PositiveSmallIntegerField("顺序")
    title = models.CharField("节点", max_length=80)
    due = models.DateField("应完成")
    done_on = models.DateField("完成日", null=True)
    done_name = models.CharField("登记人", max_length=60, blank=True)

    class Meta:
        verbose_name = "任务节点"
        ordering = ["due", "seq"]
        constraints = [models.UniqueConstraint(fields=["task", "seq"], name="milestone_seq")]


class TaskAct(RegionRow):
    """One act on a task. `data`: what the fold needs, plain JSON. Only ever added to."""

    task = models.ForeignKey(SupervisedTask, on_delete=models.CASCADE, related_name="acts")
    seq = models.PositiveIntegerField("次序")
    act = models.CharField("动作", max_length=20)
    at = models.DateTimeField("时间")
    on = models.DateField("日期")
    actor = link("kernel.User", null=True, verbose_name="办理人")
    actor_name = models.CharField("办理人姓名", max_length=60)
    principal = link("kernel.User", null=True, verbose_name="被代理人")
    org_name = models.CharField("办理单位", max_length=80, blank=True)
    note = models.TextField("说明", blank=True)
    data = models.JSONField("内容", default=dict)

    class Meta:
        verbose_name = "督办动作"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["task", "seq"], name="duty_act_seq")]


class TaskFeedback(RegionRow):
    """反馈: one report of progress. `lead`: by the lead office; an assisting office reports words only (`progress` None)."""

    task = models.ForeignKey(SupervisedTask, on_delete=models.CASCADE, related_name="feedbacks")
    act = models.OneToOneField(TaskAct, on_delete=models.CASCADE, related_name="feedback")
    on = models.DateField("日期")
    lead = models.BooleanField("牵头单位", default=True)
    org_name = models.CharField("单位", max_length=80)
    progress = models.PositiveSmallIntegerField("进度", null=True)
    actual = models.DecimalField("实际值", max_digits=20, decimal_places=4, null=True)
    done = models.TextField("进展")
    problems = models.TextField("问题", blank=True)
    next = models.TextField("下一步", blank=True)

    class Meta:
        verbose_name = "督办反馈"
        ordering = ["pk"]


class TaskEvidence(RegionRow):
    """佐证: a stored file of a report or of a check."""

    KINDS = [("feedback", "反馈"), ("check", "核查")]

    task = models.ForeignKey(SupervisedTask, on_delete=models.CASCADE, related_name="evidence")
    act = models.ForeignKey(TaskAct, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField("来自", max_length=10, choices=KINDS)
    attachment = link("kernel.Attachment", verbose_name="文件")
    label = models.CharField("名称", max_length=80)

    class Meta:
        verbose_name = "督办佐证"
        ordering = ["pk"]


class TaskBulletin(RegionRow):
    """督查通报: what stood on the day of issue, kept as it was. `figures` and `lines` are plain JSON (bulletins.py)."""

    no = models.CharField("期号", max_length=40, unique=True)
    title = models.CharField("标题", max_length=120)
    year = models.PositiveSmallIntegerField("年度", db_index=True)
    owner_name = models.CharField("印发单位", max_length=80)
    first = models.DateField("统计自")
    last = models.DateField("统计至")
    figures = models.JSONField("合计", default=dict)
    lines = models.JSONField("任务", default=list)
    orgs = models.JSONField("各单位", default=list)
    remark = models.TextField("要求", blank=True)
    issued_on = models.DateField("印发日")
    issued_by = link("kernel.User", null=True, verbose_name="印发人")
    issued_name = models.CharField("印发人姓名", max_length=60)

    class Meta:
        verbose_name = "督查通报"
        ordering = ["-pk"]
