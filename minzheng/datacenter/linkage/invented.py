"""Invented lists of people with known truth: for tests and for measuring. Area codes 9901xx belong to nobody.

`lists` makes two lists out of one population and spoils them as registers are spoilt; `traps` makes pairs of different
people that look alike. Both sides carry the column `pid` (who it really is) and `spoilt` (what was done), which no
linker reads. The same seed gives the same rows.
"""

from __future__ import annotations

import datetime
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from minzheng.datacenter.linkage import characters, names, normalise

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文章张单仇区解查"
)
_GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂春华玉萍红鹏辉斌建国志文波云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉锦"
    "黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯毓悦昭冰爽琬茗羽希宁欣飘育滢馥筠柔"
    "竹霭凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔枝思清飞岩峰弘松林柏栋梁海河江湖泉溪微维唯惟为卫慧惠会绘晖徽威巍俊峻竣骏珺钧均涓"
    "捐鹃敬靖镜竞境淑书姝殊叔树"
)
#: What happens to a number of the right list (share of rows) …
NUMBER_FAULTS = {
    "15位": 0.037, "错一位": 0.022, "颠倒": 0.009, "缺校验位": 0.007, "漏一位": 0.005, "字母": 0.005, "错两位": 0.005,
    "无号码": 0.009, "书写": 0.009, "多一位": 0.001,
}  # fmt: skip
#: … to its name …
NAME_FAULTS = {"同音": 0.02, "繁体": 0.02, "错字": 0.006, "漏字": 0.005, "空格": 0.004, "遮盖": 0.002, "中间点": 0.001}
#: … and elsewhere: counties of the right list, numbers and counties of the left.
OTHER_COUNTY, LEFT_WRONG, LEFT_OTHER_COUNTY = 0.15, 0.003, 0.05
_OLDEST = np.datetime64("1935-01-01")
_DAYS = 28_000
_SERIALS, _STRIDE = 995, 383


@dataclass(frozen=True)
class Lists:
    """Two tables: uid int64, id_no, name, county, pid int64, spoilt; `true` pairs have the same pid."""

    left: pa.Table
    right: pa.Table


@dataclass(frozen=True)
class Population:
    """People by row: whole numbers, names, counties (six digits)."""

    keys: np.ndarray
    names: np.ndarray
    counties: np.ndarray


def people(count: int, per_day: float, seed: int) -> Population:
    """So many people, of whom `per_day` were born in each county on each day (a province has about 30)."""
    random_ = np.random.default_rng(seed)
    cells = max(1, round(count / per_day))
    if count / cells > _SERIALS:
        raise ValueError("一天一县最多 995 个顺序码。")
    cell = np.arange(count) % cells
    counties, days = 1 + cell // _DAYS, (cell % _DAYS * 7919) % _DAYS
    serial = (random_.integers(0, _SERIALS, cells)[cell] + np.arange(count) // cells * _STRIDE) % _SERIALS + 1
    birth = (_OLDEST + days).astype(datetime.datetime)
    whole = np.array([d.year * 10000 + d.month * 100 + d.day for d in birth.tolist()], dtype=np.int64)
    area = 990100 + counties
    return Population(area * 10**11 + whole * 1000 + serial, _names(count, random_), area)


def _names(count: int, random_: np.random.Generator) -> np.ndarray:
    """A few surnames and given characters are common, most are rare."""
    first = random_.choice(list(_SURNAMES), count, p=_shares(len(_SURNAMES), 3))
    one, two = (random_.choice(list(_GIVEN), count, p=_shares(len(_GIVEN), 60)) for _ in range(2))
    two = np.where(random_.random(count) < 0.8, two, "")
    return np.char.add(np.char.add(first, one), two)


def _shares(count: int, flat: int) -> np.ndarray:
    weights = 1 / (np.arange(count) + flat)
    return weights / weights.sum()


def lists(left: int, right: int, *, per_day: float = 0.4, seed: int = 7, again: float = 0.0) -> Lists:
    """A left and a right list out of a population of 1.25 × right: four fifths of the left stand in the right too.
    `again`: share of the right list that stands there a second time (accounts, old numbers), spoilt anew."""
    random_ = random.Random(seed)  # noqa: S311  repeatable on purpose
    everybody = people(round(right * 1.25), per_day, seed)
    count = len(everybody.keys)
    chosen = random_.sample(range(count), right)
    chosen += random_.sample(chosen, round(right * again))
    return Lists(
        _table(everybody, random_.sample(range(count), left), random_, _left_row),
        _table(everybody, chosen, random_, _right_row),
    )


def without_numbers(left: int, right: int, *, per_day: float = 0.4, seed: int = 7) -> Lists:
    """`lists` with birth_date (yyyy-mm-dd) and sex (男, 女) in the place of the number; in the right list they are
    missing or wrong in a few rows of a hundred."""
    made = lists(left, right, per_day=per_day, seed=seed)
    keys = people(round(right * 1.25), per_day, seed).keys
    random_ = random.Random(seed + 1)  # noqa: S311  repeatable on purpose
    return Lists(_told(made.left, keys, random_, spoil=False), _told(made.right, keys, random_, spoil=True))


def _told(table: pa.Table, keys: np.ndarray, random_: random.Random, *, spoil: bool) -> pa.Table:
    """Birth date and sex as the number says them, in the place of the number."""
    born, sexes = [], []
    for key in keys[table["pid"].to_numpy()].tolist():
        day, sex = str(key // 1000 % 10**8), "女男"[key % 2]
        fault = random_.random() if spoil else 1.0
        if fault < 0.02:
            place = random_.choice((3, 5, 7))
            day = day[:place] + random_.choice("0123456789") + day[place + 1 :]
        born.append(None if 0.02 <= fault < 0.03 else f"{day[:4]}-{day[4:6]}-{day[6:]}")
        sexes.append("女男"[sex == "女"] if 0.03 <= fault < 0.04 else sex)
    return table.drop_columns(["id_no"]).append_column("birth_date", [born]).append_column("sex", [sexes])


Row = tuple[str, str, str, str]


def _table(
    everybody: Population,
    chosen: list[int],
    random_: random.Random,
    spoil: Callable[[str, str, int, random.Random], Row],
) -> pa.Table:
    """The chosen people as a list. (The random numbers are drawn row by row, in order.)"""
    ids = normalise.id18s(everybody.keys[chosen]).to_pylist()
    rows = [
        spoil(number, name, county, random_)
        for number, name, county in zip(
            ids, everybody.names[chosen].tolist(), everybody.counties[chosen].tolist(), strict=True
        )
    ]
    numbers, named, counties, spoilt = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pa.table({
        "uid": pa.array(range(len(chosen)), pa.int64()),
        "id_no": pa.array(numbers, pa.string()),
        "name": pa.array(named, pa.string()),
        "county": pa.array(counties, pa.string()),
        "pid": pa.array(chosen, pa.int64()),
        "spoilt": pa.array(spoilt, pa.string()),
    })  # fmt: skip


def _left_row(number: str, name: str, county: int, random_: random.Random) -> Row:
    spoilt = ""
    if random_.random() < LEFT_WRONG:
        number, spoilt = wrong_digits(number, 1, random_), "错一位"
    return number, name, str(county + (random_.random() < LEFT_OTHER_COUNTY)), spoilt


def _right_row(number: str, name: str, county: int, random_: random.Random) -> Row:
    number, first = spoil_number(number, random_)
    name, second = spoil_name(name, random_)
    if random_.random() < OTHER_COUNTY:
        county = 990100 + random_.randrange(1, 40)
    return number, name, str(county), f"{first}|{second}"


def spoil_number(number: str, random_: random.Random) -> tuple[str, str]:
    """A number as a register may have it, and what was done ("" nothing)."""
    fault = _drawn(NUMBER_FAULTS, random_)
    if fault == "15位" and number[6:8] != "19":
        fault = ""
    return (_NUMBER[fault](number, random_), fault) if fault else (number, "")


def spoil_name(name: str, random_: random.Random) -> tuple[str, str]:
    """A name as a register may have it, and what was done."""
    fault = _drawn(NAME_FAULTS, random_)
    made = _NAME[fault](name, random_) if fault else name
    return (made, fault) if made != name else (name, "")


def _drawn(shares: dict[str, float], random_: random.Random) -> str:
    left = random_.random()
    for fault, share in shares.items():
        left -= share
        if left < 0:
            return fault
    return ""


def wrong_digits(number: str, count: int, random_: random.Random) -> str:
    """So many of the first 17 digits replaced by others."""
    digits = list(number)
    for place in random_.sample(range(17), count):
        digits[place] = random_.choice([d for d in "0123456789" if d != number[place]])
    return "".join(digits)


def swapped(number: str, random_: random.Random) -> str:
    """Two different neighbours among the first 17 digits exchanged."""
    place = random_.choice([p for p in range(16) if number[p] != number[p + 1]])
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def _dropped(number: str, random_: random.Random) -> str:
    place = random_.randrange(18)
    return number[:place] + number[place + 1 :]


def _written(number: str, random_: random.Random) -> str:
    ways = (number.lower(), f" {number[:6]} {number[6:14]} {number[14:]}", number.translate(_WIDE), f"'{number}")
    return random_.choice(ways)


_WIDE = {ord("0") + digit: 0xFF10 + digit for digit in range(10)}
_NUMBER: dict[str, Callable[[str, random.Random], str]] = {
    "15位": lambda n, r: n[:6] + n[8:17],
    "错一位": lambda n, r: wrong_digits(n, 1, r),
    "颠倒": swapped,
    "缺校验位": lambda n, r: n[:17],
    "漏一位": _dropped,
    "字母": lambda n, r: n.replace("0", "O", 1) if "0" in n else n.replace("1", "l", 1),
    "错两位": lambda n, r: wrong_digits(n, 2, r),
    "无号码": lambda n, r: r.choice(("", "无", "0")),
    "书写": _written,
    "多一位": lambda n, r: (lambda p: n[:p] + n[p] + n[p:])(r.randrange(18)),
}


def homophone(name: str, random_: random.Random) -> str:
    """One character replaced by another of the same sound, where there is one."""
    by_sound: dict[str, list[str]] = _by_sound()
    place = random_.randrange(len(name))
    others = [c for c in by_sound.get(names.pinyin(f"周{name[place]}").split()[1], []) if c != name[place]]
    made = name[:place] + random_.choice(others) + name[place + 1 :] if others else name
    return made if names.pinyin(made) == names.pinyin(name) else name


def _by_sound() -> dict[str, list[str]]:
    if not _SOUNDS:
        known = characters.readings()
        for character in sorted(set(_SURNAMES + _GIVEN)):
            _SOUNDS[known[ord(character)]].append(character)
    return _SOUNDS


_SOUNDS: dict[str, list[str]] = defaultdict(list)
_OLD_FORMS = str.maketrans(
    {new: old for old, new in reversed(characters.variants().items()) if new in _SURNAMES + _GIVEN}
)


def _other(name: str, random_: random.Random) -> str:
    place = random_.randrange(1, len(name))
    return name[:place] + random_.choice(_GIVEN) + name[place + 1 :]


_NAME: dict[str, Callable[[str, random.Random], str]] = {
    "同音": homophone,
    "繁体": lambda n, r: n.translate(_OLD_FORMS),
    "错字": _other,
    "漏字": lambda n, r: n[:1] + n[2:] if len(n) > 2 else n,
    "空格": lambda n, r: f"{n[0]}　{n[1:]}",
    "遮盖": lambda n, r: f"{n[:-1]}*",
    "中间点": lambda n, r: f"{n[:1]}·{n[1:]}",
}
