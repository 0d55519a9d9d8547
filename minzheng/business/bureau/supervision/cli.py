"""``minzheng duty …``: list tasks, write reminders, print bulletins.

Exit codes: 0 done, 2 bad input (one Chinese sentence on stderr).
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from minzheng.business.bureau.command_line import office_given, print_json, refuse


@click.group("duty")
def duty() -> None:
    """督查督办：任务清单、到期提醒、通报。"""


def _day(text: str, name: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        refuse(f"{name}“{text}”不是日期：请写成 2026-06-30 的样子。")


@duty.command("list")
@click.option("--org", default="", help="牵头单位的机构代码；不写的列全部。")
@click.option(
    "--light", default="", type=click.Choice(["", "red", "yellow", "green", "grey", "blue"]), help="只列一种灯。"
)
@click.option("--open", "only_open", is_flag=True, help="只列没有办结的。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
def list_(org: str, light: str, only_open: bool, as_json: bool) -> None:
    """督办任务和它们今天的灯。"""
    from minzheng.business.bureau.supervision import colours
    from minzheng.business.bureau.supervision.models import OPEN, SupervisedTask
    from minzheng.kernel import clock

    today = clock.today()
    rows = SupervisedTask.objects.order_by("end", "pk")
    if org:
        rows = rows.filter(lead_org_id=office_given(org).pk)
    if only_open:
        rows = rows.filter(state__in=OPEN)
    found: list[dict[str, Any]] = []
    for one in rows:
        shown = colours.of(one, today)
        if light and shown.code != light:
            continue
        found.append(
            {
                "no": one.no, "title": one.title, "lead": one.lead_name, "state": one.state, "light": shown.code,
                "reason": shown.reason, "progress": one.progress, "start": one.start.isoformat() if one.start else None,
                "end": one.end.isoformat() if one.end else None,
            }
        )  # fmt: skip
    if as_json:
        print_json({"today": today.isoformat(), "tasks": found})
        return
    for row in found:
        click.echo(
            f"{colours.SHORT[row['light']]}\t{row['no']}\t{row['progress']}%\t{row['end'] or ''}\t{row['lead']}\t{row['title']}"
        )
    click.echo(f"共 {len(found)} 项。", err=True)


@duty.command("remind")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
def remind(as_json: bool) -> None:
    """写到期提醒（待签收、该反馈、临近、逾期），同一件事只提醒一次。"""
    from minzheng.business.bureau.supervision import reminding

    found = reminding.remind_all()
    if as_json:
        print_json({"reminded": [{"no": one.task.no, "key": one.key, "sentence": one.sentence} for one in found]})
        return
    for one in found:
        click.echo(f"{one.task.no}\t{one.task.lead_name}\t{one.sentence}")
    click.echo(f"写了 {len(found)} 条提醒。", err=True)


@duty.command("bulletin")
@click.option("--org", required=True, help="印发单位的机构代码。")
@click.option("--from", "first", required=True, help="统计自，如 2026-01-01。")
@click.option("--to", "last", required=True, help="统计至，如 2026-06-30。")
@click.option("--issue", is_flag=True, help="印发；不写的只看稿。")
@click.option("--out", type=click.Path(dir_okay=False), help="印发后存成 PDF。")
@click.option("--json", "as_json", is_flag=True, help="标准输出只有一个 JSON 对象。")
def bulletin(org: str, first: str, last: str, issue: bool, out: str | None, as_json: bool) -> None:
    """拟督查通报；加 --issue 印发。"""
    from minzheng.business.bureau.supervision import bulletins, papers
    from minzheng.kernel.accounts.actors import SYSTEM
    from minzheng.kernel.cases.errors import Refused

    office, begin, end = office_given(org), _day(first, "统计自"), _day(last, "统计至")
    if out and not issue:
        refuse("只有印发的通报能存成 PDF：请加 --issue。")
    try:
        told = bulletins.draft(office, begin, end)
        row = bulletins.issue(actor=SYSTEM, owner=office, first=begin, last=end) if issue else None
    except Refused as error:
        refuse(str(error))
    if row is not None and out:
        Path(out).write_bytes(papers.bulletin(row))
    if as_json:
        print_json(
            {
                "no": row.no if row else None,
                "figures": told.figures,
                "orgs": told.orgs,
                "lines": told.lines,
                "file": out,
            }
        )
        return
    click.echo(row.title if row else "（稿）")
    click.echo(papers.summary(told.figures))
    for line in told.lines:
        click.echo(f"{line['why']}\t{line['no']}\t{line['lead']}\t{line['reason']}\t{line['title']}")
