"""计划: a work plan, summary or five-year plan of one organisation and year, its versions, items and indicators.

The text of a version never changes; people correct what was read from it. Each indicator keeps what the reader found
(`original`) beside what it says now."""

from __future__ import annotations

from django.db import models

from minzheng.business.bureau.plans.parsing.numerals import plain
from minzheng.kernel.base import RegionRow, link

KINDS = [("points", "工作要点"), ("summary", "工作总结"), ("outline", "规划"), ("other", "其他")]
INDICATOR_KINDS = [
    ("target", "目标"),
    ("plan", "计划工作量"),
    ("actual", "已完成"),
    ("standard", "标准"),
    ("table_row", "表格指标"),
]
COMPARATORS = [
    ("=", "等于（达到）"),
    (">=", "不低于"),
    (">", "超过"),
    ("<=", "不超过"),
    ("<", "低于"),
    ("range", "区间"),
]


class Plan(RegionRow):
    """One document of one organisation and year; `region_code` is the organisation's."""

    org = link("kernel.Organization", verbose_name="单位")
    org_name = models.CharField("单位名称", max_length=80)
    year = models.PositiveSmallIntegerField("年度", db_index=True)
    kind = models.CharField("种类", max_length=10, choices=KINDS, default="other", db_index=True)
    title = models.CharField("标题", max_length=120)
    created_at = models.DateTimeField("导入时间", auto_now_add=True)

    class Meta:
        verbose_name = "计划"
        constraints = [models.UniqueConstraint(fields=["org", "year", "title"], name="plan_org_year_title")]


class PlanVersion(RegionRow):
    """One text of a plan, `sha` is its SM3. `findings`: [{"kind", "sentence", "spans"}] as the reader saw them."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField("版本")
    text = models.TextField("正文")
    sha = models.CharField("正文SM3", max_length=64)
    file_name = models.CharField("文件名", max_length=120)
    publisher = models.CharField("发布单位", max_length=80, blank=True)
    findings = models.JSONField("提示", default=list)
    made_by = link("kernel.User", null=True, verbose_name="导入人")
    made_name = models.CharField("导入人姓名", max_length=60, blank=True)
    created_at = models.DateTimeField("导入时间", auto_now_add=True)

    class Meta:
        verbose_name = "计划版本"
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number"),
            models.UniqueConstraint(fields=["plan", "sha"], name="plan_version_sha"),
        ]


class PlanItem(RegionRow):
    """A part or a numbered item. `path`: numbers from the root; `text`: its words behind the heading; `sentences`: its
    tasks word by word, [{"text", "span"}]."""

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="items")
    seq = models.PositiveIntegerField("顺序")
    no = models.CharField("编号", max_length=40)
    path = models.JSONField("上下级编号", default=list)
    title = models.CharField("标题", max_length=200)
    text = models.TextField("原文", blank=True)
    sentences = models.JSONField("任务原句", default=list)
    is_part = models.BooleanField("分部", default=False)
    body = models.CharField("责任单位", max_length=120, blank=True)
    assisting = models.CharField("配合单位", max_length=200, blank=True)

    class Meta:
        verbose_name = "计划条目"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["version", "seq"], name="plan_item_seq")]

    @property
    def depth(self) -> int:
        return len(self.path)

    @property
    def label(self) -> str:
        return f"{self.no} {self.title}".strip()


class PlanIndicator(RegionRow):
    """A quantified target, result or standard. `start`–`end`: its words in the version's text; `words` as written there.

    `state`: as read, corrected, added or struck by a person; `original`: what the reader gave, {} for one that was added;
    `merged_into`: the indicator that stands for this one (two mentions of one target)."""

    STATES = [("read", "自动读出"), ("corrected", "已更正"), ("added", "人工添加"), ("struck", "已剔除")]

    version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="indicators")
    item = models.ForeignKey(PlanItem, on_delete=models.SET_NULL, null=True, related_name="indicators")
    seq = models.PositiveIntegerField("顺序")
    start = models.PositiveIntegerField("起")
    end = models.PositiveIntegerField("止")
    words = models.CharField("原文用字", max_length=200)
    sentence = models.TextField("原句")
    subject = models.CharField("指标", max_length=120)
    comparator = models.CharField("比较", max_length=5, choices=COMPARATORS)
    value = models.DecimalField("数值", max_digits=20, decimal_places=6)
    value_max = models.DecimalField("上限", max_digits=20, decimal_places=6, null=True)
    unit = models.CharField("单位", max_length=30, blank=True)
    value_norm = models.DecimalField("基本单位的数值", max_digits=24, decimal_places=6)
    unit_norm = models.CharField("基本单位", max_length=30, blank=True)
    strive = models.BooleanField("力争", default=False)
    kind = models.CharField("种类", max_length=10, choices=INDICATOR_KINDS, db_index=True)
    scope = models.CharField("口径", max_length=60, blank=True)
    deadline = models.CharField("期限", max_length=40, blank=True)
    body = models.CharField("责任单位", max_length=120, blank=True)
    why = models.CharField("读取依据", max_length=200, blank=True)
    more = models.JSONField("其他", default=dict)
    original = models.JSONField("读出的原样", default=dict)
    state = models.CharField("状态", max_length=10, choices=STATES, default="read", db_index=True)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="mentions")
    changed_name = models.CharField("更正人", max_length=60, blank=True)
    changed_at = models.DateTimeField("更正时间", null=True)

    class Meta:
        verbose_name = "计划指标"
        ordering = ["start", "seq"]
        indexes = [models.Index(fields=["version", "start"], name="plan_indicator_place")]

    @property
    def figure(self) -> str:
        """``≥50%``: comparator, value and unit for people."""
        sign = {"=": "", ">=": "≥", ">": "＞", "<=": "≤", "<": "＜", "range": ""}[self.comparator]
        top = f"—{plain(self.value_max)}" if self.value_max is not None else ""
        return f"{sign}{plain(self.value)}{top}{self.unit}"


class TargetLink(RegionRow):
    """What measures a target of a plan: an indicator of the platform, in which place, up to when.

    `measured_region` may be another place than the publisher's (a county's plan that prints the province's quota);
    `aggregate` says what of the area is held against the target; `condition` is the figure each area must reach where the
    target is a share of areas. `period`: 2026, 2026H1, 2021-2025."""

    AGGREGATES = [("total", "全域合计"), ("each", "每个乡镇都要达到（看最差的）"), ("share", "达到条件的乡镇占比")]
    DIRECTIONS = [("up", "越多越好"), ("down", "越少越好")]

    indicator = models.OneToOneField(PlanIndicator, on_delete=models.CASCADE, related_name="target_link")
    code = models.CharField("平台指标", max_length=80, db_index=True)
    dims = models.JSONField("分组", default=dict)
    measured_region = models.CharField("考核地区", max_length=12)
    period = models.CharField("考核时期", max_length=12)
    aggregate = models.CharField("汇总办法", max_length=10, choices=AGGREGATES, default="total")
    condition = models.DecimalField("每地应达到", max_digits=20, decimal_places=4, null=True)
    direction = models.CharField("方向", max_length=4, choices=DIRECTIONS, default="up")
    note = models.CharField("说明", max_length=200, blank=True)
    linked_by = link("kernel.User", null=True, verbose_name="关联人")
    linked_name = models.CharField("关联人姓名", max_length=60, blank=True)
    linked_at = models.DateTimeField("关联时间", auto_now_add=True)

    class Meta:
        verbose_name = "目标关联"
