"""What may be reported upwards, as plain rows of a place; one reader a kind of content. Streamed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Count, Sum

from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards import selectors as awards
from minzheng.kernel.cases import selectors as cases
from minzheng.kernel.cases.lifecycle.confirm import DECIDED
from minzheng.kernel.regions import codes

Rows = Callable[[str, datetime.date], Iterator[dict[str, Any]]]
_CHUNK = 500
REJECTED = "REJECTED"


def awards_in_force(region_code: str, on: datetime.date) -> Iterator[dict[str, Any]]:
    """Awards in force, and those that ended: the other side must hear of the end, too."""
    rows = awards.visible_to(SYSTEM).filter(codes.scope_q([region_code])).exclude(cycle="once").select_related("payee")
    for one in rows.defer("frozen", "account_no").order_by("pk").iterator(_CHUNK):
        yield {
            "no": one.no, "object": one.pk, "region_code": one.region_code, "item": one.item_code, "name": one.payee_name,
            "id_no": one.payee.id_no if one.payee else "", "persons": one.persons, "amount_fen": one.amount_fen,
            "first_month": one.first_month, "state": one.state, "fen": one.amount_fen if one.state != "ended" else 0,
        }  # fmt: skip


def open_cases(region_code: str, on: datetime.date) -> Iterator[dict[str, Any]]:
    """Accepted cases with their state in coarse words."""
    rows = cases.visible_to(SYSTEM).filter(codes.scope_q([region_code]), accepted_at__isnull=False, no__isnull=False)
    names = ("pk", "no", "region_code", "item_code", "applicant_name", "accepted_at", "state")
    for pk, no, place, item, name, accepted, state in rows.order_by("pk").values_list(*names).iterator(_CHUNK):
        yield {
            "no": no, "object": pk, "region_code": place, "item": item, "name": name, "accepted_on": accepted.date(),
            "state": "rejected" if state == REJECTED else "approved" if state in DECIDED else "open", "fen": 0,
        }  # fmt: skip


def decisions(region_code: str, on: datetime.date) -> Iterator[dict[str, Any]]:
    """What was decided."""
    rows = cases.visible_to(SYSTEM).filter(codes.scope_q([region_code]), state__in=DECIDED, decided_at__isnull=False)
    names = ("pk", "no", "region_code", "item_code", "decided_at", "state")
    for pk, no, place, item, decided, state in rows.order_by("pk").values_list(*names).iterator(_CHUNK):
        yield {
            "no": no, "object": pk, "region_code": place, "item": item, "decided_on": decided.date(), "fen": 0,
            "result": "rejected" if state == REJECTED else "approved",
        }  # fmt: skip


def funds(region_code: str, on: datetime.date) -> Iterator[dict[str, Any]]:
    """Money of the month by benefit and county: households, persons, fen. No person in it."""
    month = on.replace(day=1)
    rows = awards.lines_visible_to(SYSTEM).filter(codes.scope_q([region_code]), month=month).exclude(state="proposed")
    told = rows.order_by().values("item_code").annotate(households=Count("award", distinct=True), fen=Sum("amount_fen"))
    for one in told.order_by("item_code"):
        people = awards.visible_to(SYSTEM).filter(lines__in=rows.filter(item_code=one["item_code"])).distinct()
        yield {
            "key": f"{month:%Y%m}-{region_code[:6]}-{one['item_code']}", "month": month, "region_code": region_code,
            "item": one["item_code"], "households": one["households"], "amount_fen": one["fen"], "fen": one["fen"],
            "persons": sum(people.values_list("persons", flat=True)), "object": None,
        }  # fmt: skip


READERS: dict[str, Rows] = {"awards": awards_in_force, "cases": open_cases, "decisions": decisions, "funds": funds}
#: What the `object` of a row is; kinds of rows that are about nobody are not here.
ABOUT = {"awards": "award", "cases": "case", "decisions": "case"}
