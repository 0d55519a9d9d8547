"""申请表: the questions of 低保, and one more screen about what had to be spent in the last twelve months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from minzheng.business.assistance.means_test.form import HOME, INCOME, MEANS_TEST_FORM, MEMBERS, OBLIGORS
from minzheng.kernel.items.forms import Form, Step
from minzheng.kernel.items.steps import ACCOUNT, papers
from minzheng.kernel.parts.fields import Field, Money, Photo, When

AMOUNTS = ("medical_annual", "education_annual", "rehab_annual", "other_annual", "rigid_annual")


def something_spent(values: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, str]:
    """At least one amount: without any there is nothing to look at. An amount given for 低保 counts."""
    if any(values.get(name) or (form.get("property") or {}).get(name) for name in AMOUNTS):
        return {}
    return {
        "medical_annual": "请至少填写一项支出；没有看病、上学、康复等支出的，不用申请这一项，可以看看低保、低保边缘。"
    }


EXPENSES = Step(
    "expenses",
    "近 12 个月必须花的钱",
    (
        Money("medical_annual", "看病自己付的钱", help="医保、大病保险、医疗救助报销以后自己付的。", unit="元"),
        Money("education_annual", "上学的钱", help="学费、住宿费、书本费等。", unit="元"),
        Money("rehab_annual", "残疾康复的钱", help="康复训练、辅助器具等自己付的。", unit="元"),
        Money("other_annual", "别的不得不花的钱", help="如房屋倒塌、火灾后必须的开支；平时吃穿用不用填。", unit="元"),
        Money("aid_annual", "这些事上已经得到的救助和捐款", help="政府救助、单位和个人捐的，没有就不填。", unit="元"),
    ),
    check=something_spent,
    why="看病、上学这些必须花的钱占了收入的大半，收入高一些也可以认定。平时吃穿用按低保标准算，不用您填。",
)
VEHICLE_PRICE = Money(
    "vehicle_price", "最贵的一辆车买的时候多少钱", unit="元", when=When("vehicles", tuple(range(1, 100)))
)


WORDED = {
    "urban": "按城市还是农村的标准",
    "near_relative": "家里有没有近亲属是经办的工作人员或村（居）干部",
}


def _home() -> tuple[Field, ...]:
    """Property as for 低保; illness and school are asked one by one on a screen of their own."""
    found: list[Field] = []
    for one in HOME.fields:
        if one.name != "rigid_annual":
            found.append(replace(one, label=WORDED.get(one.name, one.label)))
        if one.name == "vehicles":
            found.append(VEHICLE_PRICE)
    return tuple(found)


HOME_ONLY = replace(HOME, fields=_home(), why="还要看家庭财产是否在规定限额以内。")
WHO = replace(
    MEMBERS, why="按共同生活的家庭计算：配偶、未成年子女、在读的成年子女，以及长期住在一起、有赡养抚养关系的亲属。"
)
EARNED = replace(
    INCOME,
    fields=tuple(f for f in INCOME.fields if f.name != "single"),
    check=None,
    why="人均收入要低于当地上年度人均可支配收入；没有的项目不用填。",
)
PAPERS = papers(
    Photo("photo_illness", "看病、康复的票据", kind="illness", help="近 12 个月的结算单、发票；查得到的不用拍。"),
    Photo("photo_school", "上学的票据", kind="education"),
)
# Where nothing is paid no account is needed; places that pay a living subsidy ask for it when they decide.
UNPAID = replace(
    ACCOUNT,
    fields=tuple(replace(f, required=False) for f in ACCOUNT.fields),
    why="认定一般不发钱；当地按月发生活补贴的才用得到，可以先不填。",
)
_REPLACED = {"members": WHO, "income": EARNED, "home": HOME_ONLY, "account": UNPAID, "papers": PAPERS}


def _steps() -> tuple[Step, ...]:
    steps: list[Step] = []
    for step in MEANS_TEST_FORM.steps:
        steps.append(_REPLACED.get(step.code, step))
        if step.code == OBLIGORS.code:
            steps.append(EXPENSES)
    return tuple(steps)


RIGID_FORM = Form(_steps())
