"""Jobs of notices: typeset new ones, clear files nothing refers to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice

from django.db.models import Q

from minzheng.kernel.documents import services, throttle, vault
from minzheng.kernel.documents.models import Attachment, IssuedDocument
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
            if vault.stem(name) not in known:
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
