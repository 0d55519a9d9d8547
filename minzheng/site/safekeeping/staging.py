"""A backup unpacked beside the running installation, into a scratch database and a scratch folder, and proved there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from minzheng.site import database
from minzheng.site.safekeeping import dumping
from minzheng.site.safekeeping.errors import BadBackup, SafekeepingError
from minzheng.site.safekeeping.opening import Opened
from minzheng.site.safekeeping.places import Place, Server

Say = Callable[[str], None]


@dataclass(frozen=True)
class Check:
    """One named proof of the restored copy."""

    name: str
    title: str
    ok: bool
    detail: str


@dataclass
class Staged:
    """The copy: `folder` laid out like a run-time folder, `name` of its database, and what was proved of it."""

    folder: Path
    name: str
    server: Server
    checks: list[Check] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return bool(self.checks) and all(check.ok for check in self.checks)

    def remove(self) -> None:
        """Drop database and folder."""
        self.server.drop(self.name)
        shutil.rmtree(self.folder, ignore_errors=True)


def stage(backup: Opened, staged: Staged, say: Say) -> None:
    """Unpack everything and compare it with the manifest. Nothing of the running installation is touched."""
    refuse_newer(backup)
    staged.folder.mkdir(mode=0o700, parents=True)
    staged.server.create(staged.name)
    place, digests = Place.under(staged.folder), {"files": _Digest(), "lake": _Digest()}
    say("恢复数据库")
    for name, segments in backup.entries():
        head, _, rest = name.partition("/")
        if name == "database":
            dumping.load(staged.server, staged.name, segments)
            say("恢复材料与文书")
        elif head in digests:
            digests[head].take(rest, _write(staged.folder / head, rest, segments))
        elif head == "audit":
            _write(place.audit, rest, segments)
        elif name == "ring.json":
            _write(place.ring.parent, place.ring.name, segments)
    staged.checks += [_tables(backup, staged), *(_folder(backup, name, one) for name, one in digests.items())]


def refuse_newer(backup: Opened) -> None:
    """A program does not know the tables of its successors."""
    from django.db.migrations.loader import MigrationLoader

    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    unknown = [name for name in backup.manifest["migrations"] if name not in known]
    if unknown:
        raise SafekeepingError(
            f"这份备份来自更新的版本 {backup.manifest['version']}（例如数据表更新 {unknown[-1]}），"
            "本程序不认识：请先升级程序再恢复。"
        )


def prove(staged: Staged, backup: Opened, say: Say, *, record: str = "") -> None:
    """Bring the copy up to this program's tables and run every named proof on it, in a process of its own."""
    say("升级并核对恢复出来的数据")
    command = [sys.executable, "-m", "minzheng.site.safekeeping.prove"]
    order = {"record": record, "gone": backup.manifest["gone"]}
    done = subprocess.run(
        command, input=json.dumps(order), env=environment(staged), stdout=subprocess.PIPE, text=True, check=False
    )
    try:
        found = json.loads(done.stdout)
    except ValueError:
        raise SafekeepingError("核对恢复出来的数据时出错，请看上面的输出；原有数据没有改动。") from None
    staged.checks += [Check(**check) for check in found]


def environment(staged: Staged) -> dict[str, str]:
    """For a process that works on the copy and cannot reach the running installation."""
    kept = {name: value for name, value in os.environ.items() if name not in (database.OWNER_URL, database.ROLE)}
    return kept | {
        "MINZHENG_VAR": str(staged.folder), database.URL: staged.server.url(staged.name),
        "DJANGO_SETTINGS_MODULE": "minzheng.site.settings", "MINZHENG_LOG_LEVEL": "ERROR",
    }  # fmt: skip


class _Digest:
    """Count, size and hash of a folder, as the backup computed them."""

    def __init__(self) -> None:
        self.count, self.bytes, self._hash = 0, 0, hashlib.sha256()

    def take(self, name: str, written: tuple[int, str]) -> None:
        size, one = written
        self.count, self.bytes = self.count + 1, self.bytes + size
        self._hash.update(f"{name}\0{one}\n".encode())

    def as_json(self) -> dict[str, Any]:
        return {"count": self.count, "bytes": self.bytes, "digest": self._hash.hexdigest()}


def _write(folder: Path, name: str, segments: Iterator[bytes]) -> tuple[int, str]:
    """One file, private; returns its size and SHA-256."""
    target = folder / name
    if not target.resolve().is_relative_to(folder.resolve()):
        raise BadBackup(f"备份里有越出目录的文件名（{name}）：未恢复，请换一份备份。")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    size, seen = 0, hashlib.sha256()
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as out:
        for data in segments:
            out.write(data)
            seen.update(data)
            size += len(data)
    return size, seen.hexdigest()


def _tables(backup: Opened, staged: Staged) -> Check:
    with staged.server.connect(staged.name) as connection:
        now = {name: asdict(one) for name, one in dumping.fingerprints(connection).items()}
    then = backup.manifest["tables"]
    wrong = [
        f"{name} 备份时 {then.get(name, {}).get('rows', '没有')} 行，恢复后 {now.get(name, {}).get('rows', '没有')} 行"
        + ("" if then.get(name, {}).get("rows") != now.get(name, {}).get("rows") else "，内容不同")
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    ]
    rows = sum(int(one["rows"]) for one in now.values())
    return Check(
        "tables", "各表行数与内容同清单", not wrong, "；".join(wrong[:5]) or f"{len(now)} 张表、{rows} 行逐表相符"
    )


def _folder(backup: Opened, name: str, found: _Digest) -> Check:
    title = {"files": "材料与文书的文件同清单", "lake": "数据湖文件同清单"}[name]
    then, now = backup.manifest[name], found.as_json()
    detail = (
        f"{now['count']} 个文件相符"
        if then == now
        else f"备份时 {then['count']} 个文件，恢复后 {now['count']} 个，内容不符"
    )
    return Check(f"{name}.manifest", title, then == now, detail)
