"""保留期: how long a batch may be kept, and which ones are due for destruction.

A day set for the batch itself (规定保留期) goes before the months of its source, and is carried out by the hourly sweep; the
months only put the batch on the list: somebody looks before a delivery is destroyed."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from minzheng.datacenter.lake import selectors, terms
from minzheng.datacenter.lake.models import LakeBatch
from minzheng.datacenter.sources import registry
from minzheng.kernel import clock
from minzheng.kernel.months import same_day_after

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

KEPT = (LakeBatch.HELD, LakeBatch.SUPERSEDED)


def due(actor: Actor) -> QuerySet[LakeBatch]:
    """Batches whose time is over, among those the actor may read. `newest`: no newer one of its source, place is in force."""
    today = clock.today()
    over = Q(keep_until__lt=today)
    for months, sources in _by_months(today).items():
        before = clock.midnight(same_day_after(today, -months))
        over |= Q(keep_until=None, source__in=sources, held_at__lt=before)
    newer = LakeBatch.objects.filter(
        source=OuterRef("source"),
        region_code=OuterRef("region_code"),
        state=LakeBatch.HELD,
        period__gt=OuterRef("period"),
    )
    return selectors.visible_to(actor).filter(over, state__in=KEPT).annotate(newest=~Exists(newer))


def last_day(batch: LakeBatch) -> datetime.date | None:
    """The last day on which the batch may be kept; None before it came in."""
    if batch.keep_until is not None or batch.held_at is None:
        return batch.keep_until
    return same_day_after(timezone.localdate(batch.held_at), terms.keep_of(batch.source).value)


def told(batch: LakeBatch) -> str:
    """The same in words, with where the day comes from."""
    day = last_day(batch)
    if day is None:
        return "入湖以后按保留期计算"
    if batch.keep_until is not None:
        return f"{day}（本批另行规定，到期自动删除）"
    term = terms.keep_of(batch.source)
    unsure = "，待本单位确认" if term.evidence == "needs_confirmation" else ""
    return f"{day}（入湖后 {term}{unsure}；到期列入待销毁）"


def _by_months(today: datetime.date) -> dict[int, list[str]]:
    """Months kept → source codes; sources whose folder is gone keep what they had, by the default."""
    gone = LakeBatch.objects.exclude(source__in=registry.all()).order_by().values_list("source", flat=True).distinct()
    found: dict[int, list[str]] = defaultdict(list)
    for code in [*registry.all(), *gone]:
        found[terms.keep_of(code, today).value].append(code)
    return found
