"""The money's part of the test county: an allocation that waits and one that counts, a project of the lottery fund with its
yearly list."""

from __future__ import annotations

import datetime
from typing import Any

from minzheng.kernel import clock
from minzheng.kernel.funds import publishing
from minzheng.kernel.funds.models import FundAllocation, WelfareList, WelfareProject

COUNTY = "990101000000"


def fill() -> dict[str, Any]:
    """{"addresses", "keys"} of these pages."""
    now, day = clock.now(), clock.today()
    given: dict[str, Any] = {
        "region_code": COUNTY, "year": day.year, "source": "central", "purpose": "relief", "amount_fen": 100_000_00,
        "document_on": datetime.date(day.year, 1, 1), "entered_name": "钱出纳", "entered_at": now,
    }  # fmt: skip
    waiting = FundAllocation.objects.create(document_no="示财社甲号", **given)
    counted = FundAllocation.objects.create(document_no="示财社乙号", state="confirmed", confirmed_at=now, **given)
    project = WelfareProject.objects.create(
        region_code=COUNTY, no="GY990101-2026-0001", year=day.year, name="适老化改造", category="old", executor="福利院",
        content="改造", goal="改造", budget_fen=1_000_00, document_no="示民甲号", entered_at=now, state="confirmed",
        confirmed_at=now, result="完成",
    )  # fmt: skip
    figures = publishing.figures(COUNTY, day.year)
    listed = WelfareList.objects.create(
        region_code=COUNTY, year=day.year, figures=figures, sha=publishing.digest(figures), entered_at=now,
        state="confirmed", confirmed_at=now,
    )  # fmt: skip
    one = {"kind": "allocation", "pk": waiting.pk}
    addresses: dict[str, dict[str, Any]] = dict.fromkeys(("funds.record", "funds.confirm", "funds.withdraw"), one)
    addresses |= {code: {"pk": project.pk} for code in ("funds.project", "funds.project_book", "funds.project_report")}
    addresses |= {code: {"region": COUNTY, "year": day.year} for code in ("funds.public_one", "funds.public_pdf")}
    addresses |= {"funds.adjust": {"pk": counted.pk}, "funds.list_pdf": {"pk": listed.pk}}
    return {"addresses": addresses, "keys": [str(row.pk) for row in (waiting, counted, project, listed)]}
