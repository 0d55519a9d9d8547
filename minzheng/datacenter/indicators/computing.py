"""Working out a month of everything for one county, and keeping it as the live values (version 0)."""

from __future__ import annotations

import datetime
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.db import connection, transaction

from minzheng.datacenter.indicators import declaring, reading
from minzheng.datacenter.indicators.declaring import Span
from minzheng.datacenter.indicators.models import IndicatorFreeze, IndicatorMonth, IndicatorValue
from minzheng.kernel import clock
from minzheng.kernel.months import month_after, month_end
from minzheng.kernel.regions import codes

#: A live month is computed anew when somebody looks and it was computed longer ago than this: the running one, the last
#: two, and those before, of which little is entered any more (the nightly job comes round to each within a week).
RUNNING, ENDED, LONG_ENDED = datetime.timedelta(minutes=30), datetime.timedelta(days=1), datetime.timedelta(days=8)
LATELY = 2
#: Months that reading may compute; longer gaps are left to the nightly job and to "计算".
MOST_AT_ONCE = 26
_BATCH = 2000
_LOCK = 7_310_021  # the first key of the advisory locks of this module
Key = tuple[str, str, str]


def figures(county: str, month: datetime.date) -> dict[Key, Decimal]:
    """(indicator, place, dimensions as JSON) → value of every system indicator; reads only. Zeros that would only be added
    up are left out."""
    first = month.replace(day=1)
    span, found = Span(county, first, month_end(first)), defaultdict[Key, Decimal](Decimal)
    for one in declaring.all():
        if one.run is None:
            continue
        for figure in one.run(span):
            key = (one.code, declaring.town_of(figure.region_code), json.dumps(dict(figure.dims), sort_keys=True))
            if one.aggregate == "sum":
                found[key] += figure.value
            elif key in found:
                found[key] = (min if one.aggregate == "min" else max)(found[key], figure.value)
            else:
                found[key] = figure.value
    summed = {one.code for one in declaring.all() if one.aggregate == "sum"}
    four = Decimal("0.0001")
    return {key: value.quantize(four) for key, value in found.items() if value or key[0] not in summed}


def compute(county: str, month: datetime.date) -> IndicatorMonth:
    """The live values of a county's month, anew. Numbers that people reported stay as they are."""
    started = time.monotonic()
    found = figures(county, month)
    low, high = Span(county, month, month).bounds
    reported = [one.code for one in declaring.all() if one.is_reported]
    rows = [
        IndicatorValue(code=code, region_code=place, month=month, dims=json.loads(dims), value=value)
        for (code, place, dims), value in found.items()
    ]
    with transaction.atomic():
        lock(county, month)
        old = IndicatorValue.objects.filter(region_code__gte=low, region_code__lte=high, month=month)
        old.filter(version=0).exclude(code__in=reported).delete()
        IndicatorValue.objects.bulk_create(rows, batch_size=_BATCH)
        done, _ = IndicatorMonth.objects.update_or_create(
            region_code=county, month=month,
            defaults={
                "computed_at": clock.now(), "seconds": round(time.monotonic() - started, 4), "rows": len(rows),
                "declared": declaring.digest(),
            },
        )  # fmt: skip
    return done


def lock(county: str, month: datetime.date) -> None:
    """One writer per county and month, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, f"{county}{month}"])


def ready(place: str, months: Sequence[datetime.date]) -> None:
    """See that the live months of one county are there and not too old. Places of several counties are computed by the
    nightly job: a page does not wait for a whole province. Frozen months are left alone. Two queries when all is well."""
    if codes.level(place) < 3:
        return
    county, now = reading.county_of(place), clock.now()
    known = {row.month: row for row in IndicatorMonth.objects.filter(region_code=county, month__in=list(months))}
    frozen = set(
        IndicatorFreeze.objects.filter(region_code=county, month__in=list(months), version=1).values_list(
            "month", flat=True
        )
    )
    digest, left = declaring.digest(), MOST_AT_ONCE
    for month in sorted(months, reverse=True):
        row = known.get(month)
        fresh = row is not None and row.declared == digest and now - row.computed_at < keeps(month)
        if month in frozen or fresh or left == 0:
            continue
        compute(county, month)
        left -= 1


def keeps(month: datetime.date) -> datetime.timedelta:
    """How long the live values of a month may be looked at before they are computed anew."""
    this = clock.today().replace(day=1)
    return RUNNING if month >= this else ENDED if month >= month_after(this, -LATELY) else LONG_ENDED
