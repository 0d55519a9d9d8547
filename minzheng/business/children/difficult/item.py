"""困境儿童认定：事项声明。先认定，当地发基本生活费的按标准发；不公示。"""

from __future__ import annotations

from pathlib import Path

from minzheng.business.children import asking
from minzheng.kernel.cases.lifecycle.personal import personal
from minzheng.kernel.cases.procedure import Procedure
from minzheng.kernel.items.items import Item
from minzheng.kernel.items.personal import PersonalBenefit, Registered, personal_form
from minzheng.kernel.parts.fields import Choice, Date, Photo, YesNo

LAW = "《国务院关于加强困境儿童保障工作的意见》（国发〔2016〕36号）；当地困境儿童分类保障办法"
CARE = Choice(
    "care",
    "孩子现在有没有人好好照管",
    required=True,
    options=(
        ("正常", "有人好好照管"),
        ("监护缺失", "没有人照管，或者照管的人不在身边"),
        ("监护不当", "受打骂、忽视，或者照管的人不合适"),
    ),
    help="孩子正在受伤害的，请马上拨打 110，不用等这份申请。",
)
FACTS = (*asking.GUARDIAN, CARE, YesNo("illness", "孩子有没有患重病", required=True), *asking.DISABILITY)
CLERKS = (
    Choice("class", "县里认定的类别", options=(("重点困境", "重点困境儿童"), ("一般困境", "一般困境儿童"))),
    Date("adopted_on", "办理收养登记的日期"),
    *asking.STANDING,
)
BENEFIT = PersonalBenefit(
    "children.difficult",
    "困境儿童认定",
    ("困境儿童认定",),
    ("困境儿童基本生活费",),
    facts=asking.PARENT_WORDS
    | asking.DISABILITY_WORDS
    | asking.STANDING_WORDS
    | {"care": "监护状况", "illness": "重病", "class": "困境儿童类别", "adopted_on": "收养登记日"},
    home=asking.HOME_WORDS,
    registered=(
        *asking.REGISTERED,
        Registered("孤儿", ("children.orphan",), "", "成员"),
        Registered("事实无人抚养", ("children.unattended",), "", "成员"),
    ),
    more_home=asking.dibao_words,
    shown=(("周岁", "年龄"), ("符合几类困难", "困境_困难类数"), ("重点困境儿童", "是重点困境儿童")),
)
procedure = Procedure("children.difficult", "困境儿童认定", Path(__file__).parent, short="困境儿童")

ITEM = Item(
    "children.difficult",
    "困境儿童认定",
    short="困境儿童",
    number_code="KJET",
    form=personal_form(
        "孩子现在的生活",
        (*FACTS, asking.CONSENT),
        why="看孩子的家庭、身体和照管三方面有没有困难；认定后安排走访关爱，当地有基本生活费的按月发。",
        photos=(Photo("photo_proof", "诊断书、残疾人证等（没有也可以，由部门查）", kind="illness"),),
        before=asking.PARENT_STEPS,
        applicant=asking.CHILD,
    ),
    flow=personal(reasons=asking.REASONS, params=procedure, facts=(*asking.PARENTS, *FACTS, *CLERKS)),
    intro="家里困难、孩子重残重病，或者没有人好好照管的孩子，可以认定为困境儿童，有人走访关爱；当地有基本生活费的按月发给。",
    who=("未满 18 周岁，户口在本地", "家庭经济、孩子自身或者照管有困难", "不是孤儿、事实无人抚养儿童、特困人员"),
    bring=asking.PAPERS,
    notices=asking.notices(LAW),
    reasons=asking.REASONS,
    law=LAW,
    assess=BENEFIT.assess,
    recompute=BENEFIT.recompute,
    publicity=asking.NOT_POSTED,
    reader=asking.READER,
)
