"""What belongs to one installation on disk, and how its database is reached as the owner of the tables."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from psycopg import sql

from minzheng.kernel.audit import anchor
from minzheng.kernel.crypto import keyring
from minzheng.site import database
from minzheng.site.safekeeping.errors import SafekeepingError

#: A maintenance database that every server has.
MAINTENANCE = "postgres"


@dataclass(frozen=True)
class Server:
    """A database of one server, with an identity that owns the tables and may make databases."""

    host: str
    port: str
    user: str
    password: str
    name: str

    def connect(self, name: str = "") -> psycopg.Connection[Any]:
        """A connection (autocommit) to this or another database of the server."""
        return psycopg.connect(**self.parameters(name), autocommit=True, connect_timeout=10)

    def parameters(self, name: str = "") -> dict[str, Any]:
        known = {"host": self.host, "port": self.port, "user": self.user, "password": self.password}
        return {key: value for key, value in known.items() if value} | {"dbname": name or self.name}

    def url(self, name: str) -> str:
        """For ``MINZHENG_DATABASE_URL`` of a child process."""
        options = {key: value for key, value in (("host", self.host), ("port", self.port)) if value}
        return f"postgresql://{quote(self.user)}:{quote(self.password, safe='')}@/{quote(name)}?{urlencode(options)}"

    def environment(self) -> dict[str, str]:
        """For the client programs; the password is not on the command line, where everybody could read it."""
        known = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user, "PGPASSWORD": self.password}
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SSL_CERT_FILE") if name in os.environ}
        return kept | {key: value for key, value in known.items() if value} | {"LC_ALL": "C.UTF-8"}

    def exists(self, name: str) -> bool:
        with self.connect(MAINTENANCE) as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def create(self, name: str) -> None:
        """An empty database, closed to everybody else. Raises SafekeepingError when this identity may not."""
        try:
            with self.connect(MAINTENANCE) as connection:
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
                connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            raise SafekeepingError(
                f"数据库账号 {self.user} 没有建库的权限，不能恢复或演练：请在 MINZHENG_DATABASE_OWNER_URL 里"
                "给出有 CREATEDB 权限的账号。"
            ) from None

    def drop(self, name: str) -> None:
        with self.connect(MAINTENANCE) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def names(self, prefix: str) -> list[str]:
        with self.connect(MAINTENANCE) as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
            return [row[0] for row in rows.fetchall()]


@dataclass(frozen=True)
class Place:
    """Folders of one installation: encrypted papers, audit anchors, key ring, data lake."""

    var: Path
    files: Path
    audit: Path
    ring: Path
    lake: Path

    @staticmethod
    def under(var: Path) -> Place:
        """The usual folders under a run-time folder."""
        return Place(var, var / "files", var / "audit", var / "keys" / "ring.json", var / "lake")


def here() -> Place:
    """This installation's."""
    var = Path(settings.VAR_DIR)
    return Place(var, Path(settings.MEDIA_ROOT), anchor.folder(), keyring.path(), var / "lake")


def backups() -> Path:
    """``var/backups``: the state file, and backups made before an upgrade."""
    folder = Path(settings.VAR_DIR) / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def server() -> Server:
    """This installation's database, as the owner of its tables."""
    name = settings.DATABASES["default"]["NAME"]
    if database.external():
        variable = database.OWNER_URL if os.environ.get(database.OWNER_URL) else database.URL
        found = database.parse_url(os.environ[variable], variable)
    else:
        found = database.embedded(owner=True)
    return Server(found["HOST"], str(found["PORT"]), found["USER"], found["PASSWORD"], name)


def program(name: str) -> str:
    """A client program of PostgreSQL: the bundled one, or that of ``MINZHENG_PG_BIN`` for another server version."""
    named = os.environ.get("MINZHENG_PG_BIN")
    if named:
        return str(Path(named) / name)
    from minzheng.site.postgres.layout import client_binaries

    return str(client_binaries() / "bin" / name)
