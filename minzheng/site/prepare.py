"""Preparation before start, as the owner of the tables: migrate, grant, collect static files, load the demo county the
first time.

``python -m minzheng.site.prepare result.json``; the result holds the demo logins, to be shown after start. Safe to
repeat; about a second when nothing changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from minzheng.site.errors import SiteError

LOCK = 0x6D696E7A  # any number that nothing else in this database locks


def main(result: Path) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    import django
    from django.db import Error

    django.setup()
    close_private_folders()
    try:
        finish_restore()
        with one_at_a_time():
            migrate()
            load_reference()
            collect_static()
            load_demo()
            logins = demo_logins()
    except (MigrationFailed, SiteError) as error:
        say(f"错误：{error}")
        return 1
    except Error as error:
        say(f"数据库出错：{str(error).strip().splitlines()[0]}")
        return 3
    result.write_text(json.dumps({"logins": logins}, ensure_ascii=False), encoding="utf-8")
    return 0


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two preparations of one database must not create the same tables: two servers sharing it, two first commands, or
    the rest of a start that was killed. The lock is the server's and ends with its own connection.
    """
    from django.db import connection

    lock = connection.copy()
    try:
        with lock.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                say("等待同一数据库上的另一次准备完成")
                cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            yield
    finally:
        lock.close()


def finish_restore() -> None:
    """A restore that was cut off while it changed databases and folders is finished before anything opens them."""
    from minzheng.site.safekeeping import restoring, state

    if restoring.is_interrupted():
        with state.alone():
            restoring.finish_interrupted(say)


def close_private_folders() -> None:
    """The folders of people's photos, keys and queued messages are open to their owner alone."""
    from django.conf import settings

    for folder in (Path(settings.MEDIA_ROOT), Path(settings.KEY_RING_FILE).parent, settings.VAR_DIR / "outbox"):
        if folder != settings.VAR_DIR:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)


class MigrationFailed(Exception):
    """The tables could not be brought up to this program; the database is as it was before."""


def migrate(*, backup: bool = True) -> list[str]:
    """Migrate what is unapplied, all of it or nothing; returns the names. A database that holds data is backed up
    before. Grants every time (quick, and it mends manual changes). Raises MigrationFailed.
    """
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = [one for one, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    if plan:
        before = f"，升级前的备份在 {back_up()}" if backup and holds_data() else ""
        say("建立或更新数据表")
        try:
            # One transaction for all: half of an upgrade is worse than none. A migration that cannot run in one
            # (atomic = False) is the exception and gets its own as usual.
            with transaction.atomic() if all(one.atomic for one in plan) else contextlib.nullcontext():
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                call_command("migrate", interactive=False, verbosity=0)
        except Exception as error:
            why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise MigrationFailed(
                f"更新数据表失败（{why}）：数据库仍是更新前的样子{before}。请换回原来的程序版本，并报告开发者。"
            ) from error
    grant_application_role()
    return [f"{one.app_label}.{one.name}" for one in plan]


def holds_data() -> bool:
    """Whether there is anything to lose: an installation without a single account is new."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('kernel_user')")
        if cursor.fetchone()[0] is None:
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM kernel_user)")
        return bool(cursor.fetchone()[0])


def back_up() -> Path:
    """A backup in ``var/backups`` before the tables change. Raises SiteError: without one nothing is changed."""
    from minzheng.site.safekeeping import before_upgrade

    say("有新的数据表更新：先备份")
    return before_upgrade.back_up(say)


def grant_application_role() -> None:
    """Granting is needed only where the application role is not the owner (an external database may have one identity
    for both).
    """
    from django.db import connection, transaction

    from minzheng.site import database
    from minzheng.site.postgres import roles

    app = database.application_role()
    if app == connection.settings_dict["USER"]:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        roles.grant(cursor, app=app)


def load_reference() -> None:
    """The region table and holiday arrangements that ship with the platform; under a second when unchanged."""
    from minzheng.kernel.calendar import services as calendar
    from minzheng.kernel.regions import services as regions

    if regions.load_shipped().added:
        say("装入行政区划表")
    if calendar.load_shipped():
        say("装入工作日历")


def collect_static() -> None:
    """Skipped while the source files are unchanged."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    seen = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = os.stat(storage.path(path))
            seen.update(f"{path}\0{found.st_mtime_ns}\0{found.st_size}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    if stamp.is_file() and stamp.read_text() == seen.hexdigest():
        return
    say("收集静态文件")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(seen.hexdigest())


def load_demo() -> None:
    """Load the demo county only into a database without a single account; one with accounts (production included) is
    never touched.
    """
    from django.contrib.auth import get_user_model

    from minzheng.site import cli
    from minzheng.site.commands import COMMANDS

    if os.environ.get("MINZHENG_DEMO") == "0" or not COMMANDS["demo"].exists():
        return
    if get_user_model().objects.exists():
        return
    say("装入示范县（只有首次启动要装，两核的机器不到两分钟，下面逐步显示）")
    with contextlib.redirect_stdout(sys.stderr):
        code = cli.run(["demo", "load"])
    if code != 0:
        raise SystemExit(code)


def demo_logins() -> list[dict[str, Any]]:
    """What ``minzheng demo logins --json`` says; empty without a demo county."""
    from minzheng.site import cli
    from minzheng.site.commands import COMMANDS

    if os.environ.get("MINZHENG_DEMO") == "0" or not COMMANDS["demo"].exists():
        return []
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = cli.run(["demo", "logins", "--json"])
    if code != 0:
        return []
    found = json.loads(output.getvalue())
    rows = found.get("logins", []) if isinstance(found, dict) else found
    return [row for row in rows if "username" in row and "password" in row]


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
