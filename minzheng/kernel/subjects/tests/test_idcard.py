"""公民身份号码 (GB 11643): 15 digits to 18, check digit, date; province and county codes are never a reason to refuse."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minzheng.kernel.subjects import idcard
from minzheng.kernel.subjects.idcard import CHECK_DIGITS, InvalidIdNumber, check, check_digit, make

#: The example number from the annex of GB 11643.
STANDARD = [
    ("11010519491231002X", "2", datetime.date(1949, 12, 31)),
    ("440524188001010014", "1", datetime.date(1880, 1, 1)),
]

areas = st.from_regex(r"[0-9]{6}", fullmatch=True)
days = st.dates(datetime.date(1900, 1, 1), datetime.date(2026, 11, 20))
sequences = st.integers(1, 995)


@pytest.mark.parametrize(("number", "sex", "birth"), STANDARD)
def test_国标附录的号码通过(number: str, sex: str, birth: datetime.date) -> None:
    card = check(number)
    assert (card.normalised, card.sex, card.birth_date) == (number, sex, birth)


@given(areas, days, sequences)
def test_任何地区代码都接受_包括从未分配和已撤销的(area: str, day: datetime.date, sequence: int) -> None:
    card = check(make(area, day, sequence))
    assert card.area == area
    assert card.birth_date == day
    assert card.sex == ("1" if sequence % 2 else "2")


@given(areas, days, sequences, st.integers(0, 16), st.integers(1, 9))
def test_任意一位填错都会被发现(area: str, day: datetime.date, sequence: int, place: int, shift: int) -> None:
    number = make(area, day, sequence)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(InvalidIdNumber):
        check(wrong)


@given(areas, days, sequences, st.integers(0, 15))
def test_相邻两位颠倒会被发现(area: str, day: datetime.date, sequence: int, place: int) -> None:
    number = make(area, day, sequence)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        with pytest.raises(InvalidIdNumber):
            check(swapped)


@given(areas, days, sequences)
def test_校验位只有一个是对的(area: str, day: datetime.date, sequence: int) -> None:
    first17 = make(area, day, sequence)[:17]
    good = [digit for digit in CHECK_DIGITS if idcard.is_valid(first17 + digit)]
    assert good == [check_digit(first17)]


@given(areas, st.dates(datetime.date(1900, 1, 1), datetime.date(1999, 12, 31)), sequences)
def test_十五位升十八位与同一人的十八位相同(area: str, day: datetime.date, sequence: int) -> None:
    old = f"{area}{day:%y%m%d}{sequence:03d}"
    assert check(old).normalised == make(area, day, sequence)


def test_十五位顺序码九九六到九九九是十九世纪出生的老人() -> None:
    assert check("990101991231996").birth_date == datetime.date(1899, 12, 31)


@given(areas, days, sequences, st.sampled_from(["full", "space", "lower", "dash"]))
def test_全角_空格_小写_连字符都能认(area: str, day: datetime.date, sequence: int, how: str) -> None:
    number = make(area, day, sequence)
    written = {
        "full": "".join(chr(ord(c) + 0xFEE0) for c in number),
        "space": f" {number[:6]} {number[6:14]}\u3000{number[14:]}\n",
        "lower": number.lower(),
        "dash": f"{number[:6]}-{number[6:14]}-{number[14:]}",
    }[how]
    assert check(written).normalised == number


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("", "请填写"),
        ("99010119800101001", "现在是 17 位"),
        ("9901011980010100123", "现在是 19 位"),
        ("X90101198001010012", "前 17 位"),
        ("990101198002300011", "1980年02月30日"),
        ("990101198013010011", "不存在"),
        ("990101187001010011", "不合理"),
        ("990101990230001", "第 7 至 12 位"),
        ("99010119800101٠٠١2", ""),
    ],
)
def test_错在哪里说到哪里(number: str, says: str) -> None:
    with pytest.raises(InvalidIdNumber) as refused:
        check(number)
    assert says in str(refused.value) and str(refused.value).endswith("。")


def test_未来出生的不合理_按业务日期(monkeypatch: pytest.MonkeyPatch) -> None:
    born = make("990101", datetime.date(2026, 11, 21), 12)
    monkeypatch.setenv("MINZHENG_TODAY", "2026-11-20")
    with pytest.raises(InvalidIdNumber, match="不合理"):
        check(born)
    monkeypatch.setenv("MINZHENG_TODAY", "2026-11-21")
    assert check(born).sex == "2"


@given(st.text(max_size=30))
def test_任何文字都只会通过或给出一句中文(text: str) -> None:
    try:
        assert len(check(text).normalised) == 18
    except InvalidIdNumber as error:
        assert str(error).endswith("。")
