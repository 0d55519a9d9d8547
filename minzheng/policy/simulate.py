"""What a change of parameters would do: baseline and reform over one population, in one pass, totals only.

    simulate(ruleset, persons, households, on, [Change("保障标准_城市", "990101", "900", None)])

Rows are read, calculated twice by the compiled loop, added up and dropped: memory does not grow with the population.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minzheng.policy.errors import InputError
from minzheng.policy.params import LIMITS, Row, override_row
from minzheng.policy.regions import normalize_region, region_chain
from minzheng.policy.ruleset import Ruleset
from minzheng.policy.words import to_date

if TYPE_CHECKING:
    from minzheng.policy.bulk.blocks import Population, Span
    from minzheng.policy.bulk.engine import LoopEngine

_CHANGE = re.compile(r"(?P<name>[^@=]+)@(?P<region>[0-9]+)=(?P<value>[^@]+)(@(?P<date>.+))?")
KEYS = ("households", "persons", "cost_fen")


@dataclass(frozen=True)
class Change:
    """One supposed value: parameter, region code, value as written (with or without unit), from which day (None: always)."""

    name: str
    region: str
    value: str
    since: datetime.date | None


def parse_change(text: str) -> Change:
    """``PARAM@REGION=VALUE[@DATE]``. Raises InputError."""
    found = _CHANGE.fullmatch(text.strip())
    if found is None:
        raise InputError(f"应写成 参数名@区划代码=值 或 参数名@区划代码=值@日期，写的是“{text}”", field="--set")
    try:
        since = to_date(found["date"]) if found["date"] else None
        region = normalize_region(found["region"])
    except InputError as error:
        raise InputError(error.reason, field=f"--set {text}") from None
    except ValueError as error:
        raise InputError(str(error), field=f"--set {text}") from None
    return Change(found["name"].strip(), region, found["value"].strip(), since)


def supposed_rows(ruleset: Ruleset, changes: Iterable[Change]) -> list[Row]:
    """The changes as value rows, the latest first. Raises InputError for unknown names and impossible values."""
    rows = []
    for change in changes:
        declared = ruleset.params.declarations.get(change.name)
        if declared is None:
            raise InputError(f"没有“{change.name}”这个参数；minzheng policy params 列出全部参数", field="--set")
        row = override_row(declared, change.value)
        number = row.value if declared.type in LIMITS else None
        bounds = (declared.floor, declared.ceiling if declared.ceiling is not None else LIMITS.get(declared.type))
        if number is not None and bounds[0] is not None and number < bounds[0]:
            raise InputError(f"“{change.name}”不能低于 {bounds[0]}，写的是 {number}", field="--set")
        if number is not None and bounds[1] is not None and number > bounds[1]:
            raise InputError(f"“{change.name}”不能高于 {bounds[1]}，写的是 {number}", field="--set")
        since = change.since or datetime.date.min
        rows.append(Row(row.name, change.region, row.value, since, datetime.date.max, row.unit, "假设值", "override"))
    return sorted(rows, key=lambda r: r.since, reverse=True)


def without_households(changes: Iterable[Change], regions: Iterable[str]) -> list[Change]:
    """Changes for places in which none of these regions lies: a mistyped code would else go unnoticed."""
    inside = {above for region in regions for above in region_chain(region)}
    return [change for change in changes if change.region not in inside]


class Totals:
    """Sums over blocks. ``by_region``: region → households, persons and 分 under both, entered, left."""

    def __init__(self, regions: int):
        import numpy as np

        self.sides = [np.zeros((regions, 3), np.int64) for _ in range(2)]
        self.crossed = np.zeros((regions, 2), np.int64)
        self.words: list[dict[str, list[int]]] = [{}, {}]

    def add(self, other: Totals) -> None:
        """Add the totals of another block."""
        for mine, theirs in zip(self.sides, other.sides, strict=True):
            mine += theirs
        self.crossed += other.crossed
        for mine, theirs in zip(self.words, other.words, strict=True):  # type: ignore[assignment]
            for word, (count, cost) in theirs.items():  # type: ignore[attr-defined]
                known = mine.setdefault(word, [0, 0])  # type: ignore[attr-defined]
                known[0], known[1] = known[0] + count, known[1] + cost


def simulate(
    ruleset: Ruleset,
    persons: Path,
    households: Path,
    on: datetime.date,
    changes: Iterable[Change],
    other: Ruleset | None = None,
    targets: tuple[str, ...] | None = None,
) -> dict[str, Any]:
    """Baseline and reform of the month of ``on``; amounts in 分 a month. Raises InputError and CompileError.

    ``households`` counts those with cash in the month, ``persons`` the people who get it (every member where the
    household as a whole is paid), ``entered``/``left`` households that get cash only under one of the two. ``words``
    counts each result word (households or persons for whom it is yes or more than nothing) and sums its 分. ``other``:
    rules that stand for the reform's. ``targets``: benefit codes or output words that alone are calculated.
    """
    from minzheng.policy.bulk.run import in_order

    rules = ruleset if other is None else other
    reform = rules.with_params(supposed_rows(rules, changes))
    return in_order(ruleset, persons, households, lambda population: _run(ruleset, reform, population, on, targets))


def _run(
    ruleset: Ruleset, reform: Ruleset, population: Population, on: datetime.date, targets: tuple[str, ...] | None
) -> dict[str, Any]:
    from minzheng.policy.bulk.engine import LoopEngine

    base, changed = (
        LoopEngine(ruleset, population, on, targets, person_ids=False),
        LoopEngine(reform, population, on, targets, check_all=False, person_ids=False),
    )
    engines = [base, changed]
    totals = Totals(len(population.regions))
    for part in engines[0].each(lambda span: _block(engines, span)):
        totals.add(part)
    return report(engines[0].codes, totals)


def _block(engines: list[LoopEngine], span: Span) -> Totals:
    """One block under both rule sets. Both need the same words, for parameters do not choose them."""
    import numpy as np

    base = engines[0]
    block = base.reader.block(span)
    off = base.offsets(block)
    totals = Totals(len(base.population.regions))
    paid = []
    for side, engine in enumerate(engines):
        extra = [w for w in (*engine.loop.households, *engine.loop.persons) if w.name not in block.values]
        if extra:
            block = engine.reader.block(span)
        results = engine.calculate(block, off, engine.rows)
        region = engine.rows.of_group[block.groups]
        some_missing = any(any(o.missing) for o in engine.plan.outputs)
        people = np.repeat(region, np.diff(off)) if some_missing else region
        total, own = (
            _masked(engine, w, results, r) for w, r in (("家庭月待遇合计", region), ("个人月待遇合计", people))
        )
        engine.loop.tally(off, total, own, block.groups, totals.sides[side])
        paid.append(total)
        for output in (*engine.loop.household_outputs, *engine.loop.person_outputs):
            if not output.may_be_nothing and output.kind in ("元", "是否"):
                values = _masked(engine, output.word, results, region if output.entity == "户" else people)
                cost = int(values.sum()) if output.kind == "元" else 0
                totals.words[side][output.column] = [int(np.count_nonzero(values)), cost]
    base.loop.crossed(paid[0], paid[1], block.groups, totals.crossed)
    return totals


def _masked(engine: LoopEngine, word: str, results: dict[str, Any], region: Any) -> Any:
    """Values of an output word, nothing where it cannot be computed."""
    import numpy as np

    output = next(o for o in engine.plan.outputs if o.word == word)
    values = results[output.step]
    if any(output.missing):
        values = np.where(np.array(output.missing)[region], values.dtype.type(0), values)
    return values


def report(codes: list[str], totals: Totals) -> dict[str, Any]:
    """Totals in the shape of the contract; regions written in several ways are one region."""
    import numpy as np

    listed = sorted(set(codes))
    place = np.array([listed.index(code) for code in codes])
    sides, crossed = [], np.zeros((len(listed), 2), np.int64)
    for side in totals.sides:
        merged = np.zeros((len(listed), 3), np.int64)
        np.add.at(merged, place, side)
        sides.append(merged)
    np.add.at(crossed, place, totals.crossed)

    def row(numbers: Any) -> dict[str, int]:
        return {key: int(n) for key, n in zip(KEYS, numbers, strict=True)}

    answer: dict[str, Any] = {}
    for name, merged, words in zip(("baseline", "reform"), sides, totals.words, strict=True):
        told = {w: {"count": c} | ({"cost_fen": f} if w.endswith("_分") else {}) for w, (c, f) in words.items()}
        answer[name] = row(merged.sum(axis=0)) | {"words": told}
    entered, left = (int(n) for n in crossed.sum(axis=0))
    by_region = [
        {"region": code, "baseline": row(sides[0][i]), "reform": row(sides[1][i]), "entered": int(crossed[i, 0]),
         "left": int(crossed[i, 1])}
        for i, code in enumerate(listed)
    ]  # fmt: skip
    return answer | {"entered": entered, "left": left, "by_region": by_region}
