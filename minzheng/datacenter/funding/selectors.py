"""Reading forecasts, narrowed to what the actor may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minzheng.datacenter.funding.models import FundForecast
from minzheng.datacenter.simulation import selectors as simulations
from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.kernel import clock
from minzheng.kernel.funds.hands import READ
from minzheng.kernel.funds.selectors import allotted_places

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor


def visible_to(actor: Actor) -> QuerySet[FundForecast]:
    rows = FundForecast.objects.all()
    return rows if actor.is_system else rows.filter(actor.scope_q(READ))


def newest(actor: Actor, region_code: str) -> FundForecast | None:
    """The newest of the platform's own forecasts of a place this year."""
    rows = visible_to(actor).filter(region_code=region_code, year=clock.today().year)
    return rows.order_by("-made_at").first()


def warnings(actor: Actor) -> list[FundForecast]:
    """The newest daily forecast of each place that this person looks after, where the money does not last. One query."""
    rows = visible_to(actor).filter(kind="daily", year=clock.today().year).defer("figures")
    newest = rows.order_by("region_code", "-as_of").distinct("region_code")
    return [one for one in newest if one.level in ("red", "yellow")]


def simulations_for(actor: Actor, region_code: str) -> list[SimulationRun]:
    """Finished simulations of the whole place that may be chosen, the newest first."""
    rows = simulations.visible_to(actor).filter(state=SimulationRun.DONE, region_code=region_code)
    return list(rows.order_by("-asked_at")[:20])


def places() -> list[str]:
    """Places with confirmed allocations of this year: whose money is looked at every day."""
    return allotted_places(clock.today().year)
