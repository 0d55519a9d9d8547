"""鉴定与销毁: a yearly list of volumes whose time is over, proposed by the archivist, approved by another, carried out by a
job. Catalogue, hashes and audit lines stay.

《档案法》第三十一条; 《机关档案管理规定》: destruction needs an approved list, kept for ever.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from minzheng.kernel import clock
from minzheng.kernel.archives.errors import ArchiveError
from minzheng.kernel.archives.models import DestructionEntry, DestructionList, Volume
from minzheng.kernel.archives.services import held
from minzheng.kernel.archives.wiping import wipe
from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases.running.evidence import canonical
from minzheng.kernel.cases.states import TERMINAL
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.jobs.services import enqueue
from minzheng.kernel.regions import codes

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor

#: Most volumes on one list: more than a person can look through.
MOST_ENTRIES = 2000


def due(region_code: str, on: date) -> QuerySet[Volume]:
    """Volumes whose keeping is over; permanent ones never are."""
    rows = Volume.objects.filter(codes.scope_q([region_code]), state="kept", destroy_after__lt=on)
    return rows.order_by("destroy_after", "no")


@transaction.atomic
def make_list(*, region_code: str, actor: Actor) -> DestructionList:
    """The list of everything due today in a place; held volumes are on it, marked to stay, with the reason."""
    from minzheng.kernel.registers.numbering import next_number

    today = clock.today()
    volumes = list(due(region_code, today).select_for_update()[:MOST_ENTRIES])
    if not volumes:
        raise ArchiveError("没有保管期满的案卷，不用拟制销毁清册。")
    place = codes.full(region_code)
    number = next_number("销毁清册", region_code=place, year=today.year)
    made = DestructionList(
        no=f"{codes.prefix(place)}-XH-{today.year}-{number:03d}",
        region_code=place,
        year=today.year,
        made_at=clock.now(),
        proposed_by=actor.user,
    )
    made.save(force_insert=True)
    entries = []
    for seq, volume in enumerate(volumes, start=1):
        why = _must_stay(volume)
        entries.append(DestructionEntry(listed_in=made, volume=volume, seq=seq, keep=bool(why), why=why[:200]))
    DestructionEntry.objects.bulk_create(entries)
    Volume.objects.filter(pk__in=[volume.pk for volume in volumes]).update(state="listed")
    audit.record(actor=actor, action="archive.list", obj=made, detail={"no": made.no, "volumes": len(entries)})
    return made


def _must_stay(volume: Volume) -> str:
    """Why this volume may not be destroyed now; "" when it may."""
    if volume.destroy_after is None:
        return "永久保管"
    if volume.destroy_after >= clock.today():
        return f"保管到 {volume.destroy_after}，还没有期满"
    hold = held(volume)
    if hold is not None:
        return f"暂缓销毁：{hold.get_kind_display()}，{hold.reason}"
    if volume.case.state not in TERMINAL:
        return "办件还在办理"
    if volume.case.followups.exclude(state__in=TERMINAL).exists():
        return "有正在办理的后续办件"
    return ""


@transaction.atomic
def keep(*, entry: DestructionEntry, keep: bool, why: str, actor: Actor) -> None:
    """The appraisal of one volume: it stays, or it goes after all. What the law keeps cannot be marked to go."""
    made = _locked(entry.listed_in_id, "draft")
    volume = entry.volume
    reason = _must_stay(volume)
    if not keep and reason:
        raise ArchiveError(f"案卷 {volume.no} 不能销毁：{reason}。")
    if keep and not why.strip():
        raise ArchiveError("请写明为什么续存，例如“有查考价值”。")
    entry.keep, entry.why = keep, why[:200]
    entry.save(update_fields=["keep", "why"])
    audit.record(actor=actor, action="archive.appraise", obj=made, detail={"volume": volume.no, "keep": keep})


@transaction.atomic
def propose(*, made: DestructionList, opinion: str, actor: Actor) -> None:
    """Send the list up; from now on it is fixed by its SM3."""
    locked = _locked(made.pk, "draft")
    if not opinion.strip():
        raise ArchiveError("请写明鉴定意见。")
    if not locked.entries.filter(keep=False).exists():
        raise ArchiveError("清册里没有要销毁的案卷，不用报批。")
    locked.state, locked.opinion = "proposed", opinion[:200]
    locked.proposed_by, locked.proposed_at = actor.user, clock.now()
    locked.list_sha = digest(locked)
    locked.save()
    audit.record(actor=actor, action="archive.propose", obj=locked, detail={"sm3": locked.list_sha})


@transaction.atomic
def decide(*, made: DestructionList, approve: bool, decision: str, actor: Actor) -> None:
    """Approve or refuse; never by whoever proposed it. Approved, a job carries it out."""
    locked = _locked(made.pk, "proposed")
    if actor.user is None or locked.proposed_by_id == actor.user.pk:
        raise ArchiveError("提出销毁的人不能批准销毁，请交由有批准权限的其他人办理。")
    if not decision.strip():
        raise ArchiveError("请写明批准意见。")
    if digest(locked) != locked.list_sha:
        raise ArchiveError("清册在报批以后被改动过，不能批准：请退回重新拟制，并报告审计人员。")
    locked.state, locked.decision = ("approved" if approve else "refused"), decision[:200]
    locked.decided_by, locked.decided_at = actor.user, clock.now()
    locked.save()
    if not approve:
        Volume.objects.filter(destructions__listed_in=locked, state="listed").update(state="kept")
    audit.record(actor=actor, action="archive.decide", obj=locked, reason=decision[:200], detail={"approve": approve})
    if approve:
        enqueue("archives.destroy", args={"listed_in": str(locked.pk)}, key=f"archives.destroy:{locked.pk}")


def digest(made: DestructionList) -> str:
    """SM3 over what is approved: the list's number and, volume by volume, its catalogue hash and whether it stays."""
    rows = made.entries.select_related("volume").order_by("seq")
    return sm3(canonical([made.no, [[e.seq, e.volume.no, e.volume.manifest_sha, e.keep, e.why] for e in rows]]))


def carry_out(list_id: int) -> dict[str, int]:
    """Destroy the contents of an approved list, volume by volume, each in its own transaction; may be run again after a
    crash. Every volume is checked once more: a hold placed since the approval keeps it."""
    made = DestructionList.objects.get(pk=list_id)
    if made.state not in ("approved", "done"):
        raise ArchiveError(f"销毁清册 {made.no} 没有批准，不能销毁。")
    counts = {"destroyed": 0, "kept": 0}
    for entry_id in made.entries.filter(done_at=None).order_by("seq").values_list("pk", flat=True):
        counts["destroyed" if _one(entry_id) else "kept"] += 1
    with transaction.atomic():
        locked = DestructionList.objects.select_for_update().get(pk=list_id)
        if locked.state == "approved":
            locked.state, locked.done_at = "done", clock.now()
            locked.save(update_fields=["state", "done_at"])
            audit.record(actor=audit.SYSTEM, action="archive.done", obj=locked, detail=counts)
    return counts


@transaction.atomic
def _one(entry_id: int) -> bool:
    entry = DestructionEntry.objects.select_for_update().select_related("volume__case").get(pk=entry_id)
    if entry.done_at is not None:
        return not entry.keep
    volume = Volume.objects.select_for_update(of=("self",)).select_related("case").get(pk=entry.volume_id)
    why = "" if entry.keep else _must_stay(volume)
    if entry.keep or why:
        entry.keep, entry.why = True, entry.why or why[:200]
        volume.state = "kept"
    else:
        wipe(volume)
        volume.state, volume.destroyed_at = "destroyed", clock.now()
        audit.record(
            actor=audit.SYSTEM,
            action="archive.destroy",
            obj=volume,
            detail={"no": volume.no, "manifest": volume.manifest_sha, "list": str(entry.listed_in_id)},
        )
    volume.save(update_fields=["state", "destroyed_at"])
    entry.done_at = clock.now()
    entry.save(update_fields=["keep", "why", "done_at"])
    return not entry.keep


def _locked(pk: int, state: str) -> DestructionList:
    made = DestructionList.objects.select_for_update(of=("self",)).get(pk=pk)
    if made.state != state:
        raise ArchiveError(f"销毁清册 {made.no} 现在是“{made.get_state_display()}”，不能这样办理。请刷新页面。")
    return made
