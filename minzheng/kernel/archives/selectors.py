"""Reading the archive: who may see which volume is decided here alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from minzheng.kernel.archives.models import DestructionEntry, DestructionList, Volume, VolumeItem
from minzheng.kernel.items import guarded

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


def volumes(actor: Actor) -> QuerySet[Volume]:
    """Volumes of the places where the actor may read the archive."""
    return Volume.objects.filter(actor.scope_q("archive.read") & guarded.readable_q(actor))


def volume(actor: Actor, pk: int) -> Volume | None:
    return volumes(actor).select_related("case").filter(pk=pk).first()


def managed(actor: Actor, pk: int) -> Volume | None:
    """A volume that the actor manages: holds, requests to delete, export."""
    rows = Volume.objects.filter(actor.scope_q("archive.manage"))
    return rows.select_related("case").filter(pk=pk).first()


def item(actor: Actor, pk: int, seq: int) -> VolumeItem | None:
    """One paper of a volume that the actor may read; whether it opens is the lending's matter."""
    mine = actor.scope_q("archive.read", "volume__region_code")
    rows = VolumeItem.objects.filter(mine & guarded.readable_q(actor, "volume__item_code", "volume__region_code"))
    return rows.select_related("volume__case").filter(volume_id=pk, seq=seq).first()


def lists(actor: Actor) -> QuerySet[DestructionList]:
    """Destruction lists for those who make them and those who approve them."""
    rows = DestructionList.objects.filter(actor.scope_q("archive.manage") | actor.scope_q("archive.destroy"))
    return rows.annotate(total=Count("entries"), going=Count("entries", filter=Q(entries__keep=False)))


def destruction_list(actor: Actor, pk: int) -> DestructionList | None:
    return lists(actor).select_related("proposed_by", "decided_by").filter(pk=pk).first()


def list_managed(actor: Actor, pk: int) -> DestructionList | None:
    return DestructionList.objects.filter(actor.scope_q("archive.manage"), pk=pk).first()


def list_to_decide(actor: Actor, pk: int) -> DestructionList | None:
    return DestructionList.objects.filter(actor.scope_q("archive.destroy"), pk=pk).first()


def entry(actor: Actor, pk: int) -> DestructionEntry | None:
    rows = DestructionEntry.objects.filter(actor.scope_q("archive.manage", "listed_in__region_code"))
    return rows.select_related("listed_in", "volume__case").filter(pk=pk).first()
