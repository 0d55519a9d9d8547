"""政府购买居家养老上门服务：事项声明。给的是每月服务额度，不发钱，所以不问银行账户。"""

from __future__ import annotations

from pathlib import Path

from minzheng.business.elderly.asking import (
    ABILITY,
    CONTACT,
    IN_HOSPITAL,
    LIVING,
    PAPERS,
    STANDING,
    ability_known,
    notices,
    words,
)
from minzheng.kernel.cases.lifecycle.personal import personal
from minzheng.kernel.cases.procedure import Procedure
from minzheng.kernel.items.items import Item
from minzheng.kernel.items.personal import DIBAO, EDGE, TEKUN, PersonalBenefit, personal_form
from minzheng.kernel.parts.fields import Photo

LAW = "《关于做好政府购买养老服务工作的通知》（财社〔2014〕105号）；《居家养老上门服务基本规范》（GB/T 43153—2023）"
REASONS = (
    ("R01", "不属于当地规定的服务对象"),
    ("R04", "户籍不在本地"),
    ("R05", "年龄未到"),
    ("R06", "能力评估过期"),
    ("R08", "住院或住养老机构期间暂停"),
    ("R09", "已去世"),
    ("R10", "其他"),
)
FACTS = (*ABILITY, LIVING, IN_HOSPITAL, *CONTACT)
BENEFIT = PersonalBenefit(
    "elderly.home_care",
    "居家养老上门服务",
    ("居家养老服务资格",),
    ("居家养老服务额度",),
    facts={"in_hospital": "住院"},
    registered=(DIBAO, EDGE, TEKUN),
    shown=(("周岁", "年龄"), ("能力等级", "能力等级")),
    cycle="quota",
    more=words,
)
procedure = Procedure("elderly.home_care", "居家养老上门服务", Path(__file__).parent, short="居家养老")

ITEM = Item(
    "elderly.home_care",
    "政府购买居家养老上门服务",
    short="居家养老服务",
    number_code="JJYL",
    form=personal_form(
        "老人的情况",
        FACTS,
        why="按能力等级给每月的服务额度；住在养老机构的，由机构照料，不用上门。",
        photos=(Photo("photo_ability", "能力评估报告", kind="ability", help="做过评估的，拍结论那一页。"),),
        account=False,
    ),
    flow=personal(reasons=REASONS, params=procedure, facts=(*FACTS, *STANDING), known=(ability_known,), cycle="quota"),
    intro="住在家里的老人，每月有一笔服务额度，可以请人上门助餐、助洁、助浴、助医、助急、助行；额度不发现金。",
    who=("满 60 周岁，户口在本地，住在家里", "有的地方只给困难、高龄、空巢独居的老人", "额度按能力评估的等级"),
    bring=PAPERS,
    notices=notices(LAW, first="《中华人民共和国老年人权益保障法》第三十七条"),
    reasons=REASONS,
    law=LAW,
    assess=BENEFIT.assess,
    recompute=BENEFIT.recompute,
)
