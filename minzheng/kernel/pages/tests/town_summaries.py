"""Summaries of the test township's office in every state, with a number that only they hold.

They stand above the kernel, so they are fetched by name; the bodies are written here, as computing months takes long."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from minzheng.kernel.accounts.models import User
from minzheng.kernel.orgs.models import Organization

TOWN_A = "990101001000"
TITLE = "青石镇民政服务窗口工作总结"
NUMBER = "8317人"


def body(period: str) -> dict[str, Any]:
    token = {
        "kind": "value", "words": NUMBER, "number": "8317", "code": "elderly.beds", "region": TOWN_A, "period": period,
        "dims": {}, "version": 0, "frozen": False, "as_of": "2026-06-30", "source": "青石镇的数", "url": "/console/indicators/elderly.beds/",
    }  # fmt: skip
    point = [{"key": "1.1.1.1", "case": "first", "text": "保障{t1}。"}]
    return {
        "title": TITLE, "org": "青石镇民政服务窗口", "period": period, "preamble": [],
        "parts": [{"title": "工作开展情况", "items": [{"title": "兜牢底线", "points": [point]}], "tables": []}],
        "tokens": {"t1": token}, "dropped": [],
    }  # fmt: skip


def fill(staff: Callable[[str, str], User]) -> dict[str, Any]:
    """{"addresses", "keys", "summary_rows"} of these pages."""
    models = import_module("minzheng.business.bureau.summaries.models")
    office = Organization.objects.filter(region_code=TOWN_A).order_by("pk").first()
    assert office is not None
    writer = staff("policy_officer", TOWN_A)
    rows = {}
    for period, state in (("2026H1", "draft"), ("2025", "submitted"), ("2025H1", "signed")):
        one = models.Summary.objects.create(
            org=office, org_name=office.name, region_code=TOWN_A, form="half_year", period=period, state=state,
            title=f"{TITLE}{period}", submitted_by=writer, signed_version=1 if state == "signed" else None,
        )  # fmt: skip
        version = models.SummaryVersion.objects.create(
            summary=one, region_code=TOWN_A, number=1, body=body(period), sha="0" * 64, how="generated", made_by=writer
        )
        rows[state] = (one, version)
    pages = (
        ("draft", ("summaries.detail", "summaries.edit", "summaries.refresh", "summaries.submit")),
        ("submitted", ("summaries.sign", "summaries.return")),
        ("signed", ("summaries.issue",)),
    )
    addresses = {code: {"pk": rows[state][0].pk} for state, codes in pages for code in codes}
    addresses["summaries.file"] = {"pk": rows["draft"][0].pk, "kind": "md"}
    return {
        "addresses": addresses,
        "keys": [str(one.pk) for one, _ in rows.values()],
        "summary_rows": {"summary": rows["draft"][0], "version": rows["draft"][1]},
    }


def more(rows: dict[str, Any], again: Callable[..., Any], n: int) -> None:
    """One more summary with its version."""
    summary = again(rows["summary"], period=f"{2000 + n}H2", title=f"{TITLE}{n}")
    again(rows["version"], summary=summary)
