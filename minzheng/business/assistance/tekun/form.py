"""申请表: one person's application for 特困供养. Self-care in six plain questions, everybody who owes support by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from minzheng.business.assistance.means_test.form import HOME
from minzheng.kernel.items.forms import Form, Step
from minzheng.kernel.items.steps import (
    ACCOUNT,
    APPLICANT,
    CONSENTS,
    DISABILITY_KINDS,
    LEVELS,
    REVIEW,
    papers,
)
from minzheng.kernel.parts.fields import Choice, Count, IdNumber, Money, Phone, Photo, Text, When, YesNo

#: 六项自理能力 (特困人员认定办法第二十一条): field → what one can or cannot do by oneself.
SIX = (
    ("eat", "吃饭"),
    ("dress", "穿衣"),
    ("bed", "上下床"),
    ("toilet", "上厕所"),
    ("walk", "在屋里走动"),
    ("wash", "洗澡"),
)
CARE_MODES = (("分散供养", "在家里（分散供养）"), ("集中供养", "住到供养服务机构（集中供养）"))
COLLECTIVE = When("care_mode", ("集中供养",))

_HUKOU = Choice(
    "hukou",
    "户口在哪里",
    required=True,
    options=(("here", "就在本县（区）"), ("permit", "不在，持本地居住证"), ("away", "不在本县（区）")),
    help="特困供养要向户口所在地申请。",
)
WHO = replace(APPLICANT, fields=tuple(_HUKOU if f.name == "hukou" else f for f in APPLICANT.fields))
PERSON = Step(
    "person",
    "本人的情况",
    (
        Choice("disability_kind", "残疾类别", options=DISABILITY_KINDS, help="有残疾证的才选。"),
        Choice("disability_level", "残疾等级", options=LEVELS, required=True, when=When("disability_kind")),
        YesNo("no_labour", "是不是已经认定没有劳动能力", help="满 60 岁、未满 16 岁的不用管这一项。"),
        YesNo("middle_student", "是不是在上小学、初中、高中或中职", help="成年以后还在上学的，可以接着供养。"),
        YesNo("child_aid", "是不是已经按孤儿或事实无人抚养儿童领钱", help="两样只能选一样。"),
        Choice("care_mode", "想在哪里供养", required=True, options=CARE_MODES, help="由本人自愿选择，以后可以改。"),
        Text("institution", "想去哪家机构", max_length=60, help="没有想好可以不填。", when=COLLECTIVE),
    ),
    repeat="members",
    fixed_rows=True,
    why="没有劳动能力、没有生活来源、没有人供养的老年人、残疾人和未成年人，由国家供养。",
)
SELFCARE = Step(
    "selfcare",
    "自己能做的事",
    tuple(YesNo(name, f"能自己{what}", required=True) for name, what in SIX),
    repeat="members",
    fixed_rows=True,
    why="不能自己做的事越多，照料护理的钱越多。这里先说个大概，以工作人员上门评估为准。",
)
INCOME = Step(
    "income",
    "本人的收入",
    (
        Money("wage", "工资、打工收入（每月）", help="近 12 个月的月平均数，没有就填 0。"),
        Money("business", "种养、经营净收入（每月）"),
        Money("property_income", "租金、利息、土地流转（每月）"),
        Money("transfer", "养老金、别人给的钱等（每月）"),
        Money(
            "not_counted",
            "其中国家规定不计入的（每月）",
            help="如基础养老金、优抚金、残疾人补贴。",
            when=When("transfer"),
        ),
        Money("tekun_not_counted", "其中的高龄津贴（每月）", help="认定特困时不算收入。", when=When("transfer")),
    ),
    repeat="members",
    fixed_rows=True,
    why="本人收入要低于当地低保标准；没有的项目不用填。",
)
_HOME = {f.name: f for f in HOME.fields}
PROPERTY = Step(
    "home",
    "本人的财产",
    (
        replace(_HOME["urban"], label="按城市还是农村的标准"),
        replace(_HOME["deposits"], help="本人名下的，没有就填 0。"),
        replace(_HOME["houses"], help="本人名下的。"),
        _HOME["vehicles"],
        replace(_HOME["near_relative"], label="有没有近亲属是经办的工作人员或村（居）干部"),
        _HOME["near_relative_detail"],
    ),
    section="property",
    why="还要看本人财产是否在规定限额以内。",
)
SUPPORT = Step(
    "support",
    "应当供养您的人",
    (
        YesNo(
            "has_obligor",
            "有没有在世的配偶、父母、子女",
            required=True,
            help="养子女、继子女也算；父母不在了的未成年人，还有祖父母、外祖父母、成年的兄姐。",
        ),
    ),
    why="有人应当供养又有能力供养的，由他们供养；他们自己也困难的，国家来供养。",
)
STATUS = (
    ("none", "都不是"),
    ("tekun", "特困人员"),
    ("dibao", "正在享受低保"),
    ("disabled", "一、二级残疾"),
    ("third", "三级智力或精神残疾"),
    ("incapable", "无民事行为能力"),
    ("missing", "已宣告失踪"),
    ("prison", "正在服刑"),
)


def obligors_complete(rows: list[Mapping[str, Any]], form: Mapping[str, Any]) -> dict[str, str]:
    """Whoever says there is somebody names them; nobody is named twice, nor the applicant."""
    errors: dict[str, str] = {}
    has = (form.get("support") or {}).get("has_obligor")
    if has and not rows:
        errors[""] = "您说有在世的配偶、父母或子女，请把他们一个一个加上。"
    if has is False and rows:
        errors[""] = "上面选了“没有”，这里却填了人：请改选“有”，或者删去这里的人。"
    seen = {row.get("id_no") for row in form.get("members") or [] if row.get("id_no")}
    for i, row in enumerate(rows):
        if row.get("id_no") in seen:
            errors[f"{i}.id_no"] = "这个身份证号码已经填过：本人不在这里填，同一个人只填一次。"
        if row.get("id_no"):
            seen.add(row["id_no"])
    return errors


OBLIGORS = Step(
    "obligors",
    "他们是谁",
    (
        Text("name", "姓名", required=True, max_length=30),
        Choice(
            "relation",
            "是您的什么人",
            required=True,
            radio_up_to=0,
            options=tuple((r, r) for r in ("配偶", "父母", "子女", "祖父母", "兄弟姐妹", "孙子女")),
        ),
        IdNumber("id_no", "身份证号码", help="不知道可以不填；填了并且本人同意，才会核对。"),
        Phone("phone", "手机号码", help="他愿意用自己的手机签授权书时使用，可不填。"),
        Count("age", "多大岁数", minimum=0, maximum=120, unit="周岁", help="填了身份证号码的不用填。"),
        Choice("status", "他自己的情况", required=True, radio_up_to=0, options=STATUS),
        YesNo("low_income", "他自己的收入是不是比当地平均收入低"),
        YesNo("modest", "他家的财产是不是也不多", help="没有多的房子、车子和存款。"),
    ),
    repeat="obligors",
    joins=True,
    add_title="添加一位应当供养您的人",
    check=obligors_complete,
    why="一个一个写清楚；工作人员会核实他们有没有能力供养。",
)
PAPERS = papers(
    Photo("photo_disability", "残疾人证、诊断书", kind="illness"),
    Photo("photo_support", "义务人情况的材料", kind="support", help="如判决书、失踪或服刑的证明。"),
)
TEKUN_FORM = Form((WHO, PERSON, SELFCARE, INCOME, PROPERTY, SUPPORT, OBLIGORS, ACCOUNT, PAPERS, CONSENTS, REVIEW))
