"""What the applications of old people's benefits ask alike, and how the answers become words of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minzheng.kernel import clock
from minzheng.kernel.cases.flow import guard
from minzheng.kernel.cases.lifecycle.facts import beneficiary, standing_facts
from minzheng.kernel.items.items import Material, Notice
from minzheng.kernel.parts.fields import Choice, Date, Phone, Text, When, YesNo

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.cases.running.context import Ctx

LEVELS = tuple((level, level) for level in ("能力完好", "轻度失能", "中度失能", "重度失能", "完全失能"))
NOT_ASSESSED = "none"

LIVING = Choice(
    "living",
    "老人现在和谁一起住",
    required=True,
    options=(
        ("family", "和子女或其他家人"),
        ("spouse", "只和老伴"),
        ("alone", "自己一个人"),
        ("institution", "住在养老机构"),
    ),
)
CONTACT = (
    Text("contact_name", "家里可以联系的人", max_length=30, help="子女、亲友或邻居都可以；找不到老人时联系。"),
    Phone("contact_phone", "联系人的电话"),
)
ABILITY = (
    Choice(
        "ability",
        "最近一次老年人能力评估的等级",
        required=True,
        radio_up_to=6,
        options=(*LEVELS, (NOT_ASSESSED, "还没有评估过，或者不清楚")),
        help="评估报告上写着；没有评估过的照样可以申请，受理后安排评估，不收费。",
    ),
    Date(
        "assessed_on",
        "评估日期",
        not_after=clock.today,
        when=When("ability", tuple(level for level, _ in LEVELS)),
        help="报告上的日期，记不清可以不填。",
    ),
)
IN_HOSPITAL = YesNo("in_hospital", "老人现在是不是正在住院", required=True)
#: The family's standing is looked up, not asked; the clerk records it where the register lacks it.
STANDING = (
    YesNo("is_dibao", "是登记在册的低保家庭（本系统查不到时填）"),
    YesNo("is_edge", "是登记在册的低保边缘家庭（本系统查不到时填）"),
    YesNo("is_tekun", "是登记在册的特困人员（本系统查不到时填）"),
)
PAPERS = (
    Material("identity", "身份证、户口簿", obtainable=True),
    Material("ability", "能力评估报告", obtainable=True, help="做过评估的，拍下结论那一页"),
    Material("other", "其他材料"),
)


def words(known: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Answers that are no word by themselves: with whom one lives, a level that nobody has found out yet."""
    found: dict[str, Any] = {"空巢独居": known.get("living") in ("alone", "spouse")}
    found["入住养老机构"] = known.get("living") == "institution"
    if known.get("ability") in dict(LEVELS):
        found["能力等级"] = known["ability"]
        if known.get("assessed_on"):
            found["能力评估日期"] = known["assessed_on"]
    return found


def notices(law: str, *, first: str = "") -> dict[str, Notice]:
    """The papers of an old person's benefit. `law`: its basis; `first`: what stands before it on the decision."""
    decided = f"{first}；{law}" if first else law
    return {
        **{code: Notice(law) for code in ("N01", "N02", "N13", "N18")},
        "N03": Notice(law, reason_required=True),
        "N06": Notice(decided),
        **{code: Notice(decided, reason_required=True) for code in ("N07", "N08", "N09", "N10", "N14")},
    }


@guard("ability_known")
def ability_known(ctx: Ctx) -> str:
    """Nobody decides on a level that no assessment has found: with its date, because it is good for a year only."""
    member = beneficiary(ctx)
    facts = standing_facts(member) if member is not None else {}
    if facts.get("ability") in dict(LEVELS) and facts.get("assessed_on"):
        return ""
    return "还没有能力评估的等级和日期：请先办理“送鉴定、评估”，结果回来后在“登记核实情况”里填写等级和评估日期。"
