"""How alike two files are: a sum of named reasons, each a sentence for the clerk. Pure; knows no database.

Sentences never carry a number of a paper or a telephone: they say which position differs, not the digit.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from minzheng.datacenter.linkage import names

MOST = 1000
#: Digits of the body of an ID number: everything but the check character.
BODY = 17


@dataclass(frozen=True)
class PersonTraits:
    """What two files are compared by. `id_no`: normalised 18 characters, "" unknown; `home`: the household in force."""

    name: str
    id_no: str = ""
    birth_date: datetime.date | None = None
    sex: str = "0"
    phone: str = ""
    region_code: str = ""
    home: int | None = None


@dataclass(frozen=True)
class Reason:
    """One piece of evidence: its code (a key of weights.yaml), what it counts, and the sentence."""

    code: str
    weight: int
    sentence: str


@dataclass(frozen=True)
class Score:
    """`value`: 0 to 1000."""

    value: int
    reasons: tuple[Reason, ...]


@cache
def weights() -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / "weights.yaml").read_text(encoding="utf-8"))


def score(a: PersonTraits, b: PersonTraits) -> Score:
    """How alike two files are, with every reason for and against."""
    found = [
        one
        for one in (_id(a, b), _name(a, b), _birth(a, b), _sex(a, b), _phone(a, b), _place(a, b), _home(a, b))
        if one
    ]
    reasons = tuple(Reason(code, int(weights()[code]), sentence) for code, sentence in found)
    return Score(max(0, min(MOST, sum(one.weight for one in reasons))), reasons)


def _id(a: PersonTraits, b: PersonTraits) -> tuple[str, str] | None:
    if not a.id_no and not b.id_no:
        return None
    if not a.id_no or not b.id_no:
        return "missing_id", "一份档案没有证件号码"
    if a.id_no == b.id_no:
        return "same_id", "证件号码相同（含 15 位升 18 位）"
    slip = one_slip(a.id_no[:BODY], b.id_no[:BODY])
    if slip:
        return "one_error_id", f"证件号码只差一处：{slip}"
    if a.id_no[6:BODY] == b.id_no[6:BODY]:
        return "recoded_id", "证件号码只有前 6 位（地区）不同，出生日期和顺序码相同：可能换过号"
    unlike = sum(x != y for x, y in zip(a.id_no[:BODY], b.id_no[:BODY], strict=True))
    return "other_id", f"证件号码有 {unlike} 位不同"


def one_slip(a: str, b: str) -> str:
    """The one slip of the pen that makes one row of digits out of another, in words; "" where it takes more.

    One other digit, two neighbours exchanged, or one digit left out and another added elsewhere (shifted)."""
    unlike = [place for place, (x, y) in enumerate(zip(a, b, strict=True)) if x != y]
    if len(unlike) == 1:
        return f"第 {unlike[0] + 1} 位不同"
    if len(unlike) == 2:
        first, second = unlike
        if second == first + 1 and a[first] == b[second] and a[second] == b[first]:
            return f"第 {first + 1}、{second + 1} 位颠倒"
    if len(unlike) > 2:
        low, high = unlike[0], unlike[-1]
        if a[low:high] == b[low + 1 : high + 1] or a[low + 1 : high + 1] == b[low:high]:
            return f"第 {low + 1} 至 {high + 1} 位错开一位"
    return ""


def _name(a: PersonTraits, b: PersonTraits) -> tuple[str, str]:
    agreement = names.agree(a.name, b.name)
    if agreement >= names.SAME:
        return "same_name", "姓名相同"
    if agreement >= names.ALIKE:
        return "alike_name", "姓名同音或写法不同"
    if agreement >= names.SIMILAR:
        return "near_name", "姓名相近"
    return "other_name", "姓名不同"


def _birth(a: PersonTraits, b: PersonTraits) -> tuple[str, str] | None:
    if a.birth_date is None or b.birth_date is None:
        return None
    if a.birth_date == b.birth_date:
        return "same_birth", "出生日期相同"
    if one_slip(f"{a.birth_date:%Y%m%d}", f"{b.birth_date:%Y%m%d}"):
        return "near_birth", "出生日期只差一处"
    if (a.birth_date.month, a.birth_date.day) == (
        b.birth_date.day,
        b.birth_date.month,
    ) and a.birth_date.year == b.birth_date.year:
        return "near_birth", "出生日期月、日颠倒"
    return "other_birth", "出生日期不同"


def _sex(a: PersonTraits, b: PersonTraits) -> tuple[str, str] | None:
    known = {a.sex, b.sex} - {"0", ""}
    return ("other_sex", "性别不同") if len(known) > 1 else None


def _phone(a: PersonTraits, b: PersonTraits) -> tuple[str, str] | None:
    return ("same_phone", "联系电话相同") if a.phone and a.phone == b.phone else None


def _place(a: PersonTraits, b: PersonTraits) -> tuple[str, str] | None:
    if a.region_code and a.region_code == b.region_code:
        return "same_village", "在同一个村（社区）"
    if a.region_code[:9] and a.region_code[:9] == b.region_code[:9]:
        return "same_town", "在同一个乡镇（街道）"
    return None


def _home(a: PersonTraits, b: PersonTraits) -> tuple[str, str] | None:
    if a.home is None or a.home != b.home or names.agree(a.name, b.name) >= names.ALIKE:
        return None
    return "one_home_other_name", "登记在同一户，名字不同（可能是双胞胎或兄弟姐妹）"
