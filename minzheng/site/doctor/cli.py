"""``minzheng doctor [--json]``: 0 all well; 1 a check failed; 3 database unavailable."""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack

import click

from minzheng.site.doctor.result import FAIL, OK, WARN, Check, Result

MARKS = {OK: "✓", WARN: "！", FAIL: "✗"}


def checks() -> list[Check]:
    from minzheng.site.doctor import data, declarations, installation, settings

    return [
        Check("环境变量", settings.variables),
        Check("证书", settings.certificate),
        Check("危险组合", settings.dangers),
        Check("Python", installation.python_version),
        Check("程序包", installation.packages),
        Check("静态文件", installation.static_files),
        Check("字体", installation.fonts),
        Check("密钥文件", installation.private_files),
        Check("磁盘", installation.disk_space),
        Check("数据库", data.server),
        Check("数据表", data.migrations, needs_database=True),
        Check("数据库权限", data.append_only_tables, needs_database=True),
        Check("时钟", data.clock, needs_database=True),
        Check("工作日历", data.calendar_year, needs_database=True),
        Check("政策规则", declarations.policy),
        Check("事项", declarations.benefit_folders),
        Check("页面", declarations.pages),
    ]


@click.command(help="检查安装与配置是否完好：程序包、数据库、静态文件、字体、密钥、日历、规则、事项、页面。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def doctor(as_json: bool) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "minzheng.site.settings")
    os.environ.setdefault("MINZHENG_LOG_LEVEL", "CRITICAL")
    import django

    django.setup()
    with ExitStack() as stack:
        results = examine(stack)
    if as_json:
        rows = [{"name": row.name, "state": row.state, "sentence": row.sentence} for row in results]
        state = FAIL if any(row.state == FAIL for row in results) else OK
        click.echo(json.dumps({"status": state, "checks": rows}, ensure_ascii=False, indent=1))
    else:
        for row in results:
            click.echo(f"{MARKS[row.state]} {row.name}：{row.sentence}")
    failed = {row.name for row in results if row.state == FAIL}
    if failed:
        sys.stdout.flush()
        raise click.exceptions.Exit(3 if "数据库" in failed else 1)


def examine(stack: ExitStack) -> list[Result]:
    """Run every check; one that itself breaks counts as failed and does not stop the rest."""
    from minzheng.site import database
    from minzheng.site.doctor import data
    from minzheng.site.errors import SiteError

    results: list[Result] = []
    try:
        stack.enter_context(database.available())
        reachable = all(row.state != FAIL for row in data.server())
    except SiteError as error:
        results.append(Result("数据库", FAIL, str(error)))
        reachable = False
    for check in checks():
        if check.needs_database and not reachable:
            continue
        if check.name == "数据库" and results and results[0].name == "数据库":
            continue
        try:
            results += check.run()
        except Exception as error:
            said = (str(error).strip().splitlines() or [""])[0]
            results.append(Result(check.name, FAIL, f"检查时出错（{type(error).__name__}：{said}）。"))
    return results
