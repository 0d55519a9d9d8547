"""公民身份号码 (GB 11643—1999): 18 digits with a check digit, and the 15 digits in use before 1999-10-01.

The area digits are never a reason to refuse: codes were withdrawn and re-drawn for seventy years, and a number issued
under a code that no list knows any more is as valid as any other. Nor is the age: people over 100 exist.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass

from minzheng.kernel import clock

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
#: The oldest birth date that is still plausible on a file (the oldest verified person lived 122 years).
EARLIEST = datetime.date(1880, 1, 1)


class InvalidIdNumber(ValueError):
    """Not an ID number; the text is a Chinese sentence that says what is wrong and what to do."""


@dataclass(frozen=True)
class IdCard:
    """What the number says. `sex` is "1" 男 or "2" 女; `normalised` has 18 characters with a capital X."""

    birth_date: datetime.date
    sex: str
    normalised: str

    @property
    def area(self) -> str:
        """The six area digits: where the number was first issued, not where the person lives."""
        return self.normalised[:6]


def clean(text: str) -> str:
    """Full-width digits, blanks and dashes, small x: what people and spreadsheets add, taken away."""
    plain = unicodedata.normalize("NFKC", str(text)).upper()
    return re.sub(r"[\s\-‐‑–—・·'`]", "", plain)


def check_digit(first17: str) -> str:
    """The 18th character for 17 ASCII digits (ISO 7064 MOD 11-2)."""
    return CHECK_DIGITS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first17, strict=True)) % 11]


def check(text: str) -> IdCard:
    """Check and normalise an ID number of 18 or 15 characters. Raises InvalidIdNumber."""
    number = clean(text)
    if not number:
        raise InvalidIdNumber("请填写身份证号码。")
    if re.fullmatch(r"[0-9]{15}", number):
        return _upgrade(number)
    if len(number) != 18:
        raise InvalidIdNumber(f"身份证号码应为 18 位，现在是 {len(number)} 位，请对照证件检查是否多填或漏填。")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise InvalidIdNumber("身份证号码前 17 位应全是数字，末位是数字或 X，请对照证件检查。")
    birth = _date(number[6:14], "第 7 至 14 位")
    if number[17] != check_digit(number[:17]):
        raise InvalidIdNumber("身份证号码的校验位不对，可能有一位填错或两位颠倒，请对照证件逐位检查。")
    return IdCard(birth, _sex(number[16]), number)


def is_valid(text: str) -> bool:
    try:
        check(text)
    except InvalidIdNumber:
        return False
    return True


def make(area: str, birth_date: datetime.date, sequence: int) -> str:
    """The 18-character number for an area, a day and a three-digit sequence (odd for men); demo and tests only."""
    first17 = f"{area}{birth_date:%Y%m%d}{sequence:03d}"
    return first17 + check_digit(first17)


def _upgrade(number: str) -> IdCard:
    """15 → 18: the century is 19, except that the sequence numbers 996–999 were kept for people then over 100 (born in
    the 1800s); the check digit is computed."""
    century = "18" if number[12:15] in ("996", "997", "998", "999") else "19"
    first17 = number[:6] + century + number[6:]
    birth = _date(first17[6:14], "第 7 至 12 位")
    return IdCard(birth, _sex(number[14]), first17 + check_digit(first17))


def _sex(digit: str) -> str:
    return "1" if int(digit) % 2 else "2"


def _date(digits: str, where: str) -> datetime.date:
    shown = f"{digits[:4]}年{digits[4:6]}月{digits[6:]}日"
    try:
        day = datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise InvalidIdNumber(f"身份证号码{where}应是出生日期，但“{shown}”不存在，请对照证件检查。") from None
    if day < EARLIEST or day > clock.today():
        raise InvalidIdNumber(f"身份证号码{where}的出生日期“{shown}”不合理，请对照证件检查。")
    return day
