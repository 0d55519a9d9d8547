"""补卷: what comes after filing (a later notice, its service, a claim) is added as a supplement: the catalogue gets a further
edition, sealed and signed, that names the one before; earlier catalogues and papers stay as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from minzheng.kernel import clock
from minzheng.kernel.archives import contents
from minzheng.kernel.archives.errors import ArchiveError
from minzheng.kernel.archives.models import Volume, VolumeEdition, VolumeItem
from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases.models import CaseAct
from minzheng.kernel.cases.running.evidence import canonical
from minzheng.kernel.crypto import signing
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.documents.models import IssuedDocument, ServiceRecord

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from minzheng.kernel.accounts.actors import Actor


def catalogue(volume: Volume, rows: list[VolumeItem]) -> dict[str, Any]:
    """What every edition says of the volume and of these entries."""
    return {
        "no": volume.no,
        "title": volume.title,
        "item": volume.item_code,
        "outcome": volume.outcome,
        "closed_on": volume.closed_on.isoformat(),
        "retention": volume.retention,
        "destroy_after": volume.destroy_after.isoformat() if volume.destroy_after else "permanent",
        "items": [
            {
                "seq": row.seq,
                "title": row.title,
                "kind": row.kind,
                "date": row.made_on.isoformat(),
                "pages": row.pages,
                "sm3": row.sha,
            }
            for row in rows
        ],
    }


def keep(volume: Volume, reason: str, actor: Actor) -> VolumeEdition:
    """Put the volume's present seal on record."""
    row = VolumeEdition(
        volume=volume,
        number=volume.edition,
        manifest_sha=volume.manifest_sha,
        signature=volume.signature,
        items_count=volume.items_count,
        reason=reason[:120],
        made_at=clock.now(),
        made_by=actor.user,
    )
    row.save(force_insert=True)
    return row


def before(volume: Volume) -> str:
    """SM3 of the catalogue before the present one; "" for the first."""
    if volume.edition == 1:
        return ""
    return volume.editions.get(number=volume.edition - 1).manifest_sha


def check(volume: Volume, rows: list[VolumeItem]) -> list[str]:
    """Every edition recomputed from its entries and held against its seal; sentences for what does not fit."""
    problems, previous = [], ""
    known = {row.number: row.manifest_sha for row in volume.editions.all()}
    known.setdefault(volume.edition, volume.manifest_sha)
    if known[volume.edition] != volume.manifest_sha:
        problems.append(f"案卷 {volume.no} 的目录与封存时不符。")
    for number in range(1, volume.edition + 1):
        said = catalogue(volume, [row for row in rows if row.edition <= number])
        if number > 1:
            said |= {"edition": number, "previous_sm3": previous}
        previous = known.get(number, "")
        if sm3(canonical(said)) != previous:
            edition = f"第 {number} 版" if volume.edition > 1 else ""
            problems.append(f"案卷 {volume.no} 的{edition}目录与封存时不符。")
    return list(dict.fromkeys(problems))


def missing(volume: Volume) -> list[contents.Paper]:
    """Papers of the case that the catalogue does not list yet, or that have grown since."""
    filed = set(volume.items.values_list("kind", "source_id", "through"))
    return [
        paper for paper in contents.papers(volume.case) if (paper.kind, paper.source_id, paper.through) not in filed
    ]


@transaction.atomic
def supplement(*, volume_id: int, actor: Actor) -> int:
    """Add to a filed volume whatever its case has gained since; returns how many papers. Nothing new: nothing changes.

    ArchiveError once its contents are destroyed."""
    from minzheng.kernel.archives.services import listed, manifest

    volume = Volume.objects.select_for_update(of=("self",)).select_related("case").get(pk=volume_id)
    if volume.state == "destroyed":
        raise ArchiveError(f"案卷 {volume.no} 的内容已经依法销毁，不能再补充材料。")
    found = missing(volume)
    if not found:
        return 0
    rows = list(volume.items.all())
    volume.edition += 1
    added = listed(volume, found, start=rows[-1].seq + 1 if rows else 1)
    volume.items_count, volume.pages = len(rows) + len(added), volume.pages + sum(paper.pages for paper in found)
    data = canonical(manifest(volume, [*rows, *added]))
    volume.manifest_sha, volume.signature = sm3(data), signing.sign(data)
    volume.save(update_fields=["edition", "items_count", "pages", "manifest_sha", "signature"])
    VolumeItem.objects.bulk_create(added)
    keep(volume, "补充：" + "、".join(dict.fromkeys(paper.title for paper in found)), actor)
    audit.record(
        actor=actor,
        action="archive.supplement",
        obj=volume,
        detail={"edition": volume.edition, "items": len(added), "manifest": volume.manifest_sha},
    )
    return len(added)


def behind() -> QuerySet[Volume]:
    """Filed volumes whose case has gained an act, a notice or a settled attempt to serve one since."""
    filed = VolumeItem.objects.filter(volume=OuterRef("pk"), kind="acts").values("volume")
    rows = Volume.objects.exclude(state="destroyed").annotate(
        filed_acts=Coalesce(Subquery(filed.annotate(last=Max("through")).values("last")), 0)
    )
    listed = VolumeItem.objects.filter(volume__case=OuterRef("case"), kind="document", source_id=OuterRef("pk"))
    noted = VolumeItem.objects.filter(
        volume__case=OuterRef("document__case"),
        kind="service",
        source_id=OuterRef("document"),
        through__gte=OuterRef("seq"),
    )
    acts = CaseAct.objects.filter(case=OuterRef("case"), seq__gt=OuterRef("filed_acts"))
    notices = IssuedDocument.objects.filter(~Exists(listed), case=OuterRef("case"), destroyed_at=None)
    served = ServiceRecord.objects.filter(~Exists(noted), document__case=OuterRef("case")).exclude(outcome="waiting")
    return rows.filter(Exists(acts) | Exists(notices) | Exists(served)).order_by("pk")
