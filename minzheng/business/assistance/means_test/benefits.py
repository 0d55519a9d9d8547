"""Benefits of this line that propose each other after a refusal: seen through their rules, not through their items."""

from minzheng.business.assistance.means_test.assess import MeansTest
from minzheng.business.assistance.means_test.family import Family

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
