"""The pieces that ``figures`` adds up: one family under both rule sets, one row of sums, the question asked."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

#: One row of sums. ``families`` are all that were looked at; the two sides count those with cash in the month.
FIELDS = (
    "families", "members",
    "base_households", "base_persons", "base_fen",
    "reform_households", "reform_persons", "reform_fen",
    "entered", "left", "raised", "lowered", "same",
    "entered_persons", "left_persons", "more_fen", "less_fen",
    "base_horizon_fen", "reform_horizon_fen",
)  # fmt: skip
_AT = {name: i for i, name in enumerate(FIELDS)}
#: What belongs together when a small number is hidden: the second block says what changed.
BASELINE = ("families", "members", "base_households", "base_persons", "base_fen", "base_horizon_fen")
CHANGED = tuple(name for name in FIELDS if name not in BASELINE)
#: Households in these are people of whom a reader could guess who they are when they are few.
COUNTED = ("families", "base_households", "reform_households", "entered", "left", "raised", "lowered", "same")
ENTERED, LEFT, RAISED, LOWERED, SAME, NONE = "entered", "left", "raised", "lowered", "same", "none"
#: How far over the line, in 分 a person and month: upper ends of the bands of near-misses (the last is open).
BANDS = (1_000, 2_000, 5_000, 10_000)


@dataclass(frozen=True)
class Result:
    """One result word that is counted. ``kind``: cash (paid each month), quota (services, one-off sums), status."""

    word: str
    benefit: str
    entity: str
    kind: str


@dataclass(slots=True)
class Near:
    """A family over the income line: by how much a person and month (分, rounded up), by what share of the line (万分之一,
    rounded up), and whether income alone stands in the way."""

    fen: int
    share: int
    only: bool


@dataclass(slots=True)
class Side:
    """One family, one month, one rule set. ``people``: a bit for each member who gets cash (every member where the
    household as a whole is paid). ``words``: result word → (households or persons for whom it is, 分)."""

    paid: int = 0
    people: int = 0
    words: dict[str, tuple[int, int]] = field(default_factory=dict)
    near: Near | None = None


@dataclass(slots=True)
class Home:
    """One family under both rule sets. ``key`` decides between equal incomes; ``groups`` follow ``Frame.dimensions``.

    ``months``: (baseline, reform) of each month. ``income``: displayed income a person of the baseline in the comparison
    month, 分; None where nobody is counted. ``receives``: benefit → 分 a month really paid; a benefit of ``known``
    that is not in it is not received; of other benefits nothing is known."""

    key: int
    place: str
    members: int
    groups: tuple[str, ...]
    income: int | None
    months: Sequence[tuple[Side, Side]]
    receives: Mapping[str, int] = field(default_factory=dict)
    known: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Frame:
    """What is asked: first days of the months, which of them is the comparison month, the words that are counted, the
    partitions of the families, and how near a near-miss is (分 a person or share of the line in 万分之一)."""

    months: tuple[datetime.date, ...]
    compare: int
    results: tuple[Result, ...]
    dimensions: tuple[str, ...] = ()
    near_fen: int = 5_000
    near_share: int = 1_000


def months_from(first: datetime.date, number: int) -> tuple[datetime.date, ...]:
    """First days of so many months, beginning with that of ``first``."""
    start = first.year * 12 + first.month - 1
    return tuple(datetime.date(n // 12, n % 12 + 1, 1) for n in range(start, start + number))


def comparison_month(months: Sequence[datetime.date], starts: Iterable[datetime.date]) -> int:
    """Place of the first month whose first day lies on or after every start within the horizon; else the last month."""
    latest = max((day for day in starts if day <= months[-1]), default=months[0])
    return next((i for i, month in enumerate(months) if month >= latest), len(months) - 1)


def move(before: int, after: int) -> str:
    """Which of the six things happened to a household whose month's cash was ``before`` and is ``after``."""
    if before <= 0:
        return ENTERED if after > 0 else NONE
    if after <= 0:
        return LEFT
    return RAISED if after > before else LOWERED if after < before else SAME


def row_of(before: Side, after: Side, *, members: int = 0, horizon: tuple[int, int] = (0, 0)) -> list[int]:
    """One family as a row of sums."""
    row = [0] * len(FIELDS)
    row[0], row[1] = 1, members
    row[2:8] = (
        int(before.paid > 0), before.people.bit_count(), before.paid, int(after.paid > 0), after.people.bit_count(), after.paid,
    )  # fmt: skip
    what = move(before.paid, after.paid)
    if what != NONE:
        row[_AT[what]] = 1
    row[_AT["entered_persons"]] = (after.people & ~before.people).bit_count()
    row[_AT["left_persons"]] = (before.people & ~after.people).bit_count()
    more = after.paid - before.paid
    row[_AT["more_fen"]], row[_AT["less_fen"]] = max(more, 0), max(-more, 0)
    row[-2:] = horizon
    return row


def as_dict(row: Sequence[int]) -> dict[str, int]:
    return dict(zip(FIELDS, row, strict=True))
