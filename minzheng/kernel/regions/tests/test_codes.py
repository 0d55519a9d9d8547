"""Arithmetic on division codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minzheng.kernel.regions import codes
from minzheng.kernel.regions.models import Region

PROVINCE = st.integers(11, 99).map(str)


@st.composite
def region_codes(draw: st.DrawFn) -> str:
    depth = draw(st.integers(1, 5))
    parts = [draw(PROVINCE)]
    for width in (2, 2, 3, 3)[: depth - 1]:
        parts.append(str(draw(st.integers(1, 10**width - 1))).zfill(width))
    return "".join(parts)


@pytest.mark.parametrize(
    ("code", "prefix", "level", "parent"),
    [
        ("43", "43", 1, ""),
        ("430000000000", "43", 1, ""),
        ("4312", "4312", 2, "430000000000"),
        ("431227", "431227", 3, "431200000000"),
        ("431227200000", "431227200", 4, "431227000000"),
        ("110105400000", "110105400", 4, "110105000000"),
        ("441900003000", "441900003", 4, "441900000000"),  # Dongguan (东莞): townships directly under the city
        ("431227107200", "431227107200", 5, "431227107000"),
        ("000000000000", "", 0, ""),
    ],
)
def test_有效位级别和上级(code: str, prefix: str, level: int, parent: str) -> None:
    assert (codes.prefix(code), codes.level(code), codes.parent(code)) == (prefix, level, parent)


@pytest.mark.parametrize(
    "bad", ["", "4", "431", "43122", "4312271", "43122710", "4312271072001", "43122a", "４３", " "]
)
def test_写错的代码说中文(bad: str) -> None:
    with pytest.raises(codes.BadRegionCode, match="应是 2、4、6、9 或 12 位数字"):
        codes.full(bad)


@given(region_codes(), region_codes())
def test_辖区含义与范围条件一致(scope: str, code: str) -> None:
    low, high = codes.bounds(scope)
    assert codes.covers(scope, code) == (low <= codes.full(code) <= high)


@given(region_codes())
def test_上级辖有下级_自己辖有自己(code: str) -> None:
    assert codes.covers(code, code)
    above = codes.parent(code)
    if above:
        assert codes.covers(above, code)
        assert not codes.covers(code, above)
        assert codes.level(above) < codes.level(code)
    assert codes.full(codes.prefix(code)) == codes.full(code)


@given(st.lists(region_codes(), max_size=6), region_codes())
def test_去掉被包含的范围后结果不变(scopes: list[str], code: str) -> None:
    kept = codes._widest(scopes)
    assert any(codes.covers(one, code) for one in scopes) == any(codes.covers(one, code) for one in kept)
    assert len(kept) <= len(scopes)


def test_没有区划的对象不属于任何范围() -> None:
    assert not codes.covers("43", "")
    assert not codes.covers(codes.NATION, "")
    assert codes.covers(codes.NATION, "43")


def test_没有范围就什么也查不到_有范围用区间条件(db: None) -> None:
    made = [
        Region(code=codes.full(code), name=code, level=codes.level(code), valid_from="2026-01-01", source="试")
        for code in ("990101001", "990101001001", "990101002", "990102")
    ]
    Region.objects.bulk_create(made)
    assert Region.objects.filter(codes.scope_q([], "code")).count() == 0
    assert Region.objects.filter(codes.scope_q(["990101001"], "code")).count() == 2
    assert Region.objects.filter(codes.scope_q(["990101001", "990101", "990102"], "code")).count() == 4
    assert "LIKE" not in str(Region.objects.filter(codes.scope_q(["990101"], "code")).query)
    assert Region.objects.exclude(codes.scope_q(["990101"], "code")).count() == 1
