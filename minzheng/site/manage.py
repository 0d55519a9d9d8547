"""``python -m minzheng.site.manage``: Django's management commands, connected as the owner of the tables."""

from __future__ import annotations

import os
import sys

WITHOUT_DATABASE = frozenset({"makemessages", "compilemessages", "collectstatic", "findstatic", "help", "--help"})


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    os.environ.setdefault("MINZHENG_DATABASE_ROLE", "owner")
    os.environ.setdefault("MINZHENG_LOG_LEVEL", "WARNING")
    from django.core.management import execute_from_command_line

    from minzheng.site import database

    if len(sys.argv) < 2 or sys.argv[1] in WITHOUT_DATABASE:
        execute_from_command_line(sys.argv)
        return
    with database.available():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
