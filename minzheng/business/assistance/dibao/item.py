"""低保：事项声明。"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import minzheng.datacenter.matching.services  # noqa: F401  登记“信息核对”“认定差异”两种步骤
from minzheng.business.assistance.dibao.notices.basis import NOTICES
from minzheng.business.assistance.dibao.procedure import procedure_params
from minzheng.business.assistance.means_test.assess import MeansTest
from minzheng.business.assistance.means_test.benefits import EDGE, RIGID, tekun_hint
from minzheng.business.assistance.means_test.family import composition
from minzheng.business.assistance.means_test.form import MEANS_TEST_FORM, applies_alone
from minzheng.business.assistance.means_test.reasons import REASONS
from minzheng.business.assistance.means_test.single import SingleClaim
from minzheng.kernel.cases.lifecycle.means_tested import means_tested
from minzheng.kernel.items.items import Item, Material, Proposal
from minzheng.kernel.items.publicity import PublicityRule

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

RULES = MeansTest(
    "assistance.dibao",
    "低保",
    "低保资格",
    cash=("低保金",),
    member_cash=("分类施保金",),
    taper="渐退资格",
    taper_cash="渐退保障金",
    taper_months="渐退_月数",
    limit_words=(("deposit", "低保金融资产限额"), ("vehicle", "低保_车辆上限"), ("house", "低保_房屋上限")),
    single=SingleClaim("单人户资格", ("单人户低保金", "分类施保金"), EDGE.benefit, "低保边缘资格", "低保边缘线合计"),
)


def proposals(case: Case, on: datetime.date) -> list[Proposal]:
    """一次申请、分类审核认定: what else this family may have, by those benefits' own rules."""
    found = (
        EDGE.proposal(case, on, "低保边缘线合计"),
        RIGID.proposal(case, on, "刚性支出比例线"),
        tekun_hint(case, on),
    )
    return [one for one in found if one is not None]


ITEM = Item(
    "assistance.dibao",
    "最低生活保障",
    short="低保",
    number_code="DB",
    form=MEANS_TEST_FORM,
    flow=means_tested(reasons=REASONS, params=procedure_params),
    intro="家庭人均收入低于当地低保标准、财产符合规定的，按月补足差额。",
    who=("共同生活的家人人均收入低于当地低保标准", "家庭财产在规定限额以内", "一般由户口所在地的乡镇（街道）受理"),
    bring=(
        Material("identity", "身份证、户口簿", obtainable=True),
        Material("income", "收入证明", help="部门查不到的收入才需要"),
        Material("illness", "诊断书、残疾人证", obtainable=True),
        Material("other", "其他材料"),
    ),
    notices=NOTICES,
    reasons=REASONS,
    law="《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）",
    composition=composition,
    assess=RULES.assess,
    recompute=RULES.recompute,
    proposals=proposals,
    alone=applies_alone,
    limits=RULES.limits,
    publicity=PublicityRule(
        True, why="《最低生活保障审核确认办法》第二十四条：公示申请人姓名、家庭成员数量、保障金额", long_term=True
    ),
)
