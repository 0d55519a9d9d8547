"""申请表: what happened, who lives in the family; what it earns and owns is asked only where spending is the cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from minzheng.business.assistance.means_test.form import MEMBERS
from minzheng.kernel import clock
from minzheng.kernel.items.forms import Form, Step
from minzheng.kernel.items.steps import ACCOUNT, APPLICANT, CONSENTS, REVIEW, papers
from minzheng.kernel.parts.fields import Choice, Count, Date, LongText, Money, Photo, When, YesNo

SUDDEN, SPENDING = "急难型", "支出型"
KINDS = (
    (SUDDEN, "突然出了事：火灾、车祸、急病等，马上需要帮助"),
    (SPENDING, "花钱太多：看病、上学等必须的开支，家里承受不了"),
)
CAUSES = tuple(
    (name, name)
    for name in ("火灾", "交通事故", "其他意外", "突发重大疾病", "医疗支出", "教育支出", "其他必需支出", "其他特殊困难")
)
IS_SUDDEN, IS_SPENDING = When("kind", (SUDDEN,)), When("kind", (SPENDING,))
URGENT = YesNo(
    "urgent",
    "是不是现在就过不下去",
    required=True,
    when=IS_SUDDEN,
    help="如没有饭吃、没有地方住、等钱救命。是的话可以先救助，手续以后再补。",
)
HERE = YesNo(
    "here", "事情是不是发生在本县（区）", required=True, when=IS_SUDDEN, help="发生在本地的，外地户口也可以申请。"
)
#: What the family says of its means; the clerk verifies the same questions.
MEANS = (
    Money("spent", "近 12 个月必须花的钱里自己付了多少", required=True, when=IS_SPENDING, unit="元",
          help="医保、报销、别的救助以后自己付的。"),
    Money("income", "全家每月收入合计", required=True, when=IS_SPENDING, help="近 12 个月的月平均数，没有就填 0。"),
    Money("deposits", "全家存款等合计", required=True, when=IS_SPENDING, unit="元", help="没有就填 0。"),
    Count("houses", "房屋套数", required=True, when=IS_SPENDING, maximum=99, unit="套"),
    Count("vehicles", "机动车辆数", required=True, when=IS_SPENDING, maximum=99, unit="辆", help="残疾人代步车不算。"),
)  # fmt: skip


def cause_fits(values: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, str]:
    """Illness that came suddenly is an emergency; bills that piled up are spending."""
    kind, cause = values.get("kind"), str(values.get("cause") or "")
    if kind == SUDDEN and cause in ("医疗支出", "教育支出", "其他必需支出"):
        return {"cause": "开支太大属于“花钱太多”，请把上面改选，或另选一个原因。"}
    if kind == SPENDING and cause in ("火灾", "交通事故"):
        return {"cause": "突然出的事属于“突然出了事”，请把上面改选，或另选一个原因。"}
    return {}


NEED = Step(
    "need",
    "遇到的困难",
    (
        Choice("kind", "是哪一种困难", required=True, options=KINDS),
        Choice("cause", "因为什么", required=True, options=CAUSES, radio_up_to=0),
        Date("happened_on", "什么时候发生的", required=True, not_after=clock.today),
        HERE,
        URGENT,
        LongText("story", "说说情况", required=True, max_length=500, help="出了什么事，现在缺什么。"),
        Choice("urban", "家住城市还是农村", required=True, options=(("农村", "农村"), ("城市", "城市"))),
        *MEANS,
    ),
    check=cause_fits,
    why="急难的不看收入和财产，先救急；花钱太多的要看家里收入和财产是不是承受不了。",
)
_ASKED = ("name", "relation", "id_no", "phone", "situation")
WHO = replace(
    MEMBERS,
    fields=tuple(f for f in MEMBERS.fields if f.name in _ASKED),
    why="按一起生活的人数算救助多少。",
)
PAPERS = papers(
    Photo("photo_event", "事故、诊断的证明", kind="event", help="如火灾认定、事故认定、诊断书；手边有就拍。"),
    Photo("photo_bills", "花钱的票据", kind="bills", help="如住院结算单、学费收据。"),
)
TEMPORARY_FORM = Form((APPLICANT, NEED, WHO, ACCOUNT, PAPERS, CONSENTS, REVIEW))
