"""福彩公益金资助项目: entered by one person, approved by another; spent against receipts, each booked in the ledger
(Dr 支出 / Cr 财政拨入, source 福彩公益金) when a second person has confirmed it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Sum

from minzheng.kernel import clock
from minzheng.kernel.base import CONFIRMED, WITHDRAWN
from minzheng.kernel.funds import affording, hands, pots
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.models import WelfareEntry, WelfareProject
from minzheng.kernel.funds.sources import LOTTERY, WELFARE
from minzheng.kernel.ledger.services import Entry, post
from minzheng.kernel.parts.fields import yuan_text
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import next_number

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

KIND = "fund.welfare"


@transaction.atomic
def enter(
    *, actor: Actor, region_code: str, year: int, name: str, category: str, executor: str, content: str, goal: str,
    budget_fen: int, document_no: str, is_demo: bool = False,
) -> WelfareProject:  # fmt: skip
    """A project waiting for approval. Raises FundsRefused naming each wrong field."""
    code = codes.full(region_code)
    found = hands.acting(actor, hands.MANAGE, code)
    words = {"name": name, "executor": executor, "content": content, "goal": goal, "document_no": document_no}
    titles = {
        "name": "项目名称",
        "executor": "执行单位",
        "content": "资助内容",
        "goal": "绩效目标",
        "document_no": "文号",
    }
    errors = {key: f"请填写{titles[key]}。" for key, text in words.items() if not text.strip()}
    if category not in dict(WelfareProject.CATEGORIES):
        errors["category"] = "请选择类别：公益金只用于扶老、助残、救孤、济困和其他公益。"
    if budget_fen <= 0:
        errors["budget"] = "预算应大于 0。"
    if not 2000 <= year <= clock.today().year + 1:
        errors["year"] = f"年度应在 2000 到 {clock.today().year + 1} 之间。"
    if errors:
        raise FundsRefused([], errors)
    place = hands.place_of(code)
    number = next_number("welfare", region_code=place, year=year)
    row = WelfareProject.objects.create(
        region_code=code, no=f"GY{codes.prefix(place)}-{year}-{number:04d}", year=year, category=category,
        budget_fen=budget_fen, is_demo=is_demo, **{key: text.strip() for key, text in words.items()},
        **hands.entered(actor),
    )  # fmt: skip
    hands.record(found, "welfareproject.enter", row, no=row.no, fen=budget_fen)
    return row


@transaction.atomic
def approve(*, actor: Actor, pk: int) -> WelfareProject:
    """Approve a project. Budgets together stay within what the lottery fund allotted for projects of the year."""
    row = hands.locked(WelfareProject, pk)
    found = hands.confirming(actor=actor, row=row)
    _refuse_over(row.region_code, row.year, row.budget_fen)
    hands.confirmed(found, row)
    hands.record(found, "welfareproject.approve", row, no=row.no, fen=row.budget_fen)
    return row


def _refuse_over(region_code: str, year: int, more: int) -> None:
    place = hands.place_of(region_code)
    with affording.counting(place):
        whole = pots.allotted(place, year).get((LOTTERY, WELFARE, ""), 0)
        planned = budgets(place, year)
    if planned + more > whole:
        raise FundsRefused(
            f"{year} 年公益金项目资金共 {yuan_text(whole)} 元，已安排 {yuan_text(planned)} 元，"
            f"还能安排 {yuan_text(max(whole - planned, 0))} 元，不够 {yuan_text(more)} 元。请先录入并确认公益金指标，或调整预算。"
        )


def budgets(region_code: str, year: int) -> int:
    """Fen of all approved budgets of a place and year, changes included."""
    ours = codes.scope_q([region_code])
    rows = WelfareProject.objects.filter(ours, year=year, state=CONFIRMED)
    first = rows.aggregate(fen=Sum("budget_fen"))["fen"] or 0
    changes = WelfareEntry.objects.filter(project__in=rows, kind="budget", state=CONFIRMED).aggregate(
        fen=Sum("amount_fen")
    )
    return first + (changes["fen"] or 0)


def sums(project: WelfareProject) -> tuple[int, int]:
    """(budget, spent) of a project in fen, confirmed rows only."""
    told = dict(
        WelfareEntry.objects.filter(project=project, state=CONFIRMED)
        .values_list("kind")
        .annotate(fen=Sum("amount_fen"))
        .order_by()
    )
    return project.budget_fen + told.get("budget", 0), told.get("spend", 0)


@transaction.atomic
def book(
    *, actor: Actor, pk: int, kind: str, amount_fen: int, occurred_on: datetime.date, voucher: str, note: str = "",
    is_demo: bool = False,
) -> WelfareEntry:  # fmt: skip
    """Something spent on a project (below 0: paid back), or a change of its budget; waits for a second person."""
    project = hands.locked(WelfareProject, pk)
    found = hands.acting(actor, hands.MANAGE, project.region_code)
    errors: dict[str, str] = {}
    if project.state != CONFIRMED:
        raise FundsRefused("项目批准以后才能登记支出或调整预算。")
    if not amount_fen:
        errors["amount"] = "金额不能是 0；退回的支出、调减的预算写负数。"
    if not voucher.strip():
        errors["voucher"] = "请写明凭证号或文号。"
    if occurred_on > clock.today():
        errors["occurred_on"] = f"日期不能晚于今天（{clock.today():%Y-%m-%d}）。"
    if kind not in dict(WelfareEntry.KINDS):
        errors["kind"] = "请选择是支出还是预算调整。"
    if errors:
        raise FundsRefused([], errors)
    try:
        with transaction.atomic():
            row = WelfareEntry.objects.create(
                region_code=project.region_code, project=project, kind=kind, amount_fen=amount_fen,
                occurred_on=occurred_on, voucher=voucher.strip(), note=note.strip(), is_demo=is_demo or project.is_demo,
                **hands.entered(actor),
            )  # fmt: skip
    except IntegrityError:
        raise FundsRefused([], {"voucher": f"这个项目已经登记过凭证 {voucher.strip()}，不要重复登记。"}) from None
    hands.record(found, "welfareentry.enter", row, project=project.no, kind=kind, fen=amount_fen, voucher=row.voucher)
    return row


@transaction.atomic
def confirm_entry(*, actor: Actor, pk: int) -> WelfareEntry:
    """Make it count; money spent goes into the ledger. Never more than the project's budget, nor less than nothing."""
    row = hands.locked(WelfareEntry, pk)
    found = hands.confirming(actor=actor, row=row)
    project = hands.locked(WelfareProject, row.project_id)
    budget, spent = sums(project)
    budget, spent = (budget + row.amount_fen, spent) if row.kind == "budget" else (budget, spent + row.amount_fen)
    if spent > budget or spent < 0 or budget < 0:
        raise FundsRefused(
            f"项目预算 {yuan_text(budget)} 元，支出合计会是 {yuan_text(spent)} 元：支出不能超过预算，也不能小于 0。"
            "请先调整预算，或核对金额。"
        )
    if row.kind == "budget":
        if row.amount_fen > 0:
            _refuse_over(project.region_code, project.year, row.amount_fen)
    else:
        row.booked_id = _posted(found, project, row)
    hands.confirmed(found, row, "booked")
    hands.record(found, "welfareentry.confirm", row, project=project.no, kind=row.kind, fen=row.amount_fen)
    return row


def _posted(actor: Actor, project: WelfareProject, row: WelfareEntry) -> int:
    """The money counts against the allotment of the project's own year, whenever it is spent."""
    month = row.occurred_on.replace(day=1)
    month = (
        month if month.year == project.year else datetime.date(project.year, 12 if month.year > project.year else 1, 1)
    )
    common: dict[str, Any] = {"source": LOTTERY, "month": month, "line_ref": project.pk}
    return post(
        kind=KIND, key=f"welfare:{row.pk}", reference=f"welfare:{project.no}", occurred_on=row.occurred_on,
        region_code=row.region_code, memo=f"{project.name}：{row.voucher}"[:200], actor=actor,
        entries=[Entry("expense", row.amount_fen, **common), Entry(pots.DRAWN, -row.amount_fen, **common)],
    ).pk  # fmt: skip


@transaction.atomic
def report(
    *, actor: Actor, pk: int, result: str, performance: str, score: int | None, finished_on: datetime.date | None
) -> WelfareProject:
    """What came of it: result, performance (0–100 points), the day it was finished. Raises FundsRefused."""
    row = hands.locked(WelfareProject, pk)
    found = hands.acting(actor, hands.MANAGE, row.region_code)
    if row.state != CONFIRMED:
        raise FundsRefused("项目批准以后才能登记执行结果。")
    errors: dict[str, str] = {}
    if not result.strip():
        errors["result"] = "请写明执行结果，例如受益人数、完成的内容。"
    if score is not None and not 0 <= score <= 100:
        errors["score"] = "绩效得分应在 0 到 100 之间。"
    if finished_on and finished_on > clock.today():
        errors["finished_on"] = f"完成日期不能晚于今天（{clock.today():%Y-%m-%d}）。"
    if errors:
        raise FundsRefused([], errors)
    row.result, row.performance, row.score, row.finished_on = result.strip(), performance.strip(), score, finished_on
    row.save(update_fields=["result", "performance", "score", "finished_on"])
    hands.record(found, "welfareproject.report", row, no=row.no, score="" if score is None else score)
    return row


@transaction.atomic
def withdraw(*, actor: Actor, pk: int, reason: str) -> WelfareProject:
    """Give up a project that nobody has approved yet, with what waits on it."""
    row = hands.withdraw(actor=actor, model=WelfareProject, pk=pk, reason=reason)
    row.entries.exclude(state=CONFIRMED).update(state=WITHDRAWN, withdrawn_reason=reason.strip()[:200])
    return row
