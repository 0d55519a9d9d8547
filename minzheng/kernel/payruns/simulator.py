"""A bank that answers: the return file of a sent batch, by seed, with everything that banks do wrong. For demonstrations,
exercises and tests; it knows the lines that were sent and nothing else, and books nothing."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from minzheng.kernel.awards.models import PayeeAccount
from minzheng.kernel.crypto.opening import open_many
from minzheng.kernel.payruns import access, formats
from minzheng.kernel.payruns.bankfile import portions
from minzheng.kernel.payruns.errors import PayRefused
from minzheng.kernel.payruns.formats import codes, writing
from minzheng.kernel.payruns.formats.spec import Format

if TYPE_CHECKING:
    from minzheng.kernel.payruns.models import PayBatch

_PARTS = 1_000_000


@dataclass(frozen=True)
class Habits:
    """Shares of the lines (0 … 1). `returned`, `unknown`: results; `lost`: no result in this file, nor in later ones of
    the same seed; `delayed`: not in this file, only in a later one; `repeated`: told twice; `contradicted`: told twice,
    differently; `corrupted`: wrong code, account, amount or number. `tampered`: the control total is one fen too high.
    `results`: results of single lines by their number in the batch, whatever is drawn."""

    returned: float = 0.01
    unknown: float = 0.001
    lost: float = 0.0
    delayed: float = 0.0
    repeated: float = 0.0
    contradicted: float = 0.0
    corrupted: float = 0.0
    tampered: bool = False
    results: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Simulated:
    """What went into the file."""

    path: Path
    format: str
    records: int
    total_fen: int
    returned: int
    unknown: int
    left_out: int


@transaction.atomic
def simulate(
    batch: PayBatch, out: Path, *, seed: int, habits: Habits = Habits(), format_code: str = "", later: bool = False
) -> Simulated:
    """Write the return file for the lines that have no final result yet. `later`: a further file: nothing is delayed any
    more, and what was unknown is decided. Raises PayRefused when the batch was not sent or nothing is left to tell."""
    access.in_state(batch, "SENT", "PARTIAL_RETURN", "ALL_PAID", "CLOSED", act="模拟银行回盘")
    one = formats.get(format_code or batch.file_format)
    told: dict[str, int] = {
        "records": 0,
        "fen": 0,
        "paid": 0,
        "paid_fen": 0,
        "returned": 0,
        "unknown": 0,
        "left_out": 0,
    }
    for block in _answers(batch, one, seed, habits, later=later, told=told):
        told["records"] += len(block["seq"])
        told["fen"] += sum(block["amount"])
        paid = [fen for fen, code in zip(block["amount"], block["ours"], strict=True) if code == "00"]
        told["paid_fen"] += sum(paid)
    if not told["records"]:
        raise PayRefused(f"批次 {batch.no} 的明细都已经有结果，银行没有可回的了。")
    control = {
        "batch": batch.no, "month": f"{batch.month:%Y%m}", "count": told["records"], "total": told["fen"],
        "voucher": batch.voucher, "paid_count": told["paid"], "paid_total": told["paid_fen"],
    }  # fmt: skip
    _write(one, control, _answers(batch, one, seed, habits, later=later, told={}), out, tampered=habits.tampered)
    return Simulated(out, one.code, told["records"], told["fen"], told["returned"], told["unknown"], told["left_out"])


def _write(one: Format, control: dict[str, Any], blocks: Iterator[writing.Block], out: Path, *, tampered: bool) -> None:
    if tampered:
        control = {**control, "total": control["total"] + 1}
    try:
        with out.open("wb") as target:
            writing.write(one, one.back, control, blocks, target)
    except writing.TotalsDiffer:
        if not tampered:
            raise


_LINES = """
SELECT l.seq, l.amount_fen, l.state, a.id, a.number FROM kernel_payline l
JOIN kernel_payeeaccount a ON a.id = l.account_id
WHERE l.batch_id = %s AND l.state IN ('sent', 'unknown') AND l.amount_fen > 0 ORDER BY l.seq
"""


def _answers(
    batch: PayBatch, one: Format, seed: int, habits: Habits, *, later: bool, told: dict[str, int]
) -> Iterator[dict[str, Any]]:
    """Blocks of records; `told` counts results (when given its keys)."""
    connection.ensure_connection()
    bank = {code: one.bank_code(code) for code in codes.all()}
    for rows in portions(_LINES, [batch.pk]):
        seqs, fens, states, ids, numbers = zip(*rows, strict=True)
        accounts = open_many(PayeeAccount, "number", ids, numbers)
        made: list[tuple[int, int, str, str, str]] = []
        for seq, fen, state, account in zip(seqs, fens, states, accounts, strict=True):
            if _drawn(seed, "lost", seq) < habits.lost or (not later and _drawn(seed, "delay", seq) < habits.delayed):
                told["left_out"] = told.get("left_out", 0) + 1
                continue
            code = _code(seed, seq, state, habits, later=later)
            outcome = codes.get(code).outcome
            told[outcome] = told.get(outcome, 0) + 1
            made.extend(_records(seed, habits, (seq, fen, account, code, bank[code]), bank))
        columns = list(zip(*made, strict=True)) or [()] * 5
        yield {
            "seq": columns[0], "amount": columns[1], "account": columns[2], "ours": columns[3], "code": columns[4],
            "message": [codes.get(code).title if code != "00" else "" for code in columns[3]],
        }  # fmt: skip


def _code(seed: int, seq: int, state: str, habits: Habits, *, later: bool) -> str:
    if seq in habits.results:
        return habits.results[seq]
    drawn = _drawn(seed, "result", seq)
    if drawn < habits.returned:
        failures = codes.with_outcome("returned")
        return failures[int(_drawn(seed, "why", seq) * len(failures))]
    return "08" if drawn > 1 - habits.unknown and state == "sent" and not later else "00"


def _records(
    seed: int, habits: Habits, plain: tuple[int, int, str, str, str], bank: dict[str, str]
) -> Iterator[tuple[int, int, str, str, str]]:
    """The record of a line as this bank writes it: once, twice, at odds with itself, or wrong."""
    seq, fen, account, code, theirs = plain
    wrong = _drawn(seed, "corrupt", seq)
    if wrong < habits.corrupted:
        kind = int(wrong / habits.corrupted * 4)
        yield (
            (seq, fen, account, code, "?9") if kind == 0
            else (seq, fen, account[:-4] + "0000", code, theirs) if kind == 1
            else (seq, fen + 1, account, code, theirs) if kind == 2
            else (seq + 90_000_000, fen, account, code, theirs)
        )  # fmt: skip
        return
    yield plain
    if _drawn(seed, "repeat", seq) < habits.repeated:
        yield plain
    if _drawn(seed, "contradict", seq) < habits.contradicted:
        other = "99" if code == "00" else "00"
        yield (seq, fen, account, other, bank[other])


def _drawn(seed: int, what: str, seq: int) -> float:
    """0 … 1, the same for the same seed, question and line."""
    return zlib.crc32(f"{seed}:{what}:{seq}".encode()) % _PARTS / _PARTS
