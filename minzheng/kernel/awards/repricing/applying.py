"""Carrying a batch out: a new version of each award that is raised, and one line of back pay for each month that was paid
by the old amount. Award by award, each in a transaction that also marks its line: done again it does nothing.

Where the award has a case, the change is an act of that case (`reprice`), so that its history and the family's messages
show it; a taken-over award without one is changed directly and its payee told."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.audit import services as audit
from minzheng.kernel.awards.models import Award, AwardMember, PaymentLine
from minzheng.kernel.awards.repricing.computing import APPLIED_IN_BULK, made_up_for
from minzheng.kernel.awards.repricing.models import RepricingBatch, RepricingLine
from minzheng.kernel.awards.repricing.reckon import Reckoned, Reckoning
from minzheng.kernel.awards.services import digest, next_number_of, stop
from minzheng.kernel.items import registry
from minzheng.kernel.months import month_after
from minzheng.kernel.parts.fields import yuan_text

if TYPE_CHECKING:
    from minzheng.kernel.items.items import Answer

#: Lines in one transaction of the job.
PIECE = 50
ACT = "reprice"
MOVED_ON = "测算以后这份待遇有了变化（{what}），没有执行；请看是否另行复核"


class Skipped(Exception):
    """One sentence why this line is not carried out."""


def apply_piece(pk: int) -> bool:
    """Carry out the next lines; whether any are left. To be called inside a transaction of its own."""
    batch = RepricingBatch.objects.select_for_update().get(pk=pk)
    if batch.state != "applying":
        return False
    lines = list(batch.lines.filter(kind__in=APPLIED_IN_BULK, state="open").order_by("pk")[:PIECE])
    for line in lines:
        _carry_out(line)
    if not lines:
        batch.state, batch.applied_at = "applied", clock.now()
        batch.save(update_fields=["state", "applied_at"])
    return bool(lines)


def _carry_out(line: RepricingLine) -> None:
    from minzheng.kernel.cases.errors import Refused
    from minzheng.kernel.cases.services import perform

    award = line.award
    try:
        with transaction.atomic():
            if award.case_id is not None and _takes_acts(award):
                perform(case_id=award.case_id, act=ACT, actor=SYSTEM, data={"line": str(line.pk)})
            else:
                change(line)
                _tell(award, line)
    except (Skipped, Refused) as error:
        line.refresh_from_db()
        line.state, line.reason, line.done_at = "skipped", str(error)[:200], clock.now()
        line.save(update_fields=["state", "reason", "done_at"])


def _takes_acts(award: Award) -> bool:
    """Whether the case is in a state in which its flow knows this act; a family that has left is only paid what it is
    owed."""
    assert award.case is not None
    act = registry.for_case(award.case).flow.act(ACT)
    return act is not None and award.case.state in act.from_states


@transaction.atomic
def change(line: RepricingLine) -> RepricingLine:
    """The new award, the back pay, the mark on the line. Raises Skipped when the award is not what was computed."""
    batch = line.batch
    award = Award.objects.select_for_update().get(pk=line.award_id)
    assert batch.from_month is not None
    told = _as_approved(award, line, batch)
    for one in told.months:
        _back_pay(award, one.month, one.after_fen - one.before_fen, batch)
    if line.kind == "raise" and told.answer is not None:
        start = max(batch.from_month, award.first_month)
        line.new_award = renew(award, told.answer, from_month=start, batch=batch)
    line.state, line.done_at = "applied", clock.now()
    line.save(update_fields=["state", "done_at", "new_award"])
    return line


def _as_approved(award: Award, line: RepricingLine, batch: RepricingBatch) -> Reckoned:
    if award.frozen_sha != line.basis_sha:
        raise Skipped(MOVED_ON.format(what="决定依据已不同"))
    if line.kind == "raise" and award.state != "active":
        raise Skipped(MOVED_ON.format(what=f"现在是“{award.get_state_display()}”"))
    assert batch.from_month is not None
    earlier = made_up_for([award.pk]).get(award.pk, {})
    told = Reckoning(award, earlier).run(batch.effective_on, batch.from_month)
    same = (told.kind, told.before_fen, told.after_fen, told.back_pay_fen)
    if same != (line.kind, line.before_fen, line.after_fen, line.back_pay_fen):
        raise Skipped(MOVED_ON.format(what="重新测算的结果与批准的不同"))
    return told


def renew(award: Award, answer: Answer, *, from_month: datetime.date, batch: RepricingBatch) -> Award:
    """The same award by the new amount from `from_month`, frozen anew; the old one ends with the month before. Payee,
    account, class and the day of the next re-check stay: nobody was re-checked."""
    members = list(award.members.order_by("pk"))
    stop(award=award, last_month=month_after(from_month, -1), actor=SYSTEM)
    frozen = _frozen(award, answer, batch)
    new = Award.objects.create(
        no=next_number_of(award.item_code, award.region_code, clock.today()),
        item_code=award.item_code, region_code=award.region_code, case_id=award.case_id,
        household_id=award.household_id, payee_id=award.payee_id, payee_name=award.payee_name,
        account_no=award.account_no, account_bank=award.account_bank, persons=award.persons,
        amount_fen=answer.amount_fen, category=award.category, cycle=award.cycle, first_month=from_month,
        next_review_on=award.next_review_on, decided_on=clock.today(), frozen=frozen, frozen_sha=digest(frozen),
        ruleset_sha=str(answer.evidence.get("ruleset_sha", "")), is_demo=award.is_demo,
    )  # fmt: skip
    tops = _tops(award, answer)
    AwardMember.objects.bulk_create(
        AwardMember(
            award=new, person_id=one.person_id, name=one.name, relation=one.relation,
            top_up_fen=tops.get(one.name, one.top_up_fen),
        )
        for one in members
    )  # fmt: skip
    detail = {"from": award.no, "amount_fen": new.amount_fen, "before_fen": award.amount_fen, "batch": str(batch.pk),
              "first_month": from_month.isoformat()}  # fmt: skip
    audit.record(actor=SYSTEM, action="award.reprice", obj=new, region_code=new.region_code, detail=detail)
    return new


def _tops(award: Award, answer: Answer) -> dict[str, int]:
    """{name: fen} of the top-ups; positions count the members who count."""
    counted = [str(one["name"]) for one in award.frozen.get("household", ()) if one["in_count"]]
    covered = answer.covered or range(1, len(counted) + 1)
    return {counted[place - 1]: answer.top_ups.get(place, 0) for place in covered if place <= len(counted)}


def _frozen(award: Award, answer: Answer, batch: RepricingBatch) -> dict[str, Any]:
    from minzheng.kernel.cases.running.evidence import canonical

    basis: dict[str, Any] = json.loads(
        canonical(
            {
                **answer.evidence,
                "household": award.frozen.get("household", []),
                "amount_fen": answer.amount_fen,
                "persons": answer.persons,
                "sheet": [list(one) for one in answer.sheet],
                "repriced": {"from": award.no, "batch": str(batch.pk), "title": batch.title},
            }
        )
    )
    return basis


def _back_pay(award: Award, month: datetime.date, fen: int, batch: RepricingBatch) -> None:
    last = award.lines.filter(month=month, line_type="back_pay").aggregate(n=Max("seq"))["n"] or 1
    today = clock.today()
    pay_day = min(registry.get(award.item_code).flow.params(award.region_code, today).pay_day, 28)
    due = today.replace(day=pay_day)
    PaymentLine.objects.create(
        award=award, month=month, line_type="back_pay", seq=last + 1, region_code=award.region_code,
        item_code=award.item_code, amount_fen=fen, due_on=due if due >= today else month_after(today, 1).replace(day=pay_day),
        explanation=f"{month.year}年{month.month}月按新标准补发：{batch.title}"[:200],
    )  # fmt: skip


def sentence(line: RepricingLine) -> str:
    """What the family is told: “按……，每月由 700.00 元调整为 730.00 元，自 2027年2月起执行；补发 2027年1月……共 30.00 元。”"""
    batch, parts = line.batch, [f"按{line.batch.title}"]
    if line.kind == "raise" and batch.from_month is not None:
        parts.append(
            f"每月由 {yuan_text(line.before_fen)} 元调整为 {yuan_text(line.after_fen or 0)} 元，"
            f"自 {batch.from_month.year}年{batch.from_month.month}月起执行"
        )
    if line.back_pay_fen:
        days = [datetime.date.fromisoformat(one["month"]) for one in line.months]
        first, last = min(days), max(days)
        span = f"{first.year}年{first.month}月" + ("" if first == last else f"至{last.year}年{last.month}月")
        parts.append(f"补发 {span}差额共 {yuan_text(line.back_pay_fen)} 元")
    return "，".join(parts) + "。"


def _tell(award: Award, line: RepricingLine) -> None:
    from minzheng.kernel.notices import services as notices

    if award.payee is not None:
        short = registry.get(award.item_code).short
        notices.notify(
            case=None, person=award.payee, body=f"您的{short}（{award.no}）{sentence(line)}", statutory=True,
            key=f"reprice:{line.pk}",
        )  # fmt: skip
