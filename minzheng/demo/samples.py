"""抽样检查 of the demo county: one finished with an estimate, one under way, one announced."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.sampling import services
from minzheng.datacenter.sampling.errors import SamplingRefused
from minzheng.datacenter.sampling.models import Sample
from minzheng.datacenter.sampling.population import Scope
from minzheng.datacenter.sampling.services import Design
from minzheng.demo.places import AREA
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import staff_actor

if TYPE_CHECKING:
    from minzheng.demo.load import Loader

COUNTY = f"{AREA}000000"
WHO = "shenhe"
#: Every so many units something is wrong: (kind, share of the amount that was overpaid, what was found).
WRONG = {
    9: ("amount", 0.2, "漏计一名成员的养老金，按月多发。"),
    23: ("family", 0.35, "一名成员已出嫁迁出，仍按在户计算。"),
    31: ("paper", 0, "授权书缺一名成年成员的签名，已补签。"),
    44: ("amount", -0.1, "残疾成员的分类施保没有加，按月少发。"),
}


def load_samples(loader: Loader) -> int:
    """Returns how many samples there are. None where nobody has an award."""
    actor = staff_actor(WHO)
    if actor is None:
        return 0
    done = 0
    plans: tuple[tuple[str, str, int, int], ...] = (
        ("第三季度在享低保抽样检查", "award", 40, 100),
        ("本月在享待遇抽样检查", "award", 6, 40),
        ("近半年办结办件抽样检查", "case", 0, 0),
    )
    for title, subject, days, share in plans:
        try:
            _play(actor, loader, title, subject, days, share)
            done += 1
        except SamplingRefused:
            continue
    return done


def _play(actor: Any, loader: Loader, title: str, subject: str, days: int, share: int) -> None:
    """`days`: published so long ago (0: now, not drawn yet); `share`: percent of the units that were looked at."""
    announced = clock.now() - datetime.timedelta(days=days)
    items = ("assistance.dibao",) if share == 100 else ()
    scope = Scope(
        items=items, since=(announced.date() - datetime.timedelta(days=180)).isoformat() if subject == "case" else ""
    )
    design = Design(
        confidence=95, tolerable=6 if share == 100 else 5, expected=2 if share == 100 else 1, strata=("town",) if share else ("item",),
        least=3, inspectors=(actor.id,) if actor.id else (),
    )  # fmt: skip
    with clock.at(announced):
        sample = services.publish(
            actor=actor, region_code=COUNTY, title=title, subject=subject, scope=scope, design=design
        )
    Sample.objects.filter(pk=sample.pk).update(is_demo=True)
    if not days:
        return
    with clock.at(announced + datetime.timedelta(days=2)):
        services.draw(actor=actor, pk=sample.pk)
    units = list(sample.units.order_by("seq"))
    for place, unit in enumerate(units[: len(units) * share // 100]):
        with clock.at(announced + datetime.timedelta(days=3 + place % 3, minutes=place)):
            _record(actor, unit, place)


def _record(actor: Any, unit: Any, place: int) -> None:
    every = next((n for n in WRONG if place % n == n - 1), 0)
    if not every:
        services.record_result(actor=actor, unit_id=unit.pk, result="right", finding="入户所见与档案一致。")
        return
    kind, share, finding = WRONG[every]
    fen = round(unit.fen * share / 100) * 100
    services.record_result(
        actor=actor, unit_id=unit.pk, result="wrong", error_kind=kind, error_fen=fen, finding=finding
    )
