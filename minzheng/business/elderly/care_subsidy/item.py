"""经济困难老年人养老服务补贴：事项声明。发现金的按月发；给服务的地方每月给额度。"""

from __future__ import annotations

from pathlib import Path

from minzheng.business.elderly.asking import ABILITY, CONTACT, LIVING, PAPERS, STANDING, ability_known, notices, words
from minzheng.business.elderly.care_subsidy.paying import CareSubsidy
from minzheng.kernel.cases.lifecycle.personal import personal
from minzheng.kernel.cases.procedure import Procedure
from minzheng.kernel.items.items import Item
from minzheng.kernel.items.personal import DIBAO, EDGE, TEKUN, personal_form
from minzheng.kernel.parts.fields import Photo

LAW = "《关于建立健全经济困难的高龄失能等老年人补贴制度的通知》（财社〔2014〕113号）"
REASONS = (
    ("R01", "不属于经济困难老年人"),
    ("R04", "户籍不在本地"),
    ("R05", "年龄未到"),
    ("R06", "能力等级不在补贴范围，或评估过期"),
    ("R07", "已享受不能同时领的待遇"),
    ("R09", "已去世"),
    ("R10", "其他"),
)
FACTS = (*ABILITY, LIVING, *CONTACT)
BENEFIT = CareSubsidy(
    "elderly.care_subsidy",
    "养老服务补贴",
    ("养老服务补贴资格",),
    ("养老服务补贴",),
    registered=(DIBAO, EDGE, TEKUN),
    shown=(("周岁", "年龄"), ("能力等级", "能力等级")),
    more=words,
)
procedure = Procedure("elderly.care_subsidy", "养老服务补贴", Path(__file__).parent, short="养老补贴")

ITEM = Item(
    "elderly.care_subsidy",
    "经济困难老年人养老服务补贴",
    short="养老服务补贴",
    number_code="YLBT",
    form=personal_form(
        "老人的情况",
        FACTS,
        why="按能力等级发放。是不是低保、特困、低保边缘家庭由工作人员查，不用您填。",
        photos=(Photo("photo_ability", "能力评估报告", kind="ability", help="做过评估的，拍结论那一页。"),),
    ),
    flow=personal(reasons=REASONS, params=procedure, facts=(*FACTS, *STANDING), known=(ability_known,)),
    intro="低保、特困、低保边缘家庭里生活不能完全自理的老人，按能力等级每月补助。",
    who=("满 60 周岁，户口在本地", "是低保、特困或低保边缘家庭的老人", "经评估为中度以上失能，或者当地规定的高龄"),
    bring=PAPERS,
    notices=notices(LAW, first="《中华人民共和国老年人权益保障法》第三十条、第三十七条"),
    reasons=REASONS,
    law=LAW,
    assess=BENEFIT.assess,
    recompute=BENEFIT.recompute,
)
