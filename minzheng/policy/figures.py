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

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from minzheng.policy.figures_paid import RECEIVED, compared, due_of, received, words_of
from minzheng.policy.figures_parts import (
    BANDS,
    BASELINE,
    CHANGED,
    COUNTED,
    ENTERED,
    FIELDS,
    LEFT,
    LOWERED,
    NONE,
    RAISED,
    SAME,
    Frame,
    Home,
    Near,
    Result,
    Side,
    as_dict,
    comparison_month,
    months_from,
    move,
    row_of,
)

__all__ = [
    "BANDS",
    "BASELINE",
    "CHANGED",
    "COUNTED",
    "ENTERED",
    "FIELDS",
    "LEFT",
    "LOWERED",
    "NONE",
    "RAISED",
    "RECEIVED",
    "SAME",
    "WORD_FIELDS",
    "Figures",
    "Frame",
    "Home",
    "Near",
    "Result",
    "Side",
    "as_dict",
    "compared",
    "comparison_month",
    "months_from",
    "move",
    "row_of",
    "words_of",
]

#: Numbers of one result word in the comparison month; households, then households or persons it is for, 分.
WORD_FIELDS = (
    "base_households", "base_count", "base_fen", "reform_households", "reform_count", "reform_fen", "entered", "left",
)  # fmt: skip


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
    """Adds up families one by one; ``take…`` accepts sums that were made elsewhere."""

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
        self._benefits = {r.benefit: words_of(frame.results, r.benefit) for r in frame.results}

    def add(self, home: Home) -> None:
        """One family."""
        horizon = (sum(b.paid for b, _ in home.months), sum(a.paid for _, a in home.months))
        before, after = home.months[self.frame.compare]
        row = row_of(before, after, members=home.members, horizon=horizon)
        self._total.add("", row)
        self._places.add(home.place, row)
        for table, group in zip(self._groups, home.groups, strict=True):
            table.add(group, row)
        if home.income is None:
            self._deciles.add(0, row)
        else:
            self._ranked.append((home.income, home.key, row))
        for i, (one, other) in enumerate(home.months):
            self._months.add(i, row_of(one, other, members=home.members))
            self._count_words(self._words[i], one, other)
        self._count_near(before.near, 0)
        self._count_near(after.near, 1)
        self._compare_with_paid(home, before)

    # ---- sums that somebody else added up already (bulk)
    def take(self, table: str, key: Any, row: Sequence[int]) -> None:
        """Add a whole row of sums to "total", "places", "deciles", "months" (key: place in the horizon) or "groups" (key:
        dimension's place, group)."""
        if table == "groups":
            self._groups[key[0]].add(key[1], row)
            return
        tables = {"total": self._total, "places": self._places, "deciles": self._deciles, "months": self._months}
        tables[table].add(key, row)
        self._fixed = self._fixed or table == "deciles"

    def take_word(self, month: int, word: str, row: Sequence[int]) -> None:
        """Add to the eight numbers (``WORD_FIELDS``) of a result word in a month."""
        known = self._words[month][word]
        for i, number in enumerate(row):
            known[i] += number

    def take_near(self, side: int, band: int, households: int, only: int) -> None:
        """Add families near the line of one side (0 baseline, 1 reform)."""
        self._near[side][band][0] += households
        self._near[side][band][1] += only

    def take_received(self, benefit: str, told: Mapping[str, int]) -> None:
        """Add to the numbers (``RECEIVED``) of a benefit."""
        known = self._received.setdefault(benefit, dict.fromkeys(RECEIVED, 0))
        for name, number in told.items():
            known[name] += number

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
            due, fen = due_of(before, words)
            told = self._received.setdefault(benefit, dict.fromkeys(RECEIVED, 0))
            for name, number in received(benefit in home.receives, home.receives.get(benefit, 0), due, fen):
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
