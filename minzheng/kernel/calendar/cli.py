"""`minzheng calendar`: the working calendar."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import click

from minzheng.kernel import clock
from minzheng.kernel.audit.services import SYSTEM
from minzheng.kernel.calendar import days, notices, selectors, services

WEEKDAYS = "一二三四五六日"


@click.group()
def calendar() -> None:
    """工作日历：装入放假安排、计算期限。"""


@calendar.command()
def load() -> None:
    """装入随平台发布的历年放假安排；可反复执行，不改动单位自行导入的年度。"""
    years = services.load_shipped()
    click.echo(f"装入 {years[0]}–{years[-1]} 年，共 {len(years)} 年。" if years else "各年度都已装入，没有变化。")


@calendar.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--year", type=int, help="年度（CSV 必填）。")
@click.option("--source", default="", help="通知标题（CSV 必填）。")
@click.option("--notice", default="", help="通知文号。")
def import_year(file: Path, year: int | None, source: str, notice: str) -> None:
    """导入一个年度的放假安排：CSV（日期,类型[休/班],说明）或本平台的 JSON。有错则整份不装入。"""
    loaded = notices.read(file, year=year, source=source, notice_no=notice)
    if services.load_year(notice=loaded, actor=SYSTEM):
        click.echo(f"已装入 {loaded.year} 年放假安排（{len(loaded.days)} 天），受影响的期限将由后台重算。")
    else:
        click.echo(f"{loaded.year} 年放假安排与已装入的相同，没有变化。")


@calendar.command()
@click.option("--from", "start", default=None, help="起算触发日，默认今天；次日为第 1 日。")
@click.option("--days", "count", type=click.IntRange(0, 3660), required=True, help="天数。")
@click.option("--json", "as_json", is_flag=True, help="只输出 JSON。")
def show(start: str | None, count: int, as_json: bool) -> None:
    """从一天起数若干天：工作日截止日，以及自然日截止日（遇休息日顺延）。"""
    first = _day(start)
    table = selectors.calendar()
    work, nature = days.working(first, count, table), days.natural(first, count, table)
    raw = days.natural(first, count, table, roll=False)
    if as_json:
        told = {
            "from": str(first),
            "days": count,
            "working": {"date": str(work.date), "provisional": work.provisional},
            "natural": {"date": str(nature.date), "raw": str(raw.date), "provisional": nature.provisional},
        }
        click.echo(json.dumps(told))
        return
    click.echo(f"{_said(first)}起，次日为第 1 日：")
    click.echo(f"  {count} 个工作日：{_said(work.date)}{_mark(work)}")
    rolled = f"（原为 {_said(raw.date)}，遇休息日顺延）" if raw.date != nature.date else ""
    click.echo(f"  {count} 个自然日：{_said(nature.date)}{rolled}{_mark(nature)}")


def _said(day: date) -> str:
    return f"{day}（周{WEEKDAYS[day.weekday()]}）"


def _mark(deadline: days.Deadline) -> str:
    return "，暂定：该年放假安排尚未装入，按周末推算" if deadline.provisional else ""


def _day(text: str | None) -> date:
    if text is None:
        return clock.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"日期“{text}”写得不对，请写成 2026-11-02 的样子。") from None
