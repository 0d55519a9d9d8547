"""特困人员救助供养：事项声明。"""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import minzheng.datacenter.matching.services  # noqa: F401  登记“信息核对”“认定差异”两种步骤
from minzheng.business.assistance.means_test.reasons import REASONS
from minzheng.business.assistance.tekun import care, ending, findings
from minzheng.business.assistance.tekun.benefit import BENEFIT
from minzheng.business.assistance.tekun.form import TEKUN_FORM
from minzheng.kernel.cases.flow import Flow
from minzheng.kernel.cases.lifecycle.guards_decide import death_and_custody_clean
from minzheng.kernel.cases.lifecycle.means_tested import means_tested
from minzheng.kernel.cases.procedure import Procedure
from minzheng.kernel.cases.states import STATES
from minzheng.kernel.items.items import Item, Material, Notice
from minzheng.kernel.items.publicity import PublicityRule

MEASURES = "《特困人员认定办法》（民发〔2021〕43号）"
TEMPORARY = "《社会救助暂行办法》（国务院令第649号）"
SYSTEM = "《关于进一步健全特困人员救助供养制度的意见》（国发〔2016〕14号）"
NOTICES = {
    "N01": Notice(f"{MEASURES}第十一条"),
    "N02": Notice(f"{MEASURES}第十二条"),
    "N03": Notice(f"{MEASURES}第十二条", reason_required=True),
    "N04": Notice(f"{TEMPORARY}第五十八条；{MEASURES}第十三条"),
    "N05": Notice(f"{MEASURES}第十六条"),
    "N06": Notice(f"{TEMPORARY}第十四条、第十五条；{MEASURES}第四条、第十九条"),
    "N07": Notice(f"{TEMPORARY}第十四条；{MEASURES}第四条、第十九条", reason_required=True),
    "N08": Notice(f"{MEASURES}第二十三条；{SYSTEM}", reason_required=True),
    "N09": Notice(f"{TEMPORARY}第十八条；{MEASURES}第二十四条、第二十七条", reason_required=True),
    "N10": Notice(f"{TEMPORARY}第十八条、第六十八条", reason_required=True),
    "N11": Notice(f"{TEMPORARY}第六十八条；《中华人民共和国行政处罚法》第四十四条、第四十五条、第六十三条"),
    "N11J": Notice(f"{TEMPORARY}第六十八条；《中华人民共和国行政处罚法》第五十七条、第五十九条"),
    "N12": Notice(MEASURES),
    "N13": Notice(f"{TEMPORARY}第四条"),
    "N14": Notice(f"{MEASURES}第十二条", reason_required=True),
    "N17": Notice(f"{MEASURES}；{SYSTEM}"),
    "N18": Notice(MEASURES),
}


def only_here(region: str, on: datetime.date) -> bool:
    """特困供养 is asked for where one is registered: a residence permit does not do (认定办法第十条)."""
    return False


procedure = Procedure("assistance.tekun", "特困人员救助供养", Path(__file__).parent, short="特困", permit=only_here)


#: Acts of the common flow that speak of a working family: nobody in 特困供养 takes up work and leaves gradually.
WORKING = ("taper", "work_offer", "stop_share", "restore_share")


def _flow() -> Flow:
    made = means_tested(
        reasons=REASONS,
        params=procedure,
        states=tuple(replace(s, public="正在供养") if s.code == "IN_PAYMENT" else s for s in STATES),
        extra=(*findings.acts(), *care.acts(), *ending.acts()),
        known=(findings.support_settled, findings.selfcare_assessed),
        clean=(death_and_custody_clean,),
    )
    stop, approve = made.act("stop"), made.act("approve")
    assert stop is not None and approve is not None
    made = replace(made, acts=tuple(a for a in made.acts if a.code not in WORKING))
    return made.changed(
        forward={"title": "上报（不公示的）"},
        approve={"effects": (*approve.effects, ending.recheck_dibao)},
        stop={"guards": (ending.stop_publicised, *stop.guards), "title": "停发（终止供养）"},
    )


ITEM = Item(
    "assistance.tekun",
    "特困人员救助供养",
    short="特困供养",
    number_code="TK",
    form=TEKUN_FORM,
    flow=_flow(),
    intro="没有劳动能力、没有生活来源、没有人供养的老年人、残疾人和未成年人，由国家供养：按月发基本生活费和照料护理费。",
    who=(
        "满 60 岁的老年人，未满 16 岁的未成年人，或者重度残疾、没有劳动能力的人",
        "本人收入低于当地低保标准，财产在规定限额以内",
        "没有应当供养您的人，或者他们也没有能力供养",
    ),
    bring=(
        Material("identity", "身份证、户口簿", obtainable=True),
        Material("illness", "残疾人证", obtainable=True),
        Material("support", "义务人情况的材料", help="查不到的才需要，如判决书"),
        Material("other", "其他材料"),
    ),
    notices=NOTICES,
    reasons=REASONS,
    law=f"{TEMPORARY}；{MEASURES}",
    assess=BENEFIT.assess,
    recompute=BENEFIT.recompute,
    yearly=True,
    publicity=PublicityRule(
        True,
        why="《特困人员认定办法》：初审意见公示 7 天；申请人是未成年人的不公示",
        spares_minors=True,
    ),
)
