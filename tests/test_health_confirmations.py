"""运行情况页数的待确认参数，和政策科看到的是同一批."""

from __future__ import annotations

import datetime

import pytest

from minzheng.kernel import clock
from minzheng.kernel.orgs.models import Organization
from minzheng.kernel.standards import selectors
from minzheng.site.health import components

COUNTY, DAY = "990101000000", datetime.date(2026, 11, 22)


@pytest.mark.django_db
def test_健康页的待确认数与参数页一样() -> None:
    Organization.objects.create(
        code="T-MZJ", name="示范县民政局", kind="bureau", region_code=COUNTY, valid_from=datetime.date(2000, 1, 1)
    )
    with clock.at(DAY):
        [found] = components.confirmations()
        counts = selectors.counts(selectors.in_force(COUNTY, DAY))
    assert f" {counts['open'] + counts['pending']} 个没有确认" in found.sentence
    assert ("个没有值" in found.sentence) is bool(counts["missing"])
