"""What may be seen of requests and reports: lists, one report with its versions, papers of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from minzheng.datacenter.matching.models import MatchInquiry, MatchRequest
from minzheng.kernel import clock
from minzheng.kernel.items import registry

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.cases.models import Evidence

READ = "match.read"
ISSUED = ("issued", "reissued", "upheld")


def visible_to(actor: Actor) -> QuerySet[MatchRequest]:
    """Requests of the places where one post holds match.read; of guarded items only where those may be read."""
    rows = MatchRequest.objects.select_related("case")
    if actor.is_system:
        return rows
    hidden = [item.code for item in registry.all_items() if item.reader and not actor.has(item.reader)]
    return rows.filter(actor.scope_q(READ)).exclude(item_code__in=hidden)


def get(actor: Actor, pk: int) -> MatchRequest | None:
    """One request. A case's request is seen by whoever may see the case."""
    row = visible_to(actor).filter(pk=pk).first()
    if row is None or row.case is None or actor.is_system:
        return row
    from minzheng.kernel.cases.selectors import visible_to as cases

    return row if cases(actor).filter(pk=row.case.pk).exists() else None


def versions(request: MatchRequest) -> list[Evidence]:
    """Every issued report of a case's request, oldest first; [] for requests from outside."""
    if request.case is None:
        return []
    rows = request.case.evidence.filter(kind="match_report").order_by("at", "pk")
    return [row for row in rows if row.data.get("no") == request.no]


def judgements(request: MatchRequest, report: Evidence) -> tuple[dict[str, Any], dict[str, Any]]:
    """({key: judgement}, {key of a hit: review}) that hold for this version."""
    from minzheng.kernel.cases.running import reports

    rows = list(request.case.evidence.filter(kind__in=(reports.JUDGEMENT, reports.REVIEW))) if request.case else []
    return reports.judged(report, rows), reports.reviewed(report, rows)


def objections(request: MatchRequest) -> list[Evidence]:
    """Objections of the family to the check and the re-checks that answered them, oldest first."""
    if request.case is None:
        return []
    return list(request.case.evidence.filter(kind__in=("match_objection", "match_recheck")).order_by("at", "pk"))


def inquiries_visible(actor: Actor) -> QuerySet[MatchInquiry]:
    return MatchInquiry.objects.filter(actor.scope_q(READ)).select_related("request")


def shown_state(request: MatchRequest) -> str:
    """The state as it is today: an issued report whose validity is over is expired, an open objection disputes it."""
    if is_over(request):
        return "expired"
    disputed = any(row.kind == "match_objection" and row.closed_at is None for row in objections(request))
    return "disputed" if disputed and request.state in ISSUED else request.state


def is_over(request: MatchRequest) -> bool:
    """Whether the validity of an issued report has passed."""
    return request.state in ISSUED and request.valid_until is not None and request.valid_until < clock.today()


def expired_q() -> Q:
    return Q(state__in=ISSUED, valid_until__lt=clock.today())
