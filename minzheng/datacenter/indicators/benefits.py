"""The indicators that every benefit has, declared with one call in the benefit's own ``indicators.py``:

    BENEFIT = benefit("assistance.dibao", "低保", line="assistance", basis="社会救助暂行办法 第二章")

Codes are the benefit's code and a word: ``assistance.dibao.households``, ``.persons``, ``.new``, ``.new_persons``, ``.ended``,
``.ended_persons``, ``.monthly``, ``.level``, ``.paid``; of what is given once ``.times``, ``.person_times``, ``.granted``,
``.paid``. All can be split into urban and rural."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from minzheng.datacenter.indicators import marts
from minzheng.datacenter.indicators.declaring import STOCK, Drill, Figure, Span, indicator, ratio
from minzheng.kernel.parts.behind import behind
from minzheng.kernel.standards import values
from minzheng.policy.regions import normalize_region

FEN = Decimal("0.01")
_STANDING: tuple[tuple[str, str, str, str, str, str], ...] = (
    # word, name, unit, period, condition of the list, what the list adds up
    ("households", "{who}户数", "户", STOCK, "in_force", ""),
    ("persons", "{who}人数", "人", STOCK, "in_force", "persons"),
    ("monthly", "{who}月保障金额", "元", STOCK, "in_force", "amount_fen"),
    ("new", "{who}新增户数", "户", "flow", "begun", ""),
    ("new_persons", "{who}新增人数", "人", "flow", "begun", "persons"),
    ("ended", "{who}退出户数", "户", "flow", "over", ""),
    ("ended_persons", "{who}退出人数", "人", "flow", "over", "persons"),
)
_ONCE: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("times", "{who}户次", "户次", "flow", "once", ""),
    ("person_times", "{who}人次", "人次", "flow", "once", "persons"),
    ("granted", "{who}核定金额", "元", "flow", "once", "amount_fen"),
)
_FIELD = {
    "households": "households", "persons": "persons", "monthly": "monthly_fen", "new": "new", "new_persons": "new_persons",
    "ended": "ended", "ended_persons": "ended_persons", "times": "once", "person_times": "once_persons",
    "granted": "once_fen",
}  # fmt: skip
_SAID = {
    "in_force": "本月在起发月与止发月之间、没有暂停的待遇", "begun": "起发月是本月的待遇", "over": "止发月是上月的待遇",
    "once": "本月一次性发放的待遇",
}  # fmt: skip


def benefit(
    item_code: str,
    who: str,
    *,
    line: str,
    basis: str,
    once: bool = False,
    cash: bool = True,
    persons_better: str = "none",
) -> None:
    """Declare them. `who`: the benefit in a name (“低保”); `cash` False: a recognition or a service, nothing is paid out."""
    for word, name, unit, period, condition, adds in _ONCE if once else _STANDING:
        money = unit == "元"
        if money and not cash:
            continue
        indicator(
            f"{item_code}.{word}", name.format(who=who), unit, period=period, line=line, basis=basis,
            dimensions=("urban",), decimals=2 if money else 0, better=persons_better if word == "persons" else "none",
            definition=f"{_SAID[condition]}{_added(adds)}，按家庭登记的城乡属性分城乡",
            drill=Drill("awards.list", _list(item_code, condition), adds, FEN if money else Decimal(1)),
        )(_counted(item_code, _FIELD[word], money))  # fmt: skip
    if cash:
        _money(item_code, who, line, basis, once)


def _money(item_code: str, who: str, line: str, basis: str, once: bool) -> None:
    indicator(
        f"{item_code}.paid", f"{who}发放资金", "元", period="flow", line=line, basis=basis, dimensions=("urban",),
        decimals=2, definition="本月发放批次中银行已确认到账的金额（补发的计入首次发放的月份），与发放表一致",
        drill=Drill("payruns.lines", _lines(item_code), "amount_fen", FEN),
    )(_arrived(item_code))  # fmt: skip
    if not once:
        ratio(
            f"{item_code}.level", f"{who}月人均保障水平", "元/人·月", line=line, basis=basis, better="up",
            definition=f"{who}月保障金额 ÷ {who}人数", numerator=f"{item_code}.monthly",
            denominator=f"{item_code}.persons", scale=1, period=STOCK, dimensions=("urban",),
        )  # fmt: skip


def standard(
    code: str, name: str, parameter: str, *, line: str, basis: str, unit: str = "元/人·月", better: str = "up"
) -> None:
    """A standard of the rules that is in force on the last day of the month; several places: the lowest of them."""

    def in_force(span: Span) -> Iterable[Figure]:
        found = values.ruleset().params.resolve(parameter, normalize_region(span.region_code), span.last)
        if found is not None:
            # A monthly standard may be given by the year, as rural ones often are.
            yearly = found.row.unit.endswith("/年") and not found.declaration.unit.endswith("/年")
            yield Figure(span.region_code, Decimal(found.row.value) / (12 if yearly else 1))

    indicator(
        code, name, unit, period=STOCK, line=line, basis=basis, better=better, aggregate="min", decimals=2,
        definition=f"月末执行的参数“{parameter}”；上级行政区取所辖各县中最低的",
    )(in_force)  # fmt: skip


def _added(adds: str) -> str:
    return {"": "的户数（份数）", "persons": "的保障人数", "amount_fen": "的月金额合计"}[adds]


def _counted(item_code: str, field: str, money: bool) -> Callable[[Span], Iterable[Figure]]:
    def figures(span: Span) -> Iterable[Figure]:
        for row in marts.roll(span, item_code):
            if number := getattr(row, field):
                yield Figure(f"{row.town}000", number * FEN if money else Decimal(number), {"urban": row.urban})

    return figures


def _arrived(item_code: str) -> Callable[[Span], Iterable[Figure]]:
    def figures(span: Span) -> Iterable[Figure]:
        for row in marts.paid(span, item_code):
            if row.paid_fen:
                yield Figure(f"{row.town}000", row.paid_fen * FEN, {"urban": row.urban})

    return figures


def _list(item_code: str, condition: str) -> Callable[[str, datetime.date, Mapping[str, str]], Mapping[str, Any]]:
    return lambda region, month, dims: {
        "item": item_code, "behind": behind(condition, month, region, dims.get("urban", "")),
    }  # fmt: skip


def _lines(item_code: str) -> Callable[[str, datetime.date, Mapping[str, str]], Mapping[str, Any]]:
    return lambda region, month, dims: {
        "item": item_code, "behind": behind("paid", month, region, dims.get("urban", "")),
    }  # fmt: skip
