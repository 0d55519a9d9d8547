"""The month's bill of a whole area is the sum of its old people's quotas."""

from decimal import Decimal

import pytest

from minzheng.policy import load_ruleset


@pytest.fixture(scope="module")
def ruleset():
    return load_ruleset()


def quota(ruleset, level):
    member = {"出生日期": "1950-01-01", "能力等级": level}
    return ruleset.evaluate({"成员": [member]}, region="370503", on="2021-09-01").members[0]["居家养老服务额度"]


def test_四百一十四位老人每月服务额度合计九万一千六百八十元(ruleset):
    """benefits.md §6.5 例3：300 人完好或轻度、80 人中度、34 人重度（分法为举例）。"""
    counts = {"能力完好": 180, "轻度失能": 120, "中度失能": 80, "重度失能": 20, "完全失能": 14}
    assert sum(counts.values()) == 414
    assert sum(quota(ruleset, level) * n for level, n in counts.items()) == Decimal("91680.00")
