"""What the lake holds for a run: the batches since the last one, and those in force."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from minzheng.datacenter.lake import reading as lake
from minzheng.datacenter.monitoring.joining import Delivery, Reading
from minzheng.datacenter.monitoring.models import MonitorRun
from minzheng.datacenter.sources import registry

if TYPE_CHECKING:
    from minzheng.datacenter.lake.models import LakeBatch

#: How far back the runs are asked which batches they have read.
_BACK = datetime.timedelta(days=70)


def to_read(run: MonitorRun, last: MonitorRun | None) -> Reading:
    """A full run reads everything in force; a daily one what no run has read yet, or what came since a day."""
    specs = {code: spec for code, spec in registry.all().items() if spec.facts}
    in_force = {code: [_delivery(one) for one in lake.batches(code)] for code in specs}
    everything = [one for found in in_force.values() for one in found]
    if run.mode == MonitorRun.FULL:
        return Reading(specs, everything, in_force)
    if run.since is not None:
        late = {str(one.pk) for code in specs for one in lake.batches(code, since=run.since)}
        return Reading(specs, [one for one in everything if one.batch in late], in_force, again=True)
    read = _read_already(last)
    return Reading(specs, [one for one in everything if one.batch not in read], in_force)


def _read_already(last: MonitorRun | None) -> set[str]:
    """Batches that the runs of the last weeks have read: a batch that ended while a run was under way is not missed."""
    if last is None or last.done_at is None:
        return set()
    rows = MonitorRun.objects.filter(state=MonitorRun.DONE, done_at__gte=last.done_at - _BACK)
    return {one["id"] for batches in rows.values_list("batches", flat=True) for one in batches}


def _delivery(one: LakeBatch) -> Delivery:
    return Delivery(
        one.source,
        str(one.pk),
        tuple(lake.files_of([one])),
        one.accepted,
        one.region_code,
        tuple(lake.repairs_of([one])),
    )


def seen(run: MonitorRun) -> list[dict[str, Any]]:
    """The batches of a run with their titles, for its page."""
    specs = registry.all()
    return [
        {**one, "title": specs[one["source"]].title if one["source"] in specs else one["source"]}
        for one in run.batches
    ]  # fmt: skip
