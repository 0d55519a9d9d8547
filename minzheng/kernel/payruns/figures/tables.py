"""每月发放表: households, people and money of a month by place, class and source.

What counts: lines that a batch of the month pays (not those taken out or revoked), each in the month of its first batch:
what came back and is paid again by a reissue stays here, marked as such, and the reissue's own sum stands beside the
table. 户 = awards, 人 = people they cover (once an award), counted once in each row and once in the total. Sums tie to the
batches to the fen, and say so."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Case, CharField, Count, F, Max, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Concat, Left

from minzheng.kernel.funds.affording import reference
from minzheng.kernel.ledger.models import LedgerEntry
from minzheng.kernel.payruns import reading
from minzheng.kernel.payruns.models import PayBatch, PayLine
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Digits of a region code by level: one group of rows is a place one level below the reader's.
_DIGITS = {1: 2, 2: 4, 3: 6, 4: 9, 5: 12}


@dataclass(frozen=True)
class Row:
    """One row. `key`: its group (item, then place or class; empty strings in totals). Money in fen:
    `fen` = `paid_fen` + `returned_fen` + `reissued_fen` + `waiting_fen`."""

    key: tuple[str, ...]
    households: int = 0
    persons: int = 0
    lines: int = 0
    fen: int = 0
    paid_lines: int = 0
    paid_fen: int = 0
    returned_lines: int = 0
    returned_fen: int = 0
    reissued_fen: int = 0
    waiting_fen: int = 0

    @property
    def average_fen(self) -> int:
        """人均 of the month, to the fen, half up."""
        return (2 * self.fen + self.persons) // (2 * self.persons) if self.persons else 0


def counted(rows: QuerySet[PayLine]) -> QuerySet[PayLine]:
    """The lines that the tables count; what a number drills to."""
    return paying(rows).exclude(batch__kind="reissue")


def paying(rows: QuerySet[PayLine]) -> QuerySet[PayLine]:
    """Lines that are money to be paid, on its way, or paid."""
    return rows.filter(state__in=reading.PAYING, excluded_for="", amount_fen__gt=0).exclude(batch__state="VOIDED")


def of_month(actor: Actor, month: datetime.date) -> QuerySet[PayLine]:
    """Counted lines of a month that this actor may see, without anything joined to them."""
    rows = PayLine.objects.filter(batch__month=month)
    return counted(rows if actor.is_system else rows.filter(reading.seen(actor, "batch__item_code")))


def reissued(actor: Actor, month: datetime.date) -> tuple[int, int]:
    """(lines, fen) that reissue batches of the month pay: entitlements of the tables of earlier months, or of this one."""
    rows = PayLine.objects.filter(reading.seen(actor, "batch__item_code"), batch__month=month, batch__kind="reissue")
    told = paying(rows).aggregate(n=Count("pk"), fen=Sum("amount_fen"))
    return int(told["n"]), int(told["fen"] or 0)


def level_below(actor: Actor) -> int:
    """Digits by which places are told apart: those below the widest place of the actor's posts."""
    levels = [codes.level(code) for code in actor.scopes(reading.READ)] or [3]
    return _DIGITS[min(min(levels) + 1, 5)]


def by_place(actor: Actor, month: datetime.date, digits: int) -> list[Row]:
    """(place, item) rows."""
    place = F("region_code") if digits == 12 else Concat(Left("region_code", digits), Value("0" * (12 - digits)))
    return grouped(of_month(actor, month).annotate(g1=place, g2=F("batch__item_code")), ("g1", "g2"))


def by_class(actor: Actor, month: datetime.date) -> list[Row]:
    """(item, class) rows."""
    return grouped(of_month(actor, month).annotate(g1=F("batch__item_code"), g2=F("category")), ("g1", "g2"))


def by_village(actor: Actor, month: datetime.date) -> list[Row]:
    """(village,) rows: what a village's ledger holds."""
    return grouped(of_month(actor, month).annotate(g1=F("region_code")), ("g1",))


def whole(actor: Actor, month: datetime.date) -> Row:
    """The total: households and people counted once, so that they are no sum of the rows where an award has two."""
    found = grouped(of_month(actor, month).annotate(g1=Value("", CharField())), ("g1",))
    return found[0] if found else Row(("",))


def grouped(rows: QuerySet[Any], keys: Sequence[str]) -> list[Row]:
    """Rows by group: first each award within its group (so that a household with back pay is one household), then the
    groups. One query."""
    inner = rows.order_by().values(*keys, "award_id").annotate(
        c_persons=Max("persons"), c_lines=Count("pk"), c_fen=Sum("amount_fen"),
        c_paid_lines=Count("pk", filter=Q(state="paid")), c_paid=_sum("paid"),
        c_returned_lines=Count("pk", filter=Q(state="returned")), c_returned=_sum("returned"),
        c_reissued=_sum("reissued"), c_waiting=_sum("ready", "sent", "unknown"),
    )  # fmt: skip
    sql, params = inner.query.sql_with_params()
    listed = ", ".join(f't."{key}"' for key in keys)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {listed}, count(*), sum(c_persons), sum(c_lines), sum(c_fen), sum(c_paid_lines), sum(c_paid), "
            f"sum(c_returned_lines), sum(c_returned), sum(c_reissued), sum(c_waiting) FROM ({sql}) t GROUP BY {listed} ORDER BY {listed}",
            params,
        )
        return [Row(tuple(row[: len(keys)]), *(int(one) for one in row[len(keys) :])) for row in cursor.fetchall()]


def _sum(*states: str) -> Sum:
    amount = Case(When(state__in=states, then=F("amount_fen")), default=Value(0))
    return Sum(amount)


def total(rows: Sequence[Row]) -> Row:
    """The sum of rows that share no award (rows of different benefits)."""
    names = [one.name for one in fields(Row)][1:]
    return Row(("",), **{name: sum(getattr(row, name) for row in rows) for name in names})


@dataclass(frozen=True)
class Tie:
    """Whether the tables are the batches, to the fen. `whole` False: the actor sees a part of batches that belong to a wider
    place, which has no sum of its own to compare with."""

    table_fen: int
    batches_fen: int
    whole: bool

    @property
    def holds(self) -> bool:
        return self.table_fen == self.batches_fen


def tie(actor: Actor, month: datetime.date, table_fen: int) -> Tie:
    """Against the sums that the batches of the month hold themselves; reissues pay what is counted already."""
    batches = reading.batches(actor).filter(month=month).exclude(state="VOIDED").exclude(kind="reissue")
    held = int(batches.aggregate(fen=Sum("total_fen"))["fen"] or 0)
    return Tie(table_fen, held, held > 0 or table_fen == 0)


@dataclass(frozen=True)
class SourceRow:
    """What a source paid for a benefit in a month; `source` "" : batches that finance has not paid yet."""

    item_code: str
    source: str
    fen: int


def by_source(actor: Actor, month: datetime.date) -> list[SourceRow]:
    """Drawings in the ledger of the month's batches by benefit and source; what is not drawn yet as a row without one.

    Split by source is known where finance paid a batch, not for single lines: it is told of batches the actor sees."""
    batches = list(
        reading.batches(actor).filter(month=month, total_fen__gt=0).exclude(state="VOIDED").exclude(kind="reissue")
    )
    drawn = drawn_by(batches)
    found: dict[tuple[str, str], int] = {}
    for batch in batches:
        parts = drawn.get(batch.pk) or {"": batch.total_fen}
        for source, fen in parts.items():
            found[batch.item_code, source] = found.get((batch.item_code, source), 0) + fen
    return [SourceRow(item, source, fen) for (item, source), fen in sorted(found.items())]


def drawn_by(batches: Sequence[PayBatch]) -> dict[int, dict[str, int]]:
    """Batch → {source: fen} that the ledger has drawn for it (credits of 财政拨入, reversals taken off); one query."""
    numbers = {reference(batch): batch.pk for batch in batches}
    rows = (
        LedgerEntry.objects.filter(account_id="appropriation", transaction__reference__in=list(numbers))
        .order_by().values("transaction__reference", "source").annotate(fen=Sum("amount"))
    )  # fmt: skip
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        if row["fen"]:
            found.setdefault(numbers[row["transaction__reference"]], {})[row["source"]] = -int(row["fen"])
    return found
