"""Booking: `post` for some entries, `post_select` for a million, `reverse` for what was booked wrongly.

Each books one event under a `key` that names it ("paybatch:123:approve"): asked again, the first transaction is the
answer and nothing is doubled; something else under the same key is refused. Permission is asked by the act that leads
to the booking, not here.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from django.db import connection, transaction

from minzheng.kernel.audit.services import ActorLike, record
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.ledger import chart
from minzheng.kernel.ledger.models import LedgerEntry, LedgerTransaction


class LedgerRefusal(Exception):
    """Not booked; the sentence says why and what to do."""


class SameKeyOtherContent(LedgerRefusal):
    """The key is on the books with other content."""


@dataclass(frozen=True)
class Entry:
    """One entry to book. `amount` in the account's unit: > 0 debit, < 0 credit, never 0. `party`: person or lot, 0 for
    nobody; `region_code` "" takes the transaction's; `month` is day 1; `line_ref` the id of the line it books."""

    account: str
    amount: int
    party: int = 0
    benefit: str = ""
    source: str = ""
    region_code: str = ""
    month: datetime.date | None = None
    line_ref: int = 0


#: Columns that the SQL of `post_select` gives, in this order.
SELECTED = ("account", "amount", "party", "benefit", "source", "region_code", "month", "line_ref")


@transaction.atomic
def post(
    *,
    kind: str,
    key: str,
    occurred_on: datetime.date,
    region_code: str,
    entries: Iterable[Entry],
    actor: ActorLike,
    reference: str = "",
    memo: str = "",
    reverses: LedgerTransaction | None = None,
) -> LedgerTransaction:
    """Book `entries` (sum 0 per unit, at least two) as one transaction.

    Raises LedgerRefusal for entries that cannot be booked, SameKeyOtherContent when `key` (≤ 160 characters) is on the
    books with other entries, kind, region or reference; the date, memo and actor of the first stay."""
    listed = list(entries)
    _refuse_unbalanced(listed)
    content = json.dumps([kind, region_code, reference, [astuple(one) for one in listed]], default=str)
    head = _head(kind, key, occurred_on, region_code, reference, memo, reverses, actor, content)
    opened, new = _open(head)
    if new:
        LedgerEntry.objects.bulk_create(
            [
                LedgerEntry(
                    transaction=opened,
                    seq=number,
                    account_id=one.account,
                    amount=one.amount,
                    party=one.party,
                    benefit=one.benefit,
                    source=one.source,
                    region_code=one.region_code or region_code,
                    month=one.month,
                    line_ref=one.line_ref,
                )
                for number, one in enumerate(listed, start=1)
            ]
        )
        _record(opened, actor, len(listed))
    return opened


@transaction.atomic
def post_select(
    *,
    kind: str,
    key: str,
    occurred_on: datetime.date,
    region_code: str,
    sql: str,
    actor: ActorLike,
    params: Sequence[Any] | Mapping[str, Any] = (),
    reference: str = "",
    memo: str = "",
    reverses: LedgerTransaction | None = None,
) -> LedgerTransaction:
    """Book what `sql` selects: one INSERT … SELECT whatever the number of entries.

    `sql` gives the columns of SELECTED in that order (account code, amount, party, benefit, source, region, month,
    line; bigint, date and text, "" and 0 for nothing; a % of its own written %% when there are params); amounts of 0 are
    left out. "The same content" means the same kind, region, reference and `params`. Raises
    LedgerRefusal when it selects nothing and SameKeyOtherContent; unbalanced entries fail at the commit."""
    content = json.dumps([kind, region_code, reference, params], default=str, sort_keys=True)
    head = _head(kind, key, occurred_on, region_code, reference, memo, reverses, actor, content)
    opened, new = _open(head)
    if new:
        booked = _insert(opened, sql, params)
        if booked == 0:
            raise LedgerRefusal(f"“{kind}”没有可记的分录（{reference or key}）：选出来的金额都是 0，或者一条也没有。")
        _record(opened, actor, booked)
    return opened


@transaction.atomic
def reverse(
    *, of: LedgerTransaction, actor: ActorLike, reason: str, occurred_on: datetime.date, key: str = ""
) -> LedgerTransaction:
    """冲正: the same entries with the opposite sign, once per transaction. Raises LedgerRefusal without a reason, for a
    reversal itself, and when another key has reversed it already."""
    if not reason.strip():
        raise LedgerRefusal("请写明冲正的原因。")
    if of.reverses_id:
        raise LedgerRefusal("这笔凭证本身是冲正，不能再冲正；请重新记一笔。")
    key = key or f"reverse:{of.pk}"
    done = LedgerTransaction.objects.filter(reverses=of).exclude(key=key).first()
    if done is not None:
        raise LedgerRefusal(f"这笔凭证已经由凭证 {done.pk} 冲正，不能再冲正一次。")
    columns = "account_id, -amount, party, benefit, source, region_code, month, line_ref"
    return post_select(
        kind=of.kind,
        key=key,
        occurred_on=occurred_on,
        region_code=of.region_code,
        reference=of.reference,
        memo=f"冲正：{reason.strip()}"[:200],
        sql=f"SELECT {columns} FROM {LedgerEntry._meta.db_table} WHERE transaction_id = %s",  # noqa: S608
        params=[of.pk],
        actor=actor,
        reverses=of,
    )


def _refuse_unbalanced(entries: Sequence[Entry]) -> None:
    """The database refuses these at the commit; here the sentence names the account, and nothing was done yet."""
    if len(entries) < 2:
        raise LedgerRefusal("一笔凭证至少要有一借一贷两条分录。")
    sums: dict[str, int] = {}
    accounts = chart.planned()
    for one in entries:
        if one.account not in accounts:
            raise chart.UnknownAccount(f"没有科目 {one.account}，请先写进 chart.yaml。")
        if not isinstance(one.amount, int) or one.amount == 0:
            raise LedgerRefusal(
                f"科目“{chart.title(one.account)}”的金额 {one.amount!r} 不能记账：应为不等于 0 的整数。"
            )
        unit = accounts[one.account].unit
        sums[unit] = sums.get(unit, 0) + one.amount
    for unit, total in sums.items():
        if total:
            raise LedgerRefusal(f"借贷不平（单位 {unit}）：借方比贷方多 {total}。")


def _head(
    kind: str,
    key: str,
    occurred_on: datetime.date,
    region_code: str,
    reference: str,
    memo: str,
    reverses: LedgerTransaction | None,
    actor: ActorLike,
    content: str,
) -> LedgerTransaction:
    if not (kind and key and region_code):
        raise LedgerRefusal("记账必须写明业务、幂等键和所属区划。")
    return LedgerTransaction(
        kind=kind,
        key=key,
        digest=sm3(content.encode()),
        occurred_on=occurred_on,
        region_code=region_code,
        reference=reference,
        memo=memo[:200],
        actor_id=actor.id or 0,
        reverses=reverses,
    )


def _open(head: LedgerTransaction) -> tuple[LedgerTransaction, bool]:
    """The transaction with this key and whether it is new. Whoever asks while another books the same key waits here."""
    chart.ensure()
    LedgerTransaction.objects.bulk_create([head], ignore_conflicts=True)
    found = LedgerTransaction.objects.filter(key=head.key).first()
    if found is None:
        raise LedgerRefusal("这笔凭证刚刚被别人冲正，请刷新后再看。")
    if found.pk == head.pk:
        return found, True
    if found.digest != head.digest:
        raise SameKeyOtherContent(f"“{head.key}”已经记过账（凭证 {found.pk}），内容不同；请核对后换一个键，或先冲正。")
    return found, False


def _insert(opened: LedgerTransaction, sql: str, params: Sequence[Any] | Mapping[str, Any]) -> int:
    """Entries in the order of their party: the index by party then grows page after page, twice as fast."""
    columns = "account_id, amount, party, benefit, source, region_code, month, line_ref"
    statement = (  # names of our own tables and columns; values travel as parameters
        f"INSERT INTO {LedgerEntry._meta.db_table} (transaction_id, seq, {columns}) "  # noqa: S608
        f"SELECT {opened.pk}, row_number() OVER (ORDER BY party, line_ref), {columns} "
        f"FROM ({sql}) AS given ({columns}) WHERE amount <> 0"
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '160MB'")  # a million entries are sorted in memory
        cursor.execute(statement, params or None)
        return int(cursor.rowcount)


def _record(opened: LedgerTransaction, actor: ActorLike, entries: int) -> None:
    record(
        actor=actor,
        action="ledger.post",
        obj=opened,
        detail={"kind": opened.kind, "entries": entries, "key": opened.key},
    )
