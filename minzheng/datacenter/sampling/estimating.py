"""推算: from the units that were looked at to the population they were drawn from.

Rate. Stratified estimator p = Σ Wₕ pₕ with Wₕ = Nₕ/N. Within a stratum: Wilson's interval with the finite population
correction where there are at least 30 units and 5 of each result, else the exact interval of the hypergeometric
distribution (Clopper–Pearson for a finite population). Overall: the effective sample size nₑ = p(1−p)/Var(p), then
Clopper–Pearson (Korn and Graubard) or, from 100 units and 10 of each result, Wilson. So that a stratum without an error does not
count as certain, the variance of every stratum is computed with its rate drawn towards the overall one by one unit.

Amount. Difference estimator Ŷ = Σ Nₕ d̄ₕ, Var = Σ Nₕ²(1−nₕ/Nₕ)s²ₕ/nₕ, Student's t with Satterthwaite's degrees of freedom.
Where no money was wrong at all the upper limit is the upper limit of the rate times the whole amount (as if every wrong unit
were wrong altogether): cautious on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

from minzheng.datacenter.sampling.distributions import beta_quantile, hypergeometric_cdf, t_quantile, z

#: From these on Wilson's interval is used: units, and units of each result, in a stratum and overall.
LARGE_STRATUM, EACH_STRATUM = 30, 5
LARGE, EACH = 100, 10


@dataclass(frozen=True)
class Interval:
    """`method`: wilson | exact | census | t | bound."""

    low: float
    high: float
    method: str


@dataclass(frozen=True)
class Seen:
    """What is known of one stratum: its size, its whole amount, and the error amounts (fen) of the units done, with whether
    each was wrong."""

    key: str
    size: int
    fen: int
    drawn: int
    results: Sequence[tuple[bool, int]]

    @property
    def done(self) -> int:
        return len(self.results)

    @property
    def wrong(self) -> int:
        return sum(wrong for wrong, _fen in self.results)


@dataclass(frozen=True)
class Estimate:
    """`rate` and its interval are shares; amounts in fen; None where nothing can be said yet."""

    key: str
    size: int
    drawn: int
    done: int
    wrong: int
    wrong_fen: int
    rate: float | None = None
    rate_interval: Interval | None = None
    fen: float | None = None
    fen_interval: Interval | None = None


def wilson(found: float, drawn: float, confidence: float, size: int | None = None) -> Interval:
    """Wilson's score interval; with `size` the variance is that of drawing without replacement."""
    quantile, p = z((1 + confidence) / 2), found / drawn
    if size is not None and size > 1:
        drawn = drawn * (size - 1) / max(size - drawn, 1e-9)
    middle = p + quantile**2 / (2 * drawn)
    half = quantile * sqrt(p * (1 - p) / drawn + quantile**2 / (4 * drawn**2))
    scale = 1 + quantile**2 / drawn
    return Interval(max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale), "wilson")


def clopper_pearson(found: float, drawn: float, confidence: float) -> Interval:
    """The exact interval of the binomial distribution; an effective sample size need not be whole."""
    risk = (1 - confidence) / 2
    low = beta_quantile(risk, found, drawn - found + 1) if found > 0 else 0.0
    high = beta_quantile(1 - risk, found + 1, drawn - found) if found < drawn else 1.0
    return Interval(low, high, "exact")


def finite_exact(found: int, drawn: int, size: int, confidence: float) -> Interval:
    """The numbers of wrong units in the population under which `found` is not too unlikely, as shares of it."""
    risk = (1 - confidence) / 2
    least, most = found, size - (drawn - found)
    low = _first(least, most, lambda bad: found == 0 or 1 - hypergeometric_cdf(found - 1, size, bad, drawn) > risk)
    high = _last(least, most, lambda bad: hypergeometric_cdf(found, size, bad, drawn) > risk)
    return Interval(low / size, high / size, "census" if drawn >= size else "exact")


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The first number for which a condition holds that stays true once it holds."""
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _last(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The last number for which a condition holds that stays false once it fails."""
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low


def of_stratum(seen: Seen, confidence: float) -> Estimate:
    """Rate and amount of one stratum by itself."""
    base = (seen.key, seen.size, seen.drawn, seen.done, seen.wrong, sum(fen for _wrong, fen in seen.results))
    if not seen.done:
        return Estimate(*base)
    large = seen.done >= LARGE_STRATUM and min(seen.wrong, seen.done - seen.wrong) >= EACH_STRATUM
    if large and seen.done < seen.size:
        interval = wilson(seen.wrong, seen.done, confidence, seen.size)
    else:
        interval = finite_exact(seen.wrong, seen.done, seen.size, confidence)
    fen, fen_interval = _amount([seen], confidence, interval.high)
    return Estimate(*base, seen.wrong / seen.done, interval, fen, fen_interval)


def overall(strata: Iterable[Seen], confidence: float) -> Estimate:
    """The whole population; no estimate as long as some stratum has nothing done."""
    known = [one for one in strata if one.size]
    size = sum(one.size for one in known)
    plain = Estimate(
        "", size, sum(one.drawn for one in known), sum(one.done for one in known), sum(one.wrong for one in known),
        sum(fen for one in known for _wrong, fen in one.results),
    )  # fmt: skip
    if not known or any(not one.done for one in known):
        return plain
    rate = sum(one.size / size * one.wrong / one.done for one in known)
    interval = _rate_interval(known, rate, size, confidence)
    fen, fen_interval = _amount(known, confidence, interval.high)
    return replace(plain, rate=rate, rate_interval=interval, fen=fen, fen_interval=fen_interval)


def _rate_interval(known: Sequence[Seen], rate: float, size: int, confidence: float) -> Interval:
    if all(one.done >= one.size for one in known):
        return Interval(rate, rate, "census")
    if len(known) == 1:
        found = of_stratum(known[0], confidence).rate_interval
        assert found is not None
        return found
    certain = 0 < rate < 1
    variance = 0.0
    for one in known:
        drawn_to = (one.wrong + rate) / (one.done + 1)
        spread = drawn_to * (1 - drawn_to) if certain else 1.0
        variance += (one.size / size) ** 2 * (1 - one.done / one.size) * spread / one.done
    effective = (rate * (1 - rate) if certain else 1.0) / variance
    if effective >= LARGE and min(rate, 1 - rate) * effective >= EACH:
        return wilson(rate * effective, effective, confidence)
    return clopper_pearson(rate * effective, effective, confidence)


def _amount(known: Sequence[Seen], confidence: float, highest_rate: float) -> tuple[float, Interval | None]:
    """(total error, interval) in fen. A stratum with one unit borrows the spread of the others."""
    total = sum(one.size * _mean(one) for one in known)
    whole = sum(one.fen for one in known)
    if all(one.done >= one.size for one in known):
        return total, Interval(total, total, "census")
    if not any(fen for one in known for _wrong, fen in one.results):
        return total, Interval(0.0, highest_rate * whole, "bound")
    spreads = {one.key: _spread(one) for one in known if one.done > 1}
    if not spreads:
        return total, None
    pooled = sum(spreads.values()) / len(spreads)
    parts = [
        (one.size**2 * (1 - one.done / one.size) * spreads.get(one.key, pooled) / one.done, max(one.done - 1, 1))
        for one in known
    ]
    variance = sum(part for part, _freedom in parts)
    if variance <= 0:
        return total, Interval(total, total, "t")
    freedom = variance**2 / sum(part**2 / freedom for part, freedom in parts)
    half = t_quantile((1 + confidence) / 2, max(freedom, 1.0)) * sqrt(variance)
    return total, Interval(total - half, total + half, "t")


def _mean(one: Seen) -> float:
    return sum(fen for _wrong, fen in one.results) / one.done


def _spread(one: Seen) -> float:
    """The variance s² of the error amounts in a stratum."""
    mean = _mean(one)
    return sum((fen - mean) ** 2 for _wrong, fen in one.results) / (one.done - 1)


def by_stratum(
    strata: Iterable[Mapping[str, int | str]], results: Mapping[str, Sequence[tuple[bool, int]]]
) -> list[Seen]:
    """`strata` as a sample keeps them, joined with the results by stratum."""
    return [
        Seen(str(one["key"]), int(one["size"]), int(one["fen"]), int(one["wanted"]), results.get(str(one["key"]), ()))
        for one in strata
    ]
