"""有名人家已有的待遇：郑家的低保边缘、何家的渐退；周家、吴家还没有。"""

from __future__ import annotations

import datetime
from copy import deepcopy

from minzheng.demo.outcomes import Grant, Granter, evaluate
from minzheng.demo.people import Home
from minzheng.demo.words import policy_family, yuan

YUAN = 100


def story_grants(granter: Granter, home: Home) -> list[Grant]:
    """The awards in force of a named family, amounts from the rule engine."""
    if home.story == "zheng":
        family = policy_family(home)
        decided = granter.as_of - datetime.timedelta(days=95)
        return [granter.edge(home, family, evaluate(family, granter.as_of), decided)]
    if home.story == "he":
        return [_tapering(granter, home)]
    return []


def _tapering(granter: Granter, home: Home) -> Grant:
    """低保 of the year before at this year's standard, kept while the father's new wage is above the line."""
    before = deepcopy(home)
    before.head.wage, before.head.business = 0, 600 * YUAN
    old = granter.dibao(
        before, policy_family(before), evaluate(policy_family(before), granter.as_of), granter.earliest, granter.month
    )
    family = policy_family(home)
    family["家庭"] |= {"在保": "是", "超标月数": 2, "原月保障金": yuan(old.amount)}
    outcome = evaluate(family, granter.as_of)
    kept = int(outcome.household["渐退保障金"] * 100)
    decided = granter.earliest
    first = (decided.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
    return granter.dibao(home, family, outcome, decided, first, state="tapering", amount=kept)
