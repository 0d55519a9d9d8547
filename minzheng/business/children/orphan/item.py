"""孤儿基本生活费：事项声明。申请人是孩子，由监护人或儿童福利机构替孩子办；不公示。"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minzheng.business.children import asking
from minzheng.business.children.orphan import agreement
from minzheng.kernel.cases.lifecycle.personal import personal
from minzheng.kernel.cases.procedure import Procedure
from minzheng.kernel.items.items import Item
from minzheng.kernel.items.personal import TEKUN, PersonalBenefit, personal_form
from minzheng.kernel.parts.fields import Date, Photo, YesNo

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

LAW = "《国务院办公厅关于加强孤儿保障工作的意见》（国办发〔2010〕54号）；《民政部、财政部关于发放孤儿基本生活费的通知》（民发〔2010〕161号）"
FACTS = (*asking.GUARDIAN, asking.SCHOOL)
CLERKS = (
    YesNo("known_orphan", "以前已经认定为孤儿（查验旧证件）"),
    Date("adopted_on", "办理收养登记的日期"),
    YesNo("is_tekun", "孩子是登记在册的特困人员（本系统查不到时填）"),
)


def more(known: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """School, and whether an institution raises the child."""
    return asking.school_words(known) | {"集中养育": known.get("guardian_relation") == "institution"}


BENEFIT = PersonalBenefit(
    "children.orphan",
    "孤儿基本生活费",
    ("孤儿保障资格",),
    ("孤儿基本生活费",),
    facts=asking.PARENT_WORDS | {"known_orphan": "孤儿", "adopted_on": "收养登记日"},
    registered=(TEKUN,),
    more=more,
    shown=(("周岁", "年龄"), ("父亲", "父亲情形"), ("母亲", "母亲情形")),
)
procedure = Procedure("children.orphan", "孤儿基本生活费", Path(__file__).parent, short="孤儿")

ITEM = Item(
    "children.orphan",
    "孤儿基本生活费",
    short="孤儿",
    number_code="GE",
    form=personal_form(
        "孩子现在的生活",
        (*FACTS, asking.CONSENT),
        why="用来约定怎样照顾孩子、钱发给谁；满十八周岁还在全日制学校上学的可以继续领。",
        photos=(Photo("photo_parents", "父母去世、宣告失踪的文书（没有也可以，由部门查）", kind="parents"),),
        before=asking.PARENT_STEPS,
        applicant=asking.CHILD,
    ),
    flow=personal(
        reasons=asking.REASONS,
        params=procedure,
        facts=(*asking.PARENTS, *FACTS, *CLERKS),
        extra=agreement.acts(),
        clean=(agreement.raising_agreed,),
    ),
    intro="父母都去世、被宣告失踪或者查找不到的孩子，每月有基本生活费，到十八周岁；还在上学的继续。",
    who=("父母双方都去世、被宣告失踪，或者查找不到", "孩子未满 18 周岁，或者还在全日制学校上学", "孩子的户口在本地"),
    bring=asking.PAPERS,
    notices=asking.notices(LAW),
    reasons=asking.REASONS,
    law=LAW,
    assess=BENEFIT.assess,
    recompute=BENEFIT.recompute,
    publicity=asking.NOT_POSTED,
    reader=asking.READER,
)
