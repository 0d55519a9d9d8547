"""Statistical reports of the test township and county, one in each state that a page needs, and a correction slip.

These stand above the kernel, so they are fetched by name."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from importlib import import_module
from typing import Any

from minzheng.kernel import clock

COUNTY, TOWN_A = "990101000000", "990101001000"
REASON = "石桥村漏记一户低保边缘"
SHELL = "affairs"
#: (page codes, place, state) of the reports; each is of a quarter of its own.
_WANTED: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("stats.show", "stats.fill", "stats.take", "stats.submit", "stats.pdf", "stats.workbook"), TOWN_A, "filling"),
    (("stats.accept", "stats.return", "stats.withdraw"), TOWN_A, "reported"),
    (("stats.correct",), TOWN_A, "sealed"),
)


def _of(name: str) -> Any:
    return import_module(f"minzheng.datacenter.statistics.{name}")


def fill(staff: Callable[[str, str], Any]) -> dict[str, Any]:
    """{"addresses", "keys", "stat_rows"} of these pages."""
    models, addresses, keys = _of("models"), dict[str, dict[str, Any]](), []
    rows: dict[str, Any] = {}
    for quarter, (codes, place, state) in enumerate(_WANTED, start=1):
        above = _report(models, COUNTY, quarter, "reported" if state == "sealed" else "filling", None)
        row = _report(models, place, quarter, state, above)
        models.StatAct.objects.create(
            report=row,
            code="save",
            to_state=state,
            actor_name=staff("town_clerk", TOWN_A).name,
            at=clock.now(),
            text=REASON,
        )
        addresses |= {code: {"pk": row.pk} for code in codes}
        addresses["stats.collect" if state != "sealed" else "stats.seal"] = {"pk": above.pk}
        keys += [str(row.pk), str(above.pk)]
        rows[state] = row
    slip = models.StatCorrection.objects.create(
        report=rows["sealed"], region_code=TOWN_A, no="DZ990101001-2026-077", changes={"deaths.count": ["3", "4"]},
        moved=[{"region": TOWN_A, "cell": "deaths.count", "old": "3", "new": "4"}], reason=REASON, asked_name="经办",
        asked_at=clock.now(),
    )  # fmt: skip
    addresses |= {
        key: {"pk": slip.pk} for key in ("stats.correction", "stats.correction_confirm", "stats.correction_refuse")
    }
    addresses["stats.shell"] = {"code": SHELL}
    return {
        "addresses": addresses, "keys": [*keys, str(slip.pk)],
        "stat_rows": {"report": rows["filling"], "sealed": rows["sealed"], "slip": slip},
    }  # fmt: skip


def _report(models: Any, place: str, quarter: int, state: str, above: Any) -> Any:
    now = clock.now()
    values = {"deaths.count": "3", "cremated.count": "2", "cremation_rate.count": "66.7", "free_funerals.count": "0"}
    return models.StatReport.objects.create(
        shell=SHELL, version=1, period=f"2026Q{quarter}", region_code=place, parent=above, state=state,
        due_on=datetime.date(2026, 3 * quarter + 1, 8), values=values, notes={"": REASON} if above else {},
        sources={cell: {"how": "manual"} for cell in values}, edition=int(state == "sealed"),
        reported_name="经办", reported_at=now,
    )  # fmt: skip


def more(rows: dict[str, Any], again: Callable[..., Any], n: int) -> None:
    """One more report with a slip."""
    again(rows["report"], period=f"{2001 + n}Q1")
    sealed = again(rows["sealed"], period=f"{2001 + n}Q2")
    again(rows["slip"], report=sealed, no=f"DZ-9-{n}")
