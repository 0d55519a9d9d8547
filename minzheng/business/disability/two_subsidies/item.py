"""残疾人两项补贴：事项声明。一次申请，两项分别给出是否发给、每月多少；规则在 ../living 和 ../nursing。"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from minzheng.business.disability.two_subsidies import certificate, crossing
from minzheng.business.disability.two_subsidies.facts import CLERKS, FACTS, REGISTERED, WORDS, more
from minzheng.kernel.cases.lifecycle.personal import personal
from minzheng.kernel.cases.procedure import Procedure
from minzheng.kernel.items.items import Item, Material, Notice
from minzheng.kernel.items.personal import PersonalBenefit, personal_form
from minzheng.kernel.items.publicity import PublicityRule
from minzheng.kernel.parts.fields import Photo

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

CODE = "disability.two_subsidies"
OPINION = "《国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见》（国发〔2015〕52号）"
REASONS = (
    ("R04", "户籍不在本地"),
    ("R05", "隐瞒虚报"),
    ("R06", "拒绝配合核实"),
    ("R07", "已享受不能同时领的待遇"),
    ("R10", "残疾等级、残疾人证或家庭情况不符合"),
)
procedure = Procedure(CODE, "残疾人两项补贴", Path(__file__).parent, short="残疾人两项补贴", from_application=True)


def start_month(case: Case, on: datetime.date) -> datetime.date | None:
    """Of an application handed in elsewhere the month of that hand-in counts; None: as of any other."""
    return crossing.handed_in_elsewhere(case, procedure(case.region_code, on))


BENEFIT = PersonalBenefit(
    "disability.living",
    "残疾人两项补贴",
    ("困难残疾人生活补贴资格", "重度残疾人护理补贴资格"),
    ("困难残疾人生活补贴", "重度残疾人护理补贴"),
    also=("disability.nursing",),
    facts=WORDS,
    registered=REGISTERED,
    more=more,
    shown=(("残疾类别", "残疾类别"), ("残疾等级", "残疾等级")),
    start_month=start_month,
)

ITEM = Item(
    CODE,
    "残疾人两项补贴",
    short="两项补贴",
    number_code="LXBT",
    form=personal_form(
        "残疾和家庭情况",
        FACTS,
        why="两项补贴一次申请：按残疾等级和家庭情况，分别看能不能发。",
        photos=(Photo("photo_disabled", "残疾人证（没有也可以，由残联查）", kind="disability"),),
    ),
    flow=personal(
        reasons=REASONS,
        params=procedure,
        facts=(*FACTS, *CLERKS),
        extra=(*certificate.acts(), *crossing.acts()),
        clean=(certificate.certificate_reviewed,),
        states=crossing.STATES,
        clocks=crossing.CLOCKS,
    ),
    intro="低保等困难家庭的残疾人有生活补贴，一级、二级重度残疾人有护理补贴。两项一次申请，符合几项领几项。",
    who=(
        "持有效的残疾人证",
        "生活补贴：低保家庭的残疾人（当地可能扩大到低保边缘等家庭）",
        "护理补贴：一级、二级，需要长期照护（当地可能扩大到三级智力、精神），不看家庭收入",
        "户口在哪里都可以在这里递交，由户口所在地审核发放",
    ),
    bring=(
        Material("identity", "身份证、户口簿", obtainable=True),
        Material("disability", "残疾人证", obtainable=True),
        Material("dibao", "低保证明", obtainable=True),
        Material("other", "其他材料"),
    ),
    notices={
        **{code: Notice(OPINION) for code in ("N01", "N02", "N06", "N13")},
        **{code: Notice(OPINION, reason_required=True) for code in ("N03", "N07", "N08", "N09", "N10", "N14")},
    },
    reasons=REASONS,
    benefits=("disability.living", "disability.nursing"),
    law=OPINION,
    assess=BENEFIT.assess,
    recompute=BENEFIT.recompute,
    publicity=PublicityRule(False, why="国发〔2015〕52号没有要求逐户张榜；不公开残疾情况", columns=()),
)
