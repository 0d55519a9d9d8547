"""归档与利用: close a case into a volume, read and borrow it, hold it back from destruction."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.timezone import localdate

from minzheng.kernel import clock
from minzheng.kernel.archives import contents, editions, retention
from minzheng.kernel.archives.errors import ArchiveError
from minzheng.kernel.archives.models import Hold, Volume, VolumeAccess, VolumeItem
from minzheng.kernel.audit import services as audit
from minzheng.kernel.cases.models import Case
from minzheng.kernel.cases.running.evidence import canonical
from minzheng.kernel.cases.states import TERMINAL
from minzheng.kernel.crypto import signing
from minzheng.kernel.crypto.sealing import sm3
from minzheng.kernel.documents import terms
from minzheng.kernel.items import registry

if TYPE_CHECKING:
    from minzheng.kernel.accounts.actors import Actor


@transaction.atomic
def close_case(*, case_id: int, actor: Actor) -> Volume:
    """一案一卷: number the volume, list its papers with their hashes, fix its retention, seal and sign the catalogue.

    Only a finished case; a second call returns the volume of the first. ArchiveError says what still runs.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    known = Volume.objects.filter(case=case).first()
    if known is not None:
        return known
    if case.state not in TERMINAL:
        raise ArchiveError(f"办件 {case.no} 还没有办结，办结以后才能归档。")
    if case.followups.exclude(state__in=TERMINAL).filter(item_code=case.item_code).exists():
        raise ArchiveError(f"办件 {case.no} 有正在办理的后续办件，一并办结以后再归档。")
    closed_on = _closed_on(case)
    rule = retention.rule_for(case.item_code, case.state, closed_on)
    found = contents.papers(case)
    volume = Volume(
        no=_number(case, closed_on),
        title=_title(case),
        region_code=case.region_code,
        case=case,
        item_code=case.item_code,
        outcome=case.state,
        retention=rule.title,
        retention_basis=rule.basis[:120],
        closed_on=closed_on,
        destroy_after=rule.destroy_after(closed_on),
        items_count=len(found),
        pages=sum(paper.pages for paper in found),
        archived_by=actor.user,
        archived_at=clock.now(),
        is_demo=case.is_demo,
    )
    rows = listed(volume, found, start=1)
    data = canonical(manifest(volume, rows))
    volume.manifest_sha, volume.signature = sm3(data), signing.sign(data)
    volume.save(force_insert=True)
    VolumeItem.objects.bulk_create(rows)
    editions.keep(volume, "归档", actor)
    audit.record(
        actor=actor,
        action="archive.close",
        obj=volume,
        detail={"no": volume.no, "case": str(case.pk), "items": len(rows), "manifest": volume.manifest_sha},
    )
    return volume


def listed(volume: Volume, found: list[contents.Paper], *, start: int) -> list[VolumeItem]:
    """Papers as entries of the volume's present edition, numbered from `start`; not saved."""
    return [
        VolumeItem(
            volume=volume,
            seq=number,
            title=paper.title[:120],
            kind=paper.kind,
            made_on=paper.made_on,
            pages=paper.pages,
            sha=paper.sha,
            source=paper.kind,
            source_id=paper.source_id,
            edition=volume.edition,
            through=paper.through,
        )
        for number, paper in enumerate(found, start=start)
    ]


def manifest(volume: Volume, rows: list[VolumeItem]) -> dict[str, Any]:
    """The newest catalogue as it is sealed: what it says can be recomputed as long as its rows exist. From the second
    edition on it names its number and the SM3 of the one before, so that the editions hang together."""
    earlier = editions.before(volume)
    chained = {"edition": volume.edition, "previous_sm3": earlier} if earlier else {}
    return editions.catalogue(volume, rows) | chained


def check(volume: Volume) -> list[str]:
    """Everything wrong with a volume: an altered catalogue, papers that are gone or no longer what they were."""
    rows = list(volume.items.all())
    problems = editions.check(volume, rows)
    for row in rows:
        if row.destroyed_at is None:
            row.volume = volume
            try:
                contents.content(row)
            except Exception as error:
                problems.append(str(error))
    return problems


def _closed_on(case: Case) -> date:
    last = case.acts.order_by("-seq").first()
    return localdate(last.at) if last is not None else clock.today()


def _title(case: Case) -> str:
    try:
        item = registry.get(case.item_code)
        words = (case.applicant_name, item.title, item.flow.state(case.state).title)
    except registry.UnknownItem:
        words = (case.applicant_name, case.item_code, case.state)
    return "　".join(word for word in words if word)[:120]


def _number(case: Case, closed_on: date) -> str:
    """档号: county – item – year – serial within the county."""
    from minzheng.kernel.documents.authority import number_code_of
    from minzheng.kernel.registers.numbering import next_number

    code, county = number_code_of(case), case.region_code[:6]
    serial = next_number(f"archive.{code}"[:24], region_code=county.ljust(12, "0"), year=closed_on.year)
    return f"{county}-{code}-{closed_on.year}-{serial:05d}"


@transaction.atomic
def use(*, volume: Volume, what: str, purpose: str, actor: Actor) -> VolumeAccess:
    """利用登记: read, borrow or export, with its purpose. One person borrows a volume once until it is given back."""
    if what not in ("read", "borrow", "export"):
        raise ArchiveError(f"没有“{what}”这种利用方式。")
    if not purpose.strip():
        raise ArchiveError("请写明利用目的，例如“行政复议答复”“本人查询”。")
    if volume.state == "destroyed":
        raise ArchiveError(f"案卷 {volume.no} 的内容已经依法销毁，只留目录。")
    if what == "borrow" and borrowed_by(volume, actor):
        raise ArchiveError(f"您借阅的案卷 {volume.no} 还没有归还。")
    until = clock.today() + timedelta(days=terms.number("borrow_days")) if what == "borrow" else None
    return _note_use(volume, what, purpose, until, actor)


@transaction.atomic
def give_back(*, volume: Volume, actor: Actor) -> VolumeAccess:
    if not borrowed_by(volume, actor):
        raise ArchiveError(f"您没有借阅案卷 {volume.no}。")
    return _note_use(volume, "return", "归还", None, actor)


def _note_use(volume: Volume, what: str, purpose: str, until: date | None, actor: Actor) -> VolumeAccess:
    row = VolumeAccess(
        volume=volume,
        what=what,
        user=actor.user,
        user_name=actor.name[:60],
        purpose=purpose[:200],
        until=until,
        at=clock.now(),
    )
    row.save(force_insert=True)
    audit.record(actor=actor, action=f"archive.{what}", obj=volume, reason=purpose[:200])
    return row


def borrowed_by(volume: Volume, actor: Actor) -> VolumeAccess | None:
    """The actor's borrowing that was not given back and has not run out."""
    last = volume.accesses.filter(user=actor.user, what__in=("borrow", "return")).last()
    if last is None or last.what == "return" or (last.until is not None and last.until < clock.today()):
        return None
    return last


def may_open(volume: Volume, actor: Actor) -> bool:
    """The papers open for whoever said today what for, or has borrowed the volume."""
    today = clock.today()
    stated = volume.accesses.filter(user=actor.user, what__in=("read", "export"), at__date=today).exists()
    return stated or borrowed_by(volume, actor) is not None


@transaction.atomic
def place_hold(*, volume: Volume, kind: str, reason: str, actor: Actor) -> Hold:
    """暂缓销毁 for an objection, a reconsideration, a lawsuit, an audit."""
    if kind not in dict(Hold.KINDS):
        raise ArchiveError(f"没有“{kind}”这种暂缓原因；请选：{'、'.join(dict(Hold.KINDS).values())}。")
    if not reason.strip():
        raise ArchiveError("请写明案号或者来文，以后凭它解除。")
    locked = Volume.objects.select_for_update().get(pk=volume.pk)
    if locked.state == "destroyed":
        raise ArchiveError(f"案卷 {volume.no} 已经销毁，不能暂缓。")
    hold = Hold(volume=locked, kind=kind, reason=reason[:200], placed_by=actor.user, placed_at=clock.now())
    hold.save(force_insert=True)
    audit.record(actor=actor, action="archive.hold", obj=locked, reason=reason[:200], detail={"kind": kind})
    return hold


@transaction.atomic
def lift_hold(*, hold: Hold, why: str, actor: Actor) -> None:
    locked = Hold.objects.select_for_update(of=("self",)).select_related("volume").get(pk=hold.pk)
    if locked.lifted_at is not None:
        raise ArchiveError("这项暂缓已经解除。")
    if not why.strip():
        raise ArchiveError("请写明为什么解除，例如“判决已生效”。")
    locked.lifted_at, locked.lifted_by, locked.lifted_why = clock.now(), actor.user, why[:200]
    locked.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])
    audit.record(actor=actor, action="archive.lift", obj=locked.volume, reason=why[:200])


def held(volume: Volume) -> Hold | None:
    """The first hold in force."""
    return volume.holds.filter(lifted_at=None).order_by("placed_at").first()
