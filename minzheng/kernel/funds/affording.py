"""Whether the money is there for a batch (C12), and who waits when it is not: by the order of benefits, then of awards."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.db import connection, models
from django.db.models import F
from django.db.models.expressions import RawSQL

from minzheng.kernel.funds import pots, sources, uses
from minzheng.kernel.funds.hands import place_of
from minzheng.kernel.funds.rules import order_of, rank, share_of
from minzheng.kernel.parts.fields import yuan_text

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: First key of the lock under which money is counted; the second is the place.
_LOCK = 620_117


class Payable(Protocol):
    """What is asked of a batch; kernel.payruns.models.PayBatch fits."""

    pk: Any
    region_code: str
    item_code: str
    month: datetime.date
    total_fen: int


@dataclass(frozen=True)
class Affordable:
    """Whether the money for a batch is there.

    `known`: money was allotted for this benefit; without it nothing can be checked (`limit_fen` is then the whole).
    `limit_fen`: how much of the batch can be paid now, what benefits before it in the order still need left aside.
    `parts`: {source: fen} of that much. `reserved_fen`: what was left aside. `sentence`: for the check, "" when all fits."""

    known: bool
    total_fen: int
    limit_fen: int
    reserved_fen: int
    parts: Mapping[str, int]
    sentence: str

    @property
    def fits(self) -> bool:
        return self.limit_fen >= self.total_fen

    @property
    def short_fen(self) -> int:
        return self.total_fen - self.limit_fen


def reference(batch: Payable) -> str:
    return f"paybatch:{batch.pk}"


def affordable(batch: Payable, *, hold: bool = True) -> Affordable:
    """Inside a transaction it first waits for other approvals in the county, so that what it answers holds until the
    commit; with `hold` False it only looks."""
    place, year = place_of(batch.region_code), batch.month.year
    if hold and connection.in_atomic_block:
        _lock(place)
    standing, told = pots.standing_with(place, year, without=[reference(batch)])
    if not standing.knows(batch.item_code):
        parts = standing.sharing(batch.item_code, batch.region_code, batch.month, batch.total_fen).parts
        return Affordable(False, batch.total_fen, batch.total_fen, 0, parts, _unknown(year))
    reserved = _reserve(batch, standing, told)
    share, left = (
        share_of(batch.item_code, batch.region_code, batch.month),
        standing.remaining(batch.item_code),
    )
    limit = pots.payable(share, left, batch.total_fen)
    parts = pots.shared(share, left, limit).parts
    sentence = "" if limit >= batch.total_fen else _short(batch.total_fen, limit, reserved, left)
    return Affordable(True, batch.total_fen, limit, reserved, parts, sentence)


def _reserve(batch: Payable, standing: pots.Pots, told: list[tuple[uses.Use, Any]]) -> int:
    """Take what benefits that come first still need for the same month or an earlier one; returns how much that is."""
    order = order_of(batch.region_code, batch.month)
    mine, reserved = rank(batch.item_code, order), 0
    for use, _ in told:
        if use.state == uses.WAITING and use.month <= batch.month and rank(use.item_code, order) < mine:
            taken = standing.take(use.item_code, use.region_code, use.month, use.fen)
            reserved += sum(taken.parts.values())
    return reserved


def drawing(batch: Payable) -> dict[str, int]:
    """{source: fen} of a batch that finance pays now, summing to its total: what the ledger's entry of the money is
    booked with. What no source has any more falls on the last one of the rule, where it shows as overdrawn."""
    standing = pots.standing(batch.region_code, batch.month.year, without=[reference(batch)])
    taken = standing.sharing(batch.item_code, batch.region_code, batch.month, batch.total_fen)
    parts = dict(taken.parts)
    if taken.short:
        share = standing.share(batch.item_code, batch.region_code, batch.month)
        last = list(share.shares)[-1]
        parts[last] = parts.get(last, 0) + taken.short
    return parts


def waiting(lines: QuerySet[Any], *, fen: int) -> QuerySet[Any]:
    """Those of `lines` (of one batch, with award, amount_fen, line_type, category) that must wait when only `fen` can be
    paid. Whole awards wait, the last in the order: regular before back pay, class A before B, older awards first. One
    statement, whatever the number of lines."""
    kinds = models.Case(
        *(models.When(line_type=one, then=models.Value(place)) for place, one in enumerate(sources.defaults().line_types)),
        default=models.Value(99), output_field=models.IntegerField(),
    )  # fmt: skip
    listed = lines.order_by().values_list(F("award_id"), F("amount_fen"), kinds, F("category"))
    sql, params = listed.query.sql_with_params()
    # The table's own rows as compiled by the ORM; only names of columns are added here.
    late = (
        "SELECT award FROM (SELECT award, SUM(SUM(fen)) OVER (ORDER BY MIN(kind), MIN(COALESCE(NULLIF(class, ''), 'Z')), "  # noqa: S608
        f"award) AS total FROM ({sql}) AS one (award, fen, kind, class) GROUP BY award) AS sums WHERE total > %s"
    )
    return lines.filter(award_id__in=RawSQL(late, [*params, fen]))  # noqa: S611


@contextmanager
def counting(region_code: str) -> Iterator[None]:
    """Nobody else counts or promises this place's money until the transaction ends."""
    _lock(place_of(region_code))
    yield


def _lock(place: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, int(place[:9])])


def _unknown(year: int) -> str:
    return f"还没有录入 {year} 年这项资金的指标，不能核对余额；请财务人员录入并确认指标。"


def _short(total: int, limit: int, reserved: int, left: Mapping[str, int]) -> str:
    rests = "、".join(f"{sources.title(code)} {yuan_text(fen)} 元" for code, fen in left.items() if fen)
    first = f"（已为排在前面的事项留出 {yuan_text(reserved)} 元）" if reserved else ""
    return (
        f"资金不足：本批次 {yuan_text(total)} 元，可用 {yuan_text(limit)} 元，差 {yuan_text(total - limit)} 元{first}；"
        f"余额：{rests or '没有'}。请申请追加指标，或按保障顺序先发一部分，其余排队待发。"
    )
