"""Two simulations of the demo county, so that the page shows what it is for: next year's city standard, both standards."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from minzheng.datacenter.simulation import services
from minzheng.datacenter.simulation.asking import Options, as_change
from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.demo.places import AREA
from minzheng.kernel.accounts.actors import staff_actor
from minzheng.policy import load_ruleset

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

WHO = "zhengce"
#: Larger counties are tried in one township only: loading should not wait for it.
MOST_AWARDS, TOWN = 1_500, f"{AREA}001000"
MORE = {"保障标准_城市": Decimal(70), "保障标准_农村": Decimal(60)}


def load_simulations(loader: Loader, awards: int) -> int:
    """Carry them out in the name of the policy officer; returns how many."""
    actor = staff_actor(WHO)
    if actor is None:
        return 0
    region = f"{AREA}000000" if awards <= MOST_AWARDS else TOWN
    since = datetime.date(loader.as_of.year + 1, 1, 1)
    asked = (
        (f"{since.year} 年城市低保标准提高 70 元", "编制下一年度救助资金预算", ("保障标准_城市",)),
        (f"{since.year} 年城乡低保标准都提高", "比较两个调整方案", ("保障标准_城市", "保障标准_农村")),
    )
    for title, purpose, names in asked:
        changes = [as_change(_raised(name, loader.as_of, since)) for name in names]
        wanted = services.Wanted(region, title, purpose, changes, Options(f"{loader.as_of:%Y-%m}"))
        run = services.ask(actor=actor, wanted=wanted, queue=False)
        services.carry_out(actor=actor, pk=run.pk)
        SimulationRun.objects.filter(pk=run.pk).update(is_demo=True)
    return len(asked)


def _raised(name: str, today: datetime.date, since: datetime.date) -> str:
    """The standard of today and so much more, as the command line writes it."""
    found = load_ruleset().params.resolve(name, AREA, today)
    assert found is not None
    return f"{name}@{AREA}={found.row.value + MORE[name]}@{since}"
