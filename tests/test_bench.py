"""Table and verdict of the measurements: growth beyond a factor of two, lost or doubled cases all count as broken
promises.
"""

from __future__ import annotations

from typing import Any

import pytest

from bench import table


def measured(large: float = 30.0, **writing: int) -> dict[str, Any]:
    def pages(page: float) -> dict[str, Any]:
        return {
            table.BARE: {"p50": 10.0, "p95": 12.0, "queries": 5},
            "工作台": {"p50": page, "p95": page * 2, "queries": 9},
        }

    return {
        "pages": {"20000": pages(20.0), "200000": pages(large)},
        "writers": {
            "writers": 8, "applications": 200, "statements": 13, "lost": 0, "doubled": 0,
            "product": {"per_second": 40.0, "p50": 90.0, "p95": 200.0},
            "bare_sql": {"per_second": 120.0, "p50": 30.0, "p95": 50.0},
            "ratio": {"throughput": 3.0, "p95": 4.0},
        } | writing,
    }  # fmt: skip


SIZES = [20_000, 200_000]


def test_倍数是与同一轮空白页之比() -> None:
    result = measured()
    table.add_ratios(result, SIZES)
    assert result["pages"]["20000"]["工作台"]["ratio"] == 2.0
    assert result["growth"] == {table.BARE: 1.0, "工作台": 1.5}


@pytest.mark.parametrize(
    ("large", "writing", "good"),
    [(30.0, {}, True), (40.0, {}, True), (41.0, {}, False), (30.0, {"lost": 1}, False), (30.0, {"doubled": 1}, False)],
)
def test_守住与没守住(large: float, writing: dict[str, int], good: bool) -> None:
    result = measured(large, **writing)
    table.add_ratios(result, SIZES)
    assert table.kept(result, SIZES) is good


def test_表里有每一页和并发的数() -> None:
    result = measured()
    table.add_ratios(result, SIZES)
    text = table.text(result, SIZES)
    for words in ("2万人 p50", "20万人 查询", "工作台", "1.50×", "吞吐为裸 SQL 的 1/3.0", "丢 0 件，重 0 件"):
        assert words in text
