"""Jobs of repricing: batches for values that have come into force, computing, carrying out."""

from __future__ import annotations

from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import SYSTEM
from minzheng.kernel.awards.repricing import applying, computing, services
from minzheng.kernel.awards.repricing.models import RepricingBatch
from minzheng.kernel.jobs.context import Context
from minzheng.kernel.jobs.registry import job, periodic
from minzheng.kernel.standards import values


@periodic(every_seconds=6 * 3600)
@job("repricing.due", title="新标准生效，提出重算", atomic=False)
def due(ctx: Context) -> dict[str, int]:
    """A batch for every signed value whose day has come (or had passed when it was signed)."""
    opened = 0
    for rows in services.groups(services.waiting_values().filter(valid_from__lte=clock.today())):
        with ctx.atomic():
            services.open_batch(actor=SYSTEM, rows=rows)
        opened += 1
    return {"opened": opened}


@job(services.COMPUTE, title="按新标准重算：测算", atomic=False)
def compute(ctx: Context, batch: str) -> dict[str, int]:
    """Piece by piece; begins again where it stopped."""
    values.forget()  # a value signed a moment ago in another process counts
    row = RepricingBatch.objects.get(pk=int(batch))
    total = computing.awards_of(row).count()
    while True:
        with ctx.atomic():
            more = computing.compute_piece(row.pk)
        row.refresh_from_db(fields=["looked_at", "counts"])
        if not more:
            return {"looked_at": row.looked_at, **row.counts}
        ctx.progress(100 * row.looked_at / max(total, 1), f"已测算 {row.looked_at}／{total} 份")


@job(services.APPLY, title="按新标准重算：执行", atomic=False)
def apply(ctx: Context, batch: str) -> dict[str, int]:
    """Piece by piece; lines that are done stay done."""
    values.forget()
    row = RepricingBatch.objects.get(pk=int(batch))
    lines = row.lines.filter(kind__in=computing.APPLIED_IN_BULK)
    total = lines.count()
    while True:
        with ctx.atomic():
            more = applying.apply_piece(row.pk)
        done = lines.exclude(state="open").count()
        if not more:
            return {"applied": lines.filter(state="applied").count(), "skipped": lines.filter(state="skipped").count()}
        ctx.progress(100 * done / max(total, 1), f"已执行 {done}／{total} 份")
