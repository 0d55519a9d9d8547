"""Persons and households: one file per person; membership of a household is bitemporal."""

from __future__ import annotations

from django.db import models

from minzheng.kernel.base import RegionRow, Row, link
from minzheng.kernel.crypto.fields import BlindIndex, SealedJSON, SealedText


class Person(RegionRow):
    """一人一档. `region_code` is the place that keeps the file (居住地 or 户籍地 village, 12 digits)."""

    SEXES = [("1", "男"), ("2", "女"), ("0", "未知")]

    name = models.CharField("姓名", max_length=60, db_index=True)
    sex = models.CharField("性别", max_length=1, choices=SEXES, default="0")
    birth_date = models.DateField("出生日期", null=True, blank=True)
    id_type = models.CharField("证件类型", max_length=10, default="idcard")
    id_no = SealedText("证件号码")
    # Unique: one number, one file, whoever writes first.
    id_index = BlindIndex("id_no", of="id_no", null=True, unique=True)
    phone = SealedText("联系电话")
    hukou_region = models.CharField("户籍地", max_length=12, blank=True)
    address = SealedText("住址")
    health = SealedJSON("健康与残疾情况")
    death_date = models.DateField("死亡日期", null=True, blank=True)
    # The file that speaks for this one since they were found to be one person (subjects/merging.py); never a chain.
    merged_into = link("kernel.Person", null=True, related_name="absorbed", verbose_name="已并入")
    is_demo = models.BooleanField("示范数据", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "人员"
        indexes = [
            models.Index(fields=["region_code", "name"], name="person_region_name"),
            models.Index(fields=["death_date"], condition=models.Q(death_date__isnull=False), name="person_dead"),
        ]


class PersonNameChar(models.Model):
    """One row per (character, person): portable substring search on Chinese names, fast on two characters."""

    id = models.BigAutoField(primary_key=True)
    char = models.CharField(max_length=2)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="name_chars")
    region_code = models.CharField(max_length=12)

    class Meta:
        verbose_name = "姓名检索"
        indexes = [models.Index(fields=["char", "region_code", "person"], name="name_char_region")]


class Household(RegionRow):
    """户. `region_code` is the 12-digit village or community."""

    no = models.CharField("户编号", max_length=24, unique=True)
    head = link("kernel.Person", null=True, verbose_name="户主")
    is_urban = models.BooleanField("城市户", default=False)
    address = SealedText("家庭住址")
    is_demo = models.BooleanField("示范数据", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "家庭"


class HouseholdMember(Row):
    """Bitemporal membership: true in the world from `valid_from` to `valid_to`; known to us from `recorded_at` to
    `superseded_at`. A correction closes the old row and adds a new one; nothing is overwritten."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    relation = models.CharField("与户主关系", max_length=20)
    lives_together_since = models.DateField("共同居住自", null=True, blank=True)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)
    recorded_at = models.DateTimeField("记录时间")
    superseded_at = models.DateTimeField("被更正时间", null=True, blank=True)
    recorded_by = link("kernel.User", null=True, verbose_name="记录人")
    reason = models.CharField("变更原因", max_length=60, blank=True)

    class Meta:
        verbose_name = "家庭成员"
        indexes = [models.Index(fields=["person", "valid_to"]), models.Index(fields=["household", "valid_to"])]
