"""What a change does, added up: exact whole numbers of people, households and 分, never a name.

    sums = Figures(plan)
    for home in homes: sums.add(home)
    report = sums.report()

``Home`` is one family under both rule sets over the months of a horizon; where it comes from (a county's live caseload,
a population file) is the caller's matter. Only sums leave this module. Everything that is compared between the two sides
(who enters, who leaves, by place, group and decile) is of one month, the *comparison month*: the first in which every
change is in force. Costs are of each month and of the whole horizon.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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


class _Table:
    """Rows of sums by key."""

    def __init__(self) -> None:
        self.rows: dict[Any, list[int]] = {}

    def add(self, key: Any, row: Sequence[int]) -> None:
        known = self.rows.setdefault(key, [0] * len(FIELDS))
        for i, number in enumerate(row):
            if number:
                known[i] += number


class Figures:
    """Adds up families one by one. ``add_idle`` takes many at once that get nothing under either side."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._total, self._months, self._places = _Table(), _Table(), _Table()
        self._groups = [_Table() for _ in frame.dimensions]
        self._ranked: list[tuple[int, int, list[int]]] = []
        self._deciles, self._fixed = _Table(), False
        self._spans: dict[int, list[int]] = {}
        self._words = [{r.word: [0] * 8 for r in frame.results} for _ in frame.months]
        self._near = [[[0, 0] for _ in range(len(BANDS) + 1)] for _ in range(2)]
        self._received: dict[str, dict[str, int]] = {}
        self._benefits = {r.benefit: _words_of(frame.results, r.benefit) for r in frame.results}

    def add(self, home: Home, decile: int | None = None) -> None:
        """One family. ``decile``: given where the caller ranked the whole population itself (0: no income a person)."""
        horizon = (sum(b.paid for b, _ in home.months), sum(a.paid for _, a in home.months))
        before, after = home.months[self.frame.compare]
        row = row_of(before, after, members=home.members, horizon=horizon)
        self._total.add("", row)
        self._places.add(home.place, row)
        for table, group in zip(self._groups, home.groups, strict=True):
            table.add(group, row)
        if decile is not None:
            self._fixed = True
            self._deciles.add(decile, row)
        elif home.income is None:
            self._deciles.add(0, row)
        else:
            self._ranked.append((home.income, home.key, row))
        for i, (one, other) in enumerate(home.months):
            self._months.add(i, row_of(one, other, members=home.members))
            self._count_words(self._words[i], one, other)
        self._count_near(before.near, 0)
        self._count_near(after.near, 1)
        self._compare_with_paid(home, before)

    def add_idle(self, place: str, groups: Sequence[str], decile: int, households: int, members: int) -> None:
        """Families without cash, quota or status on either side, as one number."""
        row = [households, members] + [0] * (len(FIELDS) - 2)
        self._total.add("", row)
        self._places.add(place, row)
        self._deciles.add(decile, row)
        for table, group in zip(self._groups, groups, strict=True):
            table.add(group, row)
        for i in range(len(self.frame.months)):
            self._months.add(i, row)

    def set_spans(self, spans: Mapping[int, tuple[int, int]]) -> None:
        """Lowest and highest income of each decile, where the caller did the ranking."""
        self._spans = {decile: list(span) for decile, span in spans.items()}

    def _count_words(self, into: dict[str, list[int]], before: Side, after: Side) -> None:
        for word in before.words.keys() | after.words.keys():
            row = into[word]
            (n0, f0), (n1, f1) = before.words.get(word, (0, 0)), after.words.get(word, (0, 0))
            for i, number in enumerate(
                (int(n0 > 0), n0, f0, int(n1 > 0), n1, f1, int(n1 > n0 == 0), int(n0 > n1 == 0))
            ):
                row[i] += number

    def _count_near(self, near: Near | None, side: int) -> None:
        if near is None or (near.fen > self.frame.near_fen and near.share > self.frame.near_share):
            return
        band = next((i for i, edge in enumerate(BANDS) if near.fen <= edge), len(BANDS))
        self._near[side][band][0] += 1
        self._near[side][band][1] += int(near.only)

    def _compare_with_paid(self, home: Home, before: Side) -> None:
        for benefit in home.known | home.receives.keys():
            words = self._benefits.get(benefit)
            if words is None:
                continue
            due = any(before.words.get(w.word, (0, 0))[0] for w in words)
            fen = sum(before.words.get(w.word, (0, 0))[1] for w in words if w.kind == "cash")
            told = self._received.setdefault(benefit, dict.fromkeys(RECEIVED, 0))
            for name, number in _received(benefit in home.receives, home.receives.get(benefit, 0), due, fen):
                told[name] += number

    # ---- the report
    def report(self) -> dict[str, Any]:
        """All sums as JSON values; what each key holds is told in docs/handbook/11-标准与测算.md."""
        frame = self.frame
        if not self._fixed:
            self._rank()
        months = [
            {"month": f"{day:%Y-%m}", "compared": i == frame.compare} | as_dict(self._months.rows.get(i, [0] * len(FIELDS)))
            | {"words": {w: {"base_fen": row[2], "reform_fen": row[5]} for w, row in self._words[i].items() if row[2] or row[5]}}
            for i, day in enumerate(frame.months)
        ]  # fmt: skip
        return {
            "compared": f"{frame.months[frame.compare]:%Y-%m}",
            "total": as_dict(self._total.rows.get("", [0] * len(FIELDS))),
            "months": months,
            "places": [{"place": key} | as_dict(row) for key, row in sorted(self._places.rows.items())],
            "groups": [
                {"dimension": name, "rows": [{"group": key} | as_dict(row) for key, row in sorted(table.rows.items())]}
                for name, table in zip(frame.dimensions, self._groups, strict=True)
            ],
            "benefits": list(self._by_benefit()),
            "deciles": [
                {"decile": key, "low_fen": self._spans.get(key, (None, None))[0], "high_fen": self._spans.get(key, (None, None))[1]}
                | as_dict(row) for key, row in sorted(self._deciles.rows.items(), key=lambda pair: pair[0] or 11)
            ],
            "near": self._near_rows(),
            "received": [{"benefit": code} | told for code, told in sorted(self._received.items())],
        }  # fmt: skip

    def _rank(self) -> None:
        """Deciles of families by income a person; equal incomes in the order of their keys, so always the same."""
        self._ranked.sort(key=lambda one: one[:2])
        for place, (income, _key, row) in enumerate(self._ranked):
            decile = place * 10 // len(self._ranked) + 1
            self._deciles.add(decile, row)
            span = self._spans.setdefault(decile, [income, income])
            span[1] = income

    def _by_benefit(self) -> Iterator[dict[str, Any]]:
        at, names = self.frame.compare, WORD_FIELDS
        for result in self.frame.results:
            horizon = [sum(month[result.word][i] for month in self._words) for i in (2, 5)]
            row = dict(zip(names, self._words[at][result.word], strict=True))
            yield {
                "benefit": result.benefit, "word": result.word, "kind": result.kind, "entity": result.entity,
                **row, "base_horizon_fen": horizon[0], "reform_horizon_fen": horizon[1],
            }  # fmt: skip

    def _near_rows(self) -> dict[str, Any]:
        rows = []
        for i, edge in enumerate([*BANDS, None]):
            (base, base_only), (reform, reform_only) = self._near[0][i], self._near[1][i]
            rows.append(
                {"up_to_fen": edge, "base": base, "base_only": base_only, "reform": reform, "reform_only": reform_only}
            )
        totals = {name: sum(row[name] or 0 for row in rows) for name in ("base", "base_only", "reform", "reform_only")}
        return {"fen": self.frame.near_fen, "share": self.frame.near_share, "bands": rows} | totals


#: Numbers of one result word in the comparison month; households, then households or persons it is for, 分.
WORD_FIELDS = (
    "base_households", "base_count", "base_fen", "reform_households", "reform_count", "reform_fen", "entered", "left",
)  # fmt: skip
#: Paid against computed under the baseline: households, and 分 a month.
RECEIVED = (
    "paid_households", "paid_fen", "due_households", "due_fen", "agree", "more_due", "more_due_fen", "less_due",
    "less_due_fen", "not_due", "not_due_fen", "not_paid", "not_paid_fen",
)  # fmt: skip


def _words_of(results: Iterable[Result], benefit: str) -> list[Result]:
    """The words that say whether somebody has this benefit: its cash, else its quotas, else its status."""
    mine = [r for r in results if r.benefit == benefit]
    for kind in ("cash", "quota", "status"):
        chosen = [r for r in mine if r.kind == kind]
        if chosen:
            return chosen
    return []


def _received(paid: bool, paid_fen: int, due: bool, due_fen: int) -> Iterator[tuple[str, int]]:
    if paid:
        yield from (("paid_households", 1), ("paid_fen", paid_fen))
    if due:
        yield from (("due_households", 1), ("due_fen", due_fen))
    if paid and not due:
        yield from (("not_due", 1), ("not_due_fen", paid_fen))
    elif due and not paid:
        yield from (("not_paid", 1), ("not_paid_fen", due_fen))
    elif paid:
        more = due_fen - paid_fen
        yield ("agree" if more == 0 else "more_due" if more > 0 else "less_due"), 1
        if more:
            yield ("more_due_fen" if more > 0 else "less_due_fen"), abs(more)
