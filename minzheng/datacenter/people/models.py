"""疑似重复、档案合并、分户并户、低收入人口类别和标签."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, link
from minzheng.kernel.crypto.fields import SealedJSON


class DuplicatePair(RegionRow):
    """Two files that look like one person, or one person who stands in two households at once.

    `key` names what was compared ("person:<id>:<id>", "household:<person>:<id>:<id>"): a pair that was judged is never
    asked again. `score` is in thousandths; `reasons` are [code, sentence] without numbers of papers or telephones.
    `region_code` is the smallest place that holds both files: who judges must answer for both."""

    PERSON, HOUSEHOLD = "person", "household"
    KINDS = [(PERSON, "疑似同一个人"), (HOUSEHOLD, "一人在两户")]
    OPEN, LATER, ASKED, MERGED, DIFFERENT, GONE = "open", "later", "asked", "merged", "different", "gone"
    STATES = [
        (OPEN, "待判断"), (LATER, "以后再看"), (ASKED, "合并待复核"), (MERGED, "已合并"), (DIFFERENT, "不是同一人"),
        (GONE, "已消除"),
    ]  # fmt: skip

    key = models.CharField("比对键", max_length=90, unique=True)
    kind = models.CharField("类型", max_length=10, choices=KINDS, default=PERSON)
    first = link("kernel.Person", verbose_name="档案一")
    second = link("kernel.Person", verbose_name="档案二")
    first_household = link("kernel.Household", null=True, verbose_name="家庭一")
    second_household = link("kernel.Household", null=True, verbose_name="家庭二")
    score = models.PositiveSmallIntegerField("相似度（千分）", default=0)
    reasons = models.JSONField("依据", default=list)
    state = models.CharField("状态", max_length=10, choices=STATES, default=OPEN)
    found_at = models.DateTimeField("发现时间")
    look_again_on = models.DateField("再看日期", null=True, blank=True)
    decided_by = link("kernel.User", null=True, verbose_name="判断人")
    decided_name = models.CharField("判断人姓名", max_length=60, blank=True)
    decided_at = models.DateTimeField("判断时间", null=True, blank=True)
    remark = models.CharField("判断理由", max_length=200, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "疑似重复"
        indexes = [
            models.Index(fields=["state", "region_code", "score"], name="duplicate_state_region"),
            models.Index(fields=["first"], name="duplicate_first"),
            models.Index(fields=["second"], name="duplicate_second"),
        ]


class PersonMerge(RegionRow):
    """档案合并: one file (`absorbed`) from now on points at another (`survivor`). `changes` is every value that the merge
    changed, before and after: what an undo restores, and what was believed in between."""

    ASKED, DONE, REFUSED, UNDONE = "asked", "done", "refused", "undone"
    STATES = [(ASKED, "待复核"), (DONE, "已合并"), (REFUSED, "未同意"), (UNDONE, "已撤销")]

    pair = models.ForeignKey(DuplicatePair, on_delete=models.PROTECT, related_name="merges")
    survivor = link("kernel.Person", verbose_name="保留的档案")
    absorbed = link("kernel.Person", verbose_name="并入的档案")
    survivor_name = models.CharField("保留的姓名", max_length=60)
    state = models.CharField("状态", max_length=10, choices=STATES, default=ASKED)
    # {field name: "survivor" | "absorbed"} and the household that stays, where both stand in one
    picks = models.JSONField("逐项选择", default=dict)
    household = link("kernel.Household", null=True, verbose_name="保留的家庭")
    money = models.BooleanField("涉及待遇", default=False)
    reason = models.CharField("理由", max_length=200)
    changes = SealedJSON("改动")
    asked_by = link("kernel.User", null=True, verbose_name="提出人")
    asked_name = models.CharField("提出人姓名", max_length=60, blank=True)
    asked_at = models.DateTimeField("提出时间")
    decided_by = link("kernel.User", null=True, verbose_name="复核人")
    decided_name = models.CharField("复核人姓名", max_length=60, blank=True)
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    decision = models.CharField("复核意见", max_length=200, blank=True)
    undone_by = link("kernel.User", null=True, verbose_name="撤销人")
    undone_name = models.CharField("撤销人姓名", max_length=60, blank=True)
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undo_reason = models.CharField("撤销理由", max_length=200, blank=True)

    class Meta:
        verbose_name = "档案合并"
        indexes = [models.Index(fields=["state", "region_code", "asked_at"], name="merge_state_region")]


class HouseholdChange(RegionRow):
    """分户、并户、户主变更: who went where on which day and why; memberships themselves are bitemporal (kernel/subjects).

    `people` = [{"person", "name", "before", "after"}] (relation to the head); `asked` = numbers of the cases whose
    re-check was asked for, `unasked` = awards that have no case to report to yet."""

    SPLIT, JOIN, HEAD = "split", "join", "head"
    KINDS = [(SPLIT, "分户"), (JOIN, "并户"), (HEAD, "户主变更")]
    REASONS = [
        ("marriage", "结婚"), ("divorce", "离婚"), ("death", "户主死亡"), ("grown", "子女成年独立生活"),
        ("returned", "投靠、回迁"), ("wrong", "原登记有误"), ("other", "其他"),
    ]  # fmt: skip

    kind = models.CharField("类型", max_length=8, choices=KINDS)
    household = link("kernel.Household", verbose_name="家庭")
    other = link("kernel.Household", null=True, verbose_name="另一户")
    on = models.DateField("生效日期")
    reason_code = models.CharField("事由", max_length=12, choices=REASONS)
    text = models.CharField("情况说明", max_length=200, blank=True)
    people = models.JSONField("成员", default=list)
    asked = models.JSONField("已报变化的办件", default=list)
    unasked = models.JSONField("没有办件的待遇", default=list)
    by = link("kernel.User", null=True, verbose_name="办理人")
    by_name = models.CharField("办理人姓名", max_length=60, blank=True)
    at = models.DateTimeField("办理时间")

    class Meta:
        verbose_name = "家庭变更"
        indexes = [
            models.Index(fields=["household", "at"], name="household_change"),
            models.Index(fields=["region_code", "at"], name="household_change_region"),
        ]


class LowIncomeEntry(RegionRow):
    """低收入人口: one person belongs to one class from `since` to `until` (both days counted, None = still), and by what.

    `region_code` is the place of the person's file. `main`: of the classes of this person in force, the one that comes
    first in classes.yaml. `withdrawn_at`: the row turned out to be wrong; it is kept, no list shows it."""

    BY = [("award", "待遇或认定"), ("source", "部门数据"), ("manual", "人工登记")]

    person = link("kernel.Person", verbose_name="人员")
    class_code = models.CharField("类别", max_length=20)
    since = models.DateField("进入日期")
    until = models.DateField("退出日期", null=True, blank=True)
    by = models.CharField("依据类型", max_length=8, choices=BY, default="award")
    basis = models.CharField("依据", max_length=120, blank=True)
    award = link("kernel.Award", null=True, verbose_name="待遇")
    household = link("kernel.Household", null=True, verbose_name="家庭")
    expires_on = models.DateField("到期日", null=True, blank=True)
    main = models.BooleanField("主要类别", default=False)
    recorded_by = link("kernel.User", null=True, verbose_name="登记人")
    recorded_at = models.DateTimeField("登记时间")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "低收入人口"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "class_code", "since"],
                condition=models.Q(withdrawn_at=None),
                name="low_income_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region_code", "class_code"],
                condition=models.Q(until=None, withdrawn_at=None),
                name="low_income_now",
            ),
            models.Index(
                fields=["region_code", "since"],
                condition=models.Q(until=None, withdrawn_at=None, main=True),
                name="low_income_main",
            ),
            models.Index(fields=["person", "class_code"], name="low_income_person"),
            models.Index(fields=["since", "region_code"], name="low_income_since"),
            models.Index(fields=["until", "region_code"], name="low_income_until"),
        ]


class PersonTag(RegionRow):
    """标签: what makes a person's situation special, from `since` to `until`; computed, or given by somebody with a reason
    and an end. `reader`: a permission needed to see it at all (children)."""

    BY = [("computed", "系统计算"), ("manual", "人工登记")]

    person = link("kernel.Person", verbose_name="人员")
    code = models.CharField("标签", max_length=24)
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True)
    by = models.CharField("来源", max_length=8, choices=BY, default="computed")
    basis = models.CharField("依据", max_length=120, blank=True)
    expires_on = models.DateField("到期日", null=True, blank=True)
    reader = models.CharField("须有的权限", max_length=24, blank=True)
    recorded_by = link("kernel.User", null=True, verbose_name="登记人")
    recorded_name = models.CharField("登记人姓名", max_length=60, blank=True)
    recorded_at = models.DateTimeField("登记时间")
    is_demo = models.BooleanField("示范数据", default=False)

    class Meta:
        verbose_name = "人员标签"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "code", "by"], condition=models.Q(until=None), name="person_tag_open"
            ),
        ]
        indexes = [
            models.Index(fields=["region_code", "code"], condition=models.Q(until=None), name="person_tag_now"),
            models.Index(fields=["person", "code"], name="person_tag_person"),
        ]
