"""低保边缘家庭认定：事项声明。认定本身不发钱，所以不公示（谁救助谁公示），没有发放明细。"""

from __future__ import annotations

from minzheng.business.assistance.dibao.notices.basis import NOTICES
from minzheng.business.assistance.dibao.procedure import procedure_params
from minzheng.business.assistance.means_test.benefits import EDGE
from minzheng.business.assistance.means_test.family import composition
from minzheng.business.assistance.means_test.form import MEANS_TEST_FORM
from minzheng.business.assistance.means_test.reasons import REASONS
from minzheng.kernel.cases.lifecycle.means_tested import means_tested
from minzheng.kernel.cases.lifecycle.recognition import recognition_states
from minzheng.kernel.items.items import Item, Material
from minzheng.kernel.items.publicity import PublicityRule

ITEM = Item(
    "assistance.dibao_edge",
    "低保边缘家庭认定",
    short="低保边缘",
    number_code="DBBY",
    form=MEANS_TEST_FORM,
    flow=means_tested(reasons=REASONS, params=procedure_params, publicity=False, states=recognition_states()),
    intro="收入比低保标准稍高、财产符合规定的家庭，认定后可以享受医疗、教育等专项救助。",
    who=("家庭人均收入低于低保标准的 1.5 倍（以当地规定为准）", "家庭财产在规定限额以内"),
    bring=(Material("identity", "身份证、户口簿", obtainable=True), Material("other", "其他材料")),
    notices=NOTICES,
    reasons=REASONS,
    law="《关于加强低收入人口认定和动态监测工作的通知》（民办函〔2024〕31号）",
    composition=composition,
    assess=EDGE.assess,
    recompute=EDGE.recompute,
    publicity=PublicityRule(False, why="民办函〔2024〕31号：谁救助谁公示，仅作认定、不发钱的不公示", columns=()),
)
