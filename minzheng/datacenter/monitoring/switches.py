"""停用一项监测: in a place, from a day on, with a reason. Findings there are not made, alerts that exist stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from minzheng.datacenter.monitoring import declare
from minzheng.datacenter.monitoring.errors import MonitorRefused
from minzheng.datacenter.monitoring.models import MonitorSwitch
from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    import datetime

    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

MANAGE = "monitor.manage"
LEAST_REASON = 4


def in_force(on: datetime.date | None = None) -> QuerySet[MonitorSwitch]:
    """The switches of a day (today by default)."""
    day = on or clock.today()
    return MonitorSwitch.objects.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


def in_force_about(places: Iterable[str]) -> list[MonitorSwitch]:
    """Today's switches that hold in one of these places, in a part of one, or around one."""
    mine = list(places)
    return [
        one
        for one in in_force()
        if any(codes.covers(one.region_code, place) or codes.covers(place, one.region_code) for place in mine)
    ]


def asker() -> Callable[[str, str], bool]:
    """(monitor, region) → whether it is switched off there today; one query, then no more."""
    held: dict[str, list[str]] = {}
    for code, region in in_force().values_list("monitor", "region_code"):
        held.setdefault(code, []).append(region)
    return lambda code, region: any(codes.covers(place, region) for place in held.get(code, ()))


@transaction.atomic
def switch_off(*, actor: Actor, monitor: str, region_code: str, since: datetime.date, reason: str) -> MonitorSwitch:
    """Raises MonitorRefused."""
    place, one = codes.full(region_code), declare.get(monitor)
    if one is None:
        raise MonitorRefused(f"没有代码为“{monitor}”的监测项，请从监测指标页进入。")
    post = actor.can(MANAGE, place)
    if post is None:
        raise MonitorRefused("您的岗位不能停用这个地区的监测，请由县级核对人员、审核确认人员办理。")
    if len(reason.strip()) < LEAST_REASON:
        raise MonitorRefused([], {"reason": "请写明为什么停用（至少 4 个字），例如“来源数据有误，正在更正”。"})
    if in_force(since).filter(monitor=monitor, region_code=place).exists():
        raise MonitorRefused("这个监测项在这个地区已经停用，不用再停。")
    row = MonitorSwitch.objects.create(
        monitor=monitor, region_code=place, since=since, reason=reason.strip()[:200], by=actor.user, by_name=actor.name,
        at=clock.now(),
    )  # fmt: skip
    audit.record(
        actor=actor.acting_as(post), action="monitor.off", obj=row, reason=row.reason, detail={"monitor": monitor}
    )
    return row


@transaction.atomic
def switch_on(*, actor: Actor, pk: int) -> MonitorSwitch:
    """From today on it is asked again. Raises MonitorRefused."""
    row = MonitorSwitch.objects.select_for_update().filter(pk=pk).first()
    post = actor.can(MANAGE, row.region_code) if row else None
    if row is None or post is None:
        raise MonitorRefused("没有这条停用记录，或者不在您的范围内。")
    if row.until is not None:
        raise MonitorRefused(f"这个监测项已于 {row.until} 恢复。")
    row.until, row.ended_by = max(clock.today(), row.since), actor.user
    row.save(update_fields=["until", "ended_by"])
    audit.record(actor=actor.acting_as(post), action="monitor.on", obj=row, detail={"monitor": row.monitor})
    return row
