"""What one household gets, in one value: benefit by benefit, with what stands against it and what would change it.

Places: 0 is the household as a whole, n the n-th member. Money is Decimal 元 with whole 分.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, asdict, dataclass, field, is_dataclass
from decimal import Decimal
from typing import Any

#: Cycle of an amount → how it is said.
CYCLES = {"monthly": "每月", "once": "一次", "quota": "服务额度"}
#: A line is near when it is at most so far away, in 元 a month or in years (or pieces).
NEAR_YUAN, NEAR_COUNT = Decimal(500), Decimal(5)


@dataclass(frozen=True)
class Amount:
    """One result that is not nought. ``word`` is the output word; ``person`` is empty for the household's own."""

    word: str
    place: int
    person: str
    amount: Decimal
    cycle: str  # monthly | once | quota


@dataclass(frozen=True)
class Refusal:
    """One condition not met, in the rule's own sentence."""

    code: str
    title: str
    text: str
    law: str
    rule: str
    place: int
    person: str


@dataclass(frozen=True)
class Exclusion:
    """Another benefit stands in the way: without it this one would be ``without`` instead of ``now``.

    ``place``: whose; both amounts are the sum over this benefit's words there. A benefit that is a mere recognition has
    nought for both and ``refused`` says that it is lost.
    """

    by: str
    by_title: str
    place: int
    person: str
    now: Decimal
    without: Decimal
    refused: bool
    text: str
    basis: str = ""


@dataclass(frozen=True)
class Distance:
    """How far a condition is from being met: ``word`` would have to be ``gap`` lower or higher.

    ``suffices``: whether the benefit would then be given, all else being as it is. ``unit``: 元, 岁 (years of somebody's
    life) or empty (a count).
    """

    word: str
    place: int
    person: str
    direction: str  # lower | higher
    gap: Decimal
    unit: str
    rule: str
    suffices: bool

    @property
    def text(self) -> str:
        """“家庭月收入再低 12.50 元，就符合条件。”"""
        size = f"{self.gap:.2f} 元" if self.unit == "元" else f"{self.gap:f}"
        if self.unit == "岁":
            start = f"{self.person}{f'再过 {size} 年' if self.direction == 'higher' else f'小 {size} 岁'}"
        else:
            way = ("再低" if self.unit else "再少") if self.direction == "lower" else "再多"
            start = f"{self.person + '的' if self.person else ''}{self.word}{way} {size}"
        return f"{start}，就符合{'条件' if self.suffices else '这一条，但还有别的条件不符合'}。"

    @property
    def near(self) -> bool:
        """Whether it is worth saying: a few hundred 元, a few years."""
        return self.gap <= (NEAR_YUAN if self.unit == "元" else NEAR_COUNT)


@dataclass(frozen=True)
class Effect:
    """What a change does to one benefit at one place: eligible or not, and the sum of its amounts of one cycle."""

    benefit: str
    title: str
    place: int
    person: str
    cycle: str  # "" for a mere recognition
    before: Decimal
    after: Decimal
    eligible_before: bool
    eligible_after: bool

    @property
    def text(self) -> str:
        who = f"{self.person}的" if self.person else ""
        if not self.cycle:
            return f"{who}{self.title}：{'符合' if self.eligible_after else '不再符合'}"
        how = CYCLES[self.cycle]
        if not self.before:
            return f"{who}{self.title}：能享受，{how} {self.after:.2f} 元"
        if not self.after:
            return f"{who}{self.title}：不能享受（现为{how} {self.before:.2f} 元）"
        return f"{who}{self.title}：{how} {self.before:.2f} 元变为 {self.after:.2f} 元"


def in_words(effects: Sequence[Effect], names: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence a benefit (by its name): what the whole family has more or less of it, whoever it is for."""
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for effect in effects:
        before, after = sums.get((effect.benefit, effect.cycle), (Decimal(0), Decimal(0)))
        if effect.cycle:
            sums[effect.benefit, effect.cycle] = before + effect.before, after + effect.after
        else:
            sums[effect.benefit, ""] = before + effect.eligible_before, after + effect.eligible_after
    texts = []
    for (code, cycle), (before, after) in sums.items():
        more = after - before
        if not cycle:
            texts.append(f"{'算' if more > 0 else '不算'}{names[code]}")
        elif more:
            texts.append(f"{names[code]}{CYCLES[cycle]}{'多' if more > 0 else '少'} {abs(more):,.2f} 元")
    return tuple(texts)


@dataclass(frozen=True)
class Change:
    """A fact that was not given and would change the outcome. ``value`` is the answer that was tried.

    For money, large counts and dates of birth it is the end of a stretch with the same outcome: ``side`` says whether the
    stretch goes up from it (more, older) or down. ``also``: other answers with exactly the same effects.
    """

    word: str
    title: str
    place: int
    person: str
    entity: str
    assumed: Any
    value: Any
    effects: tuple[Effect, ...]
    _: KW_ONLY
    side: str = ""  # up | down
    also: tuple[Any, ...] = ()

    @property
    def answer(self) -> str:
        """The answer in words: “是”, “一级、二级”, “584.00 元 起”."""
        tried = "、".join(_say(v) for v in (self.value, *self.also))
        if isinstance(self.value, datetime.date):
            return f"{tried} 或{'以前' if self.side == 'up' else '以后'}出生"
        return f"{tried}{ {'up': ' 起', 'down': ' 以下'}.get(self.side, '') }"

    @property
    def question(self) -> str:
        """The title without its notes: “工资性收入（元/月）” → “工资性收入”."""
        return re.split("[（，；]", self.title, maxsplit=1)[0]

    @property
    def gains(self) -> bool:
        """Whether the family would have more in all; where no amount changes, whether something is newly recognised."""
        more = sum((e.after - e.before for e in self.effects), Decimal(0))
        return more > 0 if more else any(e.eligible_after and not e.eligible_before for e in self.effects)


@dataclass
class Entitlement:
    """One benefit as it stands for this household."""

    code: str
    title: str
    eligible: bool = False
    amounts: tuple[Amount, ...] = ()
    reasons: tuple[Refusal, ...] = ()
    excluded_by: tuple[Exclusion, ...] = ()
    distances: tuple[Distance, ...] = ()
    unconfigured: tuple[str, ...] | None = None  # parameters without a value here; None where it can be computed
    would_change: tuple[Change, ...] = ()
    standards: tuple[dict[str, Any], ...] = ()
    law: str = ""

    def total(self, cycle: str) -> Decimal:
        return sum((a.amount for a in self.amounts if a.cycle == cycle), Decimal("0.00"))

    @property
    def status(self) -> str:
        """eligible | refused | unconfigured"""
        return "unconfigured" if self.unconfigured is not None else "eligible" if self.eligible else "refused"


@dataclass
class Entitlements:
    """The whole outcome of one household in one place on one day."""

    region: str
    on: datetime.date
    people: tuple[str, ...]
    benefits: tuple[Entitlement, ...]
    changes: tuple[Change, ...]
    monthly: Decimal
    sha: str
    outcome: Any = field(default=None, repr=False)

    def benefit(self, code: str) -> Entitlement:
        """One benefit by its code. Raises KeyError."""
        return next(b for b in self.benefits if b.code == code) if self.has(code) else _no(code)

    def has(self, code: str) -> bool:
        return any(b.code == code for b in self.benefits)

    @property
    def eligible(self) -> tuple[Entitlement, ...]:
        return tuple(b for b in self.benefits if b.eligible)

    def as_json(self) -> dict[str, Any]:
        """Money as text with two decimals, dates ISO."""
        return {
            "地区": self.region,
            "日期": self.on.isoformat(),
            "成员": list(self.people),
            "家庭月待遇合计": f"{self.monthly:.2f}",
            "福利": [_benefit_json(b) for b in self.benefits],
            "会改变结果的事实": [
                _plain(c) | {"answer": c.answer, "texts": [e.text for e in c.effects]} for c in self.changes
            ],
            "规则集": self.sha,
        }


def _no(code: str) -> Entitlement:
    raise KeyError(f"没有“{code}”这项福利")


def _benefit_json(one: Entitlement) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.title,
        "status": one.status,
        "amounts": _plain(one.amounts),
        "monthly": f"{one.total('monthly'):.2f}",
        "once": f"{one.total('once'):.2f}",
        "quota": f"{one.total('quota'):.2f}",
        "reasons": _plain(one.reasons),
        "excluded_by": _plain(one.excluded_by),
        "distances": [_plain(d) | {"text": d.text} for d in one.distances],
        "unconfigured": None if one.unconfigured is None else list(one.unconfigured),
        "would_change": [{"word": c.word, "place": c.place, "value": _plain(c.value)} for c in one.would_change],
        "standards": list(one.standards),
        "law": one.law,
    }


def _say(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f} 元"
    return "是" if value is True else "否" if value is False else str(value)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(each) for name, each in asdict(value).items()}
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value
