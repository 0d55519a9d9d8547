"""How many times a second one family of three is evaluated, and evaluated with its explanation, on one core.

    .venv/bin/python bench/policy_one_family.py

Prints one JSON object: medians of five runs for the benefits of the study from which the targets come (低保 and 低保边缘:
20 000 and 3 000) and for all benefits at once, whose explanation has several times the steps.
"""

from __future__ import annotations

import json

from minzheng.policy import load_ruleset
from minzheng.policy.bulk.measure import one_family

if __name__ == "__main__":
    print(json.dumps(one_family(load_ruleset(), runs=5, evaluations=4000), ensure_ascii=False, indent=1))
