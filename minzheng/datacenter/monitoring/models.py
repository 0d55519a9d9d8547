"""预警、办理记录、监测的每次运行、在一个地区停用的监测、主动发现的线索."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, Row, link
from minzheng.kernel.crypto.fields import SealedJSON


class MonitorRun(Row):
    """One run over the lake. `batches`: [{"source", "id", "rows"}] that were read; `figures`: {monitor code: {"hits",
    "new", "repeated", "upgraded"}} and totals; `state_file`: what was known of the watched people after it (see
    knowing.py), a name inside the monitoring folder. A run that did not end leaves its row running and changes nothing."""

    DELTA, FULL = "delta", "full"
    MODES = [(DELTA, "增量"), (FULL, "全量")]
    QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
    STATES = [(QUEUED, "等待"), (RUNNING, "正在运行"), (DONE, "完成"), (FAILED, "没有完成")]

    mode = models.CharField("方式", max_length=6, choices=MODES)
    state = models.CharField("状态", max_length=8, choices=STATES, default=QUEUED, db_index=True)
    since = models.DateField("从哪天起的批次", null=True, blank=True)
    asked_by = link("kernel.User", null=True, verbose_name="发起人")
    asked_name = models.CharField("发起人姓名", max_length=60, blank=True)
    job = link("kernel.JobRun", null=True, verbose_name="后台任务")
    asked_at = models.DateTimeField("发起时间", db_index=True)
    done_at = models.DateTimeField("完成时间", null=True, blank=True)
    seconds = models.FloatField("用时（秒）", null=True, blank=True)
    watched = models.PositiveIntegerField("监测人数", default=0)
    rows = models.PositiveBigIntegerField("新数据行数", default=0)
    hits = models.PositiveBigIntegerField("命中条数", default=0)
    new = models.PositiveIntegerField("新预警", default=0)
    repeated = models.PositiveIntegerField("重复", default=0)
    upgraded = models.PositiveIntegerField("升级", default=0)
    batches = models.JSONField("批次", default=list)
    figures = models.JSONField("各监测", default=dict)
    state_file = models.CharField("已知情况", max_length=80, blank=True)
    error = models.CharField("没有完成的原因", max_length=300, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "监测运行"


class Alert(RegionRow):
    """预警. `region_code`: the village (community) of the household. `period`: first of the month; person + monitor + month
    is one alert. `facts`: [{"source", "source_title", "class", "class_title", "title", "on", "reference", "amount_fen",
    "code", "batch"}]. `item_code`: the benefit whose files it concerns ("" for none). `in_doubt`: the identity rests on a
    repaired or guessed match, so a person confirms first who is meant."""

    RED, ORANGE, YELLOW, BLUE = "red", "orange", "yellow", "blue"
    LEVELS = [(RED, "红色"), (ORANGE, "橙色"), (YELLOW, "黄色"), (BLUE, "蓝色")]
    DATA, GRID, PUBLIC = "data", "grid", "public"
    CHANNELS = [(DATA, "数据监测"), (GRID, "网格员发现"), (PUBLIC, "群众反映")]
    NEW, ASSIGNED, VISITED, JUDGED, ACTED, CLOSED = "NEW", "ASSIGNED", "VISITED", "JUDGED", "ACTED", "CLOSED"
    STATES = [
        (NEW, "待分派"), (ASSIGNED, "待走访"), (VISITED, "已走访，待认定"), (JUDGED, "已认定，待处置"),
        (ACTED, "已处置，待销号"), (CLOSED, "已销号"),
    ]  # fmt: skip
    VERDICTS = [("true", "属实"), ("false", "不属实"), ("later", "尚不能确定")]

    no = models.CharField("预警编号", max_length=30, unique=True)
    monitor = models.CharField("监测项", max_length=60, db_index=True)
    title = models.CharField("事由", max_length=60)
    channel = models.CharField("来源", max_length=6, choices=CHANNELS, default=DATA)
    level = models.CharField("等级", max_length=6, choices=LEVELS)
    raised_from = models.CharField("升级前", max_length=6, choices=LEVELS, blank=True)
    item_code = models.CharField("涉及待遇", max_length=60, blank=True, db_index=True)
    person = link("kernel.Person", null=True, verbose_name="人员")
    person_name = models.CharField("姓名", max_length=60, blank=True)
    household = link("kernel.Household", null=True, verbose_name="家庭")
    case = link("kernel.Case", null=True, verbose_name="涉及办件")
    period = models.DateField("所属月（当月1日）")
    in_doubt = models.BooleanField("身份待核实", default=False)
    content = SealedJSON("事由和依据")
    town_code = models.CharField("责任乡镇", max_length=12, db_index=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default=NEW)
    assignee = link("kernel.User", null=True, related_name="monitor_alerts", verbose_name="走访人")
    created_at = models.DateTimeField("产生时间")
    due_at = models.DateTimeField("办理期限")
    due_on = models.DateField("期限日")
    revisit_on = models.DateField("再访日", null=True, blank=True)
    code = models.CharField("反馈代码", max_length=3, blank=True)
    verdict = models.CharField("预警是否属实", max_length=5, choices=VERDICTS, blank=True)
    result_case = link("kernel.Case", null=True, verbose_name="处置办件")
    escalated_at = models.DateTimeField("报县级督办", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    run = link("datacenter.MonitorRun", null=True, related_name="alerts", verbose_name="监测运行")
    version = models.PositiveIntegerField("版本", default=0)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "预警"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "monitor", "period"], condition=models.Q(channel="data"), name="alert_once_a_month"
            ),
        ]
        indexes = [
            models.Index(fields=["region_code", "state", "due_at"], name="alert_region_state"),
            models.Index(fields=["monitor", "verdict"], name="alert_monitor_verdict"),
            models.Index(fields=["household", "period"], name="alert_household_month"),
            models.Index(fields=["assignee", "state"], name="alert_assignee_state"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state != self.CLOSED


class AlertAct(Row):
    """One thing done about an alert, in order; only ever added to. `data` is sealed: what was found, whom it names."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="acts")
    seq = models.PositiveSmallIntegerField("序号")
    code = models.CharField("动作", max_length=20)
    from_state = models.CharField("原状态", max_length=10)
    to_state = models.CharField("新状态", max_length=10)
    actor = link("kernel.User", null=True, verbose_name="办理人")
    actor_name = models.CharField("办理人姓名", max_length=60)
    role = models.CharField("岗位", max_length=40, blank=True)
    at = models.DateTimeField("时间")
    data = SealedJSON("内容")

    class Meta:
        verbose_name = "预警办理记录"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["alert", "seq"], name="alert_act_seq")]


class MonitorSwitch(RegionRow):
    """A monitor switched off in a place from a day on, with the reason; `until` None: until it is switched on again."""

    monitor = models.CharField("监测项", max_length=60)
    since = models.DateField("停用自")
    until = models.DateField("停用至（不含）", null=True, blank=True)
    reason = models.CharField("理由", max_length=200)
    by = link("kernel.User", null=True, verbose_name="办理人")
    by_name = models.CharField("办理人姓名", max_length=60)
    at = models.DateTimeField("办理时间")
    ended_by = link("kernel.User", null=True, verbose_name="恢复人")
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "监测停用"
        indexes = [models.Index(fields=["monitor", "region_code"], name="monitor_switch_place")]


class Lead(RegionRow):
    """主动发现: what a neighbour or a grid worker reported. `number`: the answer number that the reporter is given.
    `content`: {"who", "where", "what": [codes], "words", "phone", "reporter"}; `photos`: ids of stored attachments."""

    number = models.CharField("回执号", max_length=24, unique=True)
    channel = models.CharField("来源", max_length=6, choices=Alert.CHANNELS)
    alert = models.OneToOneField(Alert, on_delete=models.CASCADE, related_name="lead")
    content = SealedJSON("内容")
    content_sha = models.CharField("内容SM3", max_length=64, db_index=True)
    photos = models.JSONField("照片", default=list)
    reporter = link("kernel.User", null=True, verbose_name="登录的反映人")
    received_at = models.DateTimeField("收到时间")
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "主动发现线索"
