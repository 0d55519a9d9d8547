"""Reading the books: trial balance, balances and statements, each narrowed to what the actor may see where an actor is
given. Amounts are whole units of the account (fen, minutes, pieces), debit positive."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet, Sum

from minzheng.kernel.ledger import chart
from minzheng.kernel.ledger.models import LedgerEntry, LedgerTotal, LedgerTransaction
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

READ = "ledger.read"


@dataclass(frozen=True)
class TrialRow:
    """One account over a period: `opening` + `debit` − `credit` = `closing`."""

    account: str
    title: str
    kind: str
    unit: str
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


@dataclass(frozen=True)
class Movement:
    """What one transaction did to an account; `balance` afterwards."""

    transaction: int
    occurred_on: datetime.date
    kind: str
    memo: str
    reference: str
    debit: int
    credit: int
    balance: int


@dataclass(frozen=True)
class Statement:
    """对账单 of one account: opening balance, every transaction in its order, closing balance."""

    account: str
    opening: int
    movements: tuple[Movement, ...]
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


def visible_to(actor: Actor) -> QuerySet[LedgerTransaction]:
    """Transactions of the places over which the actor holds ledger.read."""
    rows = LedgerTransaction.objects.all()
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def entries_visible_to(actor: Actor) -> QuerySet[LedgerEntry]:
    """Entries by their own place."""
    rows = LedgerEntry.objects.select_related("transaction")
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def totals_visible_to(actor: Actor) -> QuerySet[LedgerTotal]:
    """Sums of entries by their own place; what boards and trial balances read."""
    rows = LedgerTotal.objects.all()
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def trial_balance(
    region: str = "",
    on: datetime.date | None = None,
    *,
    since: datetime.date | None = None,
    rows: QuerySet[LedgerTotal] | None = None,
) -> list[TrialRow]:
    """Every account that was ever used, in the chart's order, up to and including `on` (default: everything).

    `since`: the first day of the period that `debit` and `credit` cover; what came before is the opening balance. `rows`
    narrows (what an actor may see). One query. The closing balances of one unit add up to 0 over the whole ledger."""
    found = LedgerTotal.objects.all() if rows is None else rows
    found = _placed(found, region)
    if on is not None:
        found = found.filter(occurred_on__lte=on)
    before = Q(occurred_on__lt=since) if since else Q(pk=None)
    sums = found.values("account_id").annotate(
        old_debit=Sum("debit", filter=before),
        old_credit=Sum("credit", filter=before),
        all_debit=Sum("debit"),
        all_credit=Sum("credit"),
    )
    by_code = {row["account_id"]: row for row in sums}
    order = [*chart.planned(), *(code for code in sorted(by_code) if code not in chart.planned())]
    return [_trial_row(code, by_code[code]) for code in order if code in by_code]


def balance(account: str, *, on: datetime.date | None = None, region: str = "", **narrowed: Any) -> int:
    """Balance of an account, debit positive. `narrowed`: party, benefit, source, month, line_ref. Without a party or line
    it is read from the totals."""
    if {"party", "line_ref"} & narrowed.keys():
        entries = _placed(LedgerEntry.objects.filter(account_id=account, **narrowed), region)
        if on is not None:
            entries = entries.filter(transaction__occurred_on__lte=on)
        return int(entries.aggregate(sum=Sum("amount"))["sum"] or 0)
    rows = _placed(LedgerTotal.objects.filter(account_id=account, **narrowed), region)
    if on is not None:
        rows = rows.filter(occurred_on__lte=on)
    return int(rows.aggregate(sum=Sum(F("debit") - F("credit")))["sum"] or 0)


def balances(account: str, parties: Any) -> dict[int, int]:
    """Balance of an account for each of these parties; those without entries are left out. One query."""
    rows = LedgerEntry.objects.filter(account_id=account, party__in=parties).values("party")
    return {row["party"]: int(row["sum"]) for row in rows.annotate(sum=Sum("amount"))}


def statement(
    account: str,
    since: datetime.date,
    until: datetime.date,
    *,
    region: str = "",
    party: int = 0,
    benefit: str = "",
    source: str = "",
    rows: QuerySet[LedgerTotal] | None = None,
) -> Statement:
    """The account's statement from `since` to `until`, both included; two queries.

    With a `party` it is that person's (or lot's) own, read from the entries; else from the totals, which `rows` narrows."""
    narrowed = {name: value for name, value in (("benefit", benefit), ("source", source)) if value}
    if party:
        own = _placed(LedgerEntry.objects.filter(account_id=account, party=party, **narrowed), region)
        day, amounts = "transaction__occurred_on", {"debit": Q(amount__gt=0), "credit": Q(amount__lt=0)}
        sums = {name: Sum("amount", filter=which) for name, which in amounts.items()}
        found: QuerySet[Any] = own
    else:
        found = _placed(
            (LedgerTotal.objects.all() if rows is None else rows).filter(account_id=account, **narrowed), region
        )
        day, sums = "occurred_on", {"debit": Sum("debit"), "credit": Sum("credit")}
    before = found.filter(**{f"{day}__lt": since}).aggregate(**sums)
    opening = int(before["debit"] or 0) - abs(int(before["credit"] or 0))
    period = found.filter(**{f"{day}__gte": since, f"{day}__lte": until})
    columns = (
        "transaction_id",
        "transaction__occurred_on",
        "transaction__kind",
        "transaction__memo",
        "transaction__reference",
    )
    lines = period.values(*columns).annotate(**sums).order_by("transaction__occurred_on", "transaction_id")
    movements, running = [], opening
    for line in lines:
        one = _movement(line, running)
        movements.append(one)
        running = one.balance
    return Statement(
        account, opening, tuple(movements), sum(one.debit for one in movements), sum(one.credit for one in movements)
    )


def _movement(line: Mapping[str, Any], before: int) -> Movement:
    debit, credit = int(line["debit"] or 0), abs(int(line["credit"] or 0))
    return Movement(
        line["transaction_id"],
        line["transaction__occurred_on"],
        line["transaction__kind"],
        line["transaction__memo"],
        line["transaction__reference"],
        debit,
        credit,
        before + debit - credit,
    )


def _trial_row(code: str, sums: Mapping[str, Any]) -> TrialRow:
    old_debit, old_credit = int(sums["old_debit"] or 0), int(sums["old_credit"] or 0)
    one = chart.planned().get(code)
    return TrialRow(
        code,
        chart.title(code),
        one.kind if one else "memo",
        one.unit if one else "fen",
        old_debit - old_credit,
        int(sums["all_debit"]) - old_debit,
        int(sums["all_credit"]) - old_credit,
    )


def _placed(rows: QuerySet[Any], region: str) -> QuerySet[Any]:
    return rows.filter(codes.scope_q([region])) if region else rows
