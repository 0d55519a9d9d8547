"""The declared formulas and their exact arithmetic. Pure: figures in, figures out; nothing is read from a database.

All amounts are Fractions of 元 (by the month where a name says “现行”/“本次”, as typed otherwise) until the one rounding
at the end. Raises ``FormulaError`` with a Chinese sentence for a wrong declaration or a figure that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from minzheng.policy import yamltext
from minzheng.policy.money import ROUNDINGS, Unrounded
from minzheng.policy.words import to_decimal, to_yes

FILE = Path(__file__).with_name("formulas.yaml")
IN_FORCE, THIS_TIME = "现行:", "本次:"
ROUNDING_TITLES = {
    "FEN_HALF_UP": "四舍五入到分", "JIAO_UP": "见分进角", "YUAN_UP": "见角进元", "YUAN_HALF_UP": "四舍五入到元",
}  # fmt: skip
YEARLY = "/年"


class FormulaError(ValueError):
    """A formula that is declared wrongly or a figure that is missing or impossible; one Chinese sentence."""

    def __init__(self, reason: str, field: str = ""):
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True)
class Input:
    """One figure to fill in. ``unit``: 元/年, 元/月, 比例 or 倍; ``year``: of which year, in words."""

    name: str
    title: str
    unit: str
    year: str = ""
    found_in: str = ""
    default: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Target:
    """One standard that the formula gives, in ``unit``, rounded by ``rounding`` (a key of ROUNDINGS)."""

    parameter: str
    unit: str
    rounding: str
    formula: Mapping[str, Any]


@dataclass(frozen=True)
class AtLeast:
    """A line below which the result should not lie: the figure ``input``, compared by the year."""

    parameter: str
    input: str
    says: str


@dataclass(frozen=True)
class Formula:
    code: str
    title: str
    why: str
    source: str
    inputs: tuple[Input, ...]
    targets: tuple[Target, ...]
    at_least: tuple[AtLeast, ...]
    growth: Mapping[str, Decimal]  # parameter → yearly growth that the plan asks for


@dataclass(frozen=True)
class Result:
    """One proposed value: ``exact`` before rounding, ``value`` after it, both in ``unit``; ``steps`` says how."""

    parameter: str
    unit: str
    exact: Fraction
    value: Decimal
    steps: str

    @property
    def monthly(self) -> Fraction:
        return Fraction(self.value) / (12 if self.unit.endswith(YEARLY) else 1)


@lru_cache(maxsize=1)
def all_formulas() -> dict[str, Formula]:
    """Every declared formula by code, in the order of the file."""
    return {str(code): _formula(str(code), spec) for code, spec in yamltext.load(FILE).items()}


def _formula(code: str, spec: Mapping[str, Any]) -> Formula:
    inputs = tuple(
        Input(
            str(name), str(one["title"]), str(one["unit"]), str(one.get("year", "")), str(one.get("from", "")),
            str(one.get("default", "")), to_yes(one.get("optional", "否")),
        )
        for name, one in spec["inputs"].items()
    )  # fmt: skip
    targets = tuple(
        Target(str(one["parameter"]), str(one["unit"]), str(one["rounding"]), one["formula"]) for one in spec["targets"]
    )
    lines = tuple(AtLeast(str(o["parameter"]), str(o["input"]), str(o["says"])) for o in spec.get("at_least", ()))
    growth = {str(name): Decimal(str(rate)) for name, rate in (spec.get("growth") or {}).items()}
    return Formula(code, str(spec["title"]), str(spec["why"]), str(spec["source"]), inputs, targets, lines, growth)


def read_inputs(formula: Formula, given: Mapping[str, str]) -> dict[str, Decimal]:
    """The figures as typed (thousands may be grouped), defaults for what is left out. Raises FormulaError naming the
    field; a name that the formula does not know is an error too."""
    known = {one.name: one for one in formula.inputs}
    for name in given:
        if name not in known:
            raise FormulaError(f"“{formula.title}”不用“{name}”这个数，只用：{'、'.join(known)}。", name)
    figures: dict[str, Decimal] = {}
    for one in formula.inputs:
        text = str(given.get(one.name) or one.default).replace(",", "").replace("，", "").strip()
        if not text:
            if one.optional:
                continue
            raise FormulaError(f"请填写{one.title}（{one.unit}）。", one.name)
        figures[one.name] = _figure(one, text)
    return figures


def _figure(one: Input, text: str) -> Decimal:
    try:
        number = to_decimal(text, 4 if one.unit in ("比例", "倍") else 2, "数字")
    except ValueError as error:
        raise FormulaError(f"{one.title}{error}。", one.name) from None
    if number < 0 or (number == 0 and one.unit.startswith("元")):
        raise FormulaError(f"{one.title}要大于零，写的是“{text}”。", one.name)
    limit = Decimal(10) if one.unit in ("比例", "倍") else Decimal(10_000_000)
    if number > limit:
        raise FormulaError(f"{one.title}超过 {limit}，请核对单位（{one.unit}）。", one.name)
    return number


def compute(
    formula: Formula,
    figures: Mapping[str, Decimal],
    in_force: Callable[[str], Fraction | None],
    rounding: str = "",
) -> list[Result]:
    """The proposed values. ``in_force(parameter)``: today's value by the month, None where there is none; ``rounding``
    replaces every target's own."""
    done: dict[str, Fraction] = {}
    results = []
    for target in formula.targets:
        exact, steps = _term(target.formula, figures, in_force, done)
        mode = rounding or target.rounding
        if mode not in ROUNDINGS:
            raise FormulaError(f"没有“{mode}”这种舍入方式，只有：{'、'.join(ROUNDING_TITLES.values())}。", "rounding")
        if target.unit.endswith(YEARLY) and _by_month(target.formula):
            exact, steps = exact * 12, f"（{steps}）× 12"
        value = ROUNDINGS[mode](Unrounded(Decimal(exact.numerator), exact.denominator))
        result = Result(target.parameter, target.unit, exact, value, f"{steps}，{ROUNDING_TITLES[mode]}")
        done[target.parameter] = result.monthly
        results.append(result)
    return results


def _by_month(formula: Mapping[str, Any]) -> bool:
    """Whether a term is an amount by the month: it grows today's value, multiplies one, or was divided by twelve."""
    if "grow" in formula:
        return True
    if "max" in formula:
        return all(_by_month(one) for one in formula["max"])
    named = [str(name) for name in formula.get("multiply", ())]
    return "divide" in formula or any(name.startswith((IN_FORCE, THIS_TIME)) for name in named)


def _term(
    spec: Mapping[str, Any],
    figures: Mapping[str, Decimal],
    in_force: Callable[[str], Fraction | None],
    done: Mapping[str, Fraction],
) -> tuple[Fraction, str]:
    if "max" in spec:
        parts = [_term(one, figures, in_force, done) for one in spec["max"]]
        best = max(value for value, _ in parts)
        told = "；".join(f"{steps} = {show(value)}" for value, steps in parts)
        return best, f"取高的：{told}"
    if "grow" in spec:
        base, rate = _named(str(spec["grow"]), figures, in_force, done), Fraction(figures[str(spec["by"])])
        return base * (1 + rate), f"{show(base)} ×（1 + {show(rate)}）"
    value = Fraction(1)
    words: list[str] = []
    for name in spec["multiply"]:
        one = _named(str(name), figures, in_force, done)
        value, words = value * one, [*words, show(one)]
    told = " × ".join(words)
    if "divide" in spec:
        return value / int(spec["divide"]), f"{told} ÷ {spec['divide']}"
    return value, told


def _named(
    name: str,
    figures: Mapping[str, Decimal],
    in_force: Callable[[str], Fraction | None],
    done: Mapping[str, Fraction],
) -> Fraction:
    if name in figures:
        return Fraction(figures[name])
    prefix, _, parameter = name.partition(":")
    if parameter and prefix + ":" == THIS_TIME and parameter in done:
        return done[parameter]
    found = in_force(parameter or name)
    if found is None:
        raise FormulaError(f"“{(parameter or name).replace('_', ' ')}”在本地没有现行的值，请先在“参数确认”里填写。")
    return found


def show(value: Fraction) -> str:
    """A figure as it is said: whole or decimal where it ends, else four decimals."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    if Fraction(exact) == value and exact == round(exact, 4):
        return f"{exact.normalize():f}"
    return f"{round(exact, 4)}…"
