"""Making forecasts: by a person with stated assumptions, and every day for every place with allocations."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction

from minzheng.datacenter.funding import forecasting, raising
from minzheng.datacenter.funding.models import FundForecast
from minzheng.datacenter.simulation import selectors as simulations
from minzheng.datacenter.simulation.models import SimulationRun
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.funds import hands
from minzheng.kernel.funds.errors import FundsRefused
from minzheng.kernel.funds.showing import item_title
from minzheng.kernel.funds.terms import number
from minzheng.kernel.parts.fields import yuan_text

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


def forecast(
    *, actor: Actor, region_code: str, trend: bool = True, simulation_pk: int | None = None, is_demo: bool = False
) -> FundForecast:
    """A forecast of this year with the assumptions of the asker, kept. Raises FundsRefused."""
    place = hands.place_of(region_code)
    acting = hands.acting(actor, hands.READ, place)
    run = _run(actor, place, simulation_pk) if simulation_pk else None
    assumed = forecasting.Assumed(number("trend_months") if trend else 0, raising.of_run(run) if run else None)
    figures = forecasting.compute(place, clock.today(), assumed)
    with transaction.atomic():
        row = FundForecast.objects.create(
            region_code=place, kind="asked", simulation=run, asked_by=actor.user, asked_name=actor.name, is_demo=is_demo,
            options={"trend_months": assumed.trend_months, "simulation": run.no if run else "", "simulation_title": run.title if run else ""},
            **_said(figures),
        )  # fmt: skip
        audit.record(
            actor=acting, action="fundforecast.make", obj=row, region_code=place,
            detail={"simulation": run.no if run else "", "level": row.level, "short_fen": str(figures["short_fen"])},
        )  # fmt: skip
    return row


def _run(actor: Actor, place: str, pk: int) -> SimulationRun:
    run = simulations.get(actor, pk)
    if run is None or run.state != SimulationRun.DONE or hands.place_of(run.region_code) != place:
        raise FundsRefused([], {"simulation": "没有这次测算，或者它不是这个地区的、还没有算完，请另选一次。"})
    return run


def daily(region_code: str) -> FundForecast:
    """Today's forecast of a place by the platform itself; again on the same day it is made anew."""
    figures = forecasting.compute(region_code, clock.today(), forecasting.Assumed(number("trend_months")))
    said = _said(figures)
    key = {"region_code": region_code, "year": said.pop("year"), "as_of": said.pop("as_of"), "kind": "daily"}
    row, _ = FundForecast.objects.update_or_create(
        **key, defaults=said | {"asked_name": "系统", "options": {"trend_months": number("trend_months")}}
    )
    return row


def _said(figures: dict[str, Any]) -> dict[str, Any]:
    """The columns that follow from the figures."""
    short = datetime.date.fromisoformat(f"{figures['short_month']}-01") if figures["short_month"] else None
    as_of = datetime.date.fromisoformat(figures["as_of"])
    return {
        "year": figures["year"], "as_of": as_of, "figures": figures, "short_month": short, "made_at": clock.now(),
        "level": _level(figures, short, as_of), "sentence": sentence(figures),
    }  # fmt: skip


def _level(figures: Mapping[str, Any], short: datetime.date | None, as_of: datetime.date) -> str:
    if not figures["known"]:
        return "unknown"
    if short is None:
        return "none"
    ahead = (short.year - as_of.year) * 12 + short.month - as_of.month
    return "red" if ahead <= number("red_months", as_of) else "yellow"


def sentence(figures: Mapping[str, Any]) -> str:
    """What to say above the figures."""
    year = figures["year"]
    if not figures["known"]:
        return f"{year} 年还没有确认资金指标，只能预测需要 {yuan_text(figures['need'])} 元，不能预测余额。"
    if not figures["short_month"]:
        return f"{year} 年的钱够用：到年底还需要 {yuan_text(figures['need'])} 元，预计结余 {yuan_text(figures['left'])} 元。"
    items = [one for one in figures["items"] if one["short"]]
    who = "、".join(f"{item_title(one['item'])} {yuan_text(one['short'])} 元" for one in items[:4])
    month = int(figures["short_month"][5:])
    more = f"等 {len(items)} 项" if len(items) > 4 else ""
    return f"{year} 年的钱 {month} 月起不够，到年底缺 {yuan_text(figures['short_fen'])} 元（{who}{more}）。请申请追加指标。"[
        :300
    ]
