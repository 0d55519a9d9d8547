"""Sizes and estimates against tables, hand-computed values and the share of repeated samples that catch the truth."""

from __future__ import annotations

import random

import pytest

from minzheng.datacenter.sampling import estimating as e
from minzheng.datacenter.sampling.distributions import beta_quantile, hypergeometric_cdf, t_quantile
from minzheng.datacenter.sampling.sizing import allocate, needed


def test_分布与教科书的表一致() -> None:
    assert t_quantile(0.975, 10) == pytest.approx(2.228139, abs=1e-5)
    assert t_quantile(0.975, 1) == pytest.approx(12.7062, abs=1e-3)
    assert beta_quantile(0.95, 1, 59) == pytest.approx(1 - 0.05 ** (1 / 59), abs=1e-9)
    # 100 个里有 5 个坏的，抽 2 个都好：95/100 × 94/99
    assert hypergeometric_cdf(0, 100, 5, 2) == pytest.approx(95 * 94 / 9900)
    assert hypergeometric_cdf(5, 100, 5, 60) == 1.0


def test_样本量_公式带有限总体校正_小样本按超几何核准() -> None:
    # 属性抽样表：95% 置信、可容忍 5%、预计 0 → 59（无限总体）；预计 1% → 93，允许 1 个差错
    large = needed(1_000_000, confidence=0.95, tolerable=0.05)
    assert (large.exact, large.allowed) == (59, 0)
    one = needed(1_000_000, confidence=0.95, tolerable=0.05, expected=0.01)
    assert (one.exact, one.allowed, one.wanted) == (93, 1, 93)
    # 公式：1.6449² × 0.05 × 0.95 / 0.04² = 80.3；总体 300：80.3 / (1 + 79.3/300) = 63.5
    assert one.by_formula == 81
    assert needed(300, confidence=0.95, tolerable=0.05, expected=0.01).by_formula == 64
    # 每个结果都经得起定义的检验：再少抽一个就达不到置信度
    for size in (20, 300, 4_000):
        found = needed(size, confidence=0.95, tolerable=0.05)
        bad = -(-size * 5 // 100)
        assert hypergeometric_cdf(0, size, bad, found.exact) <= 0.05 + 1e-9
        assert hypergeometric_cdf(0, size, bad, found.exact - 1) > 0.05
    assert needed(3, confidence=0.95, tolerable=0.05).wanted == 3
    with pytest.raises(ValueError, match="可容忍差错率应大于预计差错率"):
        needed(100, confidence=0.95, tolerable=0.01, expected=0.05)


def test_按层分配_合计不少_每层有底_不超过层内数量() -> None:
    assert allocate({"a": 600, "b": 300, "c": 100}, 50) == {"a": 30, "b": 15, "c": 5}
    assert allocate({"a": 100, "b": 3}, 20, least=5) == {"a": 19, "b": 3}
    assert sum(allocate({"a": 7, "b": 7, "c": 7}, 10).values()) == 10
    assert allocate({"a": 90, "b": 10}, 20, equal=True) == {"a": 10, "b": 10}
    assert allocate({"a": 2, "b": 1}, 50) == {"a": 2, "b": 1}


def test_置信区间与已知数值一致() -> None:
    assert e.clopper_pearson(2, 50, 0.95).low == pytest.approx(0.004881, abs=1e-6)
    assert e.clopper_pearson(2, 50, 0.95).high == pytest.approx(0.137138, abs=1e-6)
    wilson = e.wilson(10, 100, 0.95)
    assert (wilson.low, wilson.high) == (pytest.approx(0.055229, abs=1e-6), pytest.approx(0.174366, abs=1e-6))
    # 20 个里抽 10 个、没有差错：最多还可能有 4 个坏的（P = C(16,10)/C(20,10) = 4.3% > 2.5%；5 个时 1.6%）
    assert e.finite_exact(0, 10, 20, 0.95) == e.Interval(0.0, 4 / 20, "exact")


def test_分层推算与手算一致() -> None:
    """甲层 100 个抽 10 个错 1 个（多发 100 元），乙层 300 个抽 10 个没有错。"""
    wrong, right = (True, 10_000), (False, 0)
    strata = [e.Seen("甲", 100, 5_000_000, 10, [wrong] + [right] * 9), e.Seen("乙", 300, 9_000_000, 10, [right] * 10)]
    whole = e.overall(strata, 0.95)
    assert whole.rate == pytest.approx(0.25 * 0.1)
    assert whole.fen == pytest.approx(100 * 1_000)
    # 甲层 s² = (9000² + 9×1000²)/9 = 10⁷；方差 = 100² × 0.9 × 10⁷ / 10 = 9×10⁹；自由度 9；t = 2.26216
    half = 2.262157 * (9e9) ** 0.5
    assert whole.fen_interval is not None
    assert whole.fen_interval.high == pytest.approx(100_000 + half, rel=1e-4)
    assert whole.rate_interval is not None
    assert whole.rate_interval.low < 0.025 < whole.rate_interval.high
    assert (whole.size, whole.drawn, whole.done, whole.wrong, whole.wrong_fen) == (400, 20, 20, 1, 10_000)
    # 没有一层查过就不推算；全部查了就没有区间
    assert e.overall([strata[0], e.Seen("丙", 50, 0, 5, [])], 0.95).rate is None
    all_seen = e.overall([e.Seen("甲", 2, 0, 2, [wrong, right]), e.Seen("乙", 1, 0, 1, [right])], 0.95)
    assert all_seen.rate_interval == e.Interval(1 / 3, 1 / 3, "census")
    # 一个差错也没有：金额上限 = 差错率上限 × 总体金额
    none = e.overall([e.Seen("乙", 300, 9_000_000, 60, [right] * 60)], 0.95)
    assert none.rate_interval is not None
    assert none.fen_interval == e.Interval(0.0, none.rate_interval.high * 9_000_000, "bound")


def test_重复抽样_百分之九十五的区间盖得住真值() -> None:
    rng = random.Random(11)
    population = {
        key: [(True, 20_000) if rng.random() < share else (False, 0) for _ in range(size)]
        for key, size, share in (("甲", 300, 0.03), ("乙", 500, 0.08), ("丙", 80, 0.2))
    }
    size = sum(map(len, population.values()))
    rate = sum(wrong for rows in population.values() for wrong, _ in rows) / size
    fen = sum(fen for rows in population.values() for _, fen in rows)
    wanted = allocate({key: len(rows) for key, rows in population.items()}, 120, least=12)
    caught, caught_fen, times = 0, 0, 240
    for _ in range(times):
        seen = [e.Seen(k, len(v), len(v) * 50_000, wanted[k], rng.sample(v, wanted[k])) for k, v in population.items()]
        told = e.overall(seen, 0.95)
        assert told.rate_interval is not None
        assert told.fen_interval is not None
        caught += told.rate_interval.low <= rate <= told.rate_interval.high
        caught_fen += told.fen_interval.low <= fen <= told.fen_interval.high
    assert caught / times >= 0.92
    assert caught_fen / times >= 0.88
