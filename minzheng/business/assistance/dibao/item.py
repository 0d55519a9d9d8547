"""低保：事项声明。"""

from __future__ import annotations

from minzheng.business.assistance.dibao.procedure import procedure_params
from minzheng.business.assistance.means_test.form import MEANS_TEST_FORM
from minzheng.kernel.cases.flow import Flow
from minzheng.kernel.cases.states import STATES
from minzheng.kernel.items.items import Item, Material

# Reason codes of reference §1.5.
REASONS = (
    ("R01", "收入超标"), ("R02", "财产超标"), ("R03", "非共同生活或人口不实"), ("R04", "户籍居住不符"), ("R05", "隐瞒虚报"),
    ("R06", "拒绝授权或配合"), ("R07", "已享受特困供养"), ("R08", "有劳动能力拒绝就业（三次）"), ("R09", "义务人有能力"), ("R10", "其他"),
)

ITEM = Item(
    "assistance.dibao", "最低生活保障",
    short="低保", number_code="DB", form=MEANS_TEST_FORM,
    flow=Flow(STATES, (), (), procedure_params),
    intro="家庭人均收入低于当地低保标准、财产符合规定的，按月补足差额。",
    who=("共同生活的家人人均收入低于当地低保标准", "家庭财产在规定限额以内", "一般由户口所在地的乡镇（街道）受理"),
    bring=(
        Material("identity", "身份证、户口簿", obtainable=True),
        Material("income", "收入证明", help="部门查不到的收入才需要"),
        Material("illness", "诊断书、残疾人证", obtainable=True),
        Material("other", "其他材料"),
    ),
    reasons=REASONS,
    law="《社会救助暂行办法》（国务院令第649号）；《最低生活保障审核确认办法》（民发〔2021〕57号）",
)
