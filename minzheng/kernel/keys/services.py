"""Changing, entrusting and recovering the keys. Every act leaves an audit line; none of them shows a key."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from minzheng.kernel import clock
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto import escrow, keyring, sealing, signing
from minzheng.kernel.crypto.keyring import KeyRing
from minzheng.kernel.crypto.shares import Share
from minzheng.kernel.jobs import services as jobs
from minzheng.kernel.jobs.models import JobRun
from minzheng.kernel.keys import counting, sheets
from minzheng.kernel.keys.counting import sealed_models

RESEAL = "crypto.reseal"
#: A key is destroyed this long after its successor came, at the earliest: by then no process seals with it any more
#: (they see the new ring within seconds), no transaction of that time is open, no session of that day is alive.
REST = timedelta(hours=24)
_SAMPLE = 5


@dataclass(frozen=True)
class Drill:
    """Result of a drill: values tried and opened with the recovered ring, and what did not open."""

    ok: bool
    opened: int
    tables: int
    problems: tuple[str, ...]


def rotate(*, actor: audit.ActorLike = audit.SYSTEM) -> JobRun:
    """A new current key, and the job that seals old values with it. Old keys open what is left until then."""
    number = keyring.rotate()
    escrow.refresh()
    with transaction.atomic():
        audit.record(actor=actor, action="crypto.rotate", detail={"key": number})
        return ask_for_resealing(actor=actor)


def ask_for_resealing(*, actor: audit.ActorLike = audit.SYSTEM) -> JobRun:
    """The job that brings everything under the current key; one that waits or works already is enough."""
    present = JobRun.objects.filter(name=RESEAL, state__in=("queued", "running")).first()
    if present is not None:
        return present
    key = f"{RESEAL}:{keyring.ring().current}:{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    return jobs.enqueue(RESEAL, key=key, requested_by_id=actor.id)


def retire_unused(*, now: datetime | None = None) -> list[int]:
    """Destroy old keys that nothing is sealed with, proved by looking at every value and file; returns their numbers."""
    ring = keyring.reload()
    moment = now or datetime.now(UTC)
    candidates = [number for number in ring.keys if number != ring.current and _rested(ring, number, moment)]
    if not candidates:
        return []
    used = counting.by_key()
    retired = [number for number in candidates if not used.get(number)]
    for number in retired:
        keyring.retire(number)
        audit.record(actor=audit.SYSTEM, action="crypto.retire", detail={"key": number})
    if retired:
        escrow.refresh()
    return retired


def _rested(ring: KeyRing, number: int, moment: datetime) -> bool:
    later = [made for other, made in ring.made.items() if other > number and other in {*ring.keys, *ring.retired}]
    return bool(later) and moment - datetime.fromisoformat(min(later)) >= REST


def entrust(*, count: int, threshold: int, folder: Path, actor: audit.ActorLike = audit.SYSTEM) -> list[Path]:
    """A new escrow; writes its sheets into `folder` and returns the files. Sheets of an earlier escrow are void."""
    if folder.exists() and any(folder.glob("share-*")):
        raise escrow.CannotRecover(f"{folder} 里已有份额：请换一个空的文件夹，以免混在一起。")
    shares = escrow.establish(count=count, threshold=threshold)
    made = datetime.fromisoformat(keyring.ring().escrow["made"]).astimezone().strftime("%Y-%m-%d %H:%M")
    about = {"shares": count, "made": made, "fingerprint": signing.fingerprint()}
    files = sheets.write(folder, shares, about)
    detail = {"escrow": shares[0].escrow_id, "shares": count, "threshold": threshold}
    audit.record(actor=actor, action="crypto.escrow", detail=detail)
    return files


def drill(given: Sequence[Share], *, sealed_file: bytes | None = None, actor: audit.ActorLike = audit.SYSTEM) -> Drill:
    """Recover the ring from shares into memory and open a sample of every sealed column with it. Raises BadShare or
    CannotRecover when no ring comes out; otherwise date and result are kept."""
    content = sealed_file if sealed_file is not None else _escrow_file()
    ring = escrow.recover(given, content)
    tried = list(sample(ring))
    problems = [sentence for _, sentence in tried if sentence]
    present = keyring.reload()
    if (ring.mac_root, ring.index_root) != (present.mac_root, present.index_root):
        problems.insert(0, "恢复出来的不是本平台现用的密钥环。")
    missing = sorted(present.keys.keys() - ring.keys.keys())
    if missing:
        problems.append(
            f"托管文件里缺第 {'、'.join(map(str, missing))} 号密钥：托管文件旧了，请用最新的备份或 ring.escrow。"
        )
    result = Drill(
        not problems, sum(not sentence for _, sentence in tried), len({t for t, _ in tried}), tuple(problems)
    )
    noted = {"at": clock.now().isoformat(timespec="seconds"), "ok": result.ok, "opened": result.opened}
    escrow.note_drill({**noted, "shares": sorted(share.number for share in given)})
    audit.record(actor=actor, action="crypto.drill", detail={"escrow": given[0].escrow_id, **noted})
    return result


def _escrow_file() -> bytes:
    if not escrow.file().exists():
        raise escrow.CannotRecover(f"没有托管文件 {escrow.file()}：还没有托管，请先执行 minzheng crypto escrow。")
    return escrow.file().read_bytes()


def sample(ring: KeyRing) -> Iterator[tuple[str, str]]:
    """(table.column, "" or what is wrong) of some values of every sealed column, of every key they were sealed with."""
    for model, names in sealed_models():
        for name in names:
            column = counting.column_of(model, name)
            where = f"{model._meta.db_table}.{column}"
            for pk, stored in _values(model, column):
                try:
                    sealing.open_sealed(stored, f"{where}:{pk}".encode(), ring)
                    yield where, ""
                except sealing.CannotOpen as error:
                    yield where, str(error)


def _values(model: type[models.Model], column: str) -> list[tuple[Any, bytes]]:
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min({key}), max({key}) FROM {table} WHERE {quote(column)} IS NOT NULL")  # noqa: S608
        low, high = cursor.fetchone()
        if low is None:
            return []
        start = random.randint(low, high) if isinstance(low, int) else low  # noqa: S311 (a sample, not a secret)
        cursor.execute(
            f"(SELECT {key}, {quote(column)} FROM {table} WHERE {quote(column)} IS NOT NULL AND {key} >= %s "  # noqa: S608
            f"ORDER BY {key} LIMIT {_SAMPLE}) UNION (SELECT {key}, {quote(column)} FROM {table} "
            f"WHERE {quote(column)} IS NOT NULL ORDER BY {key} LIMIT {_SAMPLE})",
            [start],
        )
        return [(pk, bytes(stored)) for pk, stored in cursor.fetchall()]
