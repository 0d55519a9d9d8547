"""证件号码 as they come in files."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minzheng.datacenter.linkage import normalise
from minzheng.datacenter.linkage.normalise import normal_id, normal_ids
from minzheng.kernel import clock
from minzheng.kernel.subjects import idcard

GOOD = idcard.make("990101", datetime.date(1962, 3, 4), 101)
OF_AN_X = next(
    number
    for serial in range(1, 99)
    if (number := idcard.make("990101", datetime.date(1962, 3, 4), serial)).endswith("X")
)
OLD = GOOD[:6] + GOOD[8:17]

valid = st.builds(
    idcard.make,
    st.from_regex(r"990[0-9]{3}", fullmatch=True),
    st.dates(datetime.date(1900, 1, 1), datetime.date(2026, 1, 1)),
    st.integers(1, 995),
)
messy = st.text(alphabet="0123456789Xx OoIlL|×１２３Ｘ　-'.E+*A无\u200b", max_size=22)


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """A valid number with a few characters replaced, inserted or taken out."""
    number = list(draw(valid))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(number) - 1))
        number[place] = draw(st.sampled_from([*"0123456789Xx OoIl１　*", "", "00"]))
    return "".join(number)


@given(st.lists(st.one_of(st.none(), valid, messy, spoilt()), max_size=40))
@settings(max_examples=150, deadline=None)
def test_整列读出来与逐个读一样(texts: list[str | None]) -> None:
    read = normal_ids(pa.array(texts, pa.string())).to_pydict()
    for text, number, state in zip(texts, read["id18"], read["state"], strict=True):
        one = normal_id(text)
        assert (one.state, one.id17) == (state, number[:17] if number else None), repr(text)
        assert number is None or idcard.is_valid(number)
        assert bool(one.why) == (state != "ok")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (GOOD, "ok"), (f" {GOOD[:6]} {GOOD[6:14]}　{GOOD[14:]}", "ok"), (OF_AN_X.lower(), "ok"), (f"'{GOOD}", "ok"),
        (GOOD.translate({48 + d: 0xFF10 + d for d in range(10)}), "ok"), (OF_AN_X.replace("X", "×"), "fixed"),
        (OLD, "fixed"), (GOOD.replace("0", "O", 1), "fixed"), (GOOD.replace("1", "l", 1), "fixed"),
    ],
)  # fmt: skip
def test_写法不同仍是同一个号码(text: str, state: str) -> None:
    read = normal_id(text)
    assert read.state == state
    assert read.id17 in (GOOD[:17], OF_AN_X[:17])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD[:17], "只有 17 位"), ("9.90101E+17", "科学计数"), (GOOD[:15] + "000", "截断"), (GOOD[:16], "16 位"),
        (GOOD[:10] + "1301" + GOOD[14:], "出生日期"), (GOOD[:6] + "2099" + GOOD[10:], "出生日期"),
    ],
)  # fmt: skip
def test_不能用的号码说清为什么(text: str, said: str) -> None:
    read = normal_id(text)
    assert (read.state, read.id17) == ("invalid", None)
    assert said in read.why


@pytest.mark.parametrize("text", [None, "", "无", "0", "不详", "——", "000000000000000000", "　"])
def test_不像号码的就是没有填(text: str | None) -> None:
    assert normal_id(text).state == "none"


def test_被表格软件截成15位的列里_以000结尾的一个也不信() -> None:
    days = (datetime.date(1950, 1, 1) + datetime.timedelta(n) for n in range(400))
    rounded = [idcard.make("990101", day, 101)[:15] + "000" for day in days]
    passing = [number for number in rounded if idcard.is_valid(number)]
    assert passing, "每十一个里总有一个碰巧通过校验"
    assert set(normal_ids(pa.array(rounded))["state"].to_pylist()) == {"invalid"}
    honest = normal_ids(pa.array([passing[0], GOOD, OF_AN_X]))
    assert honest["state"].to_pylist() == ["ok"] * 3, "别的列里个别以 000 结尾的号码照常认"


def test_出生日期看平台的今天() -> None:
    born = idcard.make("990101", datetime.date(2026, 6, 1), 1)
    with clock.at(datetime.date(2026, 5, 31)):
        assert normal_ids(pa.array([born]))["state"].to_pylist() == ["invalid"]
    with clock.at(datetime.date(2026, 6, 1)):
        assert normal_ids(pa.array([born]))["state"].to_pylist() == ["ok"]


def test_各种文字列与空列都能读() -> None:
    for kind in (pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.string_view()):
        column = pa.chunked_array([pa.array([GOOD, None], pa.string())]).cast(kind)
        assert normal_ids(column)["id18"].to_pylist() == [GOOD, None]
    assert normal_ids(pa.array([], pa.string())).num_rows == 0
    assert normalise.id18s(normalise.numbers(pa.array([GOOD])).keys).to_pylist() == [GOOD]
