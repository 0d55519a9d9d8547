"""办件: a case is a list of acts. State, clock and allowed acts follow from the declared flow and the acts so far."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, Row, link
from minzheng.kernel.cases.states import OPEN
from minzheng.kernel.crypto.fields import BlindIndex, SealedJSON, SealedText


class Case(RegionRow):
    """One application. `region_code` is the accepting village or township's 12-digit code.

    `state` and `due_on` are kept for lists; `cases.services.replay` recomputes them from the acts.
    `form` is what the family declared (shape documented by the item's form)."""

    CHANNELS = [("phone", "手机申请"), ("window", "窗口受理"), ("proxy", "村居代办"), ("found", "主动发现")]

    # A draft has no number yet: NULLs do not collide, empty texts would.
    no = models.CharField("办件编号", max_length=30, unique=True, null=True)  # noqa: DJ001
    item_code = models.CharField("事项", max_length=60, db_index=True)
    state = models.CharField("状态", max_length=24, default="DRAFT", db_index=True)
    channel = models.CharField("渠道", max_length=10, choices=CHANNELS, default="phone")
    applicant = link("kernel.Person", null=True, related_name="cases", verbose_name="申请人")
    applicant_name = models.CharField("申请人姓名", max_length=60, blank=True)
    household = link("kernel.Household", null=True, related_name="cases", verbose_name="家庭")
    parent = link("kernel.Case", null=True, related_name="followups", verbose_name="来源办件")
    form = SealedJSON("申报内容")
    step = models.PositiveSmallIntegerField("填写到第几步", default=1)
    event_date = models.DateField("适用规则日期", null=True, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    accepted_at = models.DateTimeField("受理时间", null=True, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    due_on = models.DateField("当前环节截止", null=True, blank=True, db_index=True)
    total_due_on = models.DateField("办结截止", null=True, blank=True)
    due_provisional = models.BooleanField("暂按周末推算", default=False)
    # From this day the running stage is yellow; red on the deadline itself (kernel/cases/deadlines/colours.py).
    yellow_on = models.DateField("黄色提醒起", null=True, blank=True)
    # Which version of the item the case was accepted under; "" = the only one there was (registry.version_of).
    item_version = models.CharField("事项版本", max_length=10, blank=True)
    needs_county_visit = models.BooleanField("须县级入户", default=False)
    assignee = link("kernel.User", null=True, verbose_name="当前经办人")
    # The absent colleague for whom the assignee stands in; empty once she is back.
    stands_in_for = link("kernel.User", null=True, verbose_name="代谁经办")
    version = models.PositiveIntegerField("版本", default=0)
    created_by = link("kernel.User", null=True, related_name="created_cases", verbose_name="登记人")
    created_at = models.DateTimeField(auto_now_add=True)
    touched_at = models.DateTimeField("草稿最后填写时间", null=True, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "办件"
        indexes = [
            models.Index(fields=["region_code", "state", "due_on"], name="case_region_state_due"),
            models.Index(fields=["item_code", "region_code"], name="case_item_region"),
            models.Index(fields=["region_code", "due_on"], name="case_region_due"),
        ]
        constraints = [
            # The last wall behind the lock of kernel/cases/running/locks.py: one open case per applicant and item.
            models.UniqueConstraint(
                fields=["item_code", "applicant"], condition=models.Q(state__in=OPEN), name="case_one_open"
            ),
        ]


class CaseMember(Row):
    """A family member of the case; frozen at acceptance (composition of the 受理日)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="members")
    seq = models.PositiveSmallIntegerField("序号")
    person = link("kernel.Person", null=True, related_name="case_memberships", verbose_name="人员")
    name = models.CharField("姓名", max_length=60)
    relation = models.CharField("与户主关系", max_length=20)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    id_no = SealedText("证件号码")
    id_index = BlindIndex("id_no", of="id_no", null=True)
    in_count = models.BooleanField("计入共同生活家庭成员", default=True)
    exclude_reason = models.CharField("不计入原因", max_length=60, blank=True)
    declared = SealedJSON("申报情况")
    verified = SealedJSON("核定情况")
    frozen_at = models.DateTimeField("冻结时间", null=True, blank=True)

    class Meta:
        verbose_name = "办件家庭成员"
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="case_member_seq")]

    # Somebody of another household who owes support: on file for the consent and the sum owed, never counted.
    OBLIGOR = "另户的赡养、扶养义务人"

    # That person's husband or wife: an own consent, an income that belongs to the same household (reference §1.3.4).
    OBLIGOR_SPOUSE = "义务人的配偶"
    ELSEWHERE = (OBLIGOR, OBLIGOR_SPOUSE)

    @property
    def is_obligor(self) -> bool:
        """Of another household that owes support, spouses included."""
        return self.exclude_reason in self.ELSEWHERE

    @property
    def is_obligor_spouse(self) -> bool:
        return self.exclude_reason == self.OBLIGOR_SPOUSE


class CaseAct(Row):
    """One act: who did what, in which role, when, with which opinion and papers, and which deadline it kept."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="acts")
    seq = models.PositiveIntegerField("序号")
    code = models.CharField("动作", max_length=40)
    from_state = models.CharField("原状态", max_length=24)
    to_state = models.CharField("新状态", max_length=24)
    actor = link("kernel.User", null=True, related_name="acts", verbose_name="经办人")
    actor_name = models.CharField("经办人姓名", max_length=60, blank=True)
    role = models.CharField("角色", max_length=40, blank=True)
    organization_name = models.CharField("机构", max_length=80, blank=True)
    at = models.DateTimeField("时间")
    opinion = models.TextField("意见", blank=True)
    reason_code = models.CharField("理由代码", max_length=20, blank=True)
    data = SealedJSON("内容")
    due_on = models.DateField("应完成日期", null=True, blank=True)
    kept_deadline = models.BooleanField("按时", null=True)
    # What the form that was sent carries: the same form sent twice is one act.
    token = models.CharField("表单标记", max_length=40, blank=True)

    class Meta:
        verbose_name = "办理动作"
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="case_act_seq"),
            models.UniqueConstraint(fields=["case", "token"], condition=~models.Q(token=""), name="case_act_token"),
        ]


class CaseHandover(Row):
    """移交: a case went from one member of staff to another. One submit is one `batch`; state and clocks are untouched."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="handovers")
    batch = models.BigIntegerField("批次", db_index=True)
    from_user = link("kernel.User", related_name="handed_over", verbose_name="移交人")
    to_user = link("kernel.User", related_name="taken_over", verbose_name="接手人")
    leave = link("kernel.Leave", null=True, verbose_name="休假")
    returned = models.BooleanField("交还", default=False)
    reason = models.CharField("事由", max_length=200)
    by = link("kernel.User", null=True, verbose_name="办理人")
    by_name = models.CharField("办理人姓名", max_length=60, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "办件移交"
        ordering = ["at", "pk"]


class ClockSegment(Row):
    """A running or stopped stretch of a statutory clock. A pause has a reason (补正, 公示, 异议复查, 鉴定)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    clock = models.CharField("时限", max_length=40)
    started_on = models.DateField("起算触发日")
    working_days = models.PositiveSmallIntegerField("工作日数", null=True, blank=True)
    due_on = models.DateField("截止", null=True, blank=True)
    provisional = models.BooleanField("暂定", default=False)
    paused = models.BooleanField("停表段", default=False)
    reason = models.CharField("停表原因", max_length=40, blank=True)
    ended_on = models.DateField("结束日", null=True, blank=True)

    class Meta:
        verbose_name = "时限段"


class Evidence(Row):
    """Anything a decision rests on: match report, household visit, assessment, publicity, objection, meeting minutes."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField("类别", max_length=24)
    title = models.CharField("标题", max_length=80)
    at = models.DateTimeField("形成时间")
    valid_until = models.DateField("有效期至", null=True, blank=True)
    closed_at = models.DateTimeField("了结时间", null=True, blank=True)
    actor = link("kernel.User", null=True, verbose_name="形成人")
    data = SealedJSON("内容")
    sha = models.CharField("SM3", max_length=64, blank=True)

    class Meta:
        verbose_name = "办件证据"
        indexes = [models.Index(fields=["case", "kind"], name="evidence_case_kind")]


class Consent(Row):
    """N16 授权书: one adult's consent to the economic check."""

    METHODS = [
        ("own_phone", "本人手机签署"),
        ("same_phone", "同一手机当面签署"),
        ("paper", "纸质签署拍照"),
        ("guardian", "监护人代签"),
    ]

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consents")
    member = models.ForeignKey(CaseMember, on_delete=models.CASCADE, related_name="consents", null=True)
    name = models.CharField("授权人", max_length=60)
    method = models.CharField("签署方式", max_length=12, choices=METHODS)
    signed_at = models.DateTimeField("签署时间")
    valid_until = models.DateField("有效期至")
    revoked_at = models.DateTimeField("撤回时间", null=True, blank=True)
    attachment_id = models.BigIntegerField("签名或照片", null=True, blank=True)
    text_sha = models.CharField("授权书文本SM3", max_length=64)

    class Meta:
        verbose_name = "授权"


class Publicity(RegionRow):
    """公示: only the masked rows allowed by law are kept here and shown."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="publicities")
    posted_on = models.DateField("张榜日期")
    ends_on = models.DateField("截止日期")
    place = models.CharField("地点", max_length=80)
    public_row = models.JSONField("公示内容", default=dict)
    evidence_attachment_id = models.BigIntegerField("张榜照片", null=True, blank=True)
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = "公示"


class PublicTry(Row):
    """One try of the public progress query: what makes guessing numbers slow. The address is kept as a keyed digest."""

    address = models.BinaryField("来源摘要", max_length=16, db_index=True)
    at = models.DateTimeField("时间", db_index=True)
    found = models.BooleanField("查到")

    class Meta:
        verbose_name = "公开查询记录"


class CaseMove(RegionRow):
    """The family moved: what the former place keeps. `region_code` is the former village or township, whose clerks may
    go on reading what was done up to act `seq`; the number, the acts and the clocks went along with the case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="moves")
    to_region = models.CharField("迁入地", max_length=12)
    moved_on = models.DateField("迁移日期")
    pays_from = models.DateField("迁入地起发月", null=True, blank=True)
    seq = models.PositiveIntegerField("迁移动作序号")
    reason = models.CharField("事由", max_length=200)

    class Meta:
        verbose_name = "办件迁移"
        indexes = [models.Index(fields=["region_code", "moved_on"], name="case_move_region")]


class Escalation(RegionRow):
    """A deadline that was brought to somebody's attention, once for each degree: the clerk, the leader, the county."""

    DEGREES = [("yellow", "提醒经办人"), ("red", "报告负责人"), ("county", "县级督办")]

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="escalations")
    degree = models.CharField("程度", max_length=8, choices=DEGREES)
    due_on = models.DateField("截止日")
    state = models.CharField("当时状态", max_length=24)
    told_at = models.DateTimeField("提醒时间")
    told_to = models.JSONField("提醒对象", default=list)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = link("kernel.User", null=True, verbose_name="答复人")
    answer = models.CharField("答复", max_length=200, blank=True)

    class Meta:
        verbose_name = "期限督办"
        constraints = [models.UniqueConstraint(fields=["case", "due_on", "degree"], name="escalation_once")]
        indexes = [models.Index(fields=["region_code", "degree", "told_at"], name="escalation_region")]
