"""Database links: entered, changed, tried, read once into a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from minzheng.datacenter.lake import announcing, linked, loading, locking, points, raw, sweeping
from minzheng.datacenter.lake.announcing import INGEST, acting, spec_of
from minzheng.datacenter.lake.errors import LakeRefused
from minzheng.datacenter.lake.loading import Fence, Progress, quiet
from minzheng.datacenter.lake.models import LakeBatch, LakeLink
from minzheng.datacenter.lake.readers import heads
from minzheng.datacenter.lake.readers.encodings import Sniffer
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.audit import services as audit
from minzheng.kernel.regions import codes
from minzheng.kernel.subjects.selectors import in_demo

PORTS = {"postgresql": 5432, "mysql": 3306}
_NEEDED = {"title": "名称", "host": "主机", "database": "库名", "username": "只读账号", "query": "读取什么"}


@transaction.atomic
def save(*, actor: Actor, region_code: str, given: Mapping[str, Any], pk: int | None = None) -> LakeLink:
    """Enter a link, or change one (an empty password keeps the present one). Raises LakeRefused with fields."""
    code = codes.full(region_code)
    who = acting(actor, INGEST, code)
    values = {
        name: str(given.get(name) or "").strip() for name in (*_NEEDED, "source", "kind", "port", "password", "basis")
    }
    errors = {name: f"请填写{label}。" for name, label in _NEEDED.items() if not values[name]}
    if values["kind"] not in PORTS:
        errors["kind"] = "请选择数据库的种类。"
    if values["port"] and not (values["port"].isdigit() and 0 < int(values["port"]) < 65536):
        errors["port"] = "端口应是 1 到 65535 的整数。"
    if errors:
        raise LakeRefused([], errors)
    spec_of(values["source"])
    linked.statement(values["query"])
    link = LakeLink.objects.select_for_update().filter(pk=pk).first() if pk else None
    link = link or LakeLink(made_by=actor.user, made_at=clock.now())
    link.region_code, link.is_demo = code, in_demo(code)
    link.title, link.source, link.kind = values["title"][:60], values["source"], values["kind"]
    link.host, link.port = values["host"][:255], int(values["port"] or PORTS[values["kind"]])
    link.database, link.username = values["database"][:64], values["username"][:64]
    link.query, link.basis = values["query"], values["basis"][:300]
    if values["password"]:
        link.password = values["password"]
    link.save()
    detail = {"source": link.source, "kind": link.kind, "host": link.host, "database": link.database}
    audit.record(actor=who, action="lake.link", obj=link, detail=detail)
    return link


@transaction.atomic
def switch(*, actor: Actor, pk: int, active: bool, reason: str) -> LakeLink:
    """Take a link out of use, or back into it."""
    link = LakeLink.objects.select_for_update().get(pk=pk)
    who = acting(actor, INGEST, link.region_code)
    if not reason.strip():
        raise LakeRefused([], {"reason": "请写明原因。"})
    link.active = active
    link.save(update_fields=["active"])
    audit.record(actor=who, action="lake.link_on" if active else "lake.link_off", obj=link, reason=reason.strip())
    return link


def trial(*, actor: Actor, pk: int) -> tuple[list[str], heads.Mapping]:
    """Connect once: the columns of the query, and which column of the source each is. Raises LakeRefused."""
    link = LakeLink.objects.get(pk=pk)
    acting(actor, INGEST, link.region_code)
    names = linked.columns(link)
    return names, heads.mapping(spec_of(link.source), names)


def read(
    *, actor: Actor, pk: int, period: str, supersedes: str = "", progress: Progress = quiet,
    fence: Fence = transaction.atomic,
) -> LakeBatch:  # fmt: skip
    """Read a link once, and bring in what it gave. The same rows again give the batch that is there. Raises LakeRefused."""
    link = LakeLink.objects.get(pk=pk)
    if not link.active:
        raise LakeRefused(f"数据库链接“{link.title}”已停用，请先恢复使用。")
    sweeping.sweep()
    batch = announcing.announce(
        actor=actor, source=link.source, period=period, name=f"{link.title}.parquet", region_code=link.region_code,
        basis=link.basis or None, supersedes=supersedes, via=link,
    )  # fmt: skip
    try:
        _fetch(actor, link, batch, progress)
        done = loading.load(actor=actor, pk=batch.pk, progress=progress, fence=fence)
    except LakeRefused as error:
        loading.failed(pk=batch.pk, sentence=str(error))
        _told(link, f"没有读成：{error}")
        raise
    _told(link, f"批次 {done.no}：{done.accepted:,} 行合格，{done.rejected:,} 行退回")
    return done


def _fetch(actor: Actor, link: LakeLink, batch: LakeBatch, progress: Progress) -> None:
    sniffer = Sniffer()
    with locking.of_batch(batch.pk):
        points.reach("announced")
        with raw.Writer(batch.pk, sniffer.feed) as out:
            if not linked.write_parquet(link, out, progress):
                raise LakeRefused(f"数据库链接“{link.title}”的查询没有给出一行。请核对查询，或请对方检查权限。")
        announcing.finish_store(actor=actor, batch=batch, out=out, sniffer=sniffer)
        points.reach("stored")


def _told(link: LakeLink, sentence: str) -> None:
    LakeLink.objects.filter(pk=link.pk).update(read_at=clock.now(), message=sentence[:300])
