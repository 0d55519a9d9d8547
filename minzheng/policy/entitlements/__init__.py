"""One household's whole outcome: which benefits, how much, what excludes what, which missing fact would change it.

    from minzheng.policy.entitlements import entitlements
    found = entitlements(load_ruleset(), {"家庭": {...}, "成员": [...]}, "990101", date(2026, 11, 22))

Pure Python; exact money; every “if … then …” in it was computed, none is inferred.
"""

from minzheng.policy.entitlements.changes import Fact
from minzheng.policy.entitlements.model import (
    CYCLES,
    Amount,
    Change,
    Distance,
    Effect,
    Entitlement,
    Entitlements,
    Exclusion,
    Refusal,
    in_words,
)
from minzheng.policy.entitlements.whole import entitlements

__all__ = [
    "CYCLES",
    "Amount",
    "Change",
    "Distance",
    "Effect",
    "Entitlement",
    "Entitlements",
    "Exclusion",
    "Fact",
    "Refusal",
    "entitlements",
    "in_words",
]
