"""刚性支出困难家庭认定：事项声明。认定一般不发钱，不公示；有效期满自动终止，仍有困难的重新申请。"""

from __future__ import annotations

from pathlib import Path

import minzheng.datacenter.matching.services  # noqa: F401  登记“信息核对”“认定差异”两种步骤
from minzheng.business.assistance.means_test.benefits import RIGID
from minzheng.business.assistance.means_test.family import composition
from minzheng.business.assistance.means_test.reasons import REASONS
from minzheng.business.assistance.rigid_expense import acts
from minzheng.business.assistance.rigid_expense.form import RIGID_FORM
from minzheng.kernel.cases.lifecycle.means_tested import means_tested
from minzheng.kernel.cases.lifecycle.recognition import recognition_states, term_acts
from minzheng.kernel.cases.procedure import Procedure
from minzheng.kernel.items.items import Item, Material, Notice
from minzheng.kernel.items.publicity import PublicityRule

MEASURES = "《刚性支出困难家庭认定办法》（民发〔2024〕57号）"
TEMPORARY = "《社会救助暂行办法》（国务院令第649号）"
NOTICES = {
    **{code: Notice(MEASURES) for code in ("N01", "N02", "N06", "N08", "N12", "N13", "N18")},
    **{code: Notice(MEASURES, reason_required=True) for code in ("N03", "N07", "N09", "N14")},
    "N04": Notice(f"{TEMPORARY}第五十八条；{MEASURES}"),
    "N10": Notice(f"{TEMPORARY}第十三条、第六十八条；{MEASURES}", reason_required=True),
    "N11": Notice(f"{TEMPORARY}第六十八条；《中华人民共和国行政处罚法》第四十四条、第四十五条、第六十三条"),
    "N11J": Notice(f"{TEMPORARY}第六十八条；《中华人民共和国行政处罚法》第五十七条、第五十九条"),
}
procedure = Procedure("assistance.rigid_expense", "刚性支出困难家庭认定", Path(__file__).parent, short="刚性支出")

ITEM = Item(
    "assistance.rigid_expense",
    "刚性支出困难家庭认定",
    short="刚性支出困难认定",
    number_code="GXZC",
    form=RIGID_FORM,
    flow=means_tested(
        reasons=REASONS,
        params=procedure,
        publicity=False,
        states=recognition_states(),
        extra=(*acts.acts(), *term_acts()),
        known=(acts.expenses_verified,),
    ),
    intro="收入不够低，但看病、上学、康复这些必须花的钱占去大半的家庭，认定后可以享受医疗、教育等专项救助和临时救助。",
    who=(
        "家庭人均收入低于当地上年度人均可支配收入",
        "近 12 个月必须花的钱占家庭收入的比例超过当地规定",
        "家庭财产在规定限额以内，也不是低保、特困、低保边缘家庭",
    ),
    bring=(
        Material("identity", "身份证、户口簿", obtainable=True),
        Material("illness", "看病、康复的票据", help="近 12 个月的；能查到结算数据的不用带"),
        Material("education", "上学的票据", help="学费、住宿费等"),
        Material("other", "其他材料"),
    ),
    notices=NOTICES,
    reasons=REASONS,
    law=MEASURES,
    composition=composition,
    assess=RIGID.assess,
    recompute=RIGID.recompute,
    publicity=PublicityRule(False, why="民办函〔2024〕31号：谁救助谁公示，仅作认定、不发钱的不公示", columns=()),
)
