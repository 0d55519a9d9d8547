"""样本量: how many must be looked at so that a rate of errors that cannot be tolerated would be noticed.

The question is put as in audit sampling: if `tolerable` percent or more of the population were wrong, a sample of this size
would, with the wanted confidence, show more errors than the number allowed. Formula (docs/handbook/17):

    n₀ = z² · T(1 − T) / (T − p)²        n = n₀ / (1 + (n₀ − 1) / N)

with z the one-sided normal quantile of the confidence, T the tolerable, p the expected rate, N the population. The normal
approximation is poor for few errors, so the exact size is computed, too: the smallest n for which the hypergeometric
distribution gives P(errors ≤ allowed | ⌈T·N⌉ wrong) ≤ 1 − confidence with allowed ≥ p·n. The larger of the two is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from minzheng.datacenter.sampling.distributions import hypergeometric_cdf, z


@dataclass(frozen=True)
class Size:
    """`by_formula`: the normal approximation; `exact`: the hypergeometric size; `allowed`: errors in a sample of the
    exact size up to which the tolerable rate is ruled out with the wanted confidence."""

    by_formula: int
    exact: int
    allowed: int
    population: int

    @property
    def wanted(self) -> int:
        return min(self.population, max(self.by_formula, self.exact))


def needed(population: int, *, confidence: float, tolerable: float, expected: float = 0.0) -> Size:
    """Sizes for a population; shares between 0 and 1. Raises ValueError for impossible targets (a Chinese sentence)."""
    if not 0.5 < confidence < 1:
        raise ValueError("置信度应在 50% 到 100% 之间，例如 95%。")
    if not 0 <= expected < tolerable < 1:
        raise ValueError("可容忍差错率应大于预计差错率，并且小于 100%。")
    if population < 1:
        return Size(0, 0, 0, 0)
    first = z(confidence) ** 2 * tolerable * (1 - tolerable) / (tolerable - expected) ** 2
    formula = ceil(first / (1 + (first - 1) / population))
    exact, allowed = _exact(population, confidence, tolerable, expected)
    return Size(min(formula, population), exact, allowed, population)


def _exact(population: int, confidence: float, tolerable: float, expected: float) -> tuple[int, int]:
    """(size, errors allowed): one more error is allowed until the sample expects no more than that."""
    bad, allowed = ceil(round(tolerable * population, 9)), 0
    while True:
        size = _smallest(population, bad, allowed, 1 - confidence)
        if size is None:
            return population, allowed
        if expected * size <= allowed:
            return size, allowed
        allowed += 1


def _smallest(population: int, bad: int, allowed: int, risk: float) -> int | None:
    """The smallest sample in which `allowed` or fewer of the bad ones turn up with probability ≤ risk; None: none does."""
    if hypergeometric_cdf(allowed, population, bad, population) > risk:
        return None
    low, high = 1, population
    while low < high:
        middle = (low + high) // 2
        if hypergeometric_cdf(allowed, population, bad, middle) <= risk:
            high = middle
        else:
            low = middle + 1
    return low


def allocate(sizes: Mapping[str, int], wanted: int, *, least: int = 1, equal: bool = False) -> dict[str, int]:
    """How many of each stratum: in proportion to its size (largest remainders) or equal shares, at least `least`, never more
    than there are. The sum may exceed `wanted` where the least does not fit in; it never falls below it."""
    total = sum(sizes.values())
    if total == 0:
        return {}
    wanted = min(wanted, total)
    weights = dict.fromkeys(sizes, 1 / len(sizes)) if equal else {key: size / total for key, size in sizes.items()}
    shares = {key: wanted * weight for key, weight in weights.items()}
    given = {key: min(sizes[key], max(int(shares[key]), least)) for key in sizes}
    while sum(given.values()) < wanted:
        room = [key for key in sizes if given[key] < sizes[key]]
        key = max(room, key=lambda one: (shares[one] - given[one], sizes[one], one))
        given[key] += 1
    return given
