"""文书的后台任务：排印新文书，清理没有登记的文件。"""

from __future__ import annotations

import time

from minzheng.kernel.documents import services, vault
from minzheng.kernel.documents.models import Attachment, IssuedDocument
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic

#: 一天还没登记的文件，是办理失败时回滚留下的。
ORPHAN_AGE = 24 * 3600


@job("documents.render", title="排印文书")
def render(ctx: Context, document: str) -> dict[str, str]:
    """排印并加密存档；已经排过的直接返回。"""
    return {"sm3": services.render(document_id=int(document)).sha}


@periodic(every_seconds=24 * 3600)
@job("documents.sweep", title="清理无主文件", atomic=False)
def sweep(ctx: Context) -> dict[str, int]:
    """删掉数据库里没有登记、又已过一天的文件，以及写到一半的临时文件。"""
    return {"removed": sweep_orphans(before=time.time() - ORPHAN_AGE)}


def sweep_orphans(*, before: float) -> int:
    """``before``：Unix 秒。返回删掉的文件数。"""
    removed = 0
    for name in vault.names_older_than(before):
        if name.endswith(".part"):
            vault.drop_draft(name)
            removed += 1
        elif not _registered(name):
            vault.drop(name)
            removed += 1
    return removed


def _registered(name: str) -> bool:
    stem = name.rpartition(".")[0] + "."
    if (
        Attachment.objects.filter(path__startswith=stem)
        .exclude(removed_at__isnull=False, case__submitted_at=None)
        .exists()
    ):
        return True
    return IssuedDocument.objects.filter(path=name).exists()
