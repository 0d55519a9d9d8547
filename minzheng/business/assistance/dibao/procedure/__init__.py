"""低保的办理期限与程序：各地不同的写在 regions/<区划代码>.yaml，声明与全国缺省值在 minzheng/kernel/cases/procedure。"""

from __future__ import annotations

import datetime
from pathlib import Path

from minzheng.kernel.cases.procedure import Procedure
from minzheng.kernel.standards import values
from minzheng.policy import load_ruleset
from minzheng.policy.errors import Unconfigured
from minzheng.policy.regions import normalize_region

BENEFIT = "assistance.dibao"


def permit(region: str, on: datetime.date) -> bool:
    """Whether the place lets holders of a residence permit apply: the one switch that a rule reads too."""
    found = values.with_values(load_ruleset().params).resolve("低保_居住证可申请", normalize_region(region), on)
    if found is None:
        raise Unconfigured(BENEFIT, region, on, ["低保_居住证可申请"])
    return bool(found.row.value)


procedure_params = Procedure(BENEFIT, "最低生活保障", Path(__file__).parents[1], permit=permit)
