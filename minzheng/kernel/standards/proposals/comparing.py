"""A proposed standard beside the one in force: the gap, the floors it must keep to, the growth it makes."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from minzheng.kernel.standards import checks, values
from minzheng.kernel.standards.proposals import formulas
from minzheng.kernel.standards.proposals.formulas import YEARLY, Formula, FormulaError, Result, compute
from minzheng.kernel.standards.proposals.growth import Growth, growth
from minzheng.kernel.standards.sets import find
from minzheng.policy.params import ParamSet, Resolved
from minzheng.policy.regions import normalize_region

#: How far back the history of a standard is looked up for its yearly growth.
_YEARS_BACK = 12


@dataclass(frozen=True)
class Compared:
    """One line of a proposal. ``now``/``now_amount``: the value in force as shown and in the unit of the proposal;
    ``gap``/``gap_percent``: what the proposal adds; ``warnings``: sentences that do not forbid, ``refusals``: that do."""

    result: Result
    title: str
    now: str
    now_level: str
    now_amount: Decimal | None
    gap: Decimal | None
    gap_percent: Decimal | None
    warnings: tuple[str, ...]
    refusals: tuple[str, ...]
    kept: tuple[str, ...]
    history: tuple[tuple[int, Decimal], ...]
    growth: Growth | None
    growth_target: Decimal | None

    @property
    def percent_target(self) -> Decimal | None:
        return None if self.growth_target is None else (self.growth_target * 100).quantize(Decimal("0.01"))

    @property
    def reached(self) -> tuple[bool, bool] | None:
        if self.growth is None or self.growth_target is None:
            return None
        return self.growth.reaches(self.growth_target)


def propose(
    region_code: str,
    formula: Formula,
    figures: Mapping[str, Decimal],
    *,
    valid_from: datetime.date,
    today: datetime.date,
    rounding: str = "",
) -> list[Compared]:
    """Every target of the formula computed and compared for a place. Raises FormulaError."""
    place = normalize_region(region_code)
    resolved = {target.parameter: _resolve(target.parameter, place, today) for target in formula.targets}

    def in_force(name: str) -> Fraction | None:
        found = resolved[name] if name in resolved else _resolve(name, place, today)
        return _monthly(found)

    done = compute(formula, figures, in_force, rounding)
    return [_compared(formula, one, figures, place, resolved[one.parameter], valid_from) for one in done]


def _params(name: str) -> ParamSet:
    found = find(name)
    if found is None:
        raise FormulaError(f"公式里的参数“{name}”没有声明，请改正公式文件。")
    return values.with_values(found[0].load())


def _resolve(name: str, place: str, on: datetime.date) -> Resolved | None:
    return _params(name).resolve(name, place, on)


def _monthly(found: Resolved | None) -> Fraction | None:
    if found is None:
        return None
    amount = checks.monthly(found.row.value, "")
    return None if amount is None else Fraction(amount) / (12 if found.row.unit.endswith(YEARLY) else 1)


def _compared(
    formula: Formula,
    result: Result,
    figures: Mapping[str, Decimal],
    place: str,
    now: Resolved | None,
    valid_from: datetime.date,
) -> Compared:
    twelve = 12 if result.unit.endswith(YEARLY) else 1
    monthly = _monthly(now)
    now_amount = None if monthly is None else _fen(monthly * twelve)
    gap = None if monthly is None else _fen(Fraction(result.value) - monthly * twelve)
    percent = None if not monthly else _fen((result.monthly / monthly - 1) * 100)
    warnings, kept = _lines(formula, result, figures)
    if monthly is not None and result.monthly < monthly:
        warnings.append(
            f"比现行标准低 {_fen((monthly - result.monthly) * twelve)} 元，标准一般只升不降，请核对所填的数。"
        )
    history = _history(result.parameter, place, valid_from, twelve)
    return Compared(
        result=result,
        title=find(result.parameter)[1].title,  # type: ignore[index]
        now="" if now is None else str(now.as_dict()["shown"]),
        now_level="" if now is None else checks.LEVEL_TITLES.get(now.level, "平台默认"),
        now_amount=now_amount,
        gap=gap,
        gap_percent=percent,
        warnings=tuple(warnings),
        refusals=tuple(_refusals(result, place, valid_from)),
        kept=tuple(kept),
        history=history,
        growth=_growth(history, result, valid_from, twelve),
        growth_target=formula.growth.get(result.parameter),
    )


def _fen(exact: Fraction) -> Decimal:
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _lines(formula: Formula, result: Result, figures: Mapping[str, Decimal]) -> tuple[list[str], list[str]]:
    """Sentences about lines that the result lies under, and about those that it keeps to; compared by the year."""
    under, kept = [], []
    for line in formula.at_least:
        if line.parameter != result.parameter or line.input not in figures:
            continue
        yearly, least = result.monthly * 12, Fraction(figures[line.input])
        told = f"{line.says}：折合每年 {formulas.show(yearly)} 元，{line.input} {formulas.show(least)} 元"
        if yearly < least:
            under.append(f"{told}，低了 {_fen(least - yearly)} 元。")
        else:
            kept.append(f"{told}，符合。")
    return under, kept


def _refusals(result: Result, place: str, valid_from: datetime.date) -> list[str]:
    """Why the value could not be drafted here: the level, the bounds, the floor of the levels above."""
    named, declaration = find(result.parameter)  # type: ignore[misc]
    errors: dict[str, str] = {}
    clean = checks.cleaned(declaration, str(result.value), result.unit, errors)
    found = list(errors.values())
    if refused := checks.level_refused(declaration, place):
        found.append(refused)
    low = "" if errors else checks.under_upper_floor(
        named, declaration, place, clean, result.unit, checks.Span(valid_from)
    )  # fmt: skip
    return [*found, low] if low else found


def _history(name: str, place: str, valid_from: datetime.date, twelve: int) -> tuple[tuple[int, Decimal], ...]:
    """(year, value at its end in the proposal's unit) of the years before that have one."""
    params = _params(name)
    found = []
    for year in range(valid_from.year - _YEARS_BACK, valid_from.year):
        resolved = params.resolve(name, place, datetime.date(year, 12, 31))
        monthly = _monthly(resolved)
        if resolved is not None and resolved.level != "默认" and monthly is not None:
            found.append((year, _fen(monthly * twelve)))
    return tuple(found)


def _growth(
    history: tuple[tuple[int, Decimal], ...], result: Result, valid_from: datetime.date, twelve: int
) -> Growth | None:
    if not history or history[0][1] <= 0:
        return None
    year, first = history[0]
    return growth(Fraction(first), result.monthly * twelve, valid_from.year - year)
