"""长期公示: villages too small to hide anybody in are not named, and the nameless group gives nobody away."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minzheng.kernel.cases.publicity.public_lists import OTHERS, merged
from minzheng.kernel.items import registry
from minzheng.kernel.items.publicity import PublicityRule


def counts(**villages: int) -> dict[str, list[int]]:
    return {code: list(range(n)) for code, n in villages.items()}


def sizes(groups: list[tuple[str, list[int]]]) -> dict[str, int]:
    return {code: len(rows) for code, rows in groups}


def test_够户数的村各列各的() -> None:
    assert sizes(merged(counts(a=3, b=5), 3)) == {"a": 3, "b": 5}


def test_一个小村并入时带上最小的一个大村_免得只剩它没列() -> None:
    assert sizes(merged(counts(a=1, b=5, c=4), 3)) == {"b": 5, OTHERS: 5}


def test_两个小村合起来还不够_再并一个() -> None:
    assert sizes(merged(counts(a=1, b=1, c=9, d=4), 3)) == {"c": 9, OTHERS: 6}


def test_全是小村就都不写村名() -> None:
    assert sizes(merged(counts(a=1, b=1), 3)) == {OTHERS: 2}


# A busy machine draws slowly; that says nothing about the lists.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 9), max_size=8), st.integers(1, 5))
def test_一户不多一户不少_写了村名的都够户数(villages: dict[str, int], least: int) -> None:
    groups = merged(counts(**villages), least)
    assert sum(len(rows) for _, rows in groups) == sum(villages.values())
    assert all(len(rows) >= least for code, rows in groups if code != OTHERS)


def test_有公示动作的事项才声明公示_发钱的才长期公示() -> None:
    for item in registry.all_items():
        assert item.publicity.posted == (item.flow.act("post") is not None), item.code
        assert item.publicity.posted or not item.publicity.long_term
        assert item.publicity.why


def test_规则里不能添别的列() -> None:
    import pytest

    with pytest.raises(ValueError, match="不许公开的列"):
        PublicityRule(True, why="试", columns=("applicant", "id_no"))
