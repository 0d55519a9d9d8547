"""临时救助：事项声明。急难可以先给钱后补手续；小额乡镇批；支出型公示；超过封顶线的一事一议；一次发给。"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from minzheng.business.assistance.means_test.family import composition
from minzheng.business.assistance.temporary import acts
from minzheng.business.assistance.temporary.assess import assess, recompute
from minzheng.business.assistance.temporary.form import TEMPORARY_FORM
from minzheng.kernel.cases.flow import Flow, Guard
from minzheng.kernel.cases.lifecycle.guards import consents_complete
from minzheng.kernel.cases.lifecycle.personal import personal
from minzheng.kernel.cases.procedure import Procedure
from minzheng.kernel.items.items import Item, Material, Notice
from minzheng.kernel.items.publicity import PublicityRule

INTERIM = "《社会救助暂行办法》（国务院令第649号）"
NATION = "《国务院关于全面建立临时救助制度的通知》（国发〔2014〕47号）"
IMPROVED = "《关于进一步加强和改进临时救助工作的意见》（民发〔2018〕23号）"
REASONS = (
    ("R01", "收入超标"),
    ("R02", "财产超标"),
    ("R03", "非共同生活或人口不实"),
    ("R04", "户籍、居住或发生地不符"),
    ("R05", "隐瞒虚报"),
    ("R06", "拒绝授权或配合"),
    ("R07", "同一原因本年已经救助"),
    ("R10", "不属于临时救助的情形，或其他"),
)
NOTICES = {
    **{
        code: Notice(f"{INTERIM}第四十七条、第四十八条；{NATION}")
        for code in ("N01", "N02", "N05", "N06", "N13", "N18")
    },
    **{
        code: Notice(f"{INTERIM}第四十八条；{NATION}", reason_required=True)
        for code in ("N03", "N07", "N08", "N09", "N14")
    },
    "N10": Notice(f"{INTERIM}第六十八条", reason_required=True),
    "N11": Notice(f"{INTERIM}第六十八条；《中华人民共和国行政处罚法》第四十四条、第四十五条、第六十三条"),
    "N11J": Notice(f"{INTERIM}第六十八条；《中华人民共和国行政处罚法》第五十七条、第五十九条"),
}
procedure = Procedure("assistance.temporary", "临时救助", Path(__file__).parent, short="临时救助")
#: Of the common pieces: facts are verified by our own act, the township decides by the sum and not by delegation, and
#: what is paid once has no new standard and no passbook kept for it.
LEFT_OUT = ("verify_facts", "meeting", "recall_delegation", "reprice", "entrust_passbook", "end_custody")
#: Guards of the common acts (by code) → ours, None where it does not apply.
SWAPS: dict[str, Guard | None] = {
    "consents": acts.consents_unless_urgent,
    "this_authority": acts.place_of_need,
    "level": acts.who_decides,
    "meeting": None,
    "facts_known": acts.need_verified,
    "publicised": acts.posted_where_due,
    "facts_unchanged": None,
    "positive": acts.posting_due,
}
#: The decision itself waits for every consent: it is among the formalities of an advance.
AT_DECISION = SWAPS | {"consents": consents_complete}


def flow() -> Flow:
    """The common one-off flow with its own guards: who is heard where, what is posted, who decides."""
    own = acts.acts()
    common = personal(
        reasons=REASONS, params=procedure, facts=(), publicity=True, cycle="once", extra=own, clocks=(acts.FORMALITIES,)
    )
    common = replace(common, acts=tuple(a for a in common.acts if a.code not in LEFT_OUT or a in own))

    def guarded(code: str, swaps: dict[str, Guard | None] = SWAPS) -> dict[str, Any]:
        act = common.act(code)
        assert act is not None, code
        kept = (swaps.get(g.code, g) for g in act.guards)
        return {"guards": tuple(g for g in kept if g is not None)}

    return common.changed(
        submit=guarded("submit"),
        accept=guarded("accept"),
        opinion=guarded("opinion"),
        forward={"guards": (acts.forward_due,), "choose": acts.decider, "title": "上报"},
        post=guarded("post"),
        publicity_end={"choose": acts.decider},
        return_case=guarded("return_case"),
        approve=guarded("approve", AT_DECISION),
        reject=guarded("reject"),
    )


ITEM = Item(
    "assistance.temporary",
    "临时救助",
    short="临时救助",
    number_code="LSJZ",
    form=TEMPORARY_FORM,
    flow=flow(),
    intro="家里突然出了事，或者看病、上学花钱太多，一时过不下去的，可以申请一次性的救助。",
    who=(
        "火灾、车祸、急病等突然出了事，马上需要帮助的（不看收入财产，在事情发生的地方就能申请）",
        "看病、上学等必须花的钱太多，家庭承受不了的（要看收入和财产）",
        "同一件事一年救助一次",
    ),
    bring=(
        Material("identity", "身份证、户口簿", obtainable=True),
        Material("event", "事故认定、诊断书等", help="手边有就带，没有也能先申请"),
        Material("bills", "花钱的票据"),
        Material("other", "其他材料"),
    ),
    notices=NOTICES,
    reasons=REASONS,
    law=f"{INTERIM}第四十七至四十九条；{NATION}；{IMPROVED}",
    composition=composition,
    assess=assess,
    recompute=recompute,
    publicity=PublicityRule(
        True,
        why=f"{NATION}：审批前公示；急难型不公示，当地没有规定公示天数的不公示",
        columns=("applicant", "persons", "sum"),
    ),
)
