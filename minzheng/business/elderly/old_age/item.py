"""高龄津贴：事项声明。申请人就是老人；子女、村干部替老人办走“替家人办”。"""

from __future__ import annotations

from pathlib import Path

from minzheng.business.elderly.asking import CONTACT, LIVING, STANDING, notices
from minzheng.business.elderly.old_age.brackets import CHANGE
from minzheng.kernel.cases.lifecycle.personal import personal
from minzheng.kernel.cases.procedure import Procedure
from minzheng.kernel.items.items import Item, Material
from minzheng.kernel.items.personal import DIBAO, EDGE, TEKUN, PersonalBenefit, personal_form
from minzheng.kernel.parts.fields import YesNo

LAW = "《中华人民共和国老年人权益保障法》第三十三条；当地高龄津贴发放办法"
REASONS = (
    ("R01", "不属于当地规定的低收入老年人"),
    ("R04", "户籍不在本地"),
    ("R05", "年龄未到"),
    ("R06", "拒绝配合核实"),
    ("R07", "已享受不能同时领的待遇，或已在别处领取"),
    ("R08", "生存认证逾期"),
    ("R09", "已去世"),
    ("R10", "其他"),
)
FACTS = (
    YesNo(
        "elsewhere",
        "有没有在别的县（市、区）领高龄津贴",
        required=True,
        help="同一个人只能在一个地方领；要换过来领的，先在原来的地方停领。",
    ),
    LIVING,
    *CONTACT,
)
#: What the clerk alone records.
CLERKS = (*STANDING, YesNo("unproven", "超过期限没有通过生存认证（数据比对、人脸或上门）"))
BENEFIT = PersonalBenefit(
    "elderly.old_age",
    "高龄津贴",
    ("高龄津贴资格",),
    ("高龄津贴",),
    facts={"elsewhere": "别处已领高龄津贴", "unproven": "生存认证逾期"},
    registered=(DIBAO, EDGE, TEKUN),
    shown=(("周岁", "年龄"),),
)
procedure = Procedure("elderly.old_age", "高龄津贴", Path(__file__).parent, short="高龄津贴", from_application=True)

ITEM = Item(
    "elderly.old_age",
    "高龄津贴",
    short="高龄津贴",
    number_code="GLJT",
    form=personal_form("老人的情况", FACTS, why="年龄按身份证号码算，不用填；户口、是不是在别处领，由工作人员核实。"),
    flow=personal(reasons=REASONS, params=procedure, facts=(*FACTS, *CLERKS), extra=(CHANGE,)),
    intro="满了当地规定的年龄（一般是 80 周岁），每月发给，年龄越高发得越多。",
    who=("满了当地规定的年龄，一般是 80 周岁", "户口在本地", "同一个人只在一个地方领"),
    bring=(Material("identity", "身份证、户口簿", obtainable=True), Material("other", "其他材料")),
    notices=notices(LAW),
    reasons=REASONS,
    law=LAW,
    assess=BENEFIT.assess,
    recompute=BENEFIT.recompute,
)
