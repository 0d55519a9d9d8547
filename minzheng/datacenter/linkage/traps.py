"""Pairs of different people that look alike: every trap that a linker of people has to walk past.

Nobody in the left table is anybody in the right one, except for the plain rows that show that the true person is still
found. Each trap is named in the column `spoilt`.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable

import pyarrow as pa

from minzheng.datacenter.linkage import invented, normalise, repair
from minzheng.datacenter.linkage.invented import Lists
from minzheng.kernel.subjects import idcard

COUNTY = 990101
#: number, name, which person.
Row = tuple[str, str, int]
Trap = tuple[list[Row], list[Row]]


def traps(rounds: int = 40, seed: int = 7) -> Lists:
    """Every trap so many times, with other people each time, all in one county."""
    random_ = random.Random(seed)  # noqa: S311  repeatable on purpose
    left: list[tuple[Row, str]] = []
    right: list[tuple[Row, str]] = []
    next_person = 0
    for _ in range(rounds):
        for title, build in TRAPS.items():
            ours, theirs = build(random_)
            left += [((number, name, who + next_person), title) for number, name, who in ours]
            right += [((number, name, who + next_person), title) for number, name, who in theirs]
            next_person += 10
    return Lists(_table(left), _table(right))


def _table(rows: list[tuple[Row, str]]) -> pa.Table:
    return pa.table({
        "uid": pa.array(range(len(rows)), pa.int64()),
        "id_no": pa.array([row[0] for row, _ in rows], pa.string()),
        "name": pa.array([row[1] for row, _ in rows], pa.string()),
        "county": pa.array([str(COUNTY)] * len(rows), pa.string()),
        "pid": pa.array([row[2] for row, _ in rows], pa.int64()),
        "spoilt": pa.array([title for _, title in rows], pa.string()),
    })  # fmt: skip


def _born(random_: random.Random) -> datetime.date:
    return datetime.date(1940, 1, 1) + datetime.timedelta(random_.randrange(25_000))


def _twins(random_: random.Random) -> tuple[tuple[str, str], tuple[str, str]]:
    """Two brothers (or brother and sister) with numbers one after the other and names that share a character."""
    day, serial = _born(random_), random_.randrange(1, 990)
    surname, shared = random_.choice("王李张刘陈"), random_.choice("建志文玉")
    one, two = random_.sample("国军华明平英", 2)
    step = random_.choice((1, 2))
    return (
        (idcard.make(str(COUNTY), day, serial), surname + shared + one),
        (idcard.make(str(COUNTY), day, serial + step), surname + shared + two),
    )


def _between(a: str, b: str, random_: random.Random) -> str:
    """A number one slip from `a`, and from `b` too where that is possible: the digits in which they differ, mixed."""
    unlike = [place for place in range(18) if a[place] != b[place]]
    place = random_.choice(unlike)
    mixed = a[:place] + b[place] + a[place + 1 :]
    return mixed if normalise.normal_id(mixed).state == "invalid" else invented.wrong_digits(a, 1, random_)


def _wrong(number: str, random_: random.Random) -> str:
    """One slip that leaves an invalid number."""
    return random_.choice((lambda n, r: invented.wrong_digits(n, 1, r), invented.swapped))(number, random_)


def _somebody(random_: random.Random) -> tuple[str, str]:
    name = random_.choice("王李张刘陈周吴") + random_.choice("伟秀建志玉") + random_.choice("芳国敏静军")
    return idcard.make(str(COUNTY), _born(random_), random_.randrange(1, 990)), name


def _twin_on_the_left(random_: random.Random) -> Trap:
    (one, his), (two, other) = _twins(random_)
    return [(two, other, 1)], [(_between(one, two, random_), his, 0)]


def _both_twins(random_: random.Random) -> Trap:
    (one, his), (two, other) = _twins(random_)
    return [(one, his, 0), (two, other, 1)], [(_between(one, two, random_), his, 0), (two, other, 1)]


def _spouse(random_: random.Random) -> Trap:
    """The wife's record carries her husband's number (the head of the household's stood in the form)."""
    number, name = _somebody(random_)
    return [(number, name, 0)], [(number, random_.choice("赵钱孙冯褚") + random_.choice("兰梅菊莲"), 1)]


def _child(random_: random.Random) -> Trap:
    """A child under the number of the father: the same surname, another given name."""
    number, name = _somebody(random_)
    return [(number, name, 0)], [(number, name[0] + random_.choice(("子轩", "梓涵", "浩", "欣怡")), 1)]


def _homophone(random_: random.Random) -> Trap:
    """A wrong number one slip from a real other person of a name that sounds the same."""
    number, name = _somebody(random_)
    sounds = {
        "伟": "维",
        "秀": "绣",
        "建": "健",
        "志": "智",
        "玉": "育",
        "芳": "方",
        "国": "帼",
        "敏": "闽",
        "静": "敬",
        "军": "君",
    }
    place = random_.choice((1, 2))
    other = name[:place] + sounds[name[place]] + name[place + 1 :]
    return [(number, name, 0)], [(_wrong(number, random_), other, 1)]


def _same_name(random_: random.Random) -> Trap:
    """Two of one name in one county: one without a number, one with quite another."""
    number, name = _somebody(random_)
    another, _ = _somebody(random_)
    return [(number, name, 0)], [("", name, 1), (another, name, 2)]


def _same_name_far_number(random_: random.Random) -> Trap:
    """The same name and a number three slips away."""
    number, name = _somebody(random_)
    return [(number, name, 0)], [(invented.wrong_digits(number, 3, random_), name, 1)]


def _own_record_there(random_: random.Random) -> Trap:
    """The same name, one slip away, but the person's own record stands in the register too."""
    number, name = _somebody(random_)
    return [(number, name, 0)], [(number, name, 0), (_wrong(number, random_), name, 1)]


def _owner_there(random_: random.Random) -> Trap:
    """The wrong number is one slip from two people of the same name, one of them in the right table only."""
    while True:
        number, name = _somebody(random_)
        wrong = _wrong(number, random_)
        near = _neighbours(wrong) - {number}
        if near:
            return [(number, name, 0)], [(random_.choice(sorted(near)), name, 1), (wrong, name, 1)]


def _neighbours(wrong: str) -> set[str]:
    return set(repair.candidates(pa.array([wrong]))["id18"].to_pylist())


def _old_slip(random_: random.Random) -> Trap:
    """A 15-digit number with a slip is another valid number: somebody else's, of another name."""
    number, name = _somebody(random_)
    old = number[:6] + number[8:17]
    return [(number, name, 0)], [(old, name[0] + random_.choice("梅菊兰"), 1)]


def _wrong_on_the_left(random_: random.Random) -> Trap:
    """The applicant's own number is wrong and one slip from a person of the register with a like name."""
    (one, his), (two, other) = _twins(random_)
    return [(_between(one, two, random_), his, 0)], [(two, other, 1)]


def _plain(random_: random.Random) -> Trap:
    """No trap: the same person with one slip, to be found."""
    number, name = _somebody(random_)
    return [(number, name, 0)], [(_wrong(number, random_), name, 0)]


TRAPS: dict[str, Callable[[random.Random], Trap]] = {
    "双胞胎只有一个在左表": _twin_on_the_left,
    "双胞胎都在左表": _both_twins,
    "配偶用了户主的号码": _spouse,
    "子女用了父亲的号码": _child,
    "差一处的同音者": _homophone,
    "同县同名": _same_name,
    "同名差三位": _same_name_far_number,
    "本人已在册的同名者": _own_record_there,
    "另有同名者也差一处": _owner_there,
    "15位号码错成别人的": _old_slip,
    "左表号码错成双胞胎的": _wrong_on_the_left,
    "同一个人差一处": _plain,
}
