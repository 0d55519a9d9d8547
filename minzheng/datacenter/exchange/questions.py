"""一户一查 of the matching office (`MatchInquiry`) sent to whoever is registered for the source.

The question's own number is the message id, so that it goes out once, and the batch that its reply becomes names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minzheng.datacenter.exchange import partners, services
from minzheng.datacenter.exchange.errors import ExchangeRefused
from minzheng.datacenter.exchange.models import ExchangeRequest
from minzheng.datacenter.exchange.services import Whom
from minzheng.datacenter.lake import tokens
from minzheng.datacenter.matching import inquiries
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.cases import selectors as cases

if TYPE_CHECKING:
    from minzheng.datacenter.matching.models import MatchInquiry

PURPOSE = "aid_check"


def send_all() -> dict[str, int]:
    """Every open question that is not out yet and for whose source a partner is registered. Each by itself."""
    counts = {"sent": 0, "nobody": 0, "refused": 0}
    rows = inquiries.open_questions()
    out = set(
        ExchangeRequest.objects.filter(message__message_id__in=rows.values("no")).values_list(
            "message__message_id", flat=True
        )
    )
    for question in rows:
        if question.no in out:
            continue
        if partners.for_source(question.source, question.region_code) is None:
            counts["nobody"] += 1
            continue
        try:
            send(question)
            counts["sent"] += 1
        except ExchangeRefused:
            counts["refused"] += 1
    return counts


def send(question: MatchInquiry) -> ExchangeRequest:
    """One question. Raises ExchangeRefused."""
    request = question.request
    people, consents = _of_case(question) if request.case_id else _of_letter(question)
    return services.ask(
        actor=SYSTEM, source=question.source, people=people, purpose=PURPOSE, consents=consents,
        region_code=question.region_code, case=request.case if request.case_id else None, reason=request.purpose,
        message_id=question.no, expires=clock.last_second(question.due_on),
    )  # fmt: skip


def _of_case(question: MatchInquiry) -> tuple[list[Whom], list[dict[str, str]]]:
    """Members of the case that the question names, and the consents that are valid."""
    case = cases.get(SYSTEM, question.request.case_id or 0)
    wanted = set(question.tokens)
    members = [m for m in case.members.all() if m.id_no and tokens.of(m.id_no) in wanted]
    signed = case.consents.filter(member__in=members, revoked_at=None)
    people = [Whom(m.name, m.id_no or "", m.person_id) for m in members]
    return people, [{"ref": str(one.pk), "until": one.valid_until.isoformat()} for one in signed]


def _of_letter(question: MatchInquiry) -> tuple[list[Whom], list[dict[str, str]]]:
    """People of a request from outside, under the consents of its letter."""
    wanted = set(question.tokens)
    rows: list[dict[str, Any]] = [one for one in question.request.people if tokens.of(one["id_no"]) in wanted]
    consents = [
        {"ref": f"{question.request.client_no}-{one['seq']}"[:80], "until": str(one.get("valid_until", ""))}
        for one in rows
    ]
    return [Whom(one["name"], one["id_no"]) for one in rows], consents
