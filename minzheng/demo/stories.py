"""Awards the named families already have: 低保边缘 for the Zhengs, the phase-out (渐退) for the Hes; none yet for the Zhous
and Wus.
"""

from __future__ import annotations

import datetime
from copy import deepcopy

from minzheng.demo.outcomes import Grant, Granter, evaluate
from minzheng.demo.people import Home
from minzheng.demo.words import policy_family, yuan
from minzheng.kernel.months import month_after

YUAN = 100


def story_grants(granter: Granter, home: Home) -> list[Grant]:
    """The awards in force of a named family, amounts from the rule engine."""
    if home.story == "zheng":
        family = policy_family(home)
        for row in family["成员"]:  # recognised before the son asked for himself alone
            row.pop("单人户申请", None)
        decided = granter.as_of - datetime.timedelta(days=95)
        return [granter.edge(home, family, evaluate(family, granter.as_of), decided)]
    if home.story == "he":
        return [_tapering(granter, home)]
    return []


def _tapering(granter: Granter, home: Home) -> Grant:
    """低保 decided when the family lived on 600 元 of farming; kept in full now that the father's wage is above the line.

    The decision's basis is the family as it was then; today's is what `tapers` looks at."""
    before = deepcopy(home)
    before.head.wage, before.head.business = 0, 600 * YUAN
    family, decided = policy_family(before), granter.earliest
    outcome = evaluate(family, granter.as_of)
    return granter.dibao(before, family, outcome, decided, month_after(decided), state="tapering")


def tapers(granter: Granter, home: Home, amount: int) -> bool:
    """Whether the rules let this family keep `amount` (fen) for now."""
    family = policy_family(home)
    family["家庭"] |= {"在保": "是", "超标月数": 2, "原月保障金": yuan(amount)}
    outcome = evaluate(family, granter.as_of)
    return bool(outcome.household["渐退资格"]) and int(outcome.household["渐退保障金"] * 100) == amount
