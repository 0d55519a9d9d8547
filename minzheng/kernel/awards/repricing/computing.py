"""Computing a batch in pieces: each piece is one transaction that writes its lines and moves the cursor, so that a killed
worker goes on where it stopped and no award is counted twice."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from minzheng.kernel import clock
from minzheng.kernel.awards.models import Award
from minzheng.kernel.awards.repricing import reckon
from minzheng.kernel.awards.repricing.models import RepricingBatch, RepricingLine
from minzheng.kernel.awards.repricing.reckon import Reckoned, Reckoning

#: Awards in one transaction.
PIECE = 200
#: Their difference belongs to the sum that is approved.
APPLIED_IN_BULK = ("raise", "back_pay")


def awards_of(batch: RepricingBatch) -> QuerySet[Award]:
    """Awards of the place that are paid for any month from the first of the new values on, once-only ones left out."""
    first = reckon.first_month_of(batch.effective_on)
    return Award.objects.filter(
        Q(last_month=None) | Q(last_month__gte=first),
        reckon.in_place(batch.region_code),
        state__in=("active", "suspended", "tapering", "ended"),
        amount_fen__gt=0,
        cycle__in=("monthly", "quota"),
    ).exclude(state="ended", last_month=None)


def compute_piece(pk: int) -> bool:
    """Look at the next awards; whether any are left. To be called inside a transaction of its own."""
    batch = RepricingBatch.objects.select_for_update().get(pk=pk)
    if batch.state != "computing" or batch.from_month is None:
        return False
    awards = list(awards_of(batch).filter(pk__gt=batch.cursor).order_by("pk").prefetch_related("pauses")[:PIECE])
    earlier = made_up_for(award.pk for award in awards)
    lines, counts = [], defaultdict(int, batch.counts)
    for award in awards:
        told = Reckoning(award, earlier.get(award.pk, {})).run(batch.effective_on, batch.from_month)
        counts[told.kind or "same"] += 1
        _add_up(batch, award, told)
        if told.kind:
            lines.append(_line(batch, award, told))
    RepricingLine.objects.bulk_create(lines)
    batch.counts, batch.looked_at = dict(counts), batch.looked_at + len(awards)
    if awards:
        batch.cursor = awards[-1].pk
    else:
        _finish(batch)
    batch.save()
    return bool(awards)


def _add_up(batch: RepricingBatch, award: Award, told: Reckoned) -> None:
    if award.state != "ended" and award.cycle == "monthly":
        batch.before_fen += award.amount_fen
        after = told.after_fen if told.kind == "raise" else award.amount_fen
        batch.after_fen += award.amount_fen if after is None else after
    if told.kind in APPLIED_IN_BULK:
        batch.back_pay_fen += told.back_pay_fen


def _line(batch: RepricingBatch, award: Award, told: Reckoned) -> RepricingLine:
    return RepricingLine(
        batch=batch, award=award, region_code=award.region_code, item_code=award.item_code, kind=told.kind,
        before_fen=told.before_fen, after_fen=told.after_fen,
        back_pay_fen=told.back_pay_fen if told.kind in APPLIED_IN_BULK else 0,
        months=[one.as_json() for one in told.months], reason=told.reason[:200], basis_sha=award.frozen_sha,
    )  # fmt: skip


def _finish(batch: RepricingBatch) -> None:
    """With nothing to do the batch is over: it says that everybody was looked at and nobody's amount changes."""
    touched = any(count for kind, count in batch.counts.items() if kind != "same")
    batch.state = "computed" if touched else "applied"
    if not touched:
        batch.applied_at = clock.now()


def made_up_for(awards: Iterable[int]) -> dict[int, dict[datetime.date, int]]:
    """{award: {month: fen}} of the back pay that batches have carried out already."""
    found: dict[int, dict[datetime.date, int]] = {}
    done = RepricingLine.objects.filter(award__in=list(awards), state="applied", back_pay_fen__gt=0)
    for award, months in done.values_list("award_id", "months"):
        of_award = found.setdefault(award, defaultdict(int))
        for one in months:
            of_award[datetime.date.fromisoformat(one["month"])] += one["after_fen"] - one["before_fen"]
    return found
