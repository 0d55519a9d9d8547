"""Serving notices (送达): five methods in their order, each with its proof; when a notice counts as served, and until
when the addressee may seek remedy.

《行政处罚法》第六十一条 with 《民事诉讼法》第八十七条至第九十五条; the days are terms, see ``terms.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.calendar import days
from minzheng.kernel.calendar.selectors import calendar
from minzheng.kernel.cases.deadlines.served import recount
from minzheng.kernel.documents import terms
from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.errors import DocumentError
from minzheng.kernel.documents.models import IssuedDocument, ServiceRecord
from minzheng.kernel.notices import choices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minzheng.kernel.accounts.actors import Actor

#: In the order in which they are tried: in person, electronically with consent, by post, left behind, by announcement.
SERVICE_METHODS = ("直接", "电子", "邮寄", "留置", "公告")


@dataclass(frozen=True)
class Proof:
    """What proves the service. ``relation``: of the receiver to the addressee, where another person received it;
    ``photos``: ids of stored attachments."""

    receiver: str = ""
    relation: str = ""
    witnesses: str = ""
    post_no: str = ""
    place: str = ""
    note: str = ""
    photos: Sequence[int] = ()


@transaction.atomic
def record_service(
    *,
    document: IssuedDocument,
    method: str,
    on: date,
    actor: Actor,
    proof: Proof | None = None,
    failed: bool = False,
) -> ServiceRecord:
    """Record one attempt to serve: how, when, with which proof. DocumentError naming everything that is missing.

    ``failed``: it did not arrive (nobody at home, letter returned); another method follows. An announcement counts as
    served when its days are over; all others on ``on``. The time to seek remedy runs from that day.
    """
    locked = IssuedDocument.objects.select_for_update(of=("self",)).select_related("case").get(pk=document.pk)
    proof = proof or Proof()
    _check_dates(locked, method, on)
    earlier = list(locked.services.all())
    consent = _consent(locked, on) if method == "电子" else ""
    problems = [] if failed else _lacking(locked, method, proof, earlier, consent)
    if failed and not proof.note:
        problems.append("没有送到的，请写明原因，例如“家中无人”“邮件退回：迁移新址不明”。")
    if problems:
        raise DocumentError("".join(problems))
    served_on, outcome = _counts(method, on, failed)
    row = ServiceRecord(
        document=locked,
        seq=(locked.services.aggregate(last=Max("seq"))["last"] or 0) + 1,
        method=method,
        outcome=outcome,
        acted_on=on,
        served_on=served_on,
        receiver=proof.receiver[:60],
        relation=proof.relation[:20],
        witnesses=proof.witnesses[:120],
        post_no=proof.post_no[:40],
        place=proof.place[:120],
        note=proof.note[:200],
        consent=consent[:80],
        proofs=[str(pk) for pk in proof.photos],
        recorded_by=actor.user,
    )
    row.save(force_insert=True)
    if outcome == "served":
        _mark(locked, method, on)
    document.service_method, document.served_on = locked.service_method, locked.served_on
    audit.record(
        actor=actor,
        action="document.serve",
        obj=locked,
        detail={"method": method, "on": on.isoformat(), "outcome": outcome, "seq": row.seq},
    )
    return row


def _check_dates(document: IssuedDocument, method: str, on: date) -> None:
    if method not in SERVICE_METHODS:
        raise DocumentError(f"没有“{method}”这种送达方式；请选：{'、'.join(SERVICE_METHODS)}。")
    if not catalogue.notice(document.code).served:
        raise DocumentError(f"《{document.title}》不是要送达当事人的文书，不用登记送达。")
    if document.served_on is not None:
        raise DocumentError(f"这份文书已于 {document.served_on} {document.service_method}送达，不用再登记。")
    if on < document.issued_on:
        raise DocumentError(f"送达日 {on} 早于文书日期 {document.issued_on}，请核对。")
    if on > clock.today():
        raise DocumentError(f"送达日 {on} 还没有到，请在送达以后登记。")


def _consent(document: IssuedDocument, on: date) -> str:
    person = document.case.applicant if document.case else None
    return choices.electronic_consent(person, on)


def _lacking(
    document: IssuedDocument, method: str, proof: Proof, earlier: list[ServiceRecord], consent: str
) -> list[str]:
    """What this method's proof lacks, as sentences."""
    problems = []
    if method == "直接":
        if not proof.receiver:
            problems.append("当面送达要填写收件人。")
        elif proof.receiver != document.addressee_name and not proof.relation:
            problems.append("不是本人签收的，要填写与当事人的关系（同住的成年家属或者本人指定的代收人）。")
    elif method == "电子" and not consent:
        problems.append("当事人没有同意电子送达：请先登记同意，或者改用其他方式。")
    elif method == "邮寄" and not proof.post_no:
        problems.append("邮寄送达要填写邮件号码。")
    elif method == "留置":
        problems += _left_behind(proof)
    elif method == "公告":
        tried = [row for row in earlier if row.outcome == "failed" and row.method != "公告"]
        if not tried:
            problems.append("公告是最后的办法：要先登记至少一次其他方式没有送到。")
        if not proof.place:
            problems.append("公告送达要填写张贴或者刊登的地方。")
        if any(row.outcome == "waiting" for row in earlier):
            problems.append("这份文书正在公告，期满自动登记送达。")
    return problems


def _left_behind(proof: Proof) -> list[str]:
    """Left at the home of who refuses to sign: witnesses, or pictures of how it was left; the brief asks for both."""
    needed = terms.number("leave_witnesses")
    named = [name for name in proof.witnesses.replace("、", " ").replace("，", " ").split() if name]
    problems = []
    if len(named) < needed:
        problems.append(f"留置送达要有 {needed} 名以上见证人签名，请填写见证人的姓名和身份。")
    if not proof.photos:
        problems.append("留置送达要拍照记录送达过程，请上传照片。")
    if not proof.note:
        problems.append("留置送达要写明拒收的情况。")
    if not proof.place:
        problems.append("留置送达要填写地点（当事人的住所）。")
    return problems


def _counts(method: str, on: date, failed: bool) -> tuple[date | None, str]:
    """(day on which it counts as served, outcome)."""
    if failed:
        return None, "failed"
    if method == "公告":
        return days.natural(on, terms.number("announce_days", on), calendar(), roll=False).date, "waiting"
    return on, "served"


def _mark(document: IssuedDocument, method: str, on: date) -> None:
    document.service_method, document.served_on = method, on
    document.save(update_fields=["service_method", "served_on"])
    recount(document.code, document.case_id)


@transaction.atomic
def close_announcements(today: date) -> int:
    """Announcements whose days are over count as served; returns how many."""
    waiting = ServiceRecord.objects.filter(outcome="waiting", served_on__lt=today).select_related("document")
    over = list(waiting.select_for_update(of=("self",)))
    for row in over:
        row.outcome = "served"
        row.save(update_fields=["outcome"])
        if row.document.served_on is None and row.served_on is not None:
            _mark(row.document, "公告", row.served_on)
            audit.record(
                actor=audit.SYSTEM,
                action="document.serve",
                obj=row.document,
                detail={"method": "公告", "on": row.served_on.isoformat(), "outcome": "served", "seq": row.seq},
            )
    return len(over)


@dataclass(frozen=True)
class Remedy:
    """The last days to seek reconsideration and to sue; ``running`` while at least one is still ahead."""

    review_ends: date
    court_ends: date
    running: bool


def remedy_of(document: IssuedDocument, today: date | None = None) -> Remedy | None:
    """From when to when the addressee may seek remedy; None before service and for notices without remedy."""
    if document.served_on is None or not document.fields.get("remedy"):
        return None
    table, start = calendar(), document.served_on
    review = days.natural(start, terms.number("remedy_review_days", document.issued_on), table).date
    court = days.months(start, terms.number("remedy_court_months", document.issued_on), table).date
    return Remedy(review, court, (today or clock.today()) <= max(review, court))
