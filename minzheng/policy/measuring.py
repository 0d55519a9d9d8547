"""One family through the months of a horizon under two rule sets: what ``figures`` adds up, computed by the exact engine.

    measure = Measure(baseline, reform, frame)
    sides = measure.sides(exact(baseline.vocabulary, family), region, benefits)

The engine asks one day; a horizon of months needs what passes with time besides birthdays and dated values: a family over
the line that is still paid (在保) counts its months over it, so that the 渐退 period runs out.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from minzheng.policy.evaluate import Outcome, Program
from minzheng.policy.figures import Frame, Near, Result, Side
from minzheng.policy.money import Unrounded, to_fen_half_up
from minzheng.policy.params import Row
from minzheng.policy.ruleset import Ruleset
from minzheng.policy.words import Vocabulary, convert

Family = dict[str, Any]
COUNTED, SHOWN_INCOME = "保障人口", "人均月收入"
RECEIVES, MONTHS_OVER = "在保", "超标月数"


@dataclass(frozen=True)
class Line:
    """The income line that families near it are counted at: whose, the words compared, what else may refuse."""

    benefit: str
    kept: str  # the condition "below the line"
    income: str
    line: str
    others: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return (self.kept, self.income, self.line, *self.others)


LINE = Line(
    "assistance.dibao", "低保_收入符合", "家庭月收入", "保障线合计",
    ("低保_有家庭成员", "低保_有保障人口", "低保财产符合", "低保_户籍符合"),
)  # fmt: skip


def results_of(ruleset: Ruleset, benefits: Iterable[str] | None = None) -> tuple[Result, ...]:
    """The result words that are counted, of all benefits or of these: monthly cash, quotas and one-off sums, status."""
    wanted = None if benefits is None else set(benefits)
    found = []
    for word, versions in ruleset.versions.items():
        rule = versions[0]
        kind = {"元": "quota", "是否": "status"}.get(ruleset.types[word][0], "")
        if rule.monthly:
            kind = "cash"
        shared = ruleset.benefits[rule.benefit].shared
        if not rule.output or not kind or (shared and not rule.monthly) or rule.entity not in ("户", "人"):
            continue
        if wanted is None or rule.benefit in wanted:
            found.append(Result(word, rule.benefit, rule.entity, kind))
    return tuple(found)


def exact(vocabulary: Vocabulary, family: Mapping[str, Any]) -> Family:
    """A family with text turned into the engine's own types once, so that months need not read it again.

    Raises InputError (through the engine) only later, for words that are no longer declared: they stay as they are."""

    def values(given: Mapping[str, Any]) -> dict[str, Any]:
        told = {}
        for name, raw in given.items():
            word = vocabulary.words.get(name)
            try:
                told[name] = raw if word is None or raw is None else convert(word, raw)
            except ValueError:
                told[name] = raw
        return told

    return {
        key: values(value) if isinstance(value, Mapping) else [values(row) for row in value]
        for key, value in family.items() if value
    }  # fmt: skip


class Measure:
    """Both rule sets over one horizon; programs of places are bound once. Not for several threads."""

    def __init__(self, baseline: Ruleset, reform: Ruleset, frame: Frame) -> None:
        self.rulesets, self.frame = (baseline, reform), frame
        self._results: dict[frozenset[str] | None, tuple[Result, ...]] = {}
        self._targets: dict[tuple[int, frozenset[str] | None], tuple[str, ...]] = {}
        self._same: dict[Any, bool] = {}

    def sides(
        self, family: Family, region: str, benefits: frozenset[str] | None = None, people: list[int] | None = None
    ) -> list[tuple[Side, Side]]:
        """(baseline, reform) of every month. ``people``: the bit of each member, default their order in the family.

        Raises InputError for words that are no longer declared and impossible values."""
        told = []
        over: list[int | None] = [None, None]
        for month in self.frame.months:
            programs = [self._program(i, region, month, benefits) for i in range(2)]
            before, over_before = self._side(programs[0], family, over[0], benefits, people)
            if over[0] == over[1] and self._alike(programs, region, month, benefits):
                after, over_after = before, over_before
            else:
                after, over_after = self._side(programs[1], family, over[1], benefits, people)
            over = [over_before, over_after]
            told.append((before, after))
        return told

    def income(self, family: Family, region: str, benefits: frozenset[str] | None = None) -> int | None:
        """Displayed income a person of the baseline in the comparison month, 分; None where nobody is counted."""
        program = self._program(0, region, self.frame.months[self.frame.compare], benefits)
        return fen(program.run(family).household.get(SHOWN_INCOME))

    # ---- one month
    def _program(self, side: int, region: str, month: datetime.date, benefits: frozenset[str] | None) -> Program:
        targets = self._targets.get((side, benefits))
        if targets is None:
            ruleset = self.rulesets[side]
            words = [r.word for r in self.counted(benefits) if r.word in ruleset.versions]
            near = LINE.words if benefits is None or LINE.benefit in benefits else ()
            extra = [w for w in (COUNTED, SHOWN_INCOME, *near) if w in ruleset.versions]
            targets = self._targets[side, benefits] = tuple(dict.fromkeys([*words, *extra]))
        return self.rulesets[side].program(region, month, targets)

    def counted(self, benefits: frozenset[str] | None) -> tuple[Result, ...]:
        """The frame's words of these benefits."""
        if benefits not in self._results:
            self._results[benefits] = tuple(r for r in self.frame.results if benefits is None or r.benefit in benefits)
        return self._results[benefits]

    def _alike(
        self, programs: list[Program], region: str, month: datetime.date, benefits: frozenset[str] | None
    ) -> bool:
        """Whether both sides have the same rules and values there and then."""
        key = (region, month, benefits)
        if key not in self._same:
            one, other = programs
            rules = (
                list(one.rules.values()) == list(other.rules.values())
                if one.rules.keys() == other.rules.keys()
                else False
            )
            self._same[key] = (
                rules and vars(one.params) == vars(other.params) and one.unconfigured == other.unconfigured
            )
        return self._same[key]

    def _side(
        self,
        program: Program,
        family: Family,
        over: int | None,
        benefits: frozenset[str] | None,
        people: list[int] | None,
    ) -> tuple[Side, int | None]:
        """The side and, for a family that is paid, its months over the line for the next month (None: does not count)."""
        if over is not None:
            family = family | {"家庭": family.get("家庭", {}) | {MONTHS_OVER: over}}
        # Only what leaves the engine is looked at: intermediate values would have to be computed a second time.
        outcome = program.run(family)
        side = self._read(outcome, benefits, people)
        home = family.get("家庭") or {}
        if home.get(RECEIVES) is not True:
            return side, None
        stays = outcome.household.get(LINE.kept)
        now = int(home.get(MONTHS_OVER) or 0)
        return side, 0 if stays or stays is None else max(now, 1) + 1

    def _read(self, outcome: Outcome, benefits: frozenset[str] | None, people: list[int] | None) -> Side:
        values, rows = outcome.household, outcome.members
        bits = people if people is not None else list(range(len(rows)))
        side = Side()
        household = 0
        for result in self.counted(benefits):
            cash = result.kind == "cash"
            if result.entity == "户":
                number = _number(values.get(result.word))
                count = int(number > 0)
                household += number if cash else 0
            else:
                own = [_number(row.get(result.word)) for row in rows]
                count, number = sum(1 for one in own if one > 0), sum(own)
                if cash:
                    for bit, one in zip(bits, own, strict=True):
                        side.people |= (1 << bit) if one > 0 else 0
            if count:
                side.words[result.word] = (count, number if result.kind != "status" else 0)
                side.paid += number if cash else 0
        if household > 0:
            for bit in bits:
                side.people |= 1 << bit
        side.near = near(values)
        return side


def _number(value: Any) -> int:
    """Money in 分, yes as 1, nothing as 0."""
    if value is True or not value:
        return int(bool(value))
    return fen(value) or 0


def fen(value: Any) -> int | None:
    """An amount in 分; what the rules leave unrounded is rounded half up, as it is shown."""
    if isinstance(value, Unrounded):
        value = to_fen_half_up(value)
    return None if value is None else int(value * 100)


def near(values: Mapping[str, Any]) -> Near | None:
    """How far over the line a family is, by income and line in whole 分; None where it is below, or nobody is counted, or
    there is no line here."""
    if values.get(LINE.kept) is not False or not values.get(COUNTED):
        return None
    income, line = (_fraction(values.get(word)) for word in (LINE.income, LINE.line))
    if income is None or line is None or line <= 0:
        return None
    gap = income - line
    only = all(values.get(word) is not False for word in LINE.others)
    return Near(_up(gap * 100 / values[COUNTED]), _up(gap * 10_000 / line), only)


def _fraction(value: Any) -> Fraction | None:
    if isinstance(value, Unrounded):
        return Fraction(value.numerator) / value.denominator
    return None if value is None else Fraction(value)


def _up(number: Fraction) -> int:
    return int(-(-number.numerator // number.denominator))


def carried(ruleset: Ruleset, months: tuple[datetime.date, ...]) -> list[Row]:
    """Rows that let values go on that are in force in the first month, end within the horizon and have no successor yet.

    A county does not publish next year's values before it has them; without this its benefits would end with the old ones.
    """
    first, last = months[0], months[-1]
    begun: dict[tuple[str, str], list[datetime.date]] = {}
    for row in ruleset.params.rows:
        begun.setdefault((row.name, row.region), []).append(row.since)
    day = datetime.timedelta(days=1)
    return [
        replace(
            row, since=row.until + day, until=datetime.date.max, as_floor=False, reference=f"延用 {row.until} 到期的值"
        )
        for row in ruleset.params.rows
        if row.since <= first <= row.until < last
        and not any(row.until < s <= last for s in begun[row.name, row.region])
    ]
