"""What an item tells those who apply, from its own form and flow: what to have at hand, why to sign, what comes next."""

from __future__ import annotations

from dataclasses import dataclass

from minzheng.kernel.items.items import Item


@dataclass(frozen=True)
class Course:
    """Sentences for the pages of one item."""

    at_hand: str
    consent_title: str
    consent_why: str
    next: str
    nobody: str  # where nobody has to sign


def course(item: Item, posted_days: int = 0) -> Course:
    """A benefit of one person asks for no family and looks into no income; not every opinion is posted; not everything
    is paid. `posted_days`: how long this place posts an opinion; 0 where it is not known yet."""
    form, flow = item.form, item.flow
    family = any(step.repeat == "members" and not step.fixed_rows for step in form.steps)
    paid = any(step.code == "account" for step in form.steps)
    hand = ["身份证号码", *(("银行卡号",) if paid else ()), *(("家人的姓名和身份证号码",) if family else ())]
    posted = "PUBLICITY" in {state.code for state in flow.states} and item.publicity.posted
    look = "再核对、上门" if flow.act("run_match") else "核实您填的情况"
    then = "，然后公示" + (f" {posted_days} 天" if posted_days else "") if posted else ""
    return Course(
        at_hand="、".join(hand),
        consent_title="成年家人签授权书" if family else "签授权书",
        consent_why=(
            "核对收入和财产，要每位成年家人都同意。签了才能查，查的结果只用于这次申请。"
            if family
            else "查询您填的情况，要您本人同意。签了才能查，查的结果只用于这次申请。"
        ),
        nobody="还没有填家庭成员，先回去把家人填上。"
        if family
        else "申请的是孩子，由照顾孩子的人在前面一步同意，这里不用签。",
        next=f"乡镇（街道）先看材料，{look}{then}，由有权的部门作决定。",
    )
