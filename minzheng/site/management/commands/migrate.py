"""``migrate``, as Django's own; an empty database gets its tables at once (`minzheng.site.first_tables`)."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from minzheng.site import first_tables


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> Any:
        whole = not (options["app_label"] or options["migration_name"] or options["plan"] or options["check_unapplied"])
        if whole and not options["fake"]:
            first_tables.make(connections[options["database"]])
        return super().handle(*args, **options)
