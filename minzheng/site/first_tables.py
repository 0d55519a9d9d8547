"""The tables of an empty database, all at once.

Going through every migration from the first takes half a minute of pure bookkeeping (each step draws the state of all
tables again) and arrives where today's models stand anyway. In an empty database the tables are therefore made from the
models, the statements that migrations run by themselves (guards, functions) follow in their order, and every migration is
recorded as applied. A test compares the outcome with that of an upgrade, column by column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction
from django.db.migrations import operations
from django.db.migrations.executor import MigrationExecutor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.migrations import Migration

OURS = "minzheng."


def make(connection: BaseDatabaseWrapper) -> bool:
    """Make all tables if there are none; False when there are some, or when a migration carries data that only running it
    can bring (then the ordinary way is taken)."""
    if connection.introspection.table_names():
        return False
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    if any(
        isinstance(step, operations.RunPython) for one in _ours(_plan(connection, leaves)) for step in one.operations
    ):
        return False
    with transaction.atomic(using=connection.alias), connection.schema_editor(atomic=False) as editor:
        # Django's own few tables come by its own migrations, some of which bring rows
        others = [leaf for leaf in leaves if not apps.get_app_config(leaf[0]).name.startswith(OURS)]
        MigrationExecutor(connection).migrate(others)
        executor = MigrationExecutor(connection)
        plan = _plan(connection, leaves)
        for model in apps.get_models():
            if model.__module__.startswith(OURS) and model._meta.managed and not model._meta.proxy:
                editor.create_model(model)
        for sql in editor.deferred_sql:
            editor.execute(sql)
        editor.deferred_sql.clear()
        for one in plan:
            _statements(one, editor)
        for one in plan:
            executor.recorder.record_applied(one.app_label, one.name)
    return True


def _plan(connection: BaseDatabaseWrapper, targets: Sequence[tuple[str, str]]) -> list[Migration]:
    return [one for one, _ in MigrationExecutor(connection).migration_plan(targets)]


def _ours(plan: Sequence[Migration]) -> list[Migration]:
    return [one for one in plan if one.__module__.startswith(OURS)]


def _statements(migration: Migration, editor: Any) -> None:
    for step in migration.operations:
        if isinstance(step, operations.RunSQL):
            step.database_forwards(migration.app_label, editor, None, None)  # type: ignore[arg-type]
