"""Jobs of notices: typeset new ones, clear files nothing refers to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from itertools import islice

from django.db.models import Q

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.audit.models import AuditEntry
from minzheng.kernel.documents import selectors, services, throttle, vault
from minzheng.kernel.documents.catalogue import notices as catalogue
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.documents.service import serving
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic

#: A file still unregistered after a day was left by an act that rolled back; older ones were seen by earlier sweeps, so
#: there is no need to go through everything daily.
ORPHAN_AGE, LOOK_BACK = 24 * 3600, 8 * 24 * 3600
_BATCH = 500


@job("documents.render", title="排印文书")
def render(ctx: Context, document: str) -> dict[str, str]:
    """Typeset, encrypt and keep; returns at once when that was done already."""
    return {"sm3": services.render(document_id=int(document)).sha}


@periodic(every_seconds=24 * 3600)
@job("documents.sweep", title="清理无主文件", atomic=False)
def sweep(ctx: Context) -> dict[str, int]:
    """Delete files over a day old that the database does not know, and half-written temporary files."""
    now = time.time()
    return {"removed": sweep_orphans(since=now - LOOK_BACK, before=now - ORPHAN_AGE)}


@periodic(every_seconds=24 * 3600)
@job("documents.sweep_counts", title="清理公开页面的使用次数")
def sweep_counts(ctx: Context) -> dict[str, int]:
    """Delete counts of public pages whose period is long past."""
    return {"removed": throttle.drop_old()}


def sweep_orphans(*, since: float, before: float) -> int:
    """Clear those changed between these two moments (Unix seconds); returns how many were deleted."""
    removed = 0
    for names in _batches(vault.names_between(since, before)):
        known = _registered(names)
        for name in names:
            if vault.stem(name) not in known and not name.endswith(vault.KEPT_ELSEWHERE):
                vault.drop(name)
                removed += 1
    return removed + vault.drop_drafts(before)


def _batches(names: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(names, _BATCH)):
        yield batch


def _registered(names: list[str]) -> set[str]:
    """File names (without suffix) the database knows; attachments removed from a draft do not count."""
    wanted = [f"{stem}.{suffix}" for stem in {vault.stem(name) for name in names} for suffix in vault.SUFFIXES]
    gone = Q(removed_at__isnull=False) & (Q(case=None) | Q(case__submitted_at=None))
    kept = Attachment.objects.filter(path__in=wanted).exclude(gone).values_list("path", flat=True)
    issued = IssuedDocument.objects.filter(path__in=wanted).values_list("path", flat=True)
    return {vault.stem(path) for path in [*kept, *issued]}


@periodic(every_seconds=24 * 3600)
@job("documents.service", title="公告期满登记送达，登记超期未送达的文书", atomic=False)
def service(ctx: Context) -> dict[str, int]:
    """Announcements whose days are over count as served; every notice that is late gets one line in the audit log, so
    that nothing decided stays unserved unnoticed."""
    today = clock.today()
    with ctx.atomic():
        served = serving.close_announcements(today)
    return {"served": served, "late": note_late(today)}


def note_late(today: date) -> int:
    """One audit line for each late notice, once; returns how many were new."""
    late = IssuedDocument.objects.filter(
        served_on=None, code__in=catalogue.SERVED, destroyed_at=None, issued_on__lt=selectors.late_since(today)
    ).exclude(pk__in=AuditEntry.objects.filter(action="document.unserved").values("object_id"))
    count = 0
    for document in late.only("pk", "region_code", "code", "number", "issued_on").iterator(chunk_size=500):
        audit.record(
            actor=audit.SYSTEM,
            action="document.unserved",
            obj=document,
            reason="超过送达时限仍未送达",
            detail={"code": document.code, "number": document.number, "issued_on": document.issued_on.isoformat()},
        )
        count += 1
    return count
