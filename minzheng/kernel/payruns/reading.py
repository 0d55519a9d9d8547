"""Reading batches and their lines for a person: narrowed to the places where a post may see payments.

A batch belongs to the place it was built for (a county as a rule); a line to the payee's village. A township sees its own
lines, and of a county's batch only those."""

from __future__ import annotations

import datetime
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Min, Q, Sum

from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award, AwardPause
from minzheng.kernel.items import guarded
from minzheng.kernel.months import month_after
from minzheng.kernel.payruns import terms
from minzheng.kernel.payruns.models import PayBatch, PayCheck, PayLine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor

READ = "payment.read"
#: Posts that make, sign or pay batches see all that they pay.
PAYERS = ("pay.build", "pay.review", "pay.approve", "pay.finance", "pay.close")
#: Lines that are money to be paid, being paid or paid by this attempt.
PAYING = ("ready", "sent", "paid", "returned", "unknown", "reissued")


def seen(actor: Actor, item: str = "item_code", region: str = "region_code") -> Q:
    """Which rows of payments a person may see: of the places where a post may see payments; of benefits whose files need
    more (a child's) only who holds that, or who pays them."""
    told = guarded.readable_q(actor, item, region)
    for permission in PAYERS:
        if actor.has(permission):
            told |= actor.scope_q(permission, region)
    return actor.scope_q(READ, region) & told


def batches(actor: Actor) -> QuerySet[PayBatch]:
    """Batches of the places over which a post may see payments."""
    rows = PayBatch.objects.all()
    return rows if actor.is_system else rows.filter(seen(actor))


def batch(actor: Actor, pk: int) -> PayBatch | None:
    people = ("maker", "checker", "approver", "second_approver", "sender")
    return batches(actor).select_related(*people).filter(pk=pk).first()


def lines(actor: Actor) -> QuerySet[PayLine]:
    """Lines of the places over which a post may see payments, with what a table shows of them."""
    rows = PayLine.objects.select_related("batch", "award", "account").defer("award__frozen", "award__account_no")
    return rows if actor.is_system else rows.filter(seen(actor, "batch__item_code"))


def line(actor: Actor, pk: int) -> PayLine | None:
    return lines(actor).filter(pk=pk).first()


def checks(actor: Actor) -> QuerySet[PayCheck]:
    """Findings about visible lines, and those about whole visible batches."""
    rows = PayCheck.objects.select_related("batch", "line__award", "cleared_by").defer(
        "line__award__frozen", "line__award__account_no"
    )
    if actor.is_system:
        return rows
    return rows.filter(
        seen(actor, "batch__item_code", "line__region_code")
        | Q(line=None) & seen(actor, "batch__item_code", "batch__region_code")
    )


def check(actor: Actor, pk: int) -> PayCheck | None:
    return checks(actor).filter(pk=pk).first()


def blocked(batches_: Iterable[PayBatch]) -> Counter[int]:
    """Batch → findings that must be dealt with and have not been: neither cleared, nor is their line out of the batch."""
    open_ones = PayCheck.objects.filter(open_q("block"), batch__in=[one.pk for one in batches_])
    return Counter(dict(open_ones.order_by().values_list("batch_id").annotate(n=Count("pk"))))


def open_q(severity: str = "") -> Q:
    """Findings that still ask for something."""
    found = Q(cleared_at=None) & (Q(line=None) | Q(line__state="ready"))
    return found & Q(severity=severity) if severity else found


def found_by_code(of: PayBatch) -> list[dict[str, Any]]:
    """Findings of a batch by check: {"code", "severity", "found", "open", "cleared", "to_explain"} (the last:
    open and may be explained); one query."""
    rows: QuerySet[Any, Any] = PayCheck.objects.filter(batch=of).values("code", "severity").order_by("code", "severity")
    return list(
        rows.annotate(
            found=Count("pk"),
            open=Count("pk", filter=open_q()),
            cleared=Count("pk", filter=~Q(cleared_at=None)),
            to_explain=Count("pk", filter=open_q() & Q(clearable=True)),
        )
    )


def open_findings(of: PayBatch) -> dict[str, int]:
    """How many open findings may be dealt with together: {"block": lines to be taken out, "clearable": to be explained,
    "funds": the money does not suffice}; one query."""
    return PayCheck.objects.filter(open_q(), batch=of).aggregate(
        block=Count("pk", filter=Q(severity="block", line__isnull=False)),
        clearable=Count("pk", filter=Q(clearable=True)),
        funds=Count("pk", filter=Q(code="C12", severity="block")),
    )


def by_state(of: PayBatch) -> list[dict[str, Any]]:
    """Lines of a batch by state: {"state", "n", "fen"}."""
    rows: QuerySet[Any, Any] = PayLine.objects.filter(batch=of).order_by().values("state")
    return list(rows.annotate(n=Count("pk"), fen=Sum("amount_fen")).order_by("state"))


def returned_by_code(of: PayBatch) -> list[dict[str, Any]]:
    """Lines that the bank returned, by its reason: {"return_code", "n", "fen"}."""
    found = PayLine.objects.filter(batch=of, state__in=("returned", "unknown"))
    rows: QuerySet[Any, Any] = found.order_by().values("return_code")
    return list(rows.annotate(n=Count("pk"), fen=Sum("amount_fen")).order_by("-n"))


def last_paid_month(items: Iterable[str], on: datetime.date) -> datetime.date | None:
    """The newest month, not after that of a day, of which the bank has told results for any of these benefits. For public
    pages: it asks for no actor and tells nothing but the month."""
    told = PayBatch.objects.filter(
        item_code__in=list(items), month__lte=on, state__in=("PARTIAL_RETURN", "ALL_PAID", "CLOSED")
    )
    return told.exclude(kind="reissue").order_by("-month").values_list("month", flat=True).first()


def suspended_too_long(actor: Actor) -> list[dict[str, Any]]:
    """[{"item_code", "n", "since"}] of awards in the actor's places that have been suspended for longer than the term and of
    which nobody has decided yet (reference §3.7)."""
    limit = month_after(clock.today().replace(day=1), -terms.number("suspended_months"))
    rows = AwardPause.objects.filter(to_month=None, from_month__lte=limit, award__state="suspended")
    listed = rows.filter(award__in=Award.objects.filter(actor.scope_q(READ))).order_by("award__item_code")
    found = listed.values(item_code=F("award__item_code")).annotate(n=Count("pk"), since=Min("from_month"))
    return [dict(one) for one in found]
