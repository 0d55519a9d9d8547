"""What a family lives on: income, property, and what departments know but the family did not say."""

from __future__ import annotations

import datetime
from random import Random

from minzheng.demo.people import Home, Member

YUAN = 100
#: Invented basic pension of the demo county: the central part is not counted, the local addition is.
CENTRAL_PENSION, LOCAL_PENSION = 143 * YUAN, 70 * YUAN
#: Share of households that live near the line.
POOR_SHARE = 0.046


def settle(rng: Random, home: Home, as_of: datetime.date) -> None:
    """Give a household its incomes and property; `home.poor` says that it lives near the line."""
    home.poor = rng.random() < POOR_SHARE
    for member in home.members:
        _earn(rng, home, member, member.age(as_of))
    _own(rng, home)
    _hide(rng, home)


def _round(amount: float, to: int = 10 * YUAN) -> int:
    return int(amount // to) * to


def _earn(rng: Random, home: Home, member: Member, age: int) -> None:
    if age >= 60:
        _pension(rng, home, member)
    elif 18 <= age and member.student == "no" and not member.no_labour and not member.serious_illness:
        _work(rng, home, member)
    if not home.urban and age >= 18 and not home.poor and rng.random() < 0.3:
        member.property_income = _round(rng.random() * 150 * YUAN)


def _pension(rng: Random, home: Home, member: Member) -> None:
    if not home.poor and rng.random() < (0.75 if home.urban else 0.12):
        member.transfer = _round((1900 + rng.random() * 2600) * YUAN)
        return
    member.transfer = CENTRAL_PENSION + LOCAL_PENSION + _round(rng.random() * 120 * YUAN, YUAN)
    member.not_counted = CENTRAL_PENSION
    if not home.urban and rng.random() < 0.4:
        member.business = _round((50 + rng.random() * (150 if home.poor else 500)) * YUAN)


def _work(rng: Random, home: Home, member: Member) -> None:
    if home.poor:
        if rng.random() < 0.62:
            member.wage = _round((800 + rng.random() * (1300 if home.urban else 1000)) * YUAN)
        elif not home.urban:
            member.business = _round((100 + rng.random() * 500) * YUAN)
        return
    if not home.urban and rng.random() < 0.3:
        member.business = _round((1600 + rng.random() * 2600) * YUAN)
    else:
        member.wage = _round(((2900 if home.urban else 2300) + rng.random() ** 2 * 6000) * YUAN)


def _own(rng: Random, home: Home) -> None:
    people = len(home.members)
    if home.poor:
        home.deposits = _round(rng.random() ** 2 * 14_000 * people * YUAN, 100 * YUAN)
        home.vehicles = 1 if rng.random() < 0.05 else 0
        home.houses = 1
        home.rigid_annual = _round(rng.random() ** 3 * 20_000 * YUAN, 100 * YUAN)
        return
    home.deposits = _round((5_000 + rng.random() ** 2 * 90_000) * people * YUAN, 100 * YUAN)
    home.vehicles = int(rng.random() < 0.45) + int(rng.random() < 0.05)
    home.houses = 1 + int(rng.random() < 0.12)
    home.market_entity = rng.random() < 0.04


def _hide(rng: Random, home: Home) -> None:
    """One household in fifteen is known better by a department than by its own declaration."""
    roll = rng.random()
    if roll < 0.03:
        home.hidden_deposits = _round((5_000 + rng.random() * 60_000) * YUAN, 100 * YUAN)
    elif roll < 0.045:
        home.hidden_vehicles = 1
    elif roll < 0.065:
        home.hidden_wage = _round((300 + rng.random() * 1500) * YUAN)
