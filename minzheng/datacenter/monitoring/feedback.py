"""反馈代码 F01–F14 (reference §2.7): what a judgement says, what it must bring along, what must be true before the alert is
closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards import selectors as awards

if TYPE_CHECKING:
    from collections.abc import Callable

    from minzheng.datacenter.monitoring.models import Alert

TRUE, FALSE, LATER = "true", "false", "later"
#: Acts of a case that stop, suspend or lower what is paid.
LESS = ("stop", "suspend", "adjust", "taper", "member_died_in_pay")
#: States of a case in which the benefit is granted.
GRANTED = ("APPROVED", "IN_PAYMENT", "ADJUSTED", "TAPERING", "CERTIFIED", "CLOSED")


@dataclass(frozen=True)
class Feedback:
    """One code. `grants`: the item that must have been granted; `settled`: nothing more is to be done after judging;
    `verdicts`: what the alert may have been; `check`: the sentence that keeps it from being closed, or ""."""

    code: str
    title: str
    grants: str = ""
    settled: bool = False
    verdicts: tuple[str, ...] = (TRUE, FALSE, LATER)
    check: Callable[[Alert], str] = lambda alert: ""


def _granted(item: str) -> Callable[[Alert], str]:
    def check(alert: Alert) -> str:
        linked = alert.result_case
        if linked is not None and linked.item_code == item and linked.state in GRANTED:
            return ""
        mine = Q(members__person_id=alert.person_id) | Q(payee_id=alert.person_id)
        if alert.household_id:
            mine |= Q(household_id=alert.household_id)
        rows = awards.visible_to(SYSTEM).filter(mine, item_code=item)
        in_force = Q(state__in=("active", "tapering")) & ~Q(cycle="once")
        if rows.filter(in_force | Q(cycle="once", decided_on__gte=alert.created_at.date())).exists():
            return ""
        return "还查不到相应的待遇或认定：请先把申请办结，或在“处置”里关联已经办的办件，再销号。"

    return check


def _lowered(alert: Alert) -> str:
    cases = [one for one in (alert.result_case, alert.case) if one is not None]
    for case in cases:
        if case.acts.filter(code__in=LESS, at__gte=alert.created_at).exists():
            return ""
    return "办件里还没有停发、减发、渐退或暂停的决定：请在复核中作出决定以后再销号。"


def _dead(alert: Alert) -> str:
    if alert.person is not None and alert.person.death_date is not None and not _lowered(alert):
        return ""
    return "还没有登记死亡并核减待遇：请先办理“登记死亡、核减待遇”，再销号。"


CODES = {
    one.code: one
    for one in (
        Feedback("F01", "已纳入低保", "assistance.dibao", verdicts=(TRUE,), check=_granted("assistance.dibao")),
        Feedback("F02", "已纳入特困", "assistance.tekun", verdicts=(TRUE,), check=_granted("assistance.tekun")),
        Feedback("F03", "已认定低保边缘", "assistance.dibao_edge", verdicts=(TRUE,), check=_granted("assistance.dibao_edge")),
        Feedback("F04", "已认定刚性支出困难", "assistance.rigid_expense", verdicts=(TRUE,), check=_granted("assistance.rigid_expense")),
        Feedback("F05", "已给予临时救助", "assistance.temporary", verdicts=(TRUE,), check=_granted("assistance.temporary")),
        Feedback("F06", "转介专项救助（医疗、教育、住房、就业）", verdicts=(TRUE,)),
        Feedback("F07", "转介慈善帮扶", verdicts=(TRUE,)),
        Feedback("F08", "已在保，情况正常", settled=True),
        Feedback("F09", "不符合条件", settled=True),
        Feedback("F10", "本人拒绝", settled=True),
        Feedback("F11", "查无此人或外出，再访", verdicts=(LATER,)),
        Feedback("F12", "数据错误", settled=True, verdicts=(FALSE,)),
        Feedback("F13", "停发或减发", verdicts=(TRUE,), check=_lowered),
        Feedback("F14", "死亡核减", verdicts=(TRUE,), check=_dead),
    )
}  # fmt: skip
TITLES = {code: f"{code} {one.title}" for code, one in CODES.items()}
VERDICTS = ((TRUE, "属实"), (FALSE, "不属实"), (LATER, "尚不能确定"))
REFER_TO = (
    ("medical", "医疗救助（医保）"),
    ("school", "教育救助（教育）"),
    ("house", "住房救助（住建）"),
    ("work", "就业帮扶（人社）"),
)
