"""What is asked for the two subsidies, and which words of the rules the answers are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minzheng.kernel.items.personal import Registered
from minzheng.kernel.items.steps import DISABILITY_KINDS, LEVELS
from minzheng.kernel.parts.fields import Choice, Money, When, YesNo

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

STANDING = (
    ("dibao", "低保家庭"),
    ("edge", "低保边缘家庭"),
    ("poor", "脱贫人口（原建档立卡）"),
    ("tekun", "特困人员"),
    ("none", "都不是，或者不清楚"),
)
ELSEWHERE = (
    ("injury", "工伤保险的生活护理费"),
    ("living", "老年、离休、因公致残等的生活类补贴"),
    ("nursing", "老年、离休、因公致残等的护理类补贴"),
    ("insurance", "长期护理保险的护理待遇"),
    ("orphan", "孤儿基本生活费"),
    ("none", "都没有"),
)
STATES = (("有效", "有效"), ("过期", "过期"), ("冻结", "冻结"), ("注销", "注销"))

KIND = Choice(
    "disability_kind", "残疾类别", options=DISABILITY_KINDS, required=True, radio_up_to=7, help="看残疾人证；不清楚的选最主要的，由残联核对。"
)  # fmt: skip
MIXED = YesNo("mixed_mental", "多重残疾里有没有智力或精神残疾", required=True, when=When("disability_kind", ("多重",)))
LEVEL = Choice("disability_level", "残疾等级", options=LEVELS, required=True)

#: Asked of whoever applies.
FACTS = (
    KIND,
    MIXED,
    LEVEL,
    YesNo(
        "needs_care",
        "平时吃饭、穿衣、走动这些事要不要别人照护",
        required=True,
        when=When("disability_level", ("1", "2", "3")),
    ),
    Choice(
        "standing",
        "您家现在是不是",
        many=True,
        required=True,
        options=STANDING,
        help="可以选几项。不清楚没关系，系统会自己查。",
    ),
    Choice("elsewhere", "正在领下面哪些钱", many=True, required=True, options=ELSEWHERE, help="可以选几项。"),
    Money("living_fen", "生活类补贴每月多少元", required=True, when=When("elsewhere", ("living",))),
    Money("nursing_fen", "护理类补贴每月多少元", required=True, when=When("elsewhere", ("nursing",))),
    Money("insurance_fen", "长护险的护理待遇每月多少元", required=True, when=When("elsewhere", ("insurance",))),
)
#: Established by the office alone: from departments' data, or by the county.
CLERKS = (
    YesNo("in_prison", "正在服刑", help="服刑期间停发护理补贴。"),
    YesNo("other_poor", "属于县里认定的其他困难残疾人"),
)
#: What the disabled persons' federation (残联) looks up.
CERTIFICATE = (Choice("certificate_state", "残疾人证现在的状态", options=STATES), KIND, MIXED, LEVEL)

WORDS = {
    "disability_kind": "残疾类别",
    "disability_level": "残疾等级",
    "mixed_mental": "多重含智力精神",
    "needs_care": "需长期照护",
    "certificate_state": "残疾人证状态",
    "other_poor": "其他困难残疾人",
    "living_fen": "老年生活类补贴",
    "nursing_fen": "老年护理类补贴",
    "insurance_fen": "长护险护理待遇",
}
REGISTERED = (
    Registered("已确认低保", ("assistance.dibao",), "standing=dibao"),
    Registered("已确认低保边缘", ("assistance.dibao_edge",), "standing=edge"),
    Registered("已确认特困", ("assistance.tekun",), "standing=tekun", "成员"),
    Registered("孤儿", ("children.orphan",), "elsewhere=orphan", "成员"),
    Registered("事实无人抚养", ("children.unattended",), "", "成员"),
)


def more(known: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """What several answers say together."""
    return {
        "脱贫人口": "poor" in (known.get("standing") or ()),
        "工伤生活护理费": "injury" in (known.get("elsewhere") or ()),
        "不计入情形": "服刑在押" if known.get("in_prison") else "无",
    }
