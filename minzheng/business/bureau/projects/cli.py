"""minzheng projects: import a table, the template, the list, the totals with their proof."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from minzheng.business.bureau.projects import importing, reminders, selectors, stages, totals
from minzheng.business.bureau.projects.errors import Refused
from minzheng.business.bureau.projects.models import ProjectLibrary
from minzheng.business.bureau.projects.money import wan, yi
from minzheng.kernel import clock
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.command_line import staff, tell


@click.group()
def projects() -> None:
    """项目库：导入、模板、清单、合计核对、提醒。"""


def _refuse(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(2)


def _library(actor: Actor, name: str) -> ProjectLibrary:
    rows = list(selectors.libraries(actor).order_by("-first_year", "pk"))
    found = [one for one in rows if not name or one.name == name]
    if not found:
        _refuse(
            f"没有名为“{name}”的项目库；现有：{'、'.join(one.name for one in rows) or '一个都没有，请先在页面上新建'}。"
        )
    return found[0]


_WHO = click.option("--as", "username", required=True, help="以谁的名义")
_NAME = click.option("--library", "name", default="", help="项目库名称；不写取最近的一个")
_JSON = click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 对象")


@projects.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_NAME
@_WHO
@click.option("--dry-run", is_flag=True, help="只试算，不入库")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="把退回的行写到这个文件")
@_JSON
def take_in(file: Path, name: str, username: str, dry_run: bool, rejects: Path | None, as_json: bool) -> None:
    """由表格导入项目；退回的行列出行号和原因，其余入库。"""
    actor = staff(username)
    library = _library(actor, name)
    try:
        run = importing.check(actor=actor, library=library, data=file.read_bytes(), name=file.name)
        if not dry_run:
            run = importing.apply(actor=actor, run=run)
    except Refused as error:
        _refuse("；".join([*error.sentences, *error.fields.values()]))
    if rejects:
        rejects.write_bytes(importing.rejects(run))
    counts = run.counts
    data = {"library": library.name, "state": run.state, **counts, "ties": run.ties, "rejected": [{"line": b["line"], "reason": b["reason"]} for b in run.bad]}  # fmt: skip
    said = "试算" if dry_run else "入库"
    lines = [
        f"{said}：新增 {counts['new']}，更正 {counts['changed']}，不变 {counts['same']}，退回 {counts['bad']}；可入库合计 {wan(counts['fen'])} 万元。"
    ]
    lines += [f"第 {one['line']} 行：{one['reason']}" for one in run.bad]
    lines += [
        f"第 {one['line']} 行{one['name']}：写的 {wan(one['stated_fen'])} 万元，各行相加 {wan(one['fen'])} 万元。"
        for one in run.ties
        if not one["ok"]
    ]
    tell(data, as_json, lines)


@projects.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_NAME
@_WHO
def template(file: Path, name: str, username: str) -> None:
    """把导入模板写到文件（CSV）。"""
    actor = staff(username)
    library = _library(actor, name) if name else selectors.libraries(actor).order_by("-first_year", "pk").first()
    file.write_bytes(importing.template(library))
    click.echo(f"模板已写到 {file}。", err=True)


@projects.command("list")
@_NAME
@_WHO
@click.option("--stage", type=click.Choice([code for code, _title in stages.STAGES]), help="只列这个阶段")
@_JSON
def listing(name: str, username: str, stage: str | None, as_json: bool) -> None:
    """项目清单：编号、名称、阶段、总投资、完成投资。"""
    actor = staff(username)
    library = _library(actor, name)
    rows: Any = selectors.projects(actor).filter(library=library).order_by("no")
    rows = rows.filter(stage=stage) if stage else rows
    found = [
        {"no": one.no, "name": one.name, "category": one.category.name, "region_code": one.region_code, "stage": one.stage, "counted": one.counted,
         "total_fen": one.total_fen, "invested_fen": one.invested_fen, "issued_fen": one.issued_fen, "paid_fen": one.paid_fen}
        for one in rows
    ]  # fmt: skip
    lines = [
        f"{one['no']}\t{one['name']}\t{stages.TITLES[one['stage']]}\t{wan(one['total_fen'])}\t{wan(one['invested_fen'])}"
        for one in found
    ]
    tell({"library": library.name, "projects": found}, as_json, [*lines, f"共 {len(found)} 个。"])


@projects.command("totals")
@_NAME
@_WHO
@_JSON
def total(name: str, username: str, as_json: bool) -> None:
    """合计核对：子项目 = 大类 = 总；大类 × 年的计划和完成。"""
    actor = staff(username)
    library = _library(actor, name)
    whole = actor.is_system or actor.can(selectors.READ, library.region_code) is not None
    ties = totals.ties(library) if whole else []
    table = totals.class_by_year(library, selectors.projects(actor).filter(library=library, counted=True))
    rows: list[dict[str, Any]] = [
        {"name": one.name, "count": one.count, "total_fen": one.total_fen, "years": {str(year): {"planned_fen": p, "done_fen": d} for year, (p, d) in zip(table.years, one.cells(table.years), strict=True)}}
        for one in (*table.rows, table.whole)
    ]  # fmt: skip
    data = {"library": library.name, "whole": whole, "tied": all(one.ok for one in ties), "classes": rows[:-1], "total": rows[-1],
            "ties": [{"name": one.name, "ok": one.ok, "difference_fen": one.difference, "says": one.sentence} for one in ties]}  # fmt: skip
    lines = [f"{one['name']}\t{one['count']} 个\t{wan(one['total_fen'])} 万元" for one in rows]
    tell(
        data,
        as_json,
        [*lines, f"总投资 {yi(table.whole.total_fen)} 亿元。", *(one.sentence for one in ties if not one.ok)],
    )


@projects.command()
@_WHO
@_JSON
def remind(username: str, as_json: bool) -> None:
    """慢了的和逾期的项目。"""
    found = reminders.of(staff(username), clock.today())
    data = {
        "reminders": [
            {"no": one.project.no, "name": one.project.name, "kind": one.kind, "says": one.sentence} for one in found
        ]
    }
    tell(
        data, as_json, [*(f"{one.title}\t{one.project.name}\t{one.sentence}" for one in found), f"共 {len(found)} 条。"]
    )
