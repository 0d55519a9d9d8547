"""One object of every kind that belongs to 周桂兰's family, so that every page of the register has something to open and
nobody else something to find. ``addresses`` is the list: page code → URL arguments.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from minzheng.kernel.accounts.models import User
from minzheng.kernel.pages.tests import (
    town_addresses,
    town_centre,
    town_duty,
    town_family,
    town_funds,
    town_indicators,
    town_pay,
    town_people,
    town_plans,
    town_projects,
    town_registers,
    town_relief,
    town_stats,
    town_summaries,
)
from minzheng.kernel.pages.tests.town_names import CITY, OTHER_COUNTY, OTHER_TOWN
from minzheng.kernel.regions.models import Region
from minzheng.kernel.regions.selectors import forget


def neighbours() -> None:
    """The city above and the county next door; the catalogue of goods, which all places share."""
    town_relief.load_catalogue()
    start = datetime.date(2020, 1, 1)
    rows = ((CITY, "示范市", 2, ""), (OTHER_COUNTY, "邻县", 3, CITY), (OTHER_TOWN, "东岭镇", 4, OTHER_COUNTY))
    for code, name, level, parent in rows:
        Region.objects.get_or_create(
            code=code,
            defaults={"name": name, "full_name": name, "level": level, "parent_code": parent, "valid_from": start,
                      "source": "测试"},
        )  # fmt: skip
    forget()


def complete(family: dict[str, Any], staff: Callable[[str, str], User]) -> dict[str, Any]:
    """The family with everything that can hang on it; adds ``owner`` (the citizen herself), ``addresses``, ``keys`` (the
    row numbers that a stranger's page must not carry) and the ``…_rows`` of which a crowd is made."""
    neighbours()
    found = town_family.fill(family, staff)
    parts = [
        town_centre.fill(found, staff),
        town_people.fill(found),
        town_pay.fill(found, staff),
        town_funds.fill(),
        town_relief.fill(found, staff),
    ]
    plans = town_plans.fill(staff)
    parts += [plans, town_duty.fill(staff, plans["plan_rows"]["plan"])]
    parts += [one.fill(staff) for one in (town_projects, town_stats, town_summaries, town_indicators, town_registers)]
    dashboards = {f"dashboards.{view}": {"code": "leadership"} for view in ("show", "print", "wall")}
    found["addresses"], found["keys"] = town_addresses.addresses(found) | dashboards, town_addresses.keys(found)
    for part in parts:
        found["addresses"] |= part.pop("addresses")
        found["keys"] += part.pop("keys")
        found |= part
    return found
