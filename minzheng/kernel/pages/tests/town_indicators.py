"""Indicators of the test county: a frozen month with its diff, a report that waits and one that is confirmed.

These stand above the kernel, so they are fetched by name."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from importlib import import_module
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.accounts.models import User

COUNTY, TOWN_A = "990101000000", "990101001000"
MONTH, CODE = datetime.date(2026, 9, 1), "elderly.beds"
REASON = "九月漏记青石镇一户"


def fill(staff: Callable[[str, str], User]) -> dict[str, Any]:
    """{"addresses", "keys", "indicator_rows"} of these pages."""
    models, now = import_module("minzheng.datacenter.indicators.models"), clock.now()
    # Other pages' objects may have had the month computed already.
    models.IndicatorMonth.objects.update_or_create(
        region_code=COUNTY, month=MONTH, defaults={"computed_at": now, "declared": ""}
    )
    diff = [{"code": "assistance.dibao.new", "region": TOWN_A, "dims": {"urban": "0"}, "old": None, "new": "1.0000"}]
    first, second = (
        models.IndicatorFreeze.objects.create(
            region_code=COUNTY, month=MONTH, version=version, rows=0, sha="0" * 64, frozen_name="测试", frozen_at=now,
            reason=REASON if version > 1 else "", diff=diff if version > 1 else [],
        )
        for version in (1, 2)
    )  # fmt: skip
    told = {"code": CODE, "region_code": TOWN_A, "entered_name": "测试", "entered_at": now, "value": 77}
    waiting = models.ManualFigure.objects.create(month=MONTH, entered_by=staff("town_clerk", TOWN_A), **told)
    done = models.ManualFigure.objects.create(
        month=datetime.date(2026, 6, 1), state="confirmed", decided_at=now, **told
    )
    county = {"county": COUNTY, "month": f"{MONTH:%Y-%m}"}
    pages = ("indicators.figure", "indicators.confirm", "indicators.send_back")
    return {
        "addresses": {
            **dict.fromkeys(("indicators.compute", "indicators.freeze", "indicators.restate"), county),
            **{code: {"pk": waiting.pk} for code in pages}, "indicators.version": {"pk": second.pk},
            "indicators.report": {"code": CODE, "month": f"{MONTH:%Y-%m}", "region": TOWN_A},
            "indicators.show": {"code": CODE},
        },
        "keys": [str(row.pk) for row in (first, second, waiting, done)],
        "indicator_rows": {"figure": done},
    }  # fmt: skip


def more(rows: dict[str, Any], again: Callable[..., Any], n: int) -> None:
    """One more report."""
    again(rows["figure"], month=datetime.date(2025 - n, 6, 1))
