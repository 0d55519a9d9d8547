"""What a volume holds: every paper of the case in order, and the bytes behind each entry of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.timezone import localdate

from minzheng.kernel.archives.errors import ArchiveError
from minzheng.kernel.cases.running.evidence import canonical
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.documents import services as documents

if TYPE_CHECKING:
    from minzheng.kernel.archives.models import VolumeItem
    from minzheng.kernel.cases.models import Case

JSON = "application/json"
#: Kinds in the order of a paper file: application, consents, material, findings, notices, service, course.
KINDS = {
    "form": "申请",
    "consent": "授权",
    "attachment": "材料",
    "evidence": "证据",
    "document": "文书",
    "service": "送达",
    "acts": "办理经过",
}


@dataclass(frozen=True)
class Paper:
    """One entry of the catalogue before it is numbered. ``sha`` is the SM3 of exactly the bytes that ``content`` gives;
    ``through``: what may grow after filing goes up to here (last act, last settled attempt to serve, 1 for a revocation)."""

    title: str
    kind: str
    made_on: date
    pages: int
    sha: str
    source_id: int
    through: int = 0


def papers(case: Case) -> list[Paper]:
    """Every paper of the case, in the order of the file."""
    return [*_form(case), *_consents(case), *_attachments(case), *_evidence(case), *_documents(case), *_acts(case)]


def _form(case: Case) -> Iterator[Paper]:
    day = localdate(case.submitted_at or case.created_at)
    yield Paper("申请表", "form", day, 1, sm3(form_bytes(case)), case.pk)


def _consents(case: Case) -> Iterator[Paper]:
    for one in case.consents.order_by("signed_at", "pk"):
        through = int(one.revoked_at is not None)
        title = f"{one.name}的授权书" + ("（已撤回）" if through else "")
        data = canonical(_consent(one, through))
        yield Paper(title, "consent", localdate(one.revoked_at or one.signed_at), 1, sm3(data), one.pk, through)


def _attachments(case: Case) -> Iterator[Paper]:
    for one in case.attachments.filter(removed_at=None, destroyed_at=None).order_by("kind", "pk"):
        yield Paper(one.label or one.kind, "attachment", localdate(one.uploaded_at), one.pages, one.sha, one.pk)


def _evidence(case: Case) -> Iterator[Paper]:
    for one in case.evidence.order_by("at", "pk"):
        yield Paper(one.title, "evidence", localdate(one.at), 1, sm3(canonical(one.data)), one.pk)


def _documents(case: Case) -> Iterator[Paper]:
    for one in case.documents.filter(destroyed_at=None).order_by("issued_on", "pk"):
        if not one.path or not one.pages:
            documents.pdf(one)
            one.refresh_from_db(fields=["sha", "pages", "path"])
        yield Paper(f"{one.title}（{one.number}）", "document", one.issued_on, max(one.pages, 1), one.sha, one.pk)
        through = settled_through(one)
        if through:
            data = service_bytes(one, through)
            yield Paper(
                f"{one.title}送达回证", "service", one.served_on or one.issued_on, 1, sm3(data), one.pk, through
            )


def _acts(case: Case) -> Iterator[Paper]:
    last = case.acts.order_by("-seq").first()
    day = localdate(last.at) if last else localdate(case.created_at)
    through = last.seq if last else 0
    yield Paper("办理经过", "acts", day, 1, sm3(acts_bytes(case, through)), case.pk, through)


def form_bytes(case: Case) -> bytes:
    members = [
        {"seq": m.seq, "name": m.name, "relation": m.relation, "id_no": m.id_no, "declared": m.declared}
        for m in case.members.order_by("seq")
    ]
    return canonical({"form": case.form, "members": members})


def acts_bytes(case: Case, through: int) -> bytes:
    """The acts up to number `through`: what is done after filing does not change what was filed."""
    return canonical(
        [
            {
                "seq": a.seq,
                "code": a.code,
                "from": a.from_state,
                "to": a.to_state,
                "actor": a.actor_name,
                "organization": a.organization_name,
                "at": a.at.isoformat(),
                "opinion": a.opinion,
                "reason_code": a.reason_code,
                "data": a.data,
            }
            for a in case.acts.filter(seq__lte=through).order_by("seq")
        ]
    )


def settled_through(document: Any) -> int:
    """The last attempt to serve whose outcome no longer changes (an announcement hangs out for its days); 0 for none."""
    through = 0
    for row in document.services.all():
        if row.outcome == "waiting":
            break
        through = row.seq
    return through


def service_bytes(document: Any, through: int) -> bytes:
    """The attempts to serve a notice, up to this one; empty when there was none."""
    rows = [
        {
            "seq": row.seq,
            "method": row.method,
            "outcome": row.outcome,
            "acted_on": row.acted_on,
            "served_on": row.served_on,
            "receiver": row.receiver,
            "relation": row.relation,
            "witnesses": row.witnesses,
            "post_no": row.post_no,
            "place": row.place,
            "note": row.note,
            "consent": row.consent,
            "proofs": row.proofs,
        }
        for row in document.services.all()
        if row.seq <= through
    ]
    return canonical(rows) if rows else b""


def _consent(one: Any, through: int) -> dict[str, Any]:
    return {
        "name": one.name,
        "method": one.method,
        "signed_at": one.signed_at.isoformat(),
        "valid_until": one.valid_until,
        "revoked_at": one.revoked_at.isoformat() if one.revoked_at and through else None,
        "text_sm3": one.text_sha,
        "attachment": str(one.attachment_id or ""),
    }


def content(item: VolumeItem) -> tuple[bytes, str]:
    """(bytes, type) of one entry, checked against the SM3 of the catalogue. ArchiveError when destroyed or altered."""
    if item.destroyed_at is not None:
        raise ArchiveError(f"第 {item.seq} 件“{item.title}”的内容已经依法销毁，只留目录。")
    data, content_type = _bytes(item)
    if sm3(data) != item.sha:
        raise ArchiveError(
            f"第 {item.seq} 件“{item.title}”与归档时的 SM3 不符，可能被改动过：请报告审计人员，并从备份核对。"
        )
    return data, content_type


def _bytes(item: VolumeItem) -> tuple[bytes, str]:
    case = item.volume.case
    match item.kind:
        case "form":
            return form_bytes(case), JSON
        case "acts":
            return acts_bytes(case, item.through), JSON
        case "consent":
            return canonical(_consent(case.consents.get(pk=item.source_id), item.through)), JSON
        case "evidence":
            return canonical(case.evidence.get(pk=item.source_id).data), JSON
        case "attachment":
            return documents.open_attachment(case.attachments.get(pk=item.source_id))
        case "service":
            return service_bytes(case.documents.get(pk=item.source_id), item.through), JSON
        case _:
            return documents.pdf(case.documents.get(pk=item.source_id)), "application/pdf"
