"""Photos that came for an objection which was never sent: removed after two days."""

from __future__ import annotations

import datetime

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.cases.objections.models import PublicObjection
from minzheng.kernel.documents import services
from minzheng.kernel.documents.models import Attachment
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic

UNSENT = datetime.timedelta(days=2)


@periodic(every_seconds=24 * 3600)
@job("objections.prune_photos", title="清理没有提交的异议照片")
def prune_photos(ctx: Context) -> dict[str, int]:
    """Attachments of kind ``objection`` that belong to no case and no objection."""
    loose = Attachment.objects.filter(
        kind="objection", case=None, removed_at=None, uploaded_at__lt=clock.now() - UNSENT
    )
    sent = {pk for photos in PublicObjection.objects.values_list("photos", flat=True) for pk in photos}
    removed = 0
    for one in loose:
        if str(one.pk) not in sent:
            services.remove(attachment=one, actor=SYSTEM, reason="异议没有提交")
            removed += 1
    return {"removed": removed}
