"""Models and migrations agree, and the guards can be taken off and put on again."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def test_模型与迁移一致(db: None) -> None:
    call_command("makemigrations", "kernel", check=True, dry_run=True, verbosity=0)


def triggers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'kernel_audit%'")
        return {name for (name,) in cursor.fetchall()}


def _take_off_later_ones(guards: set[str]) -> None:
    """Tables of applications that came later use the same function; their migrations are taken back before this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE NOT tgisinternal AND proname = 'kernel_append_only'"
        )
        for name, table in cursor.fetchall():
            if name not in guards:
                cursor.execute(f'DROP TRIGGER "{name}" ON {table}')


def test_审计表的触发器可拆可装(db: None) -> None:
    guards = {f"kernel_{table}_{kind}" for table in ("auditentry", "auditseal") for kind in ("rows", "truncate")}
    assert triggers() == guards
    _take_off_later_ones(guards)
    state = MigrationExecutor(connection).loader.project_state(("kernel", "0001_initial"))
    migration = MigrationExecutor(connection).loader.get_migration("kernel", "0002_guards")
    with connection.schema_editor() as editor:
        migration.unapply(state, editor)
    assert triggers() == set()
    with connection.schema_editor() as editor:
        migration.apply(state, editor)
    assert triggers() == guards


@pytest.mark.parametrize("table", ["kernel_case", "kernel_award", "kernel_paymentline", "kernel_publicity"])
def test_业务表都带区划代码(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
    assert "region_code" in columns
