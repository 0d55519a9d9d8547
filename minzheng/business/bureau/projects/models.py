"""项目库: libraries, their classes, projects with plan, money, progress, milestones, problems, photographs and acts.

All money is fen. What a library says of itself (`stated_*`) stands beside what its projects add up to, so that the
totals can be proved. The stage of a project is a fold of its acts; acts are only ever added."""

from __future__ import annotations

from django.db import models

from minzheng.business.bureau.projects.stages import STAGES
from minzheng.kernel.base import RegionRow, TwoHands, link


class ProjectLibrary(RegionRow):
    """项目库 of a plan or year. Once fixed (已确定), a sum changes only by an adjustment (`ProjectChange`)."""

    STATES = [("open", "编制中"), ("fixed", "已确定")]

    name = models.CharField("名称", max_length=80)
    first_year = models.PositiveSmallIntegerField("起始年")
    last_year = models.PositiveSmallIntegerField("截止年")
    stated_count = models.PositiveIntegerField("规划项目数", null=True, blank=True)
    stated_fen = models.BigIntegerField("规划总投资（分）", null=True, blank=True)
    goal_fen = models.BigIntegerField("计划累计完成投资（分）", null=True, blank=True)
    document = models.CharField("依据", max_length=200, blank=True)
    state = models.CharField("状态", max_length=6, choices=STATES, default="open", db_index=True)
    made_by = link("kernel.User", null=True, verbose_name="建立人")
    made_name = models.CharField("建立人姓名", max_length=60, blank=True)
    fixed_by = link("kernel.User", null=True, verbose_name="确定人")
    fixed_name = models.CharField("确定人姓名", max_length=60, blank=True)
    fixed_at = models.DateTimeField("确定时间", null=True, blank=True)

    class Meta:
        verbose_name = "项目库"
        constraints = [models.UniqueConstraint(fields=["region_code", "name"], name="project_library_name")]

    @property
    def is_fixed(self) -> bool:
        return self.state == "fixed"


class ProjectCategory(RegionRow):
    """大类 of a library, with the count and sum that its plan states."""

    library = models.ForeignKey(ProjectLibrary, on_delete=models.CASCADE, related_name="categories")
    seq = models.PositiveSmallIntegerField("顺序")
    name = models.CharField("大类", max_length=60)
    stated_count = models.PositiveIntegerField("规划项目数", null=True, blank=True)
    stated_fen = models.BigIntegerField("规划投资（分）", null=True, blank=True)

    class Meta:
        verbose_name = "项目大类"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["library", "name"], name="project_category_name")]


class Project(RegionRow):
    """子项目. `counted`: part of the library's totals; in a fixed library a new one waits for its adjustment."""

    NATURES = [("new", "新建"), ("extend", "改扩建"), ("repair", "维修改造"), ("equip", "设备购置"), ("other", "其他")]

    library = models.ForeignKey(ProjectLibrary, on_delete=models.CASCADE, related_name="projects")
    category = models.ForeignKey(ProjectCategory, on_delete=models.PROTECT, related_name="projects")
    no = models.CharField("项目编号", max_length=40)
    name = models.CharField("项目名称", max_length=100)
    nature = models.CharField("建设性质", max_length=6, choices=NATURES, default="new")
    owner = models.CharField("建设单位", max_length=80)
    leader = models.CharField("负责人", max_length=60, blank=True)
    content = models.CharField("建设内容", max_length=500, blank=True)
    beds = models.PositiveIntegerField("床位（张）", null=True, blank=True)
    area_m2 = models.DecimalField("建筑面积（平方米）", max_digits=12, decimal_places=2, null=True, blank=True)
    total_fen = models.BigIntegerField("总投资（分）")
    start_year = models.PositiveSmallIntegerField("开工年", null=True, blank=True)
    end_year = models.PositiveSmallIntegerField("完工年", null=True, blank=True)
    public = models.BooleanField("政府投资项目", default=True)
    urban = models.BooleanField("城镇", null=True, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=9, decimal_places=6, null=True, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    stage = models.CharField("阶段", max_length=10, choices=STAGES, default="reserve", db_index=True)
    stage_on = models.DateField("进入阶段日期")
    settled_fen = models.BigIntegerField("决算（分）", null=True, blank=True)
    counted = models.BooleanField("计入合计", default=True, db_index=True)
    made_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        verbose_name = "项目"
        constraints = [
            models.UniqueConstraint(fields=["library", "no"], name="project_no"),
            models.CheckConstraint(condition=models.Q(total_fen__gt=0), name="project_total_positive"),
        ]
        indexes = [models.Index(fields=["library", "region_code"], name="project_library_region")]


class ProjectYear(RegionRow):
    """Investment planned for a year."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField("年度")
    planned_fen = models.BigIntegerField("计划投资（分）")

    class Meta:
        verbose_name = "年度计划投资"
        ordering = ["year"]
        constraints = [models.UniqueConstraint(fields=["project", "year"], name="project_year")]


class ProjectSource(RegionRow):
    """Money planned from a source (sources.yaml)."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="sources")
    source = models.CharField("资金来源", max_length=24)
    planned_fen = models.BigIntegerField("计划金额（分）")

    class Meta:
        verbose_name = "项目资金来源"
        constraints = [models.UniqueConstraint(fields=["project", "source"], name="project_source")]


class ProjectMoney(RegionRow):
    """Money allotted (下达) to a project or paid by it. Rows are only added; a negative one takes an earlier one back."""

    KINDS = [("issued", "下达"), ("paid", "支付")]
    FORMS = [("money", "资金"), ("house", "房产"), ("goods", "设备物资"), ("technology", "技术"), ("data", "信息")]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="money")
    kind = models.CharField("种类", max_length=6, choices=KINDS)
    form = models.CharField("投入形式", max_length=10, choices=FORMS, default="money")
    source = models.CharField("资金来源", max_length=24)
    amount_fen = models.BigIntegerField("金额（分）")
    on = models.DateField("日期")
    voucher = models.CharField("文号或凭证", max_length=80)
    allocation = link("kernel.FundAllocation", null=True, verbose_name="资金指标")
    note = models.CharField("说明", max_length=200, blank=True)
    made_by = link("kernel.User", null=True, verbose_name="登记人")
    made_name = models.CharField("登记人姓名", max_length=60, blank=True)
    made_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "项目资金"
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_fen=0), name="project_money_not_zero"),
            models.UniqueConstraint(fields=["project", "kind", "source", "voucher"], name="project_money_once"),
        ]


class ProjectProgress(RegionRow):
    """Investment done in a month (完成投资), and how the building stands. `month`: its first day."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="progress")
    month = models.DateField("月份")
    invested_fen = models.BigIntegerField("完成投资（分）")
    percent = models.PositiveSmallIntegerField("形象进度（%）", null=True, blank=True)
    words = models.CharField("进展", max_length=300, blank=True)
    whole_year = models.BooleanField("全年一次填报", default=False)
    made_name = models.CharField("填报人", max_length=60, blank=True)
    made_at = models.DateTimeField("填报时间", auto_now=True)

    class Meta:
        verbose_name = "项目完成投资"
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["project", "month"], name="project_month"),
            models.CheckConstraint(condition=models.Q(invested_fen__gte=0), name="project_progress_not_negative"),
        ]


class ProjectMilestone(RegionRow):
    """节点 with the day it is due and the day it was reached."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField("节点", max_length=60)
    due_on = models.DateField("计划日期")
    done_on = models.DateField("完成日期", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "项目节点"
        ordering = ["due_on", "pk"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="project_milestone_name")]


class ProjectProblem(RegionRow):
    """问题 and its rectification: whoever says it is mended does not close it."""

    STATES = [("open", "待整改"), ("mended", "待核查"), ("closed", "已销号")]
    GRADES = [("general", "一般"), ("serious", "严重")]
    KINDS = [
        ("progress", "进度滞后"),
        ("money", "资金"),
        ("quality", "质量安全"),
        ("formality", "手续"),
        ("other", "其他"),
    ]

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="problems")
    kind = models.CharField("类别", max_length=10, choices=KINDS)
    grade = models.CharField("程度", max_length=8, choices=GRADES, default="general")
    words = models.CharField("问题", max_length=300)
    found_on = models.DateField("发现日期")
    found_name = models.CharField("发现人", max_length=60)
    duty = models.CharField("整改责任人", max_length=60)
    due_on = models.DateField("整改期限", db_index=True)
    state = models.CharField("状态", max_length=8, choices=STATES, default="open", db_index=True)
    mending = models.CharField("整改情况", max_length=500, blank=True)
    mended_on = models.DateField("整改日期", null=True, blank=True)
    mended_by = link("kernel.User", null=True, verbose_name="整改填报人")
    mended_name = models.CharField("整改填报人姓名", max_length=60, blank=True)
    closed_on = models.DateField("销号日期", null=True, blank=True)
    closed_name = models.CharField("核查人", max_length=60, blank=True)
    opinion = models.CharField("核查意见", max_length=200, blank=True)

    class Meta:
        verbose_name = "项目问题"
        ordering = ["found_on", "pk"]


class ProjectAct(RegionRow):
    """What was done to a project, one after the other; never changed. `data` holds old and new values of the act.

    `evidence`: ids of stored papers."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="acts")
    seq = models.PositiveIntegerField("次序")
    kind = models.CharField("动作", max_length=12)
    from_stage = models.CharField("原阶段", max_length=10, blank=True)
    to_stage = models.CharField("新阶段", max_length=10, blank=True)
    on = models.DateField("日期")
    document = models.CharField("文号", max_length=80, blank=True)
    words = models.CharField("说明", max_length=500, blank=True)
    evidence = models.JSONField("材料", default=list)
    data = models.JSONField("内容", default=dict)
    made_by = link("kernel.User", null=True, verbose_name="办理人")
    made_name = models.CharField("办理人姓名", max_length=60, blank=True)
    made_at = models.DateTimeField("办理时间", auto_now_add=True)

    class Meta:
        verbose_name = "项目动作"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["project", "seq"], name="project_act_seq")]


class ProjectPhoto(RegionRow):
    """A photograph or paper of a project; the file lies sealed in the vault."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="photos")
    attachment = link("kernel.Attachment", verbose_name="文件")
    stage = models.CharField("阶段", max_length=10, choices=STAGES)
    problem = models.ForeignKey(ProjectProblem, on_delete=models.SET_NULL, null=True, related_name="photos")
    caption = models.CharField("说明", max_length=80)
    taken_on = models.DateField("拍摄日期")
    picture = models.BooleanField("照片", default=True)
    removed_at = models.DateTimeField("移除时间", null=True, blank=True)

    class Meta:
        verbose_name = "项目照片"
        ordering = ["taken_on", "pk"]


class ProjectChange(TwoHands):
    """调整批次: changes of sums in a fixed library, entered by one person and confirmed by another."""

    library = models.ForeignKey(ProjectLibrary, on_delete=models.CASCADE, related_name="changes")
    no = models.CharField("批次号", max_length=30, unique=True)
    reason = models.CharField("调整原因", max_length=300)
    document = models.CharField("依据文号", max_length=80)
    before = models.JSONField("调整前合计", default=dict)
    after = models.JSONField("调整后合计", default=dict)

    class Meta:
        verbose_name = "项目调整批次"


class ProjectChangeLine(RegionRow):
    """One changed sum. `what`: total | year | source | include | exclude; `key`: the year or the source."""

    KINDS = [
        ("total", "总投资"),
        ("year", "年度计划"),
        ("source", "资金来源"),
        ("include", "纳入"),
        ("exclude", "调出"),
    ]

    change = models.ForeignKey(ProjectChange, on_delete=models.CASCADE, related_name="lines")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    what = models.CharField("调整项", max_length=8, choices=KINDS)
    key = models.CharField("年度或来源", max_length=24, blank=True)
    before_fen = models.BigIntegerField("调整前（分）")
    after_fen = models.BigIntegerField("调整后（分）")

    class Meta:
        verbose_name = "项目调整明细"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["change", "project", "what", "key"], name="project_change_line")]


class ProjectScore(TwoHands):
    """绩效: goal and self-evaluation of a year (0–100 points), confirmed by a second person. Points are hundredths."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="scores")
    year = models.PositiveSmallIntegerField("年度")
    appraisal = models.CharField("事前评估", max_length=300, blank=True)
    goal = models.CharField("绩效目标", max_length=300)
    monitoring = models.CharField("绩效监控", max_length=300, blank=True)
    result = models.CharField("自评情况", max_length=500)
    use = models.CharField("结果应用", max_length=300, blank=True)
    rate = models.DecimalField("预算执行率（%）", max_digits=7, decimal_places=2)
    execution = models.PositiveIntegerField("预算执行分（百分之一分）")
    output = models.PositiveIntegerField("产出分（百分之一分）")
    benefit = models.PositiveIntegerField("效益分（百分之一分）")
    satisfaction = models.PositiveIntegerField("满意度分（百分之一分）")
    points = models.PositiveIntegerField("总分（百分之一分）")
    grade = models.CharField("等次", max_length=4)
    published_on = models.DateField("公开日期", null=True, blank=True)

    class Meta:
        verbose_name = "项目绩效"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "year"], condition=~models.Q(state="withdrawn"), name="project_score_year"
            )
        ]


class ProjectImport(RegionRow):
    """One table that was read: what its rows would do (`rows`), what is wrong (`bad`), how its totals tie (`ties`)."""

    STATES = [("checked", "已试算"), ("done", "已入库")]

    library = models.ForeignKey(ProjectLibrary, on_delete=models.CASCADE, related_name="imports")
    file_name = models.CharField("文件名", max_length=120)
    sha = models.CharField("文件SM3", max_length=64)
    state = models.CharField("状态", max_length=8, choices=STATES, default="checked")
    rows = models.JSONField("内容", default=list)
    bad = models.JSONField("退回的行", default=list)
    ties = models.JSONField("合计核对", default=list)
    counts = models.JSONField("条数", default=dict)
    made_by = link("kernel.User", null=True, verbose_name="导入人")
    made_name = models.CharField("导入人姓名", max_length=60, blank=True)
    made_at = models.DateTimeField("导入时间", auto_now_add=True)

    class Meta:
        verbose_name = "项目导入"
