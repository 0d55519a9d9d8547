"""送达起算: limits that a notice sets for its addressee run from the day it was served, where the place says so (parameter
补正核对异议自送达起算); as long as nobody has recorded the service, from the day of the notice. Nothing here writes."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case, CaseAct, Evidence
    from minzheng.kernel.cases.params import FlowParams

#: Notices whose service starts a limit of the family: 补正 (N02), 核对异议 (N04).
STARTING = ("N02", "N04")


def service_days(acts: Iterable[CaseAct]) -> dict[str, datetime.date]:
    """{document id as text: day of service} of the notices among these acts that start a limit and have been served. One
    query, none where there is no such act."""
    from minzheng.kernel.documents.models import IssuedDocument

    wanted = [int(a.data["document"]) for a in acts if a.data.get("document_code") in STARTING]
    if not wanted:
        return {}
    rows = IssuedDocument.objects.filter(pk__in=wanted, served_on__isnull=False)
    return {str(pk): day for pk, day in rows.values_list("pk", "served_on") if day is not None}


def mismatch_due(case: Case, told: Evidence, params: FlowParams) -> datetime.date:
    """The last day to object to the match: as printed in N04, or later where it was served later."""
    from minzheng.kernel.calendar.selectors import add_working_days

    printed = datetime.date.fromisoformat(told.data["due_on"])
    if not params.limits_from_service:
        return printed
    act = next(
        (a for a in case.acts.filter(code="notify_mismatch") if str(told.pk) in a.data.get("evidence", ())), None
    )
    served = service_days([act]).get(str(act.data.get("document"))) if act is not None else None
    if served is None:
        return printed
    return max(printed, add_working_days(served, params.mismatch_objection_days).date)


def recount(document_code: str, case_id: int | None) -> None:
    """A notice has been served: the stored deadlines of its case follow. Called in the transaction that records it."""
    if case_id is None or document_code not in STARTING:
        return
    from minzheng.kernel.cases.deadlines.timing import recount_clocks

    recount_clocks(case_id)
