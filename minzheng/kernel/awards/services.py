"""待遇的写操作: grant what was decided, frozen with its reasons; the monthly lines that pay it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from minzheng.kernel.awards.accounts import version_for
from minzheng.kernel.awards.models import Award, AwardMember, PaymentLine
from minzheng.kernel.crypto import sealing
from minzheng.kernel.months import month_after, same_day_after

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Case
    from minzheng.kernel.cases.params import FlowParams
    from minzheng.kernel.items.items import Answer


def first_payable_month(decided_on: datetime.date, params: FlowParams) -> datetime.date:
    """Day 1 of the first month paid: the month after the decision, or its own month where the county says so."""
    return month_after(decided_on, params.first_month_offset)


def next_review(on: datetime.date, category: str, params: FlowParams) -> datetime.date:
    """The same-numbered day after the period of the family's class (reference §1.7.1)."""
    months = dict(params.review_months)
    return same_day_after(on, months.get(category) or min(months.values()))


@transaction.atomic
def grant(
    *,
    case: Case,
    answer: Answer,
    actor: Actor,
    decided_on: datetime.date,
    params: FlowParams,
    category: str = "",
    first_month: datetime.date | None = None,
) -> Award:
    """Freeze household, inputs, rules, parameters and explanation, and write the first month's line.

    An award of 0 fen is a recognition (低保边缘): it has no lines, nor has a quota of services. What is paid once has one
    line and ends with its month."""
    from minzheng.kernel.audit.services import record

    frozen = _frozen(case, answer)
    grade = category or answer.category
    account = case.form.get("account") or {}
    month = first_month or answer.first_month or first_payable_month(decided_on, params)
    award = Award.objects.create(
        no=_number(case, decided_on),
        item_code=case.item_code,
        region_code=case.region_code,
        case=case,
        household_id=case.household_id,
        payee_id=case.applicant_id,
        payee_name=account.get("holder") or case.applicant_name,
        account_no=account.get("number") or "",
        account_bank=account.get("bank") or "",
        persons=answer.persons,
        amount_fen=answer.amount_fen,
        cycle=answer.cycle,
        category=grade,
        first_month=month,
        last_month=month if answer.cycle == "once" else None,
        next_review_on=None if answer.cycle == "once" else next_review(decided_on, grade, params),
        decided_on=decided_on,
        frozen=frozen,
        frozen_sha=digest(frozen),
        ruleset_sha=str(answer.evidence.get("ruleset_sha", "")),
        is_demo=case.is_demo,
    )
    award.account = version_for(
        award, holder=award.payee_name, number=award.account_no, bank=award.account_bank,
        kind=account.get("kind") or "", relation=account.get("relation") or "",
    )  # fmt: skip
    if award.account is not None:
        award.save(update_fields=["account"])
    AwardMember.objects.bulk_create(
        AwardMember(
            award=award,
            person_id=m.person_id,
            name=m.name,
            relation=m.relation,
            top_up_fen=answer.top_ups.get(place, 0),
        )
        for place, m in enumerate((m for m in case.members.all() if m.in_count), start=1)
        if answer.covered is None or place in answer.covered
    )
    if award.amount_fen > 0 and award.cycle != "quota":
        back = answer.back if first_month is None else {}
        _back_lines(award, back, decided_on, params)
        ensure_line(award, decided_on.replace(day=1) if back else month, pay_day=params.pay_day)
    record(
        actor=actor,
        action="award.grant",
        obj=award,
        region_code=award.region_code,
        detail={"amount_fen": award.amount_fen, "first_month": month.isoformat()},
    )
    return award


def _frozen(case: Case, answer: Answer) -> dict[str, Any]:
    import json

    from minzheng.kernel.cases.running.evidence import canonical

    household = [
        {"seq": m.seq, "name": m.name, "relation": m.relation, "in_count": m.in_count, "person": str(m.person_id or "")}
        for m in case.members.all()
    ]
    return json.loads(
        canonical(
            {
                **answer.evidence,
                "household": household,
                "amount_fen": answer.amount_fen,
                "persons": answer.persons,
                "sheet": [list(s) for s in answer.sheet],
            }
        )
    )


def _number(case: Case, on: datetime.date) -> str:
    return next_number_of(case.item_code, case.region_code, on)


def next_number_of(item_code: str, region_code: str, on: datetime.date) -> str:
    """The next 证号 of an item in a county."""
    from minzheng.kernel.items import registry
    from minzheng.kernel.registers.numbering import next_number

    code, county = registry.get(item_code).number_code, region_code[:6]
    return f"{county}-{code}Z-{on.year}-{next_number(f'award.{code}', region_code=county.ljust(12, '0'), year=on.year):06d}"


def digest(frozen: Mapping[str, Any]) -> str:
    """SM3 of the frozen basis."""
    from minzheng.kernel.cases.running.evidence import canonical

    return sealing.sm3(canonical(dict(frozen)))


def ensure_line(award: Award, month: datetime.date, *, pay_day: int = 10) -> PaymentLine:
    """The regular line of one month, made once: the key (award, month, type, sequence) is unique in the database."""
    key = {"award": award, "month": month.replace(day=1), "line_type": "regular", "seq": 1}
    found = PaymentLine.objects.filter(**key).first()
    if found is not None:
        return found
    line = line_of(award, month.replace(day=1), pay_day)
    try:
        with transaction.atomic():
            line.save(force_insert=True)
            return line
    except IntegrityError:
        return PaymentLine.objects.get(**key)


def _back_lines(award: Award, back: Mapping[datetime.date, int], decided_on: datetime.date, params: FlowParams) -> None:
    """The months from the application to the decision, each at its own amount, paid on the next pay day."""
    due = decided_on.replace(day=min(params.pay_day, 28))
    due = due if due >= decided_on else month_after(decided_on, 1).replace(day=due.day)
    for month, fen in back.items():
        line = line_of(award, month, params.pay_day)
        line.amount_fen, line.due_on = fen, due
        line.explanation = f"{award.persons} 人，{award.no}，自申请当月起补发"
        line.save(force_insert=True)


def amount_in(award: Award, month: datetime.date) -> int:
    """Fen that the award pays in a month: its monthly amount; in December what is left of yearly standards (R3)."""
    from minzheng.kernel.items import registry

    if month.month != 12 or not registry.get(award.item_code).yearly:
        return award.amount_fen
    return int(award.frozen.get("december_fen") or award.amount_fen)


def line_of(award: Award, month: datetime.date, pay_day: int) -> PaymentLine:
    """The regular line of a month, not saved."""
    return PaymentLine(
        award=award,
        month=month,
        line_type="regular",
        seq=1,
        region_code=award.region_code,
        item_code=award.item_code,
        amount_fen=amount_in(award, month),
        due_on=_due_on(award, month, pay_day),
        explanation=f"{award.persons} 人，{award.no}",
    )


def _due_on(award: Award, month: datetime.date, pay_day: int) -> datetime.date:
    """The pay day of the month; what is paid once in the month of its decision is not due before it was decided."""
    day = month.replace(day=min(pay_day, 28))
    return max(day, award.decided_on) if award.cycle == "once" else day


@transaction.atomic
def adjust(
    *,
    case: Case,
    award: Award,
    answer: Answer,
    from_month: datetime.date,
    actor: Actor,
    decided_on: datetime.date,
    params: FlowParams,
) -> Award:
    """A new frozen award from `from_month`; the old one ends with the month before. Nothing paid is rewritten."""
    stop(award=award, last_month=month_after(from_month, -1), actor=actor)
    return grant(
        case=case,
        answer=answer,
        actor=actor,
        decided_on=decided_on,
        params=params,
        category=award.category,
        first_month=from_month,
    )


@transaction.atomic
def stop(*, award: Award, last_month: datetime.date, actor: Actor) -> Award:
    """End an award with `last_month` (day 1). Planned lines after it are not paid: they are taken out by a correction;
    for what has gone out already a clawback is proposed."""
    from minzheng.kernel.audit.services import record
    from minzheng.kernel.awards.differences import propose_clawback

    award.state, award.last_month = "ended", max(last_month, month_after(award.first_month, -1))
    award.save(update_fields=["state", "last_month"])
    propose_clawback(
        award=award, from_month=month_after(award.last_month, 1), reason="停发以后多发，建议追回", due=lambda paid: 0
    )
    for line in award.lines.filter(month__gt=award.last_month, line_type="regular", state="planned"):
        PaymentLine.objects.get_or_create(
            award=award,
            month=line.month,
            line_type="correction",
            seq=1,
            defaults={
                "region_code": award.region_code,
                "item_code": award.item_code,
                "amount_fen": -line.amount_fen,
                "due_on": line.due_on,
                "explanation": "停发后更正",
            },
        )
    record(
        actor=actor,
        action="award.stop",
        obj=award,
        region_code=award.region_code,
        detail={"last_month": award.last_month.isoformat()},
    )
    return award


@transaction.atomic
def set_state(*, award: Award, state: str, actor: Actor) -> Award:
    """Suspend, resume or taper: the frozen basis stays."""
    from minzheng.kernel.audit.services import record

    before, award.state = award.state, state
    award.save(update_fields=["state"])
    record(
        actor=actor,
        action="award.state",
        obj=award,
        region_code=award.region_code,
        detail={"from": before, "to": state},
    )
    return award


def reviewed(*, award: Award, on: datetime.date, params: FlowParams) -> Award:
    """A re-check without change: the next one is due one period later."""
    award.next_review_on = next_review(on, award.category, params)
    award.save(update_fields=["next_review_on"])
    return award


def put_off_review(*, award: Award, on: datetime.date, months: int) -> Award:
    """The review due now is put off by `months` (an emergency); the next ones follow from the day it is then done."""
    award.next_review_on = same_day_after(award.next_review_on or on, months)
    award.save(update_fields=["next_review_on"])
    return award


@transaction.atomic
def monthly_lines(month: datetime.date, *, item_code: str) -> int:
    """The regular line of `month` for every award in force in it; returns how many awards that is.

    Safe to run again and beside another run: the database keeps one line per award and month."""
    from minzheng.kernel.awards import monthly

    monthly.make_lines(month, item_code=item_code)
    return monthly.in_force(month.replace(day=1), item_code).count()


@transaction.atomic
def change_account(
    *, award: Award, holder: str, number: str, bank: str, actor: Actor, kind: str = "", relation: str = ""
) -> Award:
    """Pay to another account from the next batch on: a new frozen version of it; lines already batched keep theirs.
    `kind`, `relation`: see PayeeAccount (a guardian's or an agency's account has papers)."""
    from minzheng.kernel.audit.services import record

    before = award.account_id
    award.payee_name, award.account_no, award.account_bank = holder, number, bank
    award.account = version_for(award, holder=holder, number=number, bank=bank, kind=kind, relation=relation)
    award.save(update_fields=["payee_name", "account_no", "account_bank", "account"])
    detail = {"from": str(before or ""), "to": str(award.account_id or "")}
    record(actor=actor, action="award.account", obj=award, region_code=award.region_code, detail=detail)
    return award
