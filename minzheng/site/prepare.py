"""启动前的准备，以表的属主身份执行：迁移、授权、静态文件、首次装入示范县。

``python -m minzheng.site.prepare 结果.json``；结果里有演示账号，供启动后显示。可反复执行，没有变化时约一秒。
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any


def main(result: Path) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    import django
    from django.db import Error

    django.setup()
    close_private_folders()
    try:
        migrate()
        load_reference()
        collect_static()
        load_demo()
        logins = demo_logins()
    except Error as error:
        say(f"数据库出错：{str(error).strip().splitlines()[0]}")
        return 3
    result.write_text(json.dumps({"logins": logins}, ensure_ascii=False), encoding="utf-8")
    return 0


def close_private_folders() -> None:
    """群众的照片、密钥、待发消息所在的文件夹只许本人进入。"""
    from django.conf import settings

    for folder in (Path(settings.MEDIA_ROOT), Path(settings.KEY_RING_FILE).parent, settings.VAR_DIR / "outbox"):
        if folder != settings.VAR_DIR:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)


def migrate() -> None:
    """有未应用的迁移才执行；每次都重新授权（很快，可补上人工改动）。"""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("建立或更新数据表")
        call_command("migrate", interactive=False, verbosity=0)
    grant_application_role()


def grant_application_role() -> None:
    """应用角色与属主不是同一身份时才需要授权（外部数据库可以只给一个身份）。"""
    from django.db import connection, transaction

    from minzheng.site import database
    from minzheng.site.postgres import roles

    app = database.application_role()
    if app == connection.settings_dict["USER"]:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        roles.grant(cursor, app=app)


def load_reference() -> None:
    """随平台发布的区划表和历年放假安排；没有变化时不到一秒。"""
    from minzheng.kernel.calendar import services as calendar
    from minzheng.kernel.regions import services as regions

    if regions.load_shipped().added:
        say("装入行政区划表")
    if calendar.load_shipped():
        say("装入工作日历")


def collect_static() -> None:
    """来源文件没有变化就跳过。"""
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
    """库里一个账号都没有时装入示范县；已有账号的库（包括正式环境）永远不碰。"""
    from django.contrib.auth import get_user_model

    from minzheng.site import cli
    from minzheng.site.commands import COMMANDS

    if os.environ.get("MINZHENG_DEMO") == "0" or not COMMANDS["demo"].exists():
        return
    if get_user_model().objects.exists():
        return
    say("装入示范县（首次启动，约需半分钟）")
    with contextlib.redirect_stdout(sys.stderr):
        code = cli.run(["demo", "load"])
    if code != 0:
        raise SystemExit(code)


def demo_logins() -> list[dict[str, Any]]:
    """``minzheng demo logins --json`` 的内容；没有示范县时为空。"""
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
