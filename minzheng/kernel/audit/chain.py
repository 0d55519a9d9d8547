"""The sealer: links audit lines into one SM3 chain after they were committed.

Writers take no chain lock (taken early it cut writes to a seventh). The sealer runs every few seconds as a job and at
the start of every verification. Two sealers cannot fork the chain: the sequence number is the primary key, so the
slower one fails and looks again. Lines that vanish before they were sealed are missed by vouching.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from minzheng.kernel import clock
from minzheng.kernel.audit import anchor
from minzheng.kernel.audit.canonical import COLUMNS, canonical, link_hash
from minzheng.kernel.audit.models import AuditEntry, AuditSeal
from minzheng.kernel.jobs.services import JobError

BATCH = 2000
#: Ids begin with the millisecond of their making. The quick look goes back this far from the last sealed id; lines of
#: transactions that stayed open longer are found by the thorough look.
_QUICK_WINDOW_MS = 15 * 60 * 1000
_ID_LOW_BITS = 22
_TRIES = 20


class ChainCut(JobError):
    """The database holds less than what was anchored: sealing on would hide it."""

    exit_code = 1

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, retry=False)


def head() -> anchor.Head:
    """The last link in the database."""
    row = AuditSeal.objects.order_by("-seq").values_list("seq", "hash").first()
    return anchor.Head(*row) if row else anchor.Head()


def seal_pending(*, thorough: bool) -> int:
    """Link what is not linked yet, in batches, each its own transaction; returns how many lines were linked.

    Raises ChainCut when the anchored head is no longer in the chain."""
    refuse_if_cut()
    sealed, after = 0, 0 if thorough else _quick_start()
    while True:
        count, after = _seal_batch(after)
        sealed += count
        if count < BATCH:
            return sealed


def refuse_if_cut() -> None:
    """Compare the chain with the anchored head. One row is read.

    A chain without a head file is refused as well: the next link would write a new file and so hide that the old one,
    and with it the proof of the chain's length, was taken away."""
    known = anchor.last()
    if known is None and head().seq:
        for _ in anchor.heads():
            pass  # a damaged file says so itself, naming the line
        raise ChainCut(anchor.missing_sentence())
    if known is None or known.seq == 0:
        return
    there = AuditSeal.objects.filter(seq=known.seq).values_list("hash", flat=True).first()
    if there is None:
        raise ChainCut(
            f"审计链尾部被截断：锚定文件记录到第 {known.seq} 环，数据库中只到第 {head().seq} 环；"
            "已停止续接以保留现场，请立即报告审计员。"
        )
    if there != known.hash:
        raise ChainCut(f"审计链第 {known.seq} 环与锚定文件不符：该环之前的记录被整体改写，请立即报告审计员。")


def _quick_start() -> int:
    """The id from which the quick look begins: a while before the last sealed one."""
    newest = AuditSeal.objects.order_by("-seq").values_list("entry_id", flat=True).first() or 0
    return max(0, newest - (_QUICK_WINDOW_MS << _ID_LOW_BITS))


def _seal_batch(after: int) -> tuple[int, int]:
    """Link the oldest pending lines with ids above `after`; returns how many and the id of the last one."""
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                last = head()
                if not last.seq and anchor.last() is None:
                    anchor.append(last, at=_now())  # the file stands before the first link does
                links = list(_links(last, _pending(after)))
                AuditSeal.objects.bulk_create(links)
                if links:
                    _anchor_on_commit(links[-1])
                return len(links), links[-1].entry_id if links else after
        except IntegrityError:
            continue  # another sealer was faster: look again from its head
    return 0, after


def _now() -> str:
    return clock.now().isoformat(timespec="seconds")


def _anchor_on_commit(link: AuditSeal) -> None:
    at = _now()
    transaction.on_commit(lambda: anchor.append(anchor.Head(link.seq, link.hash), at=at))


def _links(last: anchor.Head, rows: list[tuple[Any, ...]]) -> Iterator[AuditSeal]:
    seq, previous = last.seq, last.hash
    for *values, mac in rows:
        seq += 1
        made = link_hash(previous, seq, canonical(values), mac)
        yield AuditSeal(seq=seq, entry_id=values[0], prev_hash=previous, hash=made)
        previous = made


def _pending(after: int) -> list[tuple[Any, ...]]:
    # NOT EXISTS and not NOT IN: the latter is quadratic once the list of sealed ids outgrows the sort memory.
    sealed = AuditSeal.objects.filter(entry_id=OuterRef("pk"))
    entries = AuditEntry.objects.filter(~Exists(sealed), pk__gt=after)
    return list(entries.order_by("pk").values_list(*COLUMNS, "mac")[:BATCH])
