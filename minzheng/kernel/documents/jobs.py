"""文书的后台任务：排印新文书，清理没有登记的文件。"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice

from django.db.models import Q

from minzheng.kernel.documents import services, vault
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic

#: 一天还没登记的文件，是办理失败时回滚留下的；更早的在前几次清理里看过，不必每天翻遍全部文件。
ORPHAN_AGE, LOOK_BACK = 24 * 3600, 8 * 24 * 3600
_BATCH = 500


@job("documents.render", title="排印文书")
def render(ctx: Context, document: str) -> dict[str, str]:
    """排印并加密存档；已经排过的直接返回。"""
    return {"sm3": services.render(document_id=int(document)).sha}


@periodic(every_seconds=24 * 3600)
@job("documents.sweep", title="清理无主文件", atomic=False)
def sweep(ctx: Context) -> dict[str, int]:
    """删掉数据库里没有登记、又已过一天的文件，以及写到一半的临时文件。"""
    now = time.time()
    return {"removed": sweep_orphans(since=now - LOOK_BACK, before=now - ORPHAN_AGE)}


def sweep_orphans(*, since: float, before: float) -> int:
    """清理改动时间在这两个时刻（Unix 秒）之间的；返回删掉的文件数。"""
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
    """有登记的文件名（不含后缀）；草稿里移除了的材料不算。"""
    wanted = [f"{stem}.{suffix}" for stem in {vault.stem(name) for name in names} for suffix in vault.SUFFIXES]
    gone = Q(removed_at__isnull=False) & (Q(case=None) | Q(case__submitted_at=None))
    kept = Attachment.objects.filter(path__in=wanted).exclude(gone).values_list("path", flat=True)
    issued = IssuedDocument.objects.filter(path__in=wanted).values_list("path", flat=True)
    return {vault.stem(path) for path in [*kept, *issued]}
