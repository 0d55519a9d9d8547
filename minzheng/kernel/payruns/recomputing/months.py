"""复算一个月: every award of a place against every line of the month, and every line against what went to the bank.

Differences are told one by one; nothing is written. The lines of a month are those *for* that month, whenever they were
made or paid. Reads in portions of awards, so that memory stays small at any caseload.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q

from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award, PaymentLine
from minzheng.kernel.payruns.models import PayLine
from minzheng.kernel.payruns.recomputing.entitlement import Owed, owed
from minzheng.kernel.regions.codes import scope_q

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.awards.models import AwardPause

PORTION = 500
#: Lines that say how much is owed; claims stand beside them.
OWING = ("regular", "back_pay", "correction")


@dataclass(frozen=True)
class Difference:
    """`stored_fen` is what the lines say, `computed_fen` what the decision gives."""

    award_no: str
    payee: str
    sentence: str
    stored_fen: int
    computed_fen: int


@dataclass
class Recomputed:
    """Totals in fen over all awards looked at. `owed_fen`: from decisions; `lines_fen`: entitlement lines without claims;
    `claimed_fen`: claims (≤ 0); `paid_fen`: what the bank paid; `open_fen`: owed but not at the payee yet."""

    month: datetime.date
    awards: int = 0
    lines: int = 0
    owed_fen: int = 0
    lines_fen: int = 0
    claimed_fen: int = 0
    paid_fen: int = 0
    open_fen: int = 0
    imported: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.differences


def recompute_month(month: datetime.date, *, region_code: str, item_code: str = "", limit: int = 1000) -> Recomputed:
    """Everything of a place ("" for all; and of one benefit) for a month (day 1). At most `limit` differences are told; the totals
    count all. The caller has checked the right over the place."""
    told = Recomputed(month)
    for portion in _portions(month, region_code, item_code):
        raised = _made_up(portion, month)
        attempts = _attempts(portion, month)
        for award in portion:
            found = list(_look(award, month, told, raised.get(award.pk), attempts.get(award.pk, [])))
            told.differences += found[: max(limit - len(told.differences), 0)]
    return told


def of_awards(awards: Iterable[int], month: datetime.date) -> Recomputed:
    """The same for these awards alone."""
    told, wanted = Recomputed(month), sorted(set(awards))
    for start in range(0, len(wanted), PORTION):
        portion = list(_rows(month).filter(pk__in=wanted[start : start + PORTION]))
        raised, attempts = _made_up(portion, month), _attempts(portion, month)
        for award in portion:
            told.differences += _look(award, month, told, raised.get(award.pk), attempts.get(award.pk, []))
    return told


def _rows(month: datetime.date) -> QuerySet[Award]:
    mine = PaymentLine.objects.filter(month=month).order_by("line_type", "seq")
    return Award.objects.prefetch_related(Prefetch("lines", queryset=mine, to_attr="of_month"), "pauses").order_by("pk")


def _portions(month: datetime.date, region_code: str, item_code: str) -> Iterator[list[Award]]:
    """In force in the month, or with a line for it: an award that has a line and should have none is looked at, too."""
    in_force = Q(first_month__lte=month) & (Q(last_month=None) | Q(last_month__gte=month))
    with_lines = Q(pk__in=PaymentLine.objects.filter(month=month).values("award_id"))
    place = scope_q([region_code]) if region_code else Q()
    rows = _rows(month).filter(place, in_force | with_lines)
    if item_code:
        rows = rows.filter(item_code=item_code)
    last = 0
    while portion := list(rows.filter(pk__gt=last)[:PORTION]):
        yield portion
        last = portion[-1].pk


def _attempts(portion: list[Award], month: datetime.date) -> dict[int, list[PayLine]]:
    """Attempts to pay the lines of the month, by award."""
    found = defaultdict(list)
    for one in PayLine.objects.filter(award_id__in=[award.pk for award in portion], month=month):
        found[one.award_id].append(one)
    return found


def _made_up(portion: list[Award], month: datetime.date) -> dict[int, int]:
    """Awards whose amount of this month was raised afterwards: the higher amount, from the decision that raised it
    (a standard's second signature, a birthday), by award."""
    from minzheng.kernel.awards.repricing.models import RepricingLine

    key, raised = month.isoformat(), {}
    rows = RepricingLine.objects.filter(award_id__in=[award.pk for award in portion], state="applied")
    for line in rows.order_by("done_at"):
        for one in line.months:
            if str(one["month"])[:10] == key:
                raised[line.award_id] = int(one["after_fen"])
    return raised


def _look(
    award: Award, month: datetime.date, told: Recomputed, raised: int | None, attempts: list[PayLine]
) -> Iterator[Difference]:
    lines: list[PaymentLine] = award.of_month  # type: ignore[attr-defined]
    pauses: list[AwardPause] = list(award.pauses.all())
    should = owed(award, month, pauses)
    due = raised if raised is not None and should.fen else should.fen
    stored = sum(line.amount_fen for line in lines if line.line_type in OWING)
    claimed = sum(line.amount_fen for line in lines if line.line_type == "clawback")
    told.awards += 1
    told.lines += len(lines)
    told.owed_fen += due
    told.lines_fen += stored
    told.claimed_fen += claimed
    told.imported += bool(should.imported)
    paid = sum(one.amount_fen - one.offset_fen for one in attempts if one.state == "paid")
    told.paid_fen += sum(one.amount_fen for one in attempts if one.state == "paid")
    told.open_fen += max(stored - paid, 0)
    for problem in should.problems:
        yield Difference(award.no, award.payee_name, problem, stored, due)
    yield from _amount(award, month, should, due, stored, claimed, lines)
    yield from _attempted(award, lines, attempts)


def _amount(
    award: Award, month: datetime.date, should: Owed, due: int, stored: int, claimed: int, lines: list[PaymentLine]
) -> Iterator[Difference]:
    """What the lines say for the month is what the decision gives. More than that is explained only by a claim, or by a
    decision to give one up."""
    given_up = any(line.line_type == "correction" and line.amount_fen > 0 for line in lines) and claimed < 0
    if stored == due or stored + claimed == due or given_up:
        return
    if not lines and (month > clock.today().replace(day=1) or _before_platform(award, should)):
        return  # not made yet, or paid before this platform kept the lines
    if stored < due:
        sentence = "这个月没有应发明细" if not lines else "明细少于决定的金额"
    else:
        sentence = f"明细多于决定的金额{f'（{should.why}）' if should.why else ''}，也没有追回"
    yield Difference(award.no, award.payee_name, sentence, stored, due)


def _before_platform(award: Award, should: Owed) -> bool:
    """Awards taken over with a register were paid elsewhere before the day they came here."""
    return (
        award.case_id is None and bool(should.imported) and award.created_at.date().replace(day=1) > award.first_month
    )


def _attempted(award: Award, lines: list[PaymentLine], attempts: list[PayLine]) -> Iterator[Difference]:
    """Each entitlement reached the payee at most once, with its own amount, from the basis that was decided."""
    by_line = {line.pk: line for line in lines}
    times: dict[int, int] = defaultdict(int)
    for one in attempts:
        line = by_line.get(one.line_id)
        if line is None:
            yield Difference(award.no, award.payee_name, "批次里有一笔，应发明细里没有", one.amount_fen, 0)
            continue
        times[one.line_id] += one.state == "paid"
        if one.due_fen != line.amount_fen:
            yield Difference(award.no, award.payee_name, "批次里的应发金额与明细不同", one.due_fen, line.amount_fen)
        if one.amount_fen != one.due_fen + one.correction_fen + one.offset_fen:
            total = one.due_fen + one.correction_fen + one.offset_fen
            yield Difference(award.no, award.payee_name, "实发不等于应发、更正、抵扣之和", one.amount_fen, total)
        if one.state == "paid" and one.snapshot.get("frozen_sha") != award.frozen_sha:
            yield Difference(award.no, award.payee_name, "发放时的依据与决定时封存的不同", one.amount_fen, one.due_fen)
    for key, count in times.items():
        if count > 1:
            fen = by_line[key].amount_fen
            yield Difference(award.no, award.payee_name, f"同一笔应发到账 {count} 次", count * fen, fen)
