"""Batches and lines as this person may see them; sums by kind and by township."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce, Substr

from minzheng.kernel import clock
from minzheng.kernel.awards.repricing import reckon
from minzheng.kernel.awards.repricing.models import RepricingBatch, RepricingLine
from minzheng.kernel.awards.repricing.services import MONTHS_AHEAD
from minzheng.kernel.items import guarded
from minzheng.kernel.months import month_after

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor
    from minzheng.kernel.standards.models import StandardSet

KINDS = dict(RepricingLine.KINDS)


def batches_visible_to(actor: Actor) -> QuerySet[RepricingBatch]:
    """Batches of the places of a post with policy.read."""
    rows = RepricingBatch.objects.select_related("made_by", "submitted_by", "approved_by", "closed_by")
    return rows if actor.is_system else rows.filter(actor.scope_q("policy.read"))


def lines_visible_to(actor: Actor) -> QuerySet[RepricingLine]:
    """Lines of awards in the places of a post with award.read."""
    rows = RepricingLine.objects.select_related("batch", "award")
    mine = actor.scope_q("award.read") & guarded.readable_q(actor, "award__item_code")
    return rows if actor.is_system else rows.filter(mine)


@dataclass(frozen=True)
class Subtotal:
    """One row of sums, fen a month (`back_pay_fen` once)."""

    label: str
    code: str
    count: int
    before_fen: int
    after_fen: int
    back_pay_fen: int

    @property
    def more_fen(self) -> int:
        return self.after_fen - self.before_fen


def by_kind(batch: RepricingBatch) -> list[Subtotal]:
    """Sums of the lines by what is to be done with them; awards whose amount stays are only counted."""
    found = _sums(batch.lines.values("kind"))
    rows = [_sum(KINDS[one["kind"]], one["kind"], one) for one in found]
    order = list(KINDS)
    rows.sort(key=lambda row: order.index(row.code))
    same = int(batch.counts.get("same", 0))
    return [*rows, Subtotal("金额不变", "", same, 0, 0, 0)] if same else rows


def by_town(batch: RepricingBatch) -> list[Subtotal]:
    """Raises and back pay by township; the label is the region's code."""
    lines = batch.lines.filter(kind__in=("raise", "back_pay")).annotate(town=Substr("region_code", 1, 9))
    return [_sum(one["town"].ljust(12, "0"), one["town"], one) for one in _sums(lines.values("town")).order_by("town")]


def _sums(grouped: QuerySet[Any]) -> QuerySet[Any]:
    return grouped.annotate(
        n=Count("pk"), before=Sum("before_fen"), after=Sum(Coalesce(F("after_fen"), F("before_fen"))),
        back=Sum("back_pay_fen"),
    )  # fmt: skip


def _sum(label: str, code: str, one: dict[str, Any]) -> Subtotal:
    return Subtotal(label, code, one["n"], one["before"] or 0, one["after"] or 0, one["back"] or 0)


def may_open(one: StandardSet) -> bool:
    """Whether a batch can be made for this set now: signed, its month near, and none made yet."""
    if one.state != "signed" or reckon.first_month_of(one.valid_from) > month_after(clock.today(), MONTHS_AHEAD):
        return False
    return one.values.filter(state="signed", confirms=False, repriced_in=None).exists()
