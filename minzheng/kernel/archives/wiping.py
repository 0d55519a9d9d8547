"""Destroying contents: files are deleted, sealed fields emptied. Rows, numbers, dates, hashes and audit lines remain."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from minzheng.kernel import clock
from minzheng.kernel.archives import retention
from minzheng.kernel.archives.models import Volume, VolumeItem
from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases.states import TERMINAL
from minzheng.kernel.documents import terms, vault
from minzheng.kernel.documents.models import Attachment, IssuedDocument

if TYPE_CHECKING:
    from minzheng.kernel.cases.models import Case

OVER, PURPOSE_SERVED = "保管期满", "目的已实现"


def wipe(volume: Volume) -> None:
    """Empty one volume, inside the caller's transaction; the files go when it is committed."""
    case = volume.case
    for attachment in case.attachments.filter(destroyed_at=None):
        drop_attachment(attachment)
    for document in case.documents.filter(destroyed_at=None):
        _document(document)
    _case(case)
    volume.items.filter(destroyed_at=None).update(destroyed_at=clock.now(), destroyed_why=OVER)


def drop_attachment(attachment: Attachment) -> None:
    """The row stays with its SM3, the file goes."""
    attachment.destroyed_at = clock.now()
    attachment.save(update_fields=["destroyed_at"])
    _drop_later(attachment.path, vault.sibling(attachment.path, "thumb"))


def _document(document: IssuedDocument) -> None:
    path = document.path
    document.fields, document.path, document.destroyed_at = {}, "", clock.now()
    document.save(update_fields=["fields", "path", "destroyed_at"])
    for row in document.services.all():
        row.receiver, row.relation, row.witnesses, row.place, row.note = "", "", "", "", ""
        row.save(update_fields=["receiver", "relation", "witnesses", "place", "note"])
    if path:
        _drop_later(path)


def _drop_later(*names: str) -> None:
    def drop() -> None:
        for name in names:
            vault.drop(name)

    transaction.on_commit(drop)


def _case(case: Case) -> None:
    """What was declared, found and said; the acts keep who, when and which step, and the dates that clocks count
    from."""
    from minzheng.kernel.cases.deadlines.timing import CLOCK_DATES

    case.form = {}
    case.save(update_fields=["form"])
    for member in case.members.all():
        member.id_no, member.declared, member.verified = "", {}, {}
        member.save(update_fields=["id_no", "id_index", "declared", "verified"])
    for evidence in case.evidence.all():
        evidence.data = {}
        evidence.save(update_fields=["data"])
    for act in case.acts.all():
        act.data = {name: act.data[name] for name in CLOCK_DATES if act.data.get(name)}
        act.opinion = ""
        act.save(update_fields=["data", "opinion"])
    for message in case.messages.all():
        message.to, message.body = "", ""
        message.save(update_fields=["to", "body"])


def wipe_biometrics() -> int:
    """Faces and fingerprints go some days after their purpose is served (个人信息保护法第十九条), whatever the retention of
    the rest; returns how many."""
    before = clock.now() - timedelta(days=terms.number("biometric_days"))
    found = Attachment.objects.filter(
        kind__in=retention.biometric_kinds(), destroyed_at=None, case__state__in=TERMINAL, uploaded_at__lt=before
    ).exclude(case__acts__at__gte=before)
    count = 0
    for attachment in found.select_related("case")[:500]:
        with transaction.atomic():
            drop_attachment(attachment)
            VolumeItem.objects.filter(kind="attachment", source_id=attachment.pk).update(
                destroyed_at=clock.now(), destroyed_why=PURPOSE_SERVED
            )
            audit.record(
                actor=audit.SYSTEM,
                action="attachment.destroy",
                obj=attachment,
                region_code=attachment.case.region_code if attachment.case else "",
                reason=PURPOSE_SERVED,
                detail={"kind": attachment.kind, "sm3": attachment.sha},
            )
        count += 1
    return count
