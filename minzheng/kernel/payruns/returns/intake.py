"""Taking a return file in: into a table of this transaction, each record once, with what cannot be read set aside; then
the proof that the control record ties. Nothing is booked here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from minzheng.kernel.payruns.errors import PayRefused
from minzheng.kernel.payruns.formats.plain import Plain
from minzheng.kernel.payruns.formats.reading import Reading, Result
from minzheng.kernel.payruns.formats.writing import yuan
from minzheng.kernel.payruns.returns import copying

if TYPE_CHECKING:
    from minzheng.kernel.payruns.models import PayBatch

#: More records than these that cannot be taken: it is not a return file of this batch at all.
MOST_FAULTS = 10_000
_MOST_SEQ = 2_000_000_000


class ReturnRefused(PayRefused):
    """The whole file is refused and nothing of it is booked; the sentence says why and what to do."""


@dataclass(frozen=True)
class Fault:
    """A record that is not booked."""

    record: int
    seq: int
    fen: int
    code: str
    reason: str


@dataclass
class Intake:
    """What was read. The readable records lie in the temporary table pay_return (record, seq, fen, tail, code, and what the
    code says of the payment and of the account)."""

    records: int = 0
    readable: int = 0
    readable_fen: int = 0
    paid: int = 0
    paid_fen: int = 0
    faults: list[Fault] = field(default_factory=list)
    unreadable: list[Result] = field(default_factory=list)
    control: dict[str, Any] = field(default_factory=dict)

    def add_fault(self, result: Result, reason: str) -> None:
        self.faults.append(Fault(result.record, result.seq, result.fen, result.code, reason[:200]))
        if len(self.faults) > MOST_FAULTS:
            raise ReturnRefused(
                f"文件里超过 {MOST_FAULTS} 条记录不能入账，第一条是第 {self.faults[0].record} 条（{self.faults[0].reason}）："
                "这多半不是本批的回盘文件，请核对后重新向银行要。"
            )


def take_in(batch: PayBatch, reading: Reading) -> Intake:
    """Read the file into pay_return. Raises ReturnRefused, BadFormat."""
    taken = Intake(control=reading.control)
    repeated: list[Result] = []
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pay_return")
        cursor.execute(
            "CREATE TEMP TABLE pay_return (record int, seq int, fen bigint, tail text, code text, state text, flag text) "
            "ON COMMIT DROP"
        )
        cursor.execute("SELECT coalesce(max(seq), 0) FROM kernel_payline WHERE batch_id = %s", [batch.pk])
        seen = np.zeros(cursor.fetchone()[0] + 1, bool)
        with connection.wrap_database_errors, cursor.copy("COPY pay_return FROM STDIN (FORMAT BINARY)") as target:
            target.write(copying.HEAD)
            for portion in reading.portions():
                if not (isinstance(portion, Plain) and _as_one(taken, seen, portion)):
                    results = [Result(*one, "", "") for one in portion] if isinstance(portion, Plain) else portion
                    portion = _one_by_one(results, taken, seen, repeated)
                target.write(copying.rows(portion))
            target.write(copying.END)
        cursor.execute("ANALYZE pay_return (seq, state)")
    _prove(batch, taken)
    _settle_repeated(taken, repeated)
    return taken


def _as_one(taken: Intake, seen: NDArray[np.bool_], some: Plain) -> bool:
    """Count plain records in, when every one of them is of the batch and told for the first time."""
    if some.seq.max() >= len(seen) or seen[some.seq].any() or len(np.unique(some.seq)) < len(some):
        return False
    seen[some.seq] = True
    paid = some.code == b"00"
    taken.records += len(some)
    taken.readable += len(some)
    taken.readable_fen += int(some.fen.sum())
    taken.paid += int(paid.sum())
    taken.paid_fen += int(some.fen[paid].sum())
    return True


def _one_by_one(
    results: Iterable[Result], taken: Intake, seen: NDArray[np.bool_], repeated: list[Result]
) -> list[Result]:
    """Count records in, each with its own reason where it cannot be taken; gives those that can."""
    good: list[Result] = []
    for result in results:
        _record, seq, fen, code, tail, _message, fault = result
        taken.records += 1
        if fault or not tail.isalnum():
            taken.unreadable.append(result)
            taken.add_fault(result, fault or "账号里有别的符号")
            continue
        taken.readable += 1
        taken.readable_fen += fen
        if code == "00":
            taken.paid += 1
            taken.paid_fen += fen
        if seq >= len(seen):
            taken.add_fault(result, f"序号 {seq} 不在本批报盘明细里")
        elif seen[seq]:
            repeated.append(result)
            if len(repeated) > MOST_FAULTS:
                raise ReturnRefused(f"文件里重复的序号超过 {MOST_FAULTS} 个：请向银行核实后重新要一份。")
        else:
            seen[seq] = True
            good.append(result)
    return good


def _prove(batch: PayBatch, taken: Intake) -> None:
    """The control record: of this batch, as many records and as much money as the file holds."""
    told = taken.control
    if not told:
        raise ReturnRefused("文件里没有控制记录（总笔数、总金额）：文件不完整，请向银行重新要一份。")
    if told["batch"] != batch.no:
        raise ReturnRefused(f"这是批次“{told['batch'][:40]}”的回盘文件，不是 {batch.no} 的：请选对批次。")
    if told["count"] != taken.records:
        raise ReturnRefused(
            f"控制记录写 {told['count']} 笔，文件里有 {taken.records} 笔：文件不完整或被改动，没有入账，请向银行重新要一份。"
        )
    found = taken.readable_fen
    if taken.unreadable:
        found += _as_sent(batch, [result.seq for result in taken.unreadable if result.seq])
    lost = any(not result.seq for result in taken.unreadable)
    if found > told["total"] or (found != told["total"] and not lost):
        raise ReturnRefused(
            f"控制记录写合计 {yuan(told['total'])} 元，明细合计 {yuan(found)} 元：金额不符，文件可能被改动，没有入账，请向银行核实。"
        )
    if not taken.unreadable and (taken.paid, taken.paid_fen) != (
        told.get("paid_count", taken.paid), told.get("paid_total", taken.paid_fen),
    ):  # fmt: skip
        raise ReturnRefused(
            f"控制记录写成功 {told['paid_count']} 笔 {yuan(told['paid_total'])} 元，"
            f"明细里成功 {taken.paid} 笔 {yuan(taken.paid_fen)} 元：不符，没有入账，请向银行核实。"
        )


def _as_sent(batch: PayBatch, seqs: list[int]) -> int:
    """Fen that were sent under these numbers: what the control total must count for records whose amount is unreadable."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount_fen), 0)::bigint FROM kernel_payline WHERE batch_id = %s AND seq = ANY(%s)",
            [batch.pk, [seq for seq in seqs if seq < _MOST_SEQ]],
        )
        return int(cursor.fetchone()[0])


def _settle_repeated(taken: Intake, repeated: list[Result]) -> None:
    """The same number twice: told alike, the first counts; told differently, nobody knows, and none counts."""
    if not repeated:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, record, fen, code, tail FROM pay_return WHERE seq = ANY(%s)", [[one.seq for one in repeated]]
        )
        first = {seq: (record, fen, code, tail) for seq, record, fen, code, tail in cursor.fetchall()}
        at_odds = {one.seq for one in repeated if first[one.seq][1:] != (one.fen, one.code, one.tail)}
        for one in repeated:
            other = first[one.seq][0]
            taken.add_fault(one, _AT_ODDS.format(other) if one.seq in at_odds else f"与第 {other} 条重复")
        for seq in at_odds:
            record, fen, code, tail = first[seq]
            taken.add_fault(
                Result(record, seq, fen, code, tail, "", ""),
                _AT_ODDS.format(next(one.record for one in repeated if one.seq == seq)),
            )
        cursor.execute("DELETE FROM pay_return WHERE seq = ANY(%s)", [list(at_odds)])


_AT_ODDS = "同一笔与第 {} 条的结果互相矛盾，两条都不入账，请向银行查询"
