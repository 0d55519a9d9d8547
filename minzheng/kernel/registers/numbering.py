"""Gap-free numbers per series, place and year: 受理编号, 文号, 证号.

The counter row is locked until the caller's transaction ends, so that a number is used exactly when what it numbers is
committed: no gap after a rollback, no double under load. Writers of one series, place and year therefore wait for each
other: ask for the number as the last thing before the commit.
"""

from __future__ import annotations

from django.db import transaction

from minzheng.kernel.registers.models import NumberSeries


class NotInTransaction(RuntimeError):
    """A number taken outside a transaction would be lost when the caller fails."""


def next_number(series: str, *, region_code: str, year: int) -> int:
    """1, 2, 3, … within (series, region_code, year). Raises NotInTransaction outside a transaction.

    `series` ≤ 24 characters; `region_code` is part of the key as given (12 digits, or "" for a national series)."""
    return reserve(series, region_code=region_code, year=year, count=1)[0]


def reserve(series: str, *, region_code: str, year: int, count: int) -> range:
    """`count` consecutive numbers at once, for bulk loads; the same guarantees."""
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(f"取编号（{series}）必须在事务中进行，否则失败时会跳号。")
    if count < 1:
        raise ValueError(f"一次至少取一个编号，收到 {count}。")
    key = {"series": series, "region_code": region_code, "year": year}
    row = NumberSeries.objects.select_for_update().filter(**key).first()
    if row is None:
        # Two first callers: the loser of the insert waits for the winner and then finds its row.
        NumberSeries.objects.bulk_create([NumberSeries(**key)], ignore_conflicts=True)
        row = NumberSeries.objects.select_for_update().get(**key)
    first = row.last + 1
    row.last += count
    row.save(update_fields=["last"])
    return range(first, first + count)
