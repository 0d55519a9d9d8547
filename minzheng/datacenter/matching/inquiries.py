"""一户一查: sources that answer by letter (deposits, securities, insurance). A question is noted with its limit; the reply
comes as a batch of the lake or through the exchange; what is overdue makes the report 缺项 (reference §2.4).

For whoever carries questions and replies (files, REST): `open_questions`, `answered`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from minzheng.datacenter.matching import asking, from_lake, terms
from minzheng.datacenter.matching.interface import Asked
from minzheng.datacenter.matching.models import MatchInquiry, MatchRequest
from minzheng.kernel import clock
from minzheng.kernel.calendar.selectors import add_working_days, calendar

if TYPE_CHECKING:
    from minzheng.datacenter.matching.composing import Known

#: Sources whose answers take longer, with the term of their limit.
LIMITS = {"deposit": "bank_reply_days", "securities": "bank_reply_days", "insurance": "bank_reply_days"}


def open_questions(source: str = "") -> QuerySet[MatchInquiry]:
    """What still waits for a reply, oldest first; of one source, or of all."""
    rows = MatchInquiry.objects.filter(state="waiting").select_related("request").order_by("asked_at", "pk")
    return rows.filter(source=source) if source else rows


def waiting(request: MatchRequest) -> list[MatchInquiry]:
    """The questions of a request that are still out."""
    return list(request.inquiries.filter(state="waiting").order_by("pk")) if request.pk else []


def send(request: MatchRequest, known: Known, people: Sequence[Asked]) -> list[MatchInquiry]:
    """Note one question a source that said it would answer later. Saves the request."""
    request.save()
    sent = []
    for line in (q for q in known.queries if q["state"] == asking.WAITING):
        due = add_working_days(clock.today(), terms.number(LIMITS.get(line["source"], "reply_days"))).date
        line["due_on"] = due.isoformat()
        asked = {int(pk) for pk in line["people"]}
        number = request.inquiries.count() + 1
        sent.append(
            MatchInquiry.objects.create(
                request=request,
                region_code=request.region_code,
                no=f"{request.no}-{number:02d}",
                source=line["source"],
                tokens=[p.id_token for p in people if p.member_id in asked and p.id_token is not None],
                asked_at=clock.now(),
                due_on=due,
                yellow_on=_yellow(due, terms.number(LIMITS.get(line["source"], "reply_days"))),
                is_demo=request.is_demo,
            )
        )
    return sent


def _yellow(due: datetime.date, days: int) -> datetime.date:
    """From this day the question is yellow: so much of the limit, or less, is left."""
    left = -(-days * terms.number("yellow_percent") // 100)
    known, day = calendar(), due
    while left > 0:
        if known.is_workday(day):
            left -= 1
        if left:
            day -= datetime.timedelta(days=1)
    return day


def answered(*, inquiry: MatchInquiry, ref: str, at: datetime.datetime | None = None) -> None:
    """The reply to a question is in the lake now, under this batch or letter number. Whoever runs the exchange says so
    here; the periodic job then goes on with the case."""
    inquiry.state, inquiry.reply_ref = "answered", ref[:80]
    inquiry.answered_at = at or clock.now()
    inquiry.save(update_fields=["state", "reply_ref", "answered_at"])


def take_in(request: MatchRequest, known: Known, people: Sequence[Asked], today: datetime.date) -> None:
    """Answers that came meanwhile into `known`; questions past their limit are late, and their source is 缺项. A consent
    that ended after the question was sent does not undo the answer: what counts is the day of the query."""
    for line in known.queries:
        if line["state"] != asking.WAITING:
            continue
        question = request.inquiries.filter(source=line["source"]).exclude(state="dropped").order_by("-pk").first()
        if question is None:
            line["state"] = asking.MISSING
            continue
        if question.state == "waiting":
            _look(question, today)
        if question.state == "answered":
            _read(line, known, people, request)
        elif question.state == "late":
            line["state"] = asking.MISSING


def _look(question: MatchInquiry, today: datetime.date) -> None:
    """A batch that names the question, or its request, is its reply."""
    batch = from_lake.reply_to(question.source, (question.no, question.request.no), question.asked_at)
    if batch:
        answered(inquiry=question, ref=batch)
    elif today > question.due_on:
        question.state = "late"
        question.save(update_fields=["state"])


def _read(line: dict[str, Any], known: Known, people: Sequence[Asked], request: MatchRequest) -> None:
    asked = {int(pk) for pk in line["people"]}
    facts = from_lake.replied(str(line["source"]), [p for p in people if p.member_id in asked], request.as_of)
    for pk, rows in facts.items():
        known.facts.setdefault(pk, []).extend(rows)
    line |= {
        "state": asking.ANSWERED,
        "answered_at": clock.now().isoformat(),
        "facts": sum(len(rows) for rows in facts.values()),
        "batches": sorted({f.batch for rows in facts.values() for f in rows if f.batch}),
    }
