"""Database roles and privileges.

Three identities: ``postgres`` is for the supervisor alone; ``minzheng_owner`` owns every table, migrates and makes test
databases; ``minzheng_app`` is the web and job processes: no superuser, owner of nothing, and on append-only tables
(audit lines, seals and the like) it can only insert and read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql

from minzheng.site.postgres.layout import Layout
from minzheng.site.postgres.server import superuser_connection
from minzheng.site.secretfile import load_secrets

DATABASE = "minzheng"
OWNER = "minzheng_owner"
APP = "minzheng_app"
LEDGER = ("kernel_ledgertransaction", "kernel_ledgerentry", "kernel_ledgertotal")
PAY = ("kernel_payevent", "kernel_paymonth", "kernel_bankfile", "kernel_returnreject")
APPEND_ONLY = ("kernel_auditentry", "kernel_auditseal", *LEDGER, *PAY)
#: These grow only, too, but a demonstration is replaced now and then: a trigger lets nothing be deleted except rows of
#: province 99, and the role keeps DELETE for that.
UNCHANGED = (
    "datacenter_statact", "datacenter_statedition", "bureau_summaryversion", "bureau_registerchange",
    "bureau_projectact", "bureau_projectmoney",
)  # fmt: skip
#: Written by a trigger of the database alone.
READ_ONLY = ("kernel_ledgertotal",)


def provision(place: Layout) -> None:
    """Make the roles and the database; safe to repeat."""
    secrets = load_secrets()
    with superuser_connection(place, "postgres") as connection:
        _role(connection, OWNER, secrets["owner_password"], "CREATEDB")
        _role(connection, APP, secrets["app_password"], "NOCREATEDB")
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP), sql.Identifier(OWNER)))
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if found is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
            )
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(DATABASE)))
        connection.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                sql.Identifier(DATABASE), sql.Identifier(APP)
            )
        )


def _role(connection: psycopg.Connection[Any], name: str, password: str, createdb: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = "ALTER" if found else "CREATE"
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEROLE {} PASSWORD {}").format(
            sql.SQL(verb), sql.Identifier(name), sql.SQL(createdb), sql.Literal(password)
        )
    )


def grant(cursor: Any, *, app: str = APP, append_only: Iterable[str] = APPEND_ONLY) -> None:
    """After migrating, grant the application role the least it needs; run as the owner of the tables, safe to repeat."""
    role = _quoted(app)
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
    cursor.execute(
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}"
    )
    cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}")
    for table in append_only:
        cursor.execute("SELECT to_regclass(%s)", [table])
        if cursor.fetchone()[0] is not None:
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {_quoted(table)} FROM {role}")
    for table in UNCHANGED:
        cursor.execute("SELECT to_regclass(%s)", [table])
        if cursor.fetchone()[0] is not None:
            cursor.execute(f"REVOKE UPDATE, TRUNCATE ON {_quoted(table)} FROM {role}")
    for table in READ_ONLY:
        cursor.execute("SELECT to_regclass(%s)", [table])
        if cursor.fetchone()[0] is not None:
            cursor.execute(f"REVOKE INSERT ON {_quoted(table)} FROM {role}")
    cursor.execute("SELECT to_regclass('django_migrations')")
    if cursor.fetchone()[0] is not None:
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
