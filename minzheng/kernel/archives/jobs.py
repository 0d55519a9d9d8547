"""Jobs of the archive: file what is finished, carry out approved destruction, delete biometric pictures in time."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Max

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.archives import destruction, editions, services, wiping
from minzheng.kernel.archives.errors import ArchiveError
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.states import TERMINAL
from minzheng.kernel.documents import terms
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic

_BATCH = 500


@periodic(every_seconds=24 * 3600)
@job("archives.close", title="办结满期限的办件归档", atomic=False)
def close(ctx: Context) -> dict[str, int]:
    """Cases finished long enough ago become volumes; what cannot be filed yet is left for the next day and counted."""
    return close_finished(ctx)


def close_finished(ctx: Context | None = None) -> dict[str, int]:
    before = clock.now() - timedelta(days=terms.number("archive_days"))
    finished = (
        Case.objects.filter(state__in=TERMINAL, volumes__isnull=True, no__isnull=False)
        .annotate(last=Max("acts__at"))
        .filter(last__lt=before)
        .order_by("pk")
    )
    counts = {"filed": 0, "left": 0}
    for pk in finished.values_list("pk", flat=True)[:_BATCH]:
        if ctx is not None:
            ctx.check()
        try:
            services.close_case(case_id=pk, actor=SYSTEM)
            counts["filed"] += 1
        except ArchiveError:
            counts["left"] += 1
    return counts


@periodic(every_seconds=24 * 3600)
@job("archives.supplement", title="归档以后新增的文书、动作补入案卷", atomic=False)
def supplement(ctx: Context) -> dict[str, int]:
    """A notice issued after filing, its service, acts that come later: each volume once a day, in one further edition."""
    return supplement_volumes(ctx)


def supplement_volumes(ctx: Context | None = None) -> dict[str, int]:
    counts = {"volumes": 0, "papers": 0}
    for pk in list(editions.behind().values_list("pk", flat=True)[:_BATCH]):
        if ctx is not None:
            ctx.check()
        added = editions.supplement(volume_id=pk, actor=SYSTEM)
        counts["volumes"] += int(added > 0)
        counts["papers"] += added
    return counts


@job("archives.destroy", title="销毁已批准清册里的案卷", atomic=False)
def destroy(ctx: Context, listed_in: str) -> dict[str, int]:
    return destruction.carry_out(int(listed_in))


@periodic(every_seconds=24 * 3600)
@job("archives.biometrics", title="销毁目的已实现的人脸、指纹影像", atomic=False)
def biometrics(ctx: Context) -> dict[str, int]:
    return {"destroyed": wiping.wipe_biometrics()}
