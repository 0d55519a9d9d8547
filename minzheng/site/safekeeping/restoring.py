"""The real restore: proved beside the present installation first, then put in its place in one go; the old is kept.

The exchange is written down before it begins (`var/restoring.json`), so that a power cut in the middle is finished by
the next start instead of leaving the tables of one day with the papers of another.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from minzheng.kernel.crypto import escrow, keyring
from minzheng.kernel.crypto.keyring import KeyRing
from minzheng.site import database
from minzheng.site.errors import SiteError
from minzheng.site.postgres import roles
from minzheng.site.safekeeping import opening, places, rehearsal
from minzheng.site.safekeeping.errors import Refused, SafekeepingError
from minzheng.site.safekeeping.places import Place, Server
from minzheng.site.safekeeping.staging import Staged, prove, stage
from minzheng.site.safekeeping.wrapping import Keys, ring_id
from minzheng.site.supervisor.lock import ServeLock

Say = Callable[[str], None]


def restore(file: Path, keys: Keys, *, replacing: bool, say: Say = lambda sentence: None) -> rehearsal.Report:
    """Put the backup in the place of this installation. Raises Refused when that would lose something."""
    place = places.here()
    lock = ServeLock(place.var / "serve.lock")
    try:
        lock.acquire("minzheng restore")
    except SiteError:
        raise Refused(
            "平台正在运行，不能换掉它的数据：请先停止平台，再执行一次；只想验证备份请用 --rehearse。"
        ) from None
    with closing(lock):
        finish_interrupted(say)
        return _restore(file, keys, replacing, say)


def _restore(file: Path, keys: Keys, replacing: bool, say: Say) -> rehearsal.Report:
    begun = time.monotonic()
    place, server = places.here(), places.server()
    reasons = holds(server, place)
    if reasons and not replacing:
        raise Refused(
            f"这里已有数据（{'、'.join(reasons)}）：没有恢复。确要换掉请加 --replace，旧数据会改名保留；"
            "只想验证备份请用 --rehearse。"
        )
    backup = opening.opened(file, keys)
    stamp = datetime.now().astimezone().strftime("%Y%m%dT%H%M%S")
    staged = Staged(place.var / f"restoring-{stamp}", f"{server.name[:40]}_restoring", server)
    server.drop(staged.name)
    try:
        stage(backup, staged, say)
        prove(staged, backup, say, record=f"由备份恢复：{file.name}（{backup.manifest['at']}）")
        if staged.ok:
            _merge_rings(Place.under(staged.folder).ring, backup.ring)
            os.sync()
            plan = _plan(staged, place, stamp, keep=bool(reasons))
            keyring.write_private(_journal(place), json.dumps(plan).encode())
    except BaseException:
        staged.remove()
        raise
    if not staged.ok:
        staged.remove()
    else:
        finish_interrupted(say)
    return rehearsal.report(backup, staged, begun)


def holds(server: Server, place: Place) -> list[str]:
    """What this installation holds that a restore would put aside, in words; empty for a new machine."""
    found = []
    with server.connect() as connection:
        for table, what in (("kernel_user", "账号"), ("kernel_person", "人员"), ("kernel_case", "办件")):
            there = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
            if there and there[0]:
                row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
                if row and row[0]:
                    found.append(f"{row[0]} 个{what}" if what == "账号" else f"{row[0]} 条{what}")
    if any(path.is_file() for path in place.files.rglob("*")):
        found.append("材料或文书的文件")
    return found


def is_interrupted() -> bool:
    """Whether an exchange was begun and not finished."""
    return _journal(places.here()).exists()


def finish_interrupted(say: Say = lambda sentence: None) -> bool:
    """Carry out the exchange that is written down, from wherever it was interrupted; False when there is none."""
    place, server = places.here(), places.server()
    journal = _journal(place)
    if not journal.exists():
        return False
    plan = json.loads(journal.read_text(encoding="utf-8"))
    say("换上恢复出来的数据")
    _exchange_databases(server, plan)
    for source, target, aside in plan["moves"]:
        _exchange(Path(source), Path(target), Path(aside))
    keyring.reload()
    escrow.refresh()
    shutil.rmtree(plan["folder"], ignore_errors=True)
    journal.unlink()
    return True


def _journal(place: Place) -> Path:
    return place.var / "restoring.json"


def _plan(staged: Staged, place: Place, stamp: str, *, keep: bool) -> dict[str, Any]:
    made = Place.under(staged.folder)
    for folder in (made.files, made.audit):
        folder.mkdir(mode=0o700, exist_ok=True)
    pairs = [(made.files, place.files), (made.audit, place.audit), (made.lake, place.lake), (made.ring, place.ring)]
    moves = [[str(new), str(old), f"{old}.before-{stamp}"] for new, old in pairs if new.exists()]
    aside = f"{staged.server.name[:40]}_before_{stamp.lower()}"
    return {"folder": str(staged.folder), "new": staged.name, "aside": aside, "keep": keep, "moves": moves}


def _exchange(source: Path, target: Path, aside: Path) -> None:
    if not source.exists():
        return  # done before the interruption
    if target.exists() and not aside.exists():
        os.replace(target, aside)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.replace(source, target)


def _exchange_databases(server: Server, plan: dict[str, Any]) -> None:
    if server.exists(plan["new"]):
        if server.exists(server.name) and not server.exists(plan["aside"]):
            _rename(server, server.name, plan["aside"])
        _rename(server, plan["new"], server.name)
    if not plan["keep"]:
        server.drop(plan["aside"])
    _grant(server)


def _grant(server: Server) -> None:
    """Let the application role in, as the preparation of a start does."""
    app = database.application_role()
    if app == server.user:
        return
    with server.connect() as connection, connection.cursor() as cursor:
        statement = sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}")
        cursor.execute(statement.format(sql.Identifier(server.name), sql.Identifier(app)))
        roles.grant(cursor, app=app)


def _rename(server: Server, old: str, new: str) -> None:
    statement = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
    try:
        with server.connect(places.MAINTENANCE) as connection:
            connection.execute(statement)
    except psycopg.errors.ObjectInUse:
        raise SafekeepingError(
            f"数据库 {old} 还有别的程序连着，不能换上恢复的数据：请停掉它们，再执行一次同样的命令。"
        ) from None


def _merge_rings(file: Path, restored: KeyRing) -> None:
    """Where the present ring is the same one grown older, its later keys and its present escrow stay."""
    if not keyring.path().exists():
        return
    present = keyring.reload()
    if ring_id(present) != ring_id(restored):
        return
    keys = {**present.keys, **restored.keys}
    retired = {number: at for number, at in present.retired.items() if number not in keys}
    merged = replace(present, keys=keys, retired=retired, made={**restored.made, **present.made})
    keyring.write_private(file, json.dumps(keyring.as_json(merged), indent=1).encode() + b"\n")
