"""Partners of every kind and the other side's keys."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minzheng.datacenter.exchange import partners
from minzheng.datacenter.exchange.models import ExchangePartner
from minzheng.datacenter.exchange.simulator import GOOD, Simulator
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.pages.tests.conftest import (  # noqa: F401
    COUNTY,
    TOWN_A,
    TOWN_B,
    VILLAGE,
    browse,
    bureau,
    family,
    places,
    staff,
    whole,
)

FROM = datetime.date(2026, 1, 1)


@pytest.fixture
def partner(db: None, settings: Any, tmp_path: Path) -> Callable[..., ExchangePartner]:
    """partner("bank", sources=["deposit"]): a simulated one in the county."""
    settings.EXCHANGE_ROOT = tmp_path / "exchange"

    def make(code: str, **values: Any) -> ExchangePartner:
        told = {
            "title": f"{code}（模拟）",
            "valid_from": FROM,
            "purposes": ["aid_check"],
            "basis": "测试协议",
            "carrier": "files",
        }
        return partners.save(
            actor=SYSTEM, partner=None, code=code, values=told | values, region_code=COUNTY, simulated=True
        )

    return make


def other_side(one: ExchangePartner, **more: Any) -> Simulator:
    """The simulator that plays this partner, without bad luck unless told otherwise."""
    return Simulator(one.code, partners.own_code(), partners.keys_of(one), **({"fates": GOOD} | more))
