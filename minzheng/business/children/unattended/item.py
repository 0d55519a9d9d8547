"""事实无人抚养儿童基本生活补贴：事项声明。父母的情形先由部门数据查，查不到的才补材料；不公示。"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minzheng.business.children import asking
from minzheng.kernel.cases.lifecycle.personal import personal
from minzheng.kernel.cases.procedure import Procedure
from minzheng.kernel.items.items import Item
from minzheng.kernel.items.personal import PersonalBenefit, personal_form
from minzheng.kernel.parts.fields import Date, Photo, YesNo

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

LAW = "《关于进一步加强事实无人抚养儿童保障工作的意见》（民发〔2019〕62号）；《关于进一步做好事实无人抚养儿童保障有关工作的通知》（民发〔2020〕125号）"
FACTS = (*asking.GUARDIAN, asking.SCHOOL, *asking.DISABILITY)
CLERKS = (
    YesNo("known_unattended", "以前已经认定为事实无人抚养儿童（查验旧证件）"),
    Date("adopted_on", "办理收养登记的日期"),
    YesNo("poor", "孩子是登记在册的脱贫人口"),
    *asking.STANDING,
)


def more(known: Mapping[str, Any], case: Case) -> dict[str, Any]:
    return asking.school_words(known)


BENEFIT = PersonalBenefit(
    "children.unattended",
    "事实无人抚养儿童基本生活补贴",
    ("事实无人抚养资格",),
    ("事实无人抚养补贴",),
    facts=asking.PARENT_WORDS
    | asking.DISABILITY_WORDS
    | asking.STANDING_WORDS
    | {"known_unattended": "事实无人抚养", "adopted_on": "收养登记日", "poor": "脱贫人口"},
    home=asking.HOME_WORDS,
    registered=asking.REGISTERED,
    more=more,
    more_home=asking.dibao_words,
    shown=(
        ("周岁", "年龄"),
        ("父亲", "父亲情形"),
        ("母亲", "母亲情形"),
        ("标准", "无人抚养标准"),
        ("本人已领的生活补贴等", "本人已领待遇"),
        ("全家低保金", "全家月低保金"),
    ),
)
procedure = Procedure("children.unattended", "事实无人抚养儿童基本生活补贴", Path(__file__).parent, short="无人抚养")

ITEM = Item(
    "children.unattended",
    "事实无人抚养儿童基本生活补贴",
    short="无人抚养",
    number_code="SSWR",
    form=personal_form(
        "孩子现在的生活",
        (*FACTS, asking.CONSENT),
        why="用来约定怎样照顾孩子、钱发给谁；已经领低保、残疾人生活补贴的，差多少补多少。",
        photos=(Photo("photo_parents", "父母情况的文书（没有也可以，由部门查）", kind="parents"),),
        before=asking.PARENT_STEPS,
        applicant=asking.CHILD,
    ),
    flow=personal(reasons=asking.REASONS, params=procedure, facts=(*asking.PARENTS, *FACTS, *CLERKS)),
    intro="父母在而都不能抚养，或者一方去世、失踪而另一方不能抚养的孩子，按散居孤儿的标准发给。",
    who=(
        "父母双方都不能抚养：重残、重病、服刑、强制戒毒、失去联系等",
        "或者一方去世、失踪，另一方不能抚养",
        "孩子未满 18 周岁，或者还在全日制学校上学；户口在本地",
    ),
    bring=asking.PAPERS,
    notices=asking.notices(LAW),
    reasons=asking.REASONS,
    law=LAW,
    assess=BENEFIT.assess,
    recompute=BENEFIT.recompute,
    publicity=asking.NOT_POSTED,
    reader=asking.READER,
)
