"""What follows from a judgement, done through the acts that exist: a re-check is opened, an application is begun, a death is
entered. Nothing here stops a benefit by itself; only a death that two sources (or the police) and a person confirm does,
by the case's own act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from minzheng.datacenter.monitoring import acting, feedback, terms
from minzheng.datacenter.monitoring.errors import MonitorRefused
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards import selectors as awards
from minzheng.kernel.cases import selectors as case_selectors
from minzheng.kernel.cases import services as cases
from minzheng.kernel.cases.errors import NotFound, Refused

if TYPE_CHECKING:
    from minzheng.datacenter.monitoring.models import Alert
    from minzheng.kernel.accounts.actors import Actor

RECHECK, APPLY, DEATH, REFER, LINK = "recheck", "apply", "death", "refer", "link"
TITLES = {
    RECHECK: "启动存量复核", APPLY: "登记申请", DEATH: "登记死亡、核减待遇", REFER: "已经转介", LINK: "关联已办的办件",
}  # fmt: skip
#: Ways to go on from each feedback code, the usual one first.
WAYS = {
    **dict.fromkeys(("F01", "F02", "F03", "F04", "F05"), (APPLY, LINK)), **dict.fromkeys(("F06", "F07"), (REFER,)),
    "F13": (RECHECK, LINK), "F14": (DEATH,),
}  # fmt: skip
IN_PAY = ("IN_PAYMENT", "TAPERING")
POLICE = "police"


def ways(alert: Alert) -> tuple[str, ...]:
    """What can be done about this alert now."""
    return WAYS.get(alert.code, ())


def open_recheck(*, actor: Actor, pk: int, opinion: str = "") -> Alert:
    """存量复核: the case of the benefit goes back to be checked, by the case's own act, with the alert as the reason."""

    def do(alert: Alert, actor: Actor) -> Mapping[str, Any]:
        case = alert.case
        if case is None:
            raise MonitorRefused("这条预警没有对应的办件，不能启动复核。")
        if case.state == "RECHECK":
            alert.result_case = case
            return {"case": str(case.pk), "case_no": case.no, "already": "yes"}
        if case.state not in IN_PAY:
            raise MonitorRefused(f"办件 {case.no} 现在不在享受待遇的阶段，不能启动复核；请改为关联已办的办件。")
        words = f"预警 {alert.no}：{alert.content.get('sentence', '')}" + (f"；{opinion}" if opinion else "")
        cases.perform(
            case_id=case.pk, act="open_recheck", actor=actor, data={"why": "alert", "opinion": words[:1000]}
        )  # fmt: skip
        alert.result_case = case
        return {"case": str(case.pk), "case_no": case.no, "opinion": opinion}

    return acting.handled(actor=actor, pk=pk, do=do, how=RECHECK)


def begin_application(*, actor: Actor, pk: int) -> Alert:
    """A draft of the item that the code names, with what is on file; channel 主动发现."""

    def do(alert: Alert, actor: Actor) -> Mapping[str, Any]:
        item = feedback.CODES[alert.code].grants
        if alert.person_id is None:
            raise MonitorRefused("还没有这个人的档案：请先在“代办登记”里登记申请，再用“关联已办的办件”。")
        case = cases.start_draft(
            item_code=item, actor=actor, channel="found", region_code=alert.region_code, applicant_id=alert.person_id
        )  # fmt: skip
        alert.result_case = case
        return {"case": str(case.pk), "item": item}

    return acting.handled(actor=actor, pk=pk, do=do, how=APPLY)


def link_case(*, actor: Actor, pk: int, case_no: str) -> Alert:
    """A case that was already dealt with, named by its number; only one that this person may see."""

    def do(alert: Alert, actor: Actor) -> Mapping[str, Any]:
        case = case_selectors.visible_to(actor).filter(no=case_no.strip()).first()
        if case is None:
            raise MonitorRefused([], {"case_no": "没有这个编号的办件，或者不在您的范围内，请核对。"})
        alert.result_case = case
        return {"case": str(case.pk), "case_no": case.no}

    return acting.handled(actor=actor, pk=pk, do=do, how=LINK)


def refer(*, actor: Actor, pk: int, opinion: str) -> Alert:
    """Handed on to another department or a charity; what was agreed is noted."""
    return acting.handled(actor=actor, pk=pk, do=lambda alert, actor: {"opinion": opinion}, how=REFER)


def death_proven(alert: Alert) -> str:
    """ "" when the death may be entered, else what is missing (reference §2.8 case 16: a fuzzy record proves nothing)."""
    facts = [f for f in alert.content.get("facts", []) if f["class"] in ("death", "cremation")]
    sure = [f for f in facts if f["code"] in ("E1", "E2")]
    if not sure:
        return "数据里只有姓名不同、按姓名或修正号码找到的记录，不能据此核减；请取得公安的死亡注销或死亡证明以后，在办件里登记成员死亡。"
    if any(f["class"] == "death" and f["department"] == POLICE for f in sure):
        return ""
    least = terms.number("death_sources")
    if len({f["source"] for f in sure}) >= least:
        return ""
    return f"只有一个来源，要有 {least} 个来源（或公安的死亡登记）印证才能核减；另一来源的数据到了会自动补进这条预警。"


def enter_death(*, actor: Actor, pk: int, died_on: str, opinion: str) -> Alert:
    """C01: the confirmed death is entered in every case that pays for this person, by the case's own act, which stops or
    re-checks it. The person who confirms is the second pair of eyes beside the sources."""

    def do(alert: Alert, actor: Actor) -> Mapping[str, Any]:
        missing = death_proven(alert)
        if missing:
            raise MonitorRefused(missing)
        done = []
        for case_id, no in _paying(alert):
            data = {"member_name": alert.person_name, "died_on": died_on, "opinion": f"预警 {alert.no}：{opinion}"}
            try:
                cases.perform(case_id=case_id, act="member_died_in_pay", actor=actor, data=data)
            except (Refused, NotFound) as error:
                raise MonitorRefused(f"办件 {no} 没有登记成：{error}") from error
            done.append(no)
        if not done:
            raise MonitorRefused("没有找到正在为这个人发放的办件；存量导入的待遇请在待遇里办理停发。")
        return {"died_on": died_on, "cases": done, "opinion": opinion}

    return acting.handled(actor=actor, pk=pk, do=do, how=DEATH)


def _paying(alert: Alert) -> list[tuple[int, str]]:
    """(case id, number) of every case whose award in force covers this person or is paid to them."""
    mine = Q(members__person_id=alert.person_id) | Q(payee_id=alert.person_id)
    rows = awards.visible_to(SYSTEM).filter(mine, case__isnull=False).exclude(state="ended").exclude(cycle="once")
    found = rows.order_by("case_id").values_list("case_id", "case__no").distinct()
    return [(pk, no or "") for pk, no in found]
