"""``minzheng stats …``: reports of a place: list, open, fill, check, send, seal; the yearbook as a file.

Exit codes: 0 done, 1 refused or checks failed (Chinese sentences on stderr), 2 bad input.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from minzheng.datacenter.statistics import (
    papers,
    periods,
    reading,
    reviewing,
    selectors,
    services,
    showing,
    yearbook,
)
from minzheng.datacenter.statistics.errors import BadPeriod, StatsRefused
from minzheng.datacenter.statistics.models import StatReport
from minzheng.kernel.accounts.actors import Actor
from minzheng.kernel.command_line import place_given, staff, tell

_JSON = click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
_WHO = click.option("--as", "username", required=True, help="以谁的名义办理（用户名）。")
_REGION = click.option("--region", required=True, help="地区（区划代码）。")
_SHELL = click.option("--shell", required=True, help="报表代码，见 stats forms。")
_PERIOD = click.option("--period", required=True, help="报告期：2026-06、2026Q2 或 2026。")


class Refused(click.ClickException):
    exit_code = 1

    def show(self, file: Any = None) -> None:
        click.echo(self.format_message(), err=True)


@click.group("stats")
def stats() -> None:
    """统计报表：清单、布置、取数、核对、上报、封存、年鉴。"""


def _report(actor: Actor, shell: str, region: str, period: str) -> StatReport:
    form = reading.shell(shell)
    if form is None:
        known = "、".join(reading.shells())
        raise click.BadParameter(f"没有代码为“{shell}”的报表，现有：{known}。", param_hint="--shell")
    try:
        when = periods.parse(period, form.periodicity)
    except BadPeriod as error:
        raise click.BadParameter(str(error), param_hint="--period") from None
    row = selectors.find(shell, place_given(region), when.text)
    if row is None or not actor.can(selectors.READ, row.region_code):
        raise Refused(f"没有 {region} {when.title}的《{form.title}》，或者不在您的范围里：先布置（stats open）。")
    return row


def as_dict(report: StatReport) -> dict[str, Any]:
    return {
        "shell": report.shell, "title": showing.title_of(report), "region": report.region_code, "period": report.period,
        "state": report.state, "state_name": showing.STATES[report.state], "due_on": report.due_on.isoformat(),
        "late": selectors.is_late(report), "edition": report.edition, "sha": report.sha,
    }  # fmt: skip


def _line(report: StatReport) -> str:
    told = as_dict(report)
    return f"{told['region']}\t{told['title']}\t{told['state_name']}\t截止 {told['due_on']}{'（迟报）' if told['late'] else ''}"


def _findings(report: StatReport) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind, "level": one.level, "cell": one.cell, "title": one.title, "sentence": one.sentence,
            "difference": None if one.difference is None else str(one.difference), "settled": one.settled, "stops": one.stops,
        }
        for one in selectors.findings(report)
    ]  # fmt: skip


@stats.command("forms")
@_JSON
def forms(as_json: bool) -> None:
    """有哪些报表。"""
    rows = [
        {"code": one.code, "title": one.title, "number": one.number, "periodicity": one.periodicity, "versions": len(one.versions)}
        for one in reading.shells().values()
    ]  # fmt: skip
    tell({"forms": rows}, as_json, [f"{row['code']}\t{row['title']}\t{row['number']}" for row in rows])


@stats.command("list")
@_WHO
@click.option("--shell", default="", help="只列一张表。")
@click.option("--period", default="", help="只列一个报告期。")
@click.option("--state", default="", help="只列一种状态（waiting、filling、reported、returned、accepted、sealed）。")
@_JSON
def list_(username: str, shell: str, period: str, state: str, as_json: bool) -> None:
    """列出报表：状态、截止日期、迟报。"""
    rows = selectors.listed(staff(username)).order_by("shell", "-period", "region_code")
    for name, value in (("shell", shell), ("period", period), ("state", state)):
        rows = rows.filter(**{name: value}) if value else rows
    found = list(rows)
    tell({"reports": [as_dict(one) for one in found]}, as_json, [_line(one) for one in found])


@stats.command("open")
@_WHO
@_SHELL
@_REGION
@_PERIOD
@_JSON
def open_(username: str, shell: str, region: str, period: str, as_json: bool) -> None:
    """布置一个报告期的报表，逐级到乡镇。"""
    try:
        made = services.open_period(actor=staff(username), shell=shell, region_code=place_given(region), period=period)
    except StatsRefused as error:
        raise Refused(str(error)) from None
    tell({"opened": made}, as_json, [f"已布置 {made} 张。"])


@stats.command("fill")
@_WHO
@_SHELL
@_REGION
@_PERIOD
@_JSON
def fill(username: str, shell: str, region: str, period: str, as_json: bool) -> None:
    """取数：有下级的汇总，没有下级的从系统取数。"""
    actor = staff(username)
    row = _report(actor, shell, region, period)
    try:
        act = reviewing.collect if selectors.below(row) else services.fill
        done = act(actor=actor, pk=row.pk)
    except StatsRefused as error:
        raise Refused(str(error)) from None
    tell({**as_dict(done), "values": done.values, "sources": done.sources}, as_json, [_line(done)])


@stats.command("check")
@_WHO
@_SHELL
@_REGION
@_PERIOD
@_JSON
def check(username: str, shell: str, region: str, period: str, as_json: bool) -> None:
    """核对一张报表；有没通过的退出码为 1。"""
    row = _report(staff(username), shell, region, period)
    found = _findings(row)
    stops = sum(one["stops"] for one in found)
    lines = [f"{'×' if one['stops'] else '·'} {one['sentence']}" for one in found] or ["核对通过。"]
    tell({**as_dict(row), "findings": found, "stops": stops}, as_json, lines)
    if stops:
        raise SystemExit(1)


@stats.command("report")
@_WHO
@_SHELL
@_REGION
@_PERIOD
@_JSON
def report(username: str, shell: str, region: str, period: str, as_json: bool) -> None:
    """上报一张报表。"""
    _acted(services.report, username, shell, region, period, as_json)


@stats.command("seal")
@_WHO
@_SHELL
@_REGION
@_PERIOD
@_JSON
def seal(username: str, shell: str, region: str, period: str, as_json: bool) -> None:
    """封存最上一级的汇总表和它的全部下级报表。"""
    _acted(reviewing.seal, username, shell, region, period, as_json)


def _acted(act: Any, username: str, shell: str, region: str, period: str, as_json: bool) -> None:
    actor = staff(username)
    row = _report(actor, shell, region, period)
    try:
        done = act(actor=actor, pk=row.pk)
    except StatsRefused as error:
        raise Refused(str(error)) from None
    tell(as_dict(done), as_json, [_line(done)])


@stats.command("yearbook")
@_WHO
@_REGION
@click.option("--year", type=int, required=True, help="年度。")
@click.option("--format", "kind", type=click.Choice(["pdf", "xlsx"]), default="pdf", help="文件格式。")
@click.option("--public", is_flag=True, help="公开版：人数、户数太少的格隐去。")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="写到哪个文件。")
@_JSON
def yearbook_(username: str, region: str, year: int, kind: str, public: bool, out: Path, as_json: bool) -> None:
    """编一年的统计年鉴：只收已经封存的报表。"""
    actor, place = staff(username), place_given(region)
    if not actor.can(selectors.READ, place):
        raise Refused("您的岗位不能查看这个地区的统计报表。")
    book = yearbook.make(place, year, public=public)
    if book.is_empty:
        raise Refused(f"{year} 年还没有封存的报表，编不出年鉴：先封存至少一期。")
    tables = [table for one in book.chapters for table in one.tables]
    made = papers.yearbook_pdf(book, actor) if kind == "pdf" else papers.book_of(book.title, papers.about(book), tables)
    out.write_bytes(made)
    told = {"file": out.name, "title": book.title, "tables": len(tables), "bytes": len(made), "public": public}
    tell(told, as_json, [f"已写 {out.name}：{book.title}，{len(tables)} 张表。"])
