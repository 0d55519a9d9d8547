"""How a folder declares its indicators: lines in a module named ``indicators.py``.

    @indicator("assistance.dibao.persons", "低保对象人数", "人", period="stock", line="assistance",
               definition="月末在享低保（不含暂停）的保障人数", basis="社会救助暂行办法 第二章", dimensions=("urban",))
    def persons(span: Span) -> Iterable[Figure]: ...

    ratio("cases.on_time_rate", "按期办结率", numerator="cases.on_time", denominator="cases.decided", …)
    manual("seed.beds", "养老床位", "张", …)

A system indicator is a function of a Span (one county, one month) that gives figures of all its towns. Functions that read
the same rows share one query through ``Span.once``, so that a month of everything is a handful of queries. A formula is
never summed: it is worked out anew at every level from the numbers it is made of. What is reported by hand has no
function; its numbers come from the reporting form.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal, TypeVar

from minzheng.kernel.discovery import import_all
from minzheng.kernel.regions import codes

T = TypeVar("T")
FLOW: Final = "flow"
STOCK: Final = "stock"
SYSTEM: Final = "system"
MANUAL: Final = "manual"
EXTERNAL: Final = "external"
#: Dimension → {stored value: word}.
DIMENSIONS: dict[str, dict[str, str]] = {"urban": {"1": "城镇", "0": "农村"}}


class UnknownIndicator(LookupError):
    """No folder declares an indicator of this code."""

    exit_code = 2  # for commands: bad input


@dataclass(frozen=True)
class Figure:
    """One number of a place (12 digits: a town, or the county for what has no town)."""

    region_code: str
    value: Decimal
    dims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Span:
    """What a system indicator is asked about: one county (`region_code`, 6 digits and zeros) from `first` to `last` day."""

    region_code: str
    first: datetime.date
    last: datetime.date
    _shared: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def bounds(self) -> tuple[str, str]:
        """The lowest and highest code of the county, both included."""
        head = self.region_code[:6]
        return head + "0" * 6, head + "9" * 6

    def once(self, read: Callable[[Span], T]) -> T:
        """What `read` gives for this span, read once for all indicators that need it."""
        if read not in self._shared:
            self._shared[read] = read(self)
        found: T = self._shared[read]
        return found


@dataclass(frozen=True)
class Drill:
    """The list behind a number: `query(region_code, month, dims)` are the filters of the list `page`. The value is the
    number of its rows, or the sum of their field `adds` (times `scale`)."""

    page: str
    query: Callable[[str, datetime.date, Mapping[str, str]], Mapping[str, str]]
    adds: str = ""
    scale: Decimal = Decimal(1)


@dataclass(frozen=True)
class Term:
    """One number of a formula; `back`: of so many years before."""

    code: str
    back: int = 0


@dataclass(frozen=True)
class Formula:
    """`of` gets the numbers of `terms`, all known, and gives the value or None (a denominator of 0: `zero` says which)."""

    terms: tuple[Term, ...]
    of: Callable[[Sequence[Decimal]], Decimal | None]
    text: str
    zero: str = "分母为 0，算不出比例"


@dataclass(frozen=True)
class Goal:
    """A level that a document asks for, shown beside the value. The place's own goal comes from its plan; this one is the
    declared reference and waits for confirmation."""

    comparator: Literal[">=", "<="]
    value: Decimal
    source: str

    def met(self, value: Decimal) -> bool:
        return value >= self.value if self.comparator == ">=" else value <= self.value


@dataclass(frozen=True)
class Indicator:
    """One declared number. `period`: flow adds up over months, stock is that of the last month. `aggregate`: how places
    come together (a floor is the lowest of them). `dimensions`: names in DIMENSIONS by which it can be split. `every`: how
    often a manual one is reported; a stock holds until the next report, `holds` months at most. `least`, `most`: what a
    report may be. `minimum_shown`: smaller counts are hidden where the public reads."""

    code: str
    name: str
    unit: str
    definition: str
    basis: str
    line: str
    decimals: int = 0
    period: Literal["stock", "flow"] = FLOW
    better: Literal["up", "down", "none"] = "none"
    aggregate: Literal["sum", "min", "max"] = "sum"
    source: Literal["system", "manual", "external"] = SYSTEM
    dimensions: tuple[str, ...] = ()
    drill: Drill | None = None
    minimum_shown: int = 3
    formula: Formula | None = None
    goal: Goal | None = None
    every: Literal["month", "quarter", "half", "year"] = "month"
    least: Decimal | None = Decimal(0)
    most: Decimal | None = None
    run: Callable[[Span], Iterable[Figure]] | None = field(default=None, compare=False)

    @property
    def holds(self) -> int:
        """Months for which a reported stock stands in until the next report is due (with half a year of grace)."""
        return {"month": 1, "quarter": 3, "half": 6, "year": 12}[self.every] + 6

    @property
    def is_reported(self) -> bool:
        """Whether people or other systems give its numbers."""
        return self.formula is None and self.run is None

    @property
    def formula_text(self) -> str:
        """How it is worked out, for the catalogue."""
        if self.formula is not None:
            return self.formula.text
        return "人工填报，须经第二人确认" if self.is_reported else "按本平台的记录逐月计算"


_indicators: dict[str, Indicator] = {}


def declare(one: Indicator) -> Indicator:
    """Enter an indicator. Raises ValueError for a code declared twice differently, a dimension or period that is none."""
    known = _indicators.get(one.code)
    if known is not None and known != one:
        raise ValueError(f"指标 {one.code} 已经声明过（{known.name}），请换一个代码。")
    unknown = [name for name in one.dimensions if name not in DIMENSIONS]
    if unknown or one.period not in (FLOW, STOCK) or one.aggregate not in ("sum", "min", "max"):
        raise ValueError(f"指标 {one.code} 的声明不对：period、aggregate 或维度 {'、'.join(unknown)}。")
    _indicators[one.code] = one
    return one


def indicator(
    code: str, name: str, unit: str, **more: Any
) -> Callable[[Callable[[Span], Iterable[Figure]]], Callable[[Span], Iterable[Figure]]]:
    """Declare a system indicator computed by the function below it; `more`: fields of Indicator."""

    def enter(function: Callable[[Span], Iterable[Figure]]) -> Callable[[Span], Iterable[Figure]]:
        declare(Indicator(code, name, unit, run=function, **more))
        return function

    return enter


def manual(
    code: str, name: str, unit: str, *, source: Literal["manual", "external"] = MANUAL, **more: Any
) -> Indicator:
    """Declare an indicator whose numbers are reported."""
    return declare(Indicator(code, name, unit, source=source, **more))


def formula(code: str, name: str, unit: str, how: Formula, **more: Any) -> Indicator:
    """Declare an indicator worked out from others."""
    return declare(Indicator(code, name, unit, formula=how, **{"decimals": 2, "least": None, **more}))


def ratio(
    code: str,
    name: str,
    unit: str = "%",
    *,
    numerator: str | Term,
    denominator: str | Term,
    scale: int = 100,
    **more: Any,
) -> Indicator:
    """numerator / denominator × scale; None where the denominator is 0."""
    top, base = _term(numerator), _term(denominator)
    times = f" × {scale}" if scale != 1 else ""
    how = Formula((top, base), _divide(Decimal(scale)), f"{{{_said(top)}}} ÷ {{{_said(base)}}}{times}")
    return formula(code, name, unit, how, **more)


def growth(code: str, name: str, *, of: str, years: int, simple: bool = False, **more: Any) -> Indicator:
    """Yearly growth of an indicator over so many years in %, compound, or the simple mean of the whole growth. Both are
    in use (the tables of one plan mix them), so the name has to say which."""
    method = "简单平均" if simple else "复合增长"

    def rate(numbers: Sequence[Decimal]) -> Decimal | None:
        now, then = numbers
        if then == 0 or now / then < 0:
            return None
        whole = now / then
        return ((whole - 1) / years if simple else whole ** (Decimal(1) / years) - 1) * 100

    text = f"{{{of}}} 与 {years} 年前相比，年均增长（{method}）"
    return formula(code, name, "%", Formula((Term(of), Term(of, years)), rate, text, "期初为 0，算不出增长"), **more)


def all() -> list[Indicator]:
    """Every declared indicator, by code."""
    import_all("indicators")
    return [one for _, one in sorted(_indicators.items())]


def get(code: str) -> Indicator:
    """The indicator of this code. Raises UnknownIndicator."""
    import_all("indicators")
    try:
        return _indicators[code]
    except KeyError:
        raise UnknownIndicator(f"没有代码为“{code}”的指标：请在“指标目录”里查对代码。") from None


def digest() -> str:
    """What is computed by the platform, as one digest: another one means that live months have to be computed anew."""
    computed = [one for one in all() if one.run is not None]
    said = "\n".join(f"{one.code}|{one.definition}|{one.unit}|{','.join(one.dimensions)}" for one in computed)
    return hashlib.sha256(said.encode()).hexdigest()


def said_formula(one: Indicator) -> str:
    """The formula with the names of its indicators instead of their codes."""
    text = one.formula_text
    for term in one.formula.terms if one.formula else ():
        text = text.replace(f"{{{_said(term)}}}", f"{get(term.code).name}{_years(term)}")
        text = text.replace(f"{{{term.code}}}", get(term.code).name)
    return text


def town_of(code: str) -> str:
    """The town of a place, or the county for a place above towns."""
    return codes.full(code)[:9] + "000"


def _term(one: str | Term) -> Term:
    return one if isinstance(one, Term) else Term(one)


def _said(term: Term) -> str:
    return f"{term.code}@{term.back}" if term.back else term.code


def _years(term: Term) -> str:
    return {0: "", 1: "（上年）"}.get(term.back, f"（{term.back} 年前）")


def _divide(scale: Decimal) -> Callable[[Sequence[Decimal]], Decimal | None]:
    return lambda numbers: numbers[0] / numbers[1] * scale if numbers[1] else None


__all__ = [
    "DIMENSIONS", "EXTERNAL", "FLOW", "MANUAL", "STOCK", "SYSTEM", "Drill", "Figure", "Formula", "Goal", "Indicator", "Span",
    "Term", "UnknownIndicator", "all", "declare", "digest", "formula", "get", "growth", "indicator", "manual", "ratio",
    "said_formula", "town_of",
]  # fmt: skip
