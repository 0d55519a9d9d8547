"""The beginning of a batch: who delivers what for which month, and the file into the vault."""

from __future__ import annotations

import re
from typing import Any, BinaryIO

from django.db import transaction

from minzheng.datacenter.lake import locking, opening, points, raw, sealed
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.models import LakeBatch, LakeLink
from minzheng.datacenter.lake.readers.encodings import Sniffer
from minzheng.datacenter.sources import registry
from minzheng.datacenter.sources.errors import UnknownSource
from minzheng.datacenter.sources.spec import SourceSpec
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.audit import services as audit
from minzheng.kernel.orgs import founding
from minzheng.kernel.orgs.selectors import bureau_places
from minzheng.kernel.regions import codes
from minzheng.kernel.registers.numbering import next_number
from minzheng.kernel.subjects.selectors import in_demo

INGEST = "lake.ingest"
_PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_READ = 1 << 20


def acting(actor: Actor, permission: str, region_code: str) -> Actor:
    """The actor with the one post that allows this over the place. Raises LakeRefused."""
    if actor.is_system:
        return actor
    post = actor.can(permission, region_code)
    if post is None:
        raise LakeRefused("您的岗位不能办理这一步，请由负责该地区的数据管理员办理。")
    return actor.acting_as(post).at_address(actor.address)


def spec_of(source: str) -> SourceSpec:
    """Raises LakeRefused for a source that does not exist."""
    try:
        return registry.get(source)
    except UnknownSource as error:
        raise LakeRefused(str(error)) from None


def home(actor: Actor) -> str:
    """The place whose data this actor brings: where the permission is held; for the system, the bureau's own place."""
    if not actor.is_system:
        places = actor.scopes(INGEST)
        return places[0] if places else codes.NATION
    own = founding.own_bureau()
    if own is not None:
        return own.region_code
    return next(iter(bureau_places()), codes.NATION)


def announce(
    *, actor: Actor, source: str, period: str, name: str, region_code: str = "", basis: str | None = None,
    supersedes: str | LakeBatch | None = None, via: LakeLink | None = None,
) -> LakeBatch:  # fmt: skip
    """A batch without content yet. Raises LakeRefused."""
    spec = spec_of(source)
    code = codes.full(region_code or home(actor))
    acting(actor, INGEST, code)
    check_period(period)
    now = clock.now()
    with transaction.atomic():
        old = _to_correct(supersedes, source, period, code)
        number = next_number(f"lake:{period}", region_code="", year=int(period[:4]))
        return LakeBatch.objects.create(
            no=f"{source}-{period.replace('-', '')}-{number:03d}", region_code=code, source=source, period=period,
            basis=(basis or "；".join(one.text for one in spec.basis))[:300], kind="link" if via else "csv",
            file_name=name[-120:], state=LakeBatch.UPLOADED, key=sealed.new_key(), supersedes=old, via=via,
            made_by=actor.user, made_name=actor.name, created_at=now, is_demo=in_demo(code),
        )  # fmt: skip


def check_period(period: str) -> None:
    """Raises LakeRefused for what is no month, or one that has not come yet."""
    if not _PERIOD.fullmatch(period):
        raise LakeRefused(f"所属月份“{period}”写得不对：请写成 2026-11 的样子。")
    if not "1990-01" <= period <= f"{clock.today():%Y-%m}":
        raise LakeRefused(f"所属月份 {period} 不在 1990-01 到本月之间，请核对。")


def _to_correct(given: str | LakeBatch | None, source: str, period: str, region_code: str) -> LakeBatch | None:
    if not given:
        return None
    no = given.no if isinstance(given, LakeBatch) else given
    old = LakeBatch.objects.select_for_update().filter(no=no).first()
    if old is None:
        raise LakeRefused(f"没有批次“{no}”，请在批次列表里核对批次号。")
    if old.state != LakeBatch.HELD:
        raise LakeRefused(f"批次 {no} 现在是“{old.get_state_display()}”，只有在用的批次可以更正。")
    if (old.source, old.period, old.region_code) != (source, period, region_code):
        raise LakeRefused(f"批次 {no} 是另一个来源、月份或地区的，不能由这一批更正。")
    return old


def store(*, actor: Actor, batch: LakeBatch, content: BinaryIO | Any) -> LakeBatch:
    """The file into the vault; its SM3, size and kind into the batch."""
    sniffer = Sniffer()
    with locking.of_batch(batch.pk):
        points.reach("announced")
        with raw.Writer(batch.pk, sniffer.feed) as out:
            while data := content.read(_READ):
                out.write(data)
        finish_store(actor=actor, batch=batch, out=out, sniffer=sniffer)
        points.reach("stored")
    return batch


def finish_store(*, actor: Actor, batch: LakeBatch, out: raw.Writer, sniffer: Sniffer) -> None:
    """What the vault took is entered into the batch."""
    sniffed = sniffer.result()
    with transaction.atomic():
        batch.file_sha, batch.file_size, batch.raw_parts = out.sha, out.size, out.parts
        batch.kind = "link" if batch.via_id else opening.KINDS[sniffed.kind]
        batch.report = {"sniffed": sniffed.as_json()}
        batch.save(update_fields=["file_sha", "file_size", "raw_parts", "kind", "report"])
        detail = {"no": batch.no, "sm3": batch.file_sha, "bytes": batch.file_size, "basis": batch.basis}
        audit.record(actor=acting(actor, INGEST, batch.region_code), action="lake.deliver", obj=batch, detail=detail)


def twin_of(batch: LakeBatch) -> LakeBatch | None:
    """The batch that already brought these bytes for this source and month."""
    rows = LakeBatch.objects.filter(
        source=batch.source, period=batch.period, file_sha=batch.file_sha,
        state__in=(LakeBatch.HELD, LakeBatch.SUPERSEDED),
    )  # fmt: skip
    return rows.exclude(pk=batch.pk).order_by("created_at").first()
