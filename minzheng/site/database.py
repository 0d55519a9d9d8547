"""Where the database comes from: the server named by ``MINZHENG_DATABASE_URL``, or the embedded PostgreSQL."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from minzheng.site.errors import BadSetting, DatabaseUnavailable

URL = "MINZHENG_DATABASE_URL"
OWNER_URL = "MINZHENG_DATABASE_OWNER_URL"
ROLE = "MINZHENG_DATABASE_ROLE"  # app (default) or owner: migrations and tests use the latter
SUPERVISED = "MINZHENG_SUPERVISED"  # started by the supervisor, which looks after the embedded database


def external() -> bool:
    """Whether operations provide a database server of their own."""
    return bool(os.environ.get(URL))


def connection_settings() -> dict[str, Any]:
    """One entry of Django's ``DATABASES``; the role is chosen by ``MINZHENG_DATABASE_ROLE``."""
    owner = os.environ.get(ROLE, "app") == "owner"
    if external():
        name = OWNER_URL if owner and os.environ.get(OWNER_URL) else URL
        found = parse_url(os.environ[name], name)
    else:
        found = embedded(owner=owner)
    found |= {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}
    return found


def application_role() -> str:
    """The role with which the web and job processes log in."""
    if external():
        return str(parse_url(os.environ[URL])["USER"])
    from minzheng.site.postgres import roles

    return roles.APP


def parse_url(url: str, name: str = URL) -> dict[str, Any]:
    """``postgresql://user:password@host:port/name?option=value`` → Django settings."""
    try:
        parts = urlsplit(url)
    except ValueError:  # an address in brackets that is not closed
        parts = urlsplit("")
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise BadSetting(f"环境变量 {name} 应写作 postgresql://用户:口令@主机:端口/库名，请改正。")
    options = dict(parse_qsl(parts.query))
    try:
        port = str(parts.port or options.pop("port", ""))
    except ValueError:
        raise BadSetting(f"环境变量 {name} 的端口不是数字，请改正。") from None
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or options.pop("host", ""),
        "PORT": port,
        "OPTIONS": {"connect_timeout": 10} | options,
    }


def embedded(*, owner: bool) -> dict[str, Any]:
    """Settings of the embedded database, as the owner of the tables or as the application."""
    from minzheng.site.postgres import roles
    from minzheng.site.postgres.layout import layout
    from minzheng.site.secretfile import load_secrets

    secrets = load_secrets()
    return {
        "NAME": roles.DATABASE,
        "USER": roles.OWNER if owner else roles.APP,
        "PASSWORD": secrets["owner_password" if owner else "app_password"],
        "HOST": str(layout().socket_dir),
        "PORT": "",
        "OPTIONS": {"connect_timeout": 10},
    }


@contextmanager
def available() -> Iterator[None]:
    """The database is available meanwhile: an embedded one that is not running is started and, when nobody else uses
    it, stopped afterwards.
    """
    if external() or os.environ.get(SUPERVISED):
        yield
        return
    from minzheng.site.postgres.session import Session

    session = Session()
    session.open()
    try:
        yield
    finally:
        session.close()


def ensure_tables() -> None:
    """Prepare a new embedded database that has no tables yet (without the demo county), so that commands need not wait
    for a first ``serve``.
    """
    if external() or os.environ.get(SUPERVISED):
        return
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations')")
        if cursor.fetchone()[0] is not None:
            return
    connection.close()
    environment = os.environ | {SUPERVISED: "1", ROLE: "owner", "MINZHENG_DEMO": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "minzheng.site.prepare", os.devnull], env=environment, stdout=sys.stderr, check=False
    )
    if done.returncode != 0:
        raise DatabaseUnavailable("数据表没有建好；请看上面的输出。")


def hold_until_exit() -> None:
    """Like :func:`available`, until the process exits (for tests)."""
    if external():
        return
    from minzheng.site.postgres.session import Session

    session = Session()
    session.open()
    atexit.register(session.close)
