"""Proposed organisations: the bureau, its checking centre, a window in every township. Names can be edited afterwards."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.orgs import founding
from minzheng.site.setup import places


@dataclass(frozen=True)
class Proposal:
    code: str
    name: str
    kind: str
    region: str
    prefix: str = ""


def proposals(county: Any, name: str) -> list[Proposal]:
    """The bureau first. 文号字头 are left open: they are the bureau's own."""
    head = county.code[:6]
    found = [
        Proposal(f"{head}-MZJ", name or f"{county.name}民政局", "bureau", county.code),
        Proposal(f"{head}-HDZX", f"{county.name}居民家庭经济状况核对中心", "checking_center", county.code),
    ]
    found += [
        Proposal(town.code[:9], f"{town.name}民政服务窗口", "township", town.code) for town in places.towns(county.code)
    ]
    return found


def make(county: Any, name: str, on: datetime.date) -> tuple[int, int]:
    """(made now, there already). What is there keeps its name."""
    made = 0
    bureau = None
    wanted = proposals(county, name)
    for one in wanted:
        organization, new = founding.ensure(
            actor=SYSTEM, code=one.code, name=one.name, kind=one.kind, region_code=one.region, valid_from=on,
            parent=bureau, document_prefix=one.prefix,
        )  # fmt: skip
        bureau = bureau or organization
        made += new
    return made, len(wanted) - made
