"""Reading batches, templates and where an imported award came from; narrowed to the places of the actor's posts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minzheng.kernel.exchange.models import ImportBatch, ImportLink, MappingTemplate

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor


def visible_to(actor: Actor) -> QuerySet[ImportBatch]:
    """Batches of the places of a post with caseload.read."""
    rows = ImportBatch.objects.select_related("made_by", "approved_by")
    return rows if actor.is_system else rows.filter(actor.scope_q("caseload.read"))


def get(actor: Actor, pk: int) -> ImportBatch | None:
    return visible_to(actor).filter(pk=pk).first()


def templates(region_code: str) -> QuerySet[MappingTemplate]:
    return MappingTemplate.objects.filter(region_code=region_code).order_by("name")


def origin(award_id: int) -> tuple[ImportBatch, int] | None:
    """(batch, line of the file) of an imported award; None for one decided here."""
    link = ImportLink.objects.filter(kind="A", object_id=award_id).select_related("batch").first()
    return (link.batch, link.line) if link else None


def loaded_totals(region_code: str = "") -> dict[str, Any]:
    """{"batches", "awards"} loaded so far, for the set-up's list."""
    rows = ImportBatch.objects.filter(state="loaded")
    if region_code:
        rows = rows.filter(region_code=region_code)
    return {"batches": rows.count(), "awards": sum(int(one.report.get("new_awards", 0)) for one in rows)}
