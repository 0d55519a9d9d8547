"""One batch, line by line, against the decisions; and its hash against the one that was approved."""

from __future__ import annotations

from dataclasses import dataclass, field

from minzheng.kernel.awards.models import Award, AwardPause
from minzheng.kernel.payruns import hashing
from minzheng.kernel.payruns.models import PayBatch, PayLine
from minzheng.kernel.payruns.recomputing.entitlement import owed
from minzheng.kernel.payruns.words import LINE_TYPES

#: Lines that a page computes while somebody waits.
LIMIT = 5000
PORTION = 500


@dataclass(frozen=True)
class Row:
    """`computed_fen`: what the decision gives for this line's month; back pay and corrections are their own decisions."""

    pk: int
    award_id: int
    seq: int
    award_no: str
    payee: str
    kind: str
    due_fen: int
    computed_fen: int
    told: str

    @property
    def ok(self) -> bool:
        return self.due_fen == self.computed_fen and not self.told.startswith("✗")

    @property
    def verdict(self) -> str:
        return "same" if self.ok else "differs"


@dataclass
class Looked:
    """Totals in fen. `unchanged`: the hash over every line is the one that was approved."""

    rows: list[Row] = field(default_factory=list)
    paid_fen: int = 0
    unchanged: bool = True

    @property
    def wrong(self) -> int:
        return sum(not row.ok for row in self.rows) + (not self.unchanged)

    @property
    def due_fen(self) -> int:
        return sum(row.due_fen for row in self.rows)

    @property
    def computed_fen(self) -> int:
        return sum(row.computed_fen for row in self.rows)


def look(batch: PayBatch) -> Looked:
    """At most LIMIT lines, in their order. The caller has checked the right to see the batch."""
    told = Looked(unchanged=not batch.sha or hashing.digest(batch) == batch.sha)
    lines = list(batch.pay_lines.exclude(state="excluded").select_related("line").order_by("seq")[:LIMIT])
    for start in range(0, len(lines), PORTION):
        portion = lines[start : start + PORTION]
        awards = Award.objects.prefetch_related("pauses").in_bulk({line.award_id for line in portion})
        told.rows += [_row(line, awards[line.award_id]) for line in portion]
        told.paid_fen += sum(line.amount_fen for line in portion if line.state == "paid")
    return told


def _row(line: PayLine, award: Award) -> Row:
    computed, told = _computed(line, award)
    if line.snapshot.get("frozen_sha") != award.frozen_sha:
        told = "✗ 发放时的依据与决定时封存的不同"
    kind = LINE_TYPES.get(line.line_type, line.line_type)
    return Row(line.pk, line.award_id, line.seq, award.no, award.payee_name, kind, line.due_fen, computed, told)


def _computed(line: PayLine, award: Award) -> tuple[int, str]:
    """A regular line is computed from the basis. Back pay and corrections make a month up to what was decided later: their
    month as a whole is recomputed by `months`, here their amount must be the entitlement's."""
    if line.line_type != "regular":
        return line.line.amount_fen, f"{award.no} 的另一项决定：{line.line.explanation}"
    should = owed(award, line.month, _pauses(award))
    if should.problems:
        return should.fen, f"✗ {'；'.join(should.problems)}"
    if should.why:
        return should.fen, should.why
    return should.fen, should.imported


def _pauses(award: Award) -> list[AwardPause]:
    return list(award.pauses.all())
