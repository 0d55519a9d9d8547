"""Making a backup: database, papers, audit anchors, lake and key ring in one encrypted file, while the server runs.

All rows come from one snapshot of the database. Papers are never changed once they are stored, so they are copied
after the snapshot was taken: what it refers to is there. The anchors are cut at the snapshot's last link.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from minzheng import __version__
from minzheng.kernel import clock, disk
from minzheng.kernel.audit import services as audit
from minzheng.kernel.crypto import keyring
from minzheng.kernel.crypto.keyring import KeyRing
from minzheng.kernel.documents import sealed_files
from minzheng.site.safekeeping import dumping, entries, places, wrapping
from minzheng.site.safekeeping.errors import SafekeepingError
from minzheng.site.safekeeping.stream import Sealer

Say = Callable[[str], None]
Known = Callable[[], Iterator[sealed_files.SealedFile]]
SUFFIX = ".mzb"
_READ = 1 << 18


@dataclass
class Made:
    """One backup: where, how large, how many rows and files, which papers are missing although they should be there."""

    file: Path
    bytes: int = 0
    rows: int = 0
    files: int = 0
    at: str = ""
    missing: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": not self.missing, "file": str(self.file), "bytes": self.bytes, "rows": self.rows,
            "files": self.files, "at": self.at, "missing": self.missing[:20],
        }  # fmt: skip


def make(target: Path, *, say: Say = lambda sentence: None, same_tables: bool = True) -> Made:
    """Write `target` (replacing it only when the new one is whole). Raises SafekeepingError; then nothing is left.

    `same_tables=False`: the database still has the tables of another release; then it is not asked which papers it
    refers to (all that are on the disk are copied), and no audit line can be written."""
    made = Made(target, at=clock.now().isoformat(timespec="seconds"))
    with _beside(target) as out:
        ring = keyring.reload()
        key, wrapped = wrapping.new_key(ring)
        header = {"format": 1, "at": made.at, "version": __version__, "cipher": "SM4-GCM", "keys": wrapped}
        sealer = Sealer(out, key, header)
        _fill(sealer, made, ring, say, sealed_files.known if same_tables else lambda: iter(()))
        sealer.finish()
    made.bytes = target.stat().st_size
    if same_tables:
        detail = {"file": target.name, "bytes": made.bytes, "rows": made.rows, "files": made.files}
        audit.record(actor=audit.SYSTEM, action="backup.make", detail=detail)
    return made


def _fill(sealer: Sealer, made: Made, ring: KeyRing, say: Say, known: Known) -> None:
    here, server = places.here(), places.server()
    with _snapshot() as name:
        counting = dumping.Counting(server, name)
        counting.start()
        try:
            say("导出数据库")
            entries.put(sealer, "database", dumping.dumped(server, name))
        finally:
            tables = counting.result()
        wanted = {one.name for one in known() if one.required}
        manifest: dict[str, Any] = {
            "tables": tables, "migrations": _migrations(), "audit": _chain_head(), "version": __version__, "at": made.at,
        }  # fmt: skip
    say("复制材料与文书")
    manifest["files"] = _put_folder(sealer, "files", here.files, wanted)
    _judge_missing(wanted, manifest, made, known)
    manifest["lake"] = _put_folder(sealer, "lake", here.lake, set())
    for file in sorted(here.audit.glob("head*.jsonl")):
        entries.put(sealer, f"audit/{file.name}", _anchors(file, manifest["audit"]["seq"]))
    entries.put(sealer, "ring.json", [json.dumps(keyring.as_json(_union(ring))).encode()])
    entries.put(sealer, "manifest.json", [json.dumps(manifest, ensure_ascii=False).encode()])
    entries.end(sealer)
    made.rows = sum(int(table["rows"]) for table in tables.values())
    made.files = manifest["files"]["count"]


@contextmanager
def _snapshot() -> Iterator[str]:
    """One view of the database for Django's own reading; its name lets other connections see the same."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def _migrations() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def _chain_head() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, hash FROM kernel_auditseal ORDER BY seq DESC LIMIT 1")
        row = cursor.fetchone() or (0, "")
        return {"seq": row[0], "hash": row[1]}


def _anchors(file: Path, seq: int) -> Iterator[bytes]:
    """The anchor lines up to the snapshot's last link; what was sealed meanwhile is not in this backup."""
    with file.open("rb") as lines:
        for line in lines:
            try:
                if int(json.loads(line)["seq"]) > seq:
                    continue
            except (ValueError, KeyError, TypeError):
                pass  # a damaged line is evidence: it stays
            yield line


def _put_folder(sealer: Sealer, name: str, folder: Path, wanted: set[str]) -> dict[str, Any]:
    """Every file of a folder as an entry; takes what it meets out of `wanted`. Half-written files are left out."""
    count, size, digest = 0, 0, hashlib.sha256()
    for path in sorted(_walk(folder)):
        relative = path.relative_to(folder).as_posix()
        one = hashlib.sha256()
        try:
            handle = path.open("rb")
        except FileNotFoundError:
            continue  # removed since; whether it should be there is asked afterwards
        with handle:
            length = entries.put(sealer, f"{name}/{relative}", _read(handle, one.update))
        wanted.discard(relative)
        digest.update(f"{relative}\0{one.hexdigest()}\n".encode())
        count, size = count + 1, size + length
    return {"count": count, "bytes": size, "digest": digest.hexdigest()}


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if not one.startswith(".")]
        yield from (Path(parent, name) for name in names if not name.startswith(".") and not name.endswith(".part"))


def _read(handle: Any, also: Callable[[bytes], None]) -> Iterator[bytes]:
    while data := handle.read(_READ):
        also(data)
        yield data


def _judge_missing(missing: set[str], manifest: dict[str, Any], made: Made, known: Known) -> None:
    """A file that went away because its row did so after the snapshot is no damage; others are."""
    still = {one.name for one in known() if one.required and one.name in missing} if missing else set()
    made.missing = sorted(still)
    manifest["missing"] = made.missing
    manifest["gone"] = sorted(missing - still)


def _union(before: KeyRing) -> KeyRing:
    """The ring with every key that was in use at any time while the backup was made."""
    after = keyring.reload()
    return replace(after, keys={**before.keys, **after.keys})


@contextmanager
def _beside(target: Path) -> Iterator[Any]:
    """A private file beside the target that takes its place when all went well, and vanishes otherwise."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb", buffering=0) as raw, _whole(raw) as out:
            yield out
        os.replace(draft, target)
        disk.sync(target.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _explained(error, target) from error
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def _whole(raw: Any) -> Iterator[Any]:
    out = io.BufferedWriter(raw, 1 << 20)
    try:
        yield out
        out.flush()
        os.fsync(raw.fileno())
    except BaseException:
        out.detach()  # what waits in the buffer must not be written while the error goes up
        raise
    out.detach()


def _explained(error: OSError, target: Path) -> SafekeepingError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        free = shutil.disk_usage(target.parent).free // 1_000_000
        return SafekeepingError(
            f"写备份时磁盘满了（{target.parent} 还剩 {free} MB）：没有写出新备份，原有的备份没有动。请腾出空间或换一个位置。"
        )
    return SafekeepingError(f"备份写不到 {target}（{error.strerror}）：原有的备份没有动。请检查位置与权限。")
