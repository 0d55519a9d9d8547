"""``minzheng``: the command line. Subcommands load when used, so ``policy`` needs neither Django nor a database.

Results go to standard output, progress and errors to standard error; with ``--json`` standard output is JSON alone.
Exit codes: 0 done, 1 a check failed, 2 bad input, 3 database unavailable.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from minzheng import __version__
from minzheng.site import click_zh
from minzheng.site.commands import COMMANDS

DATABASE_UNAVAILABLE = 3
SUBCOMMAND = "minzheng.subcommand"
ARGUMENTS = "minzheng.arguments"


class LazyRoot(click.Group):
    """A group that loads the module of a subcommand only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, entry in COMMANDS.items() if entry.exists()]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Remembers the word after the command, by which ``Entry.bare`` goes."""
        ctx.meta[SUBCOMMAND] = args[1] if len(args) > 1 else ""
        ctx.meta[ARGUMENTS] = args[2:]
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None or not entry.exists():
            return None
        word = str(ctx.meta.get(SUBCOMMAND, ""))
        needs = "nothing" if word in entry.bare else entry.needs
        if word in entry.database_with and entry.database_with[word] not in ctx.meta.get(ARGUMENTS, ()):
            needs = "django"
        if needs != "nothing":
            _set_up_django()
        command = getattr(importlib.import_module(entry.module), entry.attribute)
        if needs == "database" and "--help" not in sys.argv:
            _open_database_around(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without loading their modules."""
        with formatter.section("命令"):
            formatter.write_dl([(name, COMMANDS[name].help) for name in self.list_commands(ctx)])


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    os.environ.setdefault("MINZHENG_LOG_LEVEL", "WARNING")
    import django

    django.setup()


def _open_database_around(command: click.Command) -> None:
    run = command.invoke

    def invoke(ctx: click.Context) -> Any:
        from minzheng.site import database

        with database.available():
            database.ensure_tables()
            return run(ctx)

    command.invoke = invoke  # type: ignore[method-assign]


@click.group(cls=LazyRoot, context_settings={"help_option_names": ["--help", "-h"]})
@click.version_option(__version__, prog_name="minzheng", help="显示版本后退出。")
def root() -> None:
    """民政一体化平台。"""


def main(argv: list[str] | None = None) -> None:
    """Console script entry: every failure ends in one Chinese sentence and an agreed exit code."""
    click_zh.install()
    sys.exit(run(argv))


def run(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        outcome = root.main(args=argv, prog_name="minzheng", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except click.Abort:
        click.echo("已中止。", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Exception as error:
        return _explain(error)
    return outcome if isinstance(outcome, int) and not isinstance(outcome, bool) else 0


def _explain(error: Exception) -> int:
    """Known errors (with an ``exit_code``) and an unavailable database get one Chinese sentence; anything else is
    raised as is, to be debugged.
    """
    code = getattr(error, "exit_code", None)
    if isinstance(code, int):
        click.echo(f"错误：{error}", err=True)
        return code
    if _is_missing_table(error):
        click.echo("错误：数据表还没有建好或版本不符；请先启动一次平台，或运行 minzheng manage migrate。", err=True)
        return DATABASE_UNAVAILABLE
    if _is_database_error(error):
        click.echo(f"错误：数据库不可用，请检查数据库是否启动、地址与口令是否正确（{_first_line(error)}）。", err=True)
        return DATABASE_UNAVAILABLE
    raise error


def _is_database_error(error: Exception) -> bool:
    names = {f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__}
    return bool(
        names & {"django.db.utils.OperationalError", "django.db.utils.InterfaceError", "psycopg.OperationalError"}
    )


def _is_missing_table(error: Exception) -> bool:
    return type(error.__cause__).__name__ in ("UndefinedTable", "UndefinedColumn")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


__all__ = ["main", "root", "run"]
