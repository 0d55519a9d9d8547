"""Random families and random counties made from the declarations themselves, so that every new word and every new
parameter varies from the day it is declared.

A seed drawn by hypothesis makes a whole population: drawing each of a hundred words by itself would cost more than
calculating them.
"""

import datetime
from decimal import Decimal
from random import Random

from minzheng.policy.ruleset import Ruleset
from minzheng.policy.tests.bulk_helper import place

#: Sizes in 分 around which incomes, standards and assets lie; the last is beyond every limit.
_SIZES = (20_000, 90_000, 300_000, 3_000_000, 90_000_000)


def value(random: Random, word, on: datetime.date):
    """A possible value of a word; grades and choices evenly, amounts near where something is decided."""
    if word.type == "元":
        fen = random.choice([0, 1, random.randrange(random.choice(_SIZES))])
        return Decimal(-fen if word.allow_negative and random.random() < 0.3 else fen) / 100
    if word.type == "整数":
        low = word.low if word.low is not None else 0
        return random.choice([low, random.randint(low, min(word.high if word.high is not None else 12, low + 12))])
    if word.type == "是否":
        return random.random() < 0.5
    if word.type == "选项":
        return random.choice(word.choices)
    if word.type == "比例":
        return Decimal(random.randrange(10_001)) / 10_000
    if word.name == "出生日期":
        years = random.choice([random.randrange(19), random.randrange(55, 106), random.randrange(106)])
        return max(on.replace(year=on.year - years, day=1) - datetime.timedelta(random.choice([0, 1, 31, 200])), datetime.date(1850, 1, 1))  # fmt: skip
    if word.type == "日期":
        return on + datetime.timedelta(random.choice([-900, -200, -31, -1, 0, 1, 31]) + random.randrange(20))
    return "某"


def row(random: Random, ruleset: Ruleset, entity: str, on: datetime.date) -> dict:
    """Some words of one 户, 人 or linked household; the others take their defaults."""
    words = [w for w in ruleset.vocabulary.words.values() if w.entity == entity]
    share = random.choice([0.15, 0.4, 0.8])
    given = {w.name: value(random, w, on) for w in words if random.random() < share}
    born, died = given.get("出生日期"), given.get("死亡日期")
    if died is not None and died < (born or datetime.date(1980, 1, 1)):
        given["死亡日期"] = on
    return given


def family(random: Random, ruleset: Ruleset, on: datetime.date) -> dict:
    """One household of one to five members, without linked households (bulk input has none)."""
    people = [row(random, ruleset, "人", on) for _ in range(random.randint(1, 5))]
    return {"家庭": row(random, ruleset, "户", on), "成员": people}


def supposed(random: Random, ruleset: Ruleset, share: float = 0.4) -> dict[str, str]:
    """Values for some of the declared parameters, each possible by its declaration."""
    return {d.name: _param(random, d) for d in ruleset.params.declarations.values() if random.random() < share}


def _param(random: Random, declared) -> str:
    low = declared.floor if declared.floor is not None else Decimal(0)
    high = declared.ceiling
    if declared.type == "选项":
        return random.choice(list(declared.choices))
    if declared.type == "是否":
        return random.choice(["是", "否"])
    if declared.type == "日期":
        return (datetime.date(2026, 9, 1) + datetime.timedelta(random.randrange(-400, 400))).isoformat()
    if declared.type == "整数":
        return str(random.randint(int(low), int(high) if high is not None else int(low) + 30))
    step = 100 if declared.type == "元" else 10_000
    most = high if high is not None else low + (2000 if declared.type == "元" else 2)
    number = Decimal(random.randint(int(low * step), int(most * step))) / step
    if declared.scale == 12 and random.random() < 0.5:
        return f"{max(number, low) * 12} 元/年"
    return str(number)


def counties(random: Random, ruleset: Ruleset, on: datetime.date, number: int, first: int = 0):
    """Invented counties with supposed values over those of the demo county: (codes, all their value rows)."""
    places = [place(ruleset, first + i, "990101", on, supposed(random, ruleset)) for i in range(number)]
    return [code for code, _ in places], [one for _, rows in places for one in rows]


def without(random: Random, rows, share: float = 0.3):
    """The value rows less some parameters, so that some benefits cannot be computed in some places."""
    gone = {(r.region, r.name) for r in rows if random.random() < share / 4}
    return [r for r in rows if (r.region, r.name) not in gone]
