"""资金: what is allotted to a project and what it pays, by source. 支付 never exceeds 下达."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from minzheng.business.bureau.projects import sources as catalogue
from minzheng.business.bureau.projects import terms
from minzheng.business.bureau.projects.errors import Refused, require
from minzheng.business.bureau.projects.models import Project, ProjectMoney
from minzheng.business.bureau.projects.money import wan
from minzheng.business.bureau.projects.recording import act, locked
from minzheng.business.bureau.projects.selectors import MANAGE
from minzheng.kernel import clock
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


@transaction.atomic
def enter_money(
    *, actor: Actor, project: Project, kind: str, source: str, amount_fen: int, on: datetime.date, voucher: str,
    form: str = "money", allocation: Any = None, note: str = "",
) -> ProjectMoney:  # fmt: skip
    """Money allotted or paid. Paid never exceeds what the source has allotted; a negative row (with a reason in `note`) takes
    an earlier one back; an allotment may name an allocation of kernel/funds and stays within it. Raises Refused."""
    actor, row = require(actor, MANAGE, project.region_code), locked(project)
    errors: dict[str, str] = {}
    if source not in catalogue.sources():
        errors["source"] = "请选择资金来源。"
    if not voucher.strip():
        errors["voucher"] = "请填写下达文号或支付凭证号。"
    if on > clock.today():
        errors["on"] = "日期不能晚于今天。"
    if not amount_fen:
        errors["amount_fen"] = "金额不能是 0。"
    if amount_fen < 0 and not note.strip():
        errors["note"] = "冲减以前登记的，请写明原因。"
    if errors:
        raise Refused([], errors)
    _check_money(row, kind, source, amount_fen)
    if allocation is not None:
        _check_allocation(row, source, amount_fen, allocation)
    try:
        with transaction.atomic():
            found = ProjectMoney.objects.create(
                project=row, region_code=row.region_code, kind=kind, form=form, source=source, amount_fen=amount_fen, on=on,
                voucher=voucher.strip()[:80], note=note.strip()[:200], made_by=actor.user, made_name=actor.name[:60],
                allocation_id=allocation.pk if allocation is not None else None,
            )  # fmt: skip
    except IntegrityError:
        raise Refused([], {"voucher": "这个文号（凭证）的这一来源已经登记过，请核对。"}) from None
    act(
        actor,
        row,
        "money",
        on=on,
        document=voucher,
        words=note,
        data={"kind": kind, "source": source, "amount_fen": amount_fen},
    )
    return found


def _check_money(row: Project, kind: str, source: str, amount_fen: int) -> None:
    sums = dict(row.money.filter(source=source).values_list("kind").annotate(fen=Sum("amount_fen")).order_by())
    sums[kind] = sums.get(kind, 0) + amount_fen
    issued, paid = sums.get("issued", 0), sums.get("paid", 0)
    if paid > issued:
        raise Refused(
            [], {"amount_fen": f"{catalogue.title(source)}下达 {wan(issued)} 万元，支付合计会是 {wan(paid)} 万元：先登记下达，或核对金额。"}
        )  # fmt: skip
    if issued < 0 or paid < 0:
        raise Refused([], {"amount_fen": "冲减以后会小于 0，请核对。"})
    whole = (row.money.filter(kind="issued").aggregate(fen=Sum("amount_fen"))["fen"] or 0) + (
        amount_fen if kind == "issued" else 0
    )
    if whole > row.total_fen + terms.tolerance_fen():
        raise Refused([], {"amount_fen": f"下达合计会是 {wan(whole)} 万元，超过总投资 {wan(row.total_fen)} 万元。"})


def _check_allocation(row: Project, source: str, amount_fen: int, allocation: Any) -> None:
    """An allocation counts once: all projects together stay within it and its adjustments."""
    if allocation.state != "confirmed" or not codes.covers(allocation.region_code, row.region_code):
        raise Refused([], {"allocation": "请选择本地已经确认的资金指标。"})
    if allocation.source not in catalogue.sources()[source].pots:
        raise Refused([], {"allocation": "这条指标不是这个来源的钱。"})
    type(allocation).objects.select_for_update().get(pk=allocation.pk)
    more = allocation.adjustments.filter(state="confirmed").aggregate(fen=Sum("amount_fen"))["fen"] or 0
    used = ProjectMoney.objects.filter(allocation_id=allocation.pk).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    left = allocation.amount_fen + more - used
    if amount_fen > left:
        raise Refused([], {"allocation": f"这条指标还可以分解 {wan(left)} 万元，不够这一笔。"})
