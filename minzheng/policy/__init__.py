"""规则引擎：法规是有日期的函数，标准是有日期、地区和出处的数据。

    from minzheng.policy import load_ruleset
    outcome = load_ruleset().evaluate({"家庭": {...}, "成员": [...]}, region="990101", on=date(2026, 11, 1))

Pure Python; knows no Django and no business. Money is exact (Decimal 元); nothing is a float.
"""

from minzheng.policy.errors import Finding, InputError, PolicyError, RulesetError, Unconfigured
from minzheng.policy.evaluate import Outcome, Program
from minzheng.policy.explain import render
from minzheng.policy.ruleset import Benefit, Ruleset, load_ruleset

__all__ = [
    "Benefit",
    "Finding",
    "InputError",
    "Outcome",
    "PolicyError",
    "Program",
    "Ruleset",
    "RulesetError",
    "Unconfigured",
    "load_ruleset",
    "render",
]
