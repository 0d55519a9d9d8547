"""Benefits of this line that propose each other after a refusal: seen through their rules, not through their items."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from minzheng.business.assistance.means_test.assess import MeansTest
from minzheng.business.assistance.means_test.family import Family, policy_family
from minzheng.kernel.items import reckoning
from minzheng.kernel.items.items import Proposal
from minzheng.policy import InputError, Unconfigured

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

EDGE = MeansTest("assistance.dibao_edge", "低保边缘家庭", "低保边缘资格")

PARTS = ("医疗支出年额", "教育支出年额", "康复支出年额", "其他刚性支出年额")


def expenses_by_parts(family: Family) -> Family:
    """The application for 低保 asks for one sum of what was paid for illness, school and rehabilitation; to the rules of
    刚性支出 a sum would include the living costs, which they add themselves by the standard."""
    home = dict(family["家庭"])
    paid = home.pop("刚性支出年额", None)
    if paid and not any(home.get(word) for word in PARTS):
        home["其他刚性支出年额"] = paid
    return {**family, "家庭": home}


RIGID = MeansTest(
    "assistance.rigid_expense",
    "刚性支出困难家庭",
    "刚性支出困难资格",
    cash=("支出型生活补贴",),
    words=expenses_by_parts,
    shown=(
        ("家庭年收入", "刚性支出家庭年收入"),
        ("收入上限（上年度人均可支配收入 × 人数）", "刚性支出收入线"),
        ("12 个月的刚性支出", "刚性支出认定额"),
        ("当地比例对应的支出", "刚性支出比例线"),
    ),
)

TEKUN = "assistance.tekun"
_CONDITIONS = ("特困无劳动能力", "特困收入符合", "特困财产符合")


def tekun_hint(case: Case, on: datetime.date) -> Proposal | None:
    """Members who meet the two conditions of 特困 that this form knows of. The third, that nobody is there who owes support
    and is able to give it, is asked in an application of their own: so this is a hint, not an answer."""
    family, _ = policy_family(case)
    words = reckoning.as_json(family)
    try:
        outcome = reckoning.run(words, case.region_code, on, (TEKUN, *_CONDITIONS), explain=False)
    except (Unconfigured, InputError):
        return None
    fit = outcome.values.get("特困财产符合")
    people = [row for row in outcome.rows["人"] if row["特困无劳动能力"] and row["特困收入符合"]]
    # Spouses, parents and children who live together owe each other support.
    close = ("配偶", "子女", "父母")
    alone = [row for row in people if len(outcome.rows["人"]) == 1 or row["与户主关系"] not in ("户主", *close)]
    if not fit or not alone:
        return None
    names = "、".join(str(row["姓名"]) for row in alone)
    sentence = f"{names}没有劳动能力，本人收入低于低保标准。没有应当供养的配偶、父母、子女，或者他们也没有能力的，可以另行申请特困供养。"
    return Proposal(TEKUN, "特困供养", False, sentence, invite=True)
